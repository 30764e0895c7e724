import { randomUUID } from "node:crypto";
import { open, readdir, readFile, rename, rm, type FileHandle } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { Fault } from "../../engine/fault.js";
import { sha256 } from "../../engine/hash.js";
import { versioned } from "../../engine/store/index.js";
import { errorCode, onDisk, unlessAbsent } from "./faults.js";
import { createExclusive, parseJson, placed, syncFolder } from "./files.js";
import {
  processIdentitySchema,
  processState,
  systemProcesses,
  type ProcessIdentity,
  type ProcessTable,
} from "./processIdentity.js";

export interface LockOptions {
  /** How often the holder counts and a watcher looks, in milliseconds. */
  readonly intervalMs?: number;
  /** After how many looks without a count a holder on another machine is taken for dead. */
  readonly patience?: number;
  readonly processes?: ProcessTable;
  /** What is locked, for faults: `run r1`. */
  readonly what?: string;
  /** What to do when somebody else holds it, for faults. */
  readonly remedy?: string;
}

interface LockRecord extends ProcessIdentity {
  readonly version: 1;
  /** Unique to each time that a lock is taken. */
  readonly token: string;
  readonly counter: number;
}

/** A lock file as found: its holder is null when the file cannot be read as a lock. */
interface Found {
  readonly file: string;
  readonly token: string;
  readonly text: string;
  readonly holder: LockRecord | null;
}

type Verdict = "live" | "stale" | "changed";

const counterWidth = 12;

const parseLock = versioned<LockRecord>({
  what: "lock",
  version: 1,
  schema: processIdentitySchema.extend({
    version: z.literal(1),
    token: z.string().regex(/^[A-Za-z0-9-]+$/),
    counter: z.number().int().nonnegative(),
  }),
});

/**
 * Takes a lock, also from a holder that is gone. A holder on this machine is judged at once by boot, process number and
 * start time; any other one is watched: as long as its counter moves it is alive. No clocks are compared.
 *
 * Taking over is decided by who creates `FILE.after-TOKEN` for the token of the dead holder, so of two takers one wins;
 * that file then replaces the lock in one rename. A taker that died in between is itself a holder to be succeeded.
 *
 * @throws Fault `locked` that names a live holder.
 */
export async function acquireLock(file: string, options: LockOptions = {}): Promise<FileLock> {
  const self = await (options.processes ?? systemProcesses).self();
  const token = randomUUID();
  const text = lockText(self, token, 0);
  for (;;) {
    if ((await createExclusive(file, text)) || (await succeed(file, token, text, self, options))) {
      await removeClaims(file);
      const handle = await onDisk(file, async () => open(file, "r+"));
      const lock = new FileLock(file, token, self, handle, options);
      try {
        await lock.verify();
        return lock;
      } catch (thrown) {
        await lock.release();
        throw thrown;
      }
    }
  }
}

/** The live holder of a lock, or null when there is none; watches a holder on another machine for a while. */
export async function liveHolder(file: string, options: LockOptions = {}): Promise<ProcessIdentity | null> {
  const self = await (options.processes ?? systemProcesses).self();
  for (;;) {
    const last = (await readChain(file)).at(-1);
    if (last === undefined) return null;
    const verdict = await judge(last, self, options);
    if (verdict !== "changed") return verdict === "live" ? last.holder : null;
  }
}

/** Tries to replace the lock of a dead holder; false when something changed and the caller must look again. */
async function succeed(
  file: string,
  token: string,
  text: string,
  self: ProcessIdentity,
  options: LockOptions,
): Promise<boolean> {
  const chain = await readChain(file);
  const last = chain.at(-1);
  if (last === undefined) return false;
  const verdict = await judge(last, self, options);
  if (verdict === "live") throw heldFault(file, last, options);
  if (verdict === "changed") return false;
  const claim = claimFile(file, last.token);
  if (!(await createExclusive(claim, text))) return false;
  const expected = [...chain.map((link) => link.token), token];
  const now = (await readChain(file)).map((link) => link.token);
  if (expected.length !== now.length || expected.some((each, index) => each !== now[index])) {
    await onDisk(claim, async () => rm(claim, { force: true }));
    return false;
  }
  return unlessAbsent(claim, false, async () => {
    await rename(claim, file);
    await syncFolder(path.dirname(file));
    return true;
  });
}

/** The lock and those who claimed to succeed it, each the successor of the one before. */
async function readChain(file: string): Promise<Found[]> {
  const chain: Found[] = [];
  for (let next = file; ; next = claimFile(file, chain.at(-1)?.token ?? "")) {
    const found = await readLock(next);
    if (found === null || chain.some((link) => link.token === found.token)) return chain;
    chain.push(found);
  }
}

function claimFile(file: string, token: string): string {
  return `${file}.after-${token}`;
}

async function readLock(file: string): Promise<Found | null> {
  const bytes = await unlessAbsent(file, null, async () => readFile(file));
  if (bytes === null) return null;
  const text = bytes.toString("utf8");
  try {
    const holder = placed(file, undefined, () => parseLock(parseJson(bytes)));
    return { file, token: holder.token, text, holder };
  } catch (thrown) {
    // A lock of a newer format is respected; anything else unreadable (cut short by a full disk) has no holder and is
    // watched like one of another machine, in case somebody is just writing it.
    if (thrown instanceof Fault && thrown.kind === "data") {
      return { file, token: `unreadable-${sha256(text).slice(0, 16)}`, text, holder: null };
    }
    throw thrown;
  }
}

async function judge(found: Found, self: ProcessIdentity, options: LockOptions): Promise<Verdict> {
  const known =
    found.holder === null ? null : await judgeHere(found.holder, self, options.processes ?? systemProcesses);
  return known ?? watch(found, options);
}

/** What this machine knows for certain about the holder; null when only watching can tell. */
async function judgeHere(
  holder: LockRecord,
  self: ProcessIdentity,
  processes: ProcessTable,
): Promise<"live" | "stale" | null> {
  const state = await processState(holder, self, processes);
  if (state === "live") return "live";
  // A process of this boot is only known to be gone by its start time: its number alone says too little.
  const certain = holder.bootId !== null && (holder.bootId !== self.bootId || holder.startTime !== null);
  return state === "gone" && certain ? "stale" : null;
}

/** Looks at the lock once an interval until it changes or patience ends. */
async function watch(found: Found, options: LockOptions): Promise<Verdict> {
  for (let look = 0; look < (options.patience ?? 15); look += 1) {
    await sleep(options.intervalMs ?? 1000);
    const now = await readLock(found.file);
    if (now === null || now.token !== found.token) return "changed";
    if (now.text !== found.text) return found.holder === null ? "changed" : "live";
  }
  return "stale";
}

async function removeClaims(file: string): Promise<void> {
  const folder = path.dirname(file);
  const prefix = `${path.basename(file)}.after-`;
  await onDisk(folder, async () => {
    for (const name of await readdir(folder)) {
      if (name.startsWith(prefix)) await rm(path.join(folder, name), { force: true });
    }
  });
}

function lockText(identity: ProcessIdentity, token: string, counter: number): string {
  const fields = JSON.stringify({ version: 1, token, ...identity });
  return `${fields.slice(0, -1)},"counter":${String(counter).padStart(counterWidth)}}\n`;
}

function describeHolder(holder: ProcessIdentity | null): string {
  return holder === null ? "a process that could not write its name" : `process ${holder.pid} on ${holder.host}`;
}

function heldFault(file: string, found: Found, options: LockOptions): Fault {
  return new Fault("locked", `Another process is working on ${options.what ?? "this file"}.`, {
    file,
    found: describeHolder(found.holder),
    allowed: "one at a time",
    remedy: options.remedy ?? "Wait until it has ended, then try again.",
  });
}

/** A lock that is held: counts while it lives, notices when it was taken away. */
export class FileLock {
  readonly file: string;
  readonly identity: ProcessIdentity;
  readonly #token: string;
  readonly #handle: FileHandle;
  readonly #what: string;
  readonly #lost = new AbortController();
  readonly #timer: NodeJS.Timeout;
  #counter = 0;
  #beating: Promise<void> | null = null;

  constructor(file: string, token: string, identity: ProcessIdentity, handle: FileHandle, options: LockOptions) {
    this.file = file;
    this.identity = identity;
    this.#token = token;
    this.#handle = handle;
    this.#what = options.what ?? "this file";
    this.#timer = setInterval(() => {
      this.#beating ??= this.#beat().finally(() => (this.#beating = null));
    }, options.intervalMs ?? 1000);
    this.#timer.unref();
  }

  /** Aborts, with the fault as reason, once the lock is not ours any more. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  /** @throws Fault `locked` when the lock is not ours any more, `storage` when it cannot be read. */
  async verify(): Promise<void> {
    this.#lost.signal.throwIfAborted();
    const found = await readLock(this.file);
    if (found?.token === this.#token) return;
    this.#lost.abort(this.#lostFault(found));
    this.#lost.signal.throwIfAborted();
  }

  /** Gives the lock back, unless it was lost. */
  async release(): Promise<void> {
    clearInterval(this.#timer);
    await this.#beating;
    await this.#handle.close();
    const found = await readLock(this.file);
    if (found?.token !== this.#token) return;
    await onDisk(this.file, async () => {
      await rm(this.file, { force: true });
      await syncFolder(path.dirname(this.file));
    });
  }

  async #beat(): Promise<void> {
    try {
      await this.verify();
      this.#counter += 1;
      // In place and of the same length: needs no space on a full disk, and a reader sees an old or a new count.
      const counter = Buffer.from(String(this.#counter).padStart(counterWidth));
      const { size } = await this.#handle.stat();
      await this.#handle.write(counter, 0, counter.length, size - counter.length - 2);
    } catch (thrown) {
      // A lost lock is told through `lost`. A count that the disk refuses is made up for by a later one.
      if (!(thrown instanceof Fault) && errorCode(thrown) === undefined) throw thrown;
    }
  }

  #lostFault(found: Found | null): Fault {
    return new Fault("locked", `The lock of ${this.#what} was taken away while it was being worked on.`, {
      file: this.file,
      found: found === null ? "no lock file" : describeHolder(found.holder),
      allowed: `process ${this.identity.pid} on ${this.identity.host}`,
      remedy:
        found === null
          ? "Do not delete lock files of a live run; resume it."
          : "The other process goes on with the work; start nothing here.",
    });
  }
}
