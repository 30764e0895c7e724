import { mkdir, open, readdir, readFile, rename, rm } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { Fault } from "../../engine/fault.js";
import { sha256 } from "../../engine/hash.js";
import {
  manifestIsWhole,
  parseStageManifest,
  recordHash,
  recordsHash,
  requireVersion,
  stageManifest,
  versioned,
  type RecordLog,
  type RecordParser,
  type StageManifest,
  type StageReader,
  type StageStore,
} from "../../engine/store/index.js";
import { onDisk, unlessAbsent } from "./faults.js";
import {
  ensureFolder,
  placed,
  readJson,
  requireName,
  syncFolder,
  temporaryPrefix,
  writeAtomic,
  writeJson,
} from "./files.js";
import { openRecordLog, readRecords, type LogOptions } from "./recordLog.js";

const stageFile = "stage.json";
const manifestFile = "manifest.json";
const supersededFolder = "superseded";
const reserved: readonly string[] = [stageFile, manifestFile, supersededFolder];

/** Says whose results are in the folder before there is a manifest. */
interface StageHeader {
  readonly version: 1;
  readonly stage: string;
  readonly iteration: number;
  readonly fingerprint: string;
}

const parseHeader = versioned<StageHeader>({
  what: "stage",
  version: 1,
  schema: z.object({
    version: z.literal(1),
    stage: z.string(),
    iteration: z.number().int().nonnegative(),
    fingerprint: z.string(),
  }),
});

/** Reads a stage's results, while its runner may be writing them. */
export class DiskStageReader implements StageReader {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  async manifest(): Promise<StageManifest | null> {
    const file = path.join(this.folder, manifestFile);
    const manifest = await readJson(file, parseStageManifest);
    if (manifest === null || manifestIsWhole(manifest)) return manifest;
    throw new Fault("data", "This manifest was changed by hand.", {
      file,
      field: "hash",
      found: manifest.hash,
      allowed: "the hash of the manifest's other fields",
      remedy: "Delete the manifest: the stage runs again from the answers that are stored.",
    });
  }

  async begun(): Promise<string | null> {
    return (await readJson(path.join(this.folder, stageFile), parseHeader))?.fingerprint ?? null;
  }

  async read<T>(name: string, parse: RecordParser<T>): Promise<T[]> {
    const file = path.join(this.folder, requireName(name, "result file"));
    const expected = (await this.manifest())?.files[name];
    if (expected === undefined) {
      throw new Fault("data", "This is not a result file of a complete stage.", {
        file,
        remedy: "Resume the run, so that the stage comes to its end.",
      });
    }
    const { records, hash } = await readHashed(file, parse);
    if (hash === expected) return records;
    throw new Fault("data", "This result file was changed after its stage was complete.", {
      file,
      found: hash,
      allowed: expected,
      remedy: `Restore the file, or delete ${manifestFile} beside it so that the stage runs again.`,
    });
  }

  async readSoFar<T>(name: string, parse: RecordParser<T>): Promise<T[]> {
    return (await readRecords(path.join(this.folder, requireName(name, "result file")), parse)).records;
  }
}

/** Writes a stage's results; one per stage and run, under the run's lock. */
export class DiskStageStore extends DiskStageReader implements StageStore {
  readonly #stage: string;
  readonly #iteration: number;
  readonly #options: LogOptions;
  /** How to close each open log, by name. */
  readonly #logs = new Map<string, () => Promise<void>>();
  #begun: string | null = null;
  /** The last `begin`; they go one after another, since a round opens several logs together. */
  #beginning: Promise<void> = Promise.resolve();

  constructor(folder: string, iteration: number, stage: string, options: LogOptions) {
    super(folder);
    this.#stage = stage;
    this.#iteration = iteration;
    this.#options = options;
  }

  async begin(fingerprint: string): Promise<void> {
    const begin = async (): Promise<void> => this.#begin(fingerprint);
    // Whoever began before has been told of a failure; this one tries anew.
    this.#beginning = this.#beginning.then(begin, begin);
    await this.#beginning;
  }

  async #begin(fingerprint: string): Promise<void> {
    if (this.#begun === fingerprint) return;
    await this.#options.guard?.();
    await this.closeLogs();
    await ensureFolder(this.folder);
    const header = await readJson(path.join(this.folder, stageFile), parseHeader);
    if (header?.fingerprint === fingerprint) {
      await this.#remove(manifestFile);
    } else {
      await this.#moveAside(header?.fingerprint ?? "unknown");
      const content: StageHeader = { version: 1, stage: this.#stage, iteration: this.#iteration, fingerprint };
      await writeJson(path.join(this.folder, stageFile), content);
    }
    this.#begun = fingerprint;
  }

  async log<T>(name: string, fingerprint: string, parse: RecordParser<T>): Promise<RecordLog<T>> {
    const file = this.#resultFile(name);
    if (!name.endsWith(".jsonl")) throw misuse(file, "A log's name ends in .jsonl.");
    await this.begin(fingerprint);
    if (this.#logs.has(name)) throw misuse(file, "This log is open already.");
    const opening = openRecordLog(file, parse, this.#options);
    const close = async (): Promise<void> => {
      if (this.#logs.delete(name)) await (await opening).close();
    };
    this.#logs.set(name, close);
    let log;
    try {
      log = await opening;
    } catch (thrown) {
      this.#logs.delete(name);
      throw thrown;
    }
    const append = async (record: T): Promise<void> => log.append(record);
    return { records: log.records, append, close };
  }

  async writeFile(name: string, content: string): Promise<string> {
    const file = this.#resultFile(name);
    if (this.#begun === null) throw misuse(file, "A stage begins before it writes a file.");
    await this.#options.guard?.();
    await writeAtomic(file, content);
    return file;
  }

  async finish(fingerprint: string, counts: { readonly [name: string]: number }): Promise<StageManifest> {
    await this.begin(fingerprint);
    await this.closeLogs();
    const manifest = stageManifest({
      stage: this.#stage,
      iteration: this.#iteration,
      fingerprint,
      files: await this.#hashFiles(),
      counts,
    });
    await this.#options.guard?.();
    await writeJson(path.join(this.folder, manifestFile), manifest);
    this.#begun = null;
    return manifest;
  }

  /** Waits for what is being written and closes the stage's logs. */
  async closeLogs(): Promise<void> {
    await Promise.all([...this.#logs.values()].map(async (close) => close()));
  }

  async #hashFiles(): Promise<{ [name: string]: string }> {
    const entries = await onDisk(this.folder, async () => readdir(this.folder, { withFileTypes: true }));
    const names = entries.filter((entry) => entry.isFile() && isResult(entry.name)).map((entry) => entry.name);
    const files: { [name: string]: string } = {};
    for (const name of names.sort()) files[name] = await hashFile(path.join(this.folder, name));
    return files;
  }

  /** Manifest first, header last: a crash in between leaves a stage that is not complete and still says whose it is. */
  async #moveAside(fingerprint: string): Promise<void> {
    const names = await onDisk(this.folder, async () => readdir(this.folder));
    const old = names.filter((name) => name !== supersededFolder && !name.startsWith(temporaryPrefix));
    if (old.length === 0) return;
    const rank = (name: string): number => (name === manifestFile ? 0 : name === stageFile ? 2 : 1);
    const target = await this.#newSupersededFolder(fingerprint);
    await onDisk(target, async () => {
      for (const name of old.sort((a, b) => rank(a) - rank(b))) {
        await rename(path.join(this.folder, name), path.join(target, name));
      }
      await syncFolder(target);
      await syncFolder(this.folder);
    });
  }

  async #newSupersededFolder(fingerprint: string): Promise<string> {
    const parent = path.join(this.folder, supersededFolder);
    await ensureFolder(parent);
    const numbers = (await onDisk(parent, async () => readdir(parent))).map((name) => Number.parseInt(name, 10));
    const next = Math.max(0, ...numbers.filter((number) => Number.isInteger(number))) + 1;
    const target = path.join(parent, `${next}-${fingerprint.replaceAll(/[^A-Za-z0-9]/g, "").slice(0, 8)}`);
    await onDisk(target, async () => mkdir(target));
    return target;
  }

  async #remove(name: string): Promise<void> {
    const file = path.join(this.folder, name);
    await onDisk(file, async () => {
      await rm(file, { force: true });
      await syncFolder(this.folder);
    });
  }

  #resultFile(name: string): string {
    const file = path.join(this.folder, requireName(name, "result file"));
    if (reserved.includes(name) || !isResult(name)) throw misuse(file, "This name is kept for the store itself.");
    return file;
  }
}

function isResult(name: string): boolean {
  return !reserved.includes(name) && !name.startsWith(temporaryPrefix) && !name.endsWith(".torn");
}

async function hashFile(file: string): Promise<string> {
  if (file.endsWith(".jsonl")) return (await readHashed(file, () => null)).hash;
  return sha256(await onDisk(file, async () => readFile(file, "utf8")));
}

/** Records and their order-free hash, in one reading. */
async function readHashed<T>(file: string, parse: RecordParser<T>): Promise<{ records: T[]; hash: string }> {
  const hashes: string[] = [];
  const present = await unlessAbsent(file, false, async () => {
    await (await open(file, "r")).close();
    return true;
  });
  if (!present) {
    throw new Fault("data", "This result file is in the manifest and not in the folder.", {
      file,
      remedy: `Restore the file, or delete ${manifestFile} beside it so that the stage runs again.`,
    });
  }
  const { records, torn } = await readRecords(file, (value) => {
    hashes.push(recordHash(requireVersion(value, "result")));
    return parse(value);
  });
  if (torn) placed(file, undefined, () => failTorn());
  return { records, hash: recordsHash(hashes) };
}

function failTorn(): never {
  throw new Fault("data", "The last line of this result file is torn.", {
    remedy: "Delete manifest.json beside it: the stage heals the file and goes on.",
  });
}

function misuse(file: string, message: string): Fault {
  return new Fault("internal", message, { file });
}
