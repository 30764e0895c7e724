import { randomUUID } from "node:crypto";
import { readdir, readFile, unlink } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { threadId } from "node:worker_threads";
import { z } from "zod";
import { Fault } from "../../engine/fault.js";
import { versioned, type Claim, type KeyedClaims } from "../../engine/store/index.js";
import { errorCode, unlessAbsent } from "./faults.js";
import {
  ensureFolder,
  isForgotten,
  linkExclusive,
  parseJson,
  removeQuietly,
  requireName,
  writeAtomic,
} from "./files.js";
import { acquireLock, type LockOptions } from "./lock.js";
import {
  processIdentitySchema,
  processState,
  systemProcesses,
  type ProcessIdentity,
  type ProcessState,
  type ProcessTable,
} from "./processIdentity.js";

interface ClaimRecord extends ProcessIdentity {
  readonly version: 1;
  /** Number of the thread in its process, 0 for the main one; no number is given twice. Older claims do not have it. */
  readonly thread?: number | undefined;
}

const parseClaim = versioned<ClaimRecord>({
  what: "claim",
  version: 1,
  schema: processIdentitySchema.extend({ version: z.literal(1), thread: z.int().nonnegative().optional() }),
});

/** How long what is known of an owner holds good: thousands of requests may wait for one and the same. */
const ownerMs = 2000;
/** Where there are no hard links a claim may be read while it is being written. */
const writingMs = 100;

/** For who may work on a key without a claim of it. */
const unclaimed: Claim = { release: async () => undefined };

/**
 * Opens `claims/` of a store, without what dead processes and ended threads left there.
 *
 * @param store the folder `.preceptor`.
 */
export async function openClaims(store: string, self: ProcessIdentity, options: LockOptions): Promise<KeyedClaims> {
  const claims = new DiskClaims(store, self, options);
  await claims.tidy();
  return claims;
}

/**
 * Removes what dead processes, and ended threads of this one, left in `claims/` of a store, for whoever waits there; creates
 * nothing. A process that lives on is asked by nobody else whether the thread that claimed has ended: the thread that comes
 * after it says so.
 */
export async function removeLeftClaims(store: string, options: LockOptions = {}): Promise<void> {
  const self = await (options.processes ?? systemProcesses).self();
  await new DiskClaims(store, self, options).tidy();
}

/**
 * One file a claim, with its owner's identity: a hard link to a file that the owner writes once, so that a claim costs two
 * file operations and nobody reads half of one. Nothing is flushed, because a power cut ends all owners.
 *
 * The claim of a dead owner is removed under a lock by who still finds it there, then taken as any other: so it is
 * never removed after somebody else has taken it.
 */
class DiskClaims implements KeyedClaims {
  readonly #folder: string;
  readonly #lock: string;
  readonly #owners: Owners;
  readonly #options: LockOptions;
  readonly #text: string;
  readonly #held = new Set<string>();
  /** The file that claims are links to, once there is one. */
  #own: Promise<string> | null = null;
  #removing: Promise<void> | null = null;

  constructor(store: string, self: ProcessIdentity, options: LockOptions) {
    this.#folder = path.join(store, "claims");
    this.#lock = path.join(store, "locks", "claims.lock");
    this.#owners = new Owners(self, options.processes ?? systemProcesses);
    this.#options = options;
    this.#text = `${JSON.stringify({ version: 1, ...self, thread: threadId } satisfies ClaimRecord)}\n`;
  }

  async take(key: string): Promise<Claim | null> {
    const file = path.join(this.#folder, requireName(key, "claim"));
    return unlessRefused<Claim | null>(unclaimed, async () => {
      // More than one try where an owner gives its claim back, or was removed, at this very moment.
      for (let tries = 0; tries < 3; tries += 1) {
        if (await this.#create(file)) return this.#claim(file);
        const owner = await this.#ownerOf(file);
        if (owner === "live" || owner === "there") return null;
        if (owner === "elsewhere" || owner === "unreadable") return unclaimed;
        if (owner === "gone") await this.#removeLeft();
      }
      return null;
    });
  }

  async close(): Promise<void> {
    await Promise.all([...this.#held].map(async (file) => this.#release(file)));
    const own = await this.#own?.catch(() => null);
    if (typeof own === "string") await removeQuietly(own);
  }

  /** Removes what owners that are gone left; one look into the folder where they left nothing. */
  async tidy(): Promise<void> {
    await unlessRefused(undefined, async () => {
      if ((await this.#left()).length > 0) await this.#removeLeft();
    });
  }

  #claim(file: string): Claim {
    this.#held.add(file);
    return { release: async () => this.#release(file) };
  }

  async #release(file: string): Promise<void> {
    if (this.#held.delete(file)) await removeQuietly(file);
  }

  async #create(file: string): Promise<boolean> {
    this.#own ??= this.#write();
    try {
      return await linkExclusive(await this.#own, file, this.#text);
    } catch (thrown) {
      // Written anew for the next claim: somebody may have cleaned up, or made room.
      this.#own = null;
      throw thrown;
    }
  }

  async #write(): Promise<string> {
    await ensureFolder(this.#folder);
    const file = path.join(this.#folder, `process-${randomUUID()}`);
    await writeAtomic(file, this.#text);
    return file;
  }

  async #ownerOf(file: string): Promise<OwnerState | "absent"> {
    const state = await this.#stateOf(file);
    if (state !== "unreadable") return state;
    await sleep(writingMs);
    return this.#stateOf(file);
  }

  async #stateOf(file: string): Promise<OwnerState | "absent"> {
    const bytes = await unlessAbsent(file, null, async () => readFile(file));
    return bytes === null ? "absent" : this.#owners.state(bytes);
  }

  /** Files of owners that are gone, and of those of whom nothing can be known and nothing was heard for a month. */
  async #left(): Promise<string[]> {
    const left: string[] = [];
    for (const name of await unlessAbsent(this.#folder, [], async () => readdir(this.#folder))) {
      const file = path.join(this.#folder, name);
      const owner = await this.#stateOf(file);
      const unknown = owner === "elsewhere" || owner === "unreadable";
      if (owner === "gone" || (unknown && (await isForgotten(file)))) left.push(file);
    }
    return left;
  }

  /** Whoever comes while this process is at it shares it; while another one is, nothing is done. */
  async #removeLeft(): Promise<void> {
    this.#removing ??= this.#removeUnderLock().finally(() => (this.#removing = null));
    await this.#removing;
  }

  async #removeUnderLock(): Promise<void> {
    await ensureFolder(path.dirname(this.#lock));
    const lock = await acquireLock(this.#lock, this.#options).catch((thrown: unknown) => {
      if (thrown instanceof Fault && thrown.kind === "locked") return null;
      throw thrown;
    });
    if (lock === null) return;
    try {
      for (const file of await this.#left()) await unlessAbsent(file, undefined, async () => unlink(file));
    } finally {
      await lock.release();
    }
  }
}

type OwnerState = ProcessState | "unreadable";

/** Whether owners of claims live. */
class Owners {
  readonly #self: ProcessIdentity;
  readonly #processes: ProcessTable;
  readonly #known = new Map<string, { readonly at: number; readonly state: Promise<ProcessState> }>();

  constructor(self: ProcessIdentity, processes: ProcessTable) {
    this.#self = self;
    this.#processes = processes;
  }

  /** @param bytes the content of a claim. */
  async state(bytes: Buffer): Promise<OwnerState> {
    const text = bytes.toString("utf8");
    const known = this.#known.get(text);
    if (known !== undefined && performance.now() - known.at < ownerMs) return known.state;
    let owner: ClaimRecord;
    try {
      owner = parseClaim(parseJson(bytes));
    } catch (thrown) {
      // Cut short, or of a newer version.
      if (thrown instanceof Fault) return "unreadable";
      throw thrown;
    }
    const state = this.#judge(owner);
    this.#known.set(text, { at: performance.now(), state });
    return state;
  }

  async #judge(owner: ClaimRecord): Promise<ProcessState> {
    const state = await processState(owner, this.#self, this.#processes);
    const here = (state === "live" || state === "there") && owner.pid === this.#self.pid;
    return here && hasEnded(owner.thread ?? 0) ? "gone" : state;
  }
}

/**
 * Whether a thread of this process that claimed something has ended. Beside the main thread, which lives as long as the
 * process, one thread at a time claims, and the next one begins when it has ended: such is the engine worker of a window.
 */
function hasEnded(thread: number): boolean {
  return thread > 0 && thread < threadId;
}

/** What the disk refuses here it also refuses to whoever writes results, who tells it. */
async function unlessRefused<T>(refused: T, operation: () => Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (thrown) {
    if (!(thrown instanceof Fault) && errorCode(thrown) === undefined) throw thrown;
    return refused;
  }
}
