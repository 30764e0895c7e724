import { rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import * as z from "zod";
import { errorCode } from "./faults.js";

/**
 * The answer that arrives just now, for whoever looks at the run: `live.json` in the run's folder. It is written only
 * while somebody watches, never flushed to the disk, and no part of any result.
 */
const file = "live.json";
/** Whoever watches puts this file there again and again; the runner takes it away, so that nobody is watched for ever. */
const marker = "live.watch";

/** Characters of an answer that are kept; of a longer one its end. */
const mostCharacters = 32_000;
const writeMs = 100;
/** How often the runner looks for a watcher, and how long one counts. */
const lookMs = 500;
const watchedMs = 5000;

const liveSchema = z.object({
  version: z.literal(1),
  iteration: z.number(),
  benchmark: z.string(),
  error: z.string(),
  round: z.number(),
  number: z.number(),
  /** The end of the text so far, and how many characters stand before it. */
  text: z.string(),
  before: z.number(),
});
export type LiveAnswer = z.infer<typeof liveSchema>;

/** Which call an answer belongs to. */
type LiveCall = Pick<LiveAnswer, "iteration" | "benchmark" | "error" | "round" | "number">;

export function liveFile(runFolder: string): string {
  return path.join(runFolder, file);
}

/** The content of the file; null when it is none, as while another version wrote it: what is only shown is not worth a fault. */
export function parseLiveAnswer(text: string): LiveAnswer | null {
  try {
    return liveSchema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

/** Asks the runner to write what arrives for the next seconds. Does nothing where the folder cannot be written. */
export async function watchLive(runFolder: string): Promise<void> {
  await writeFile(path.join(runFolder, marker), "").catch(() => undefined);
}

interface Growing {
  readonly call: LiveCall;
  text: string;
  before: number;
  ended: boolean;
}

/** Writes the newest answer that arrives, one at a time and at most ten times a second. */
export class LiveAnswers {
  readonly #folder: string;
  /** In the order in which they began. */
  readonly #growing = new Set<Growing>();
  #shown: Growing | null = null;
  #timer: NodeJS.Timeout | null = null;
  #writing: Promise<void> = Promise.resolve();
  #lookedAt = Number.NEGATIVE_INFINITY;
  #watchedUntil = Number.NEGATIVE_INFINITY;
  #closed = false;

  constructor(runFolder: string) {
    this.#folder = runFolder;
  }

  /** A call whose answer is awaited. */
  begin(call: LiveCall): { readonly onText: (piece: string) => void; readonly end: () => void } {
    const own: Growing = { call, text: "", before: 0, ended: false };
    this.#growing.add(own);
    return {
      onText: (piece) => {
        own.text += piece;
        if (own.text.length > 2 * mostCharacters) {
          const cut = own.text.length - mostCharacters;
          own.text = own.text.slice(cut);
          own.before += cut;
        }
        if (this.#shown === null || this.#shown.ended) this.#shown = own;
        if (this.#shown === own) this.#soon();
      },
      end: () => {
        this.#growing.delete(own);
        own.ended = true;
        // The next one to be shown is the one that began last: most of it is still to come. A server that does not stream
        // brings whole answers, and the last of them stays.
        if (this.#shown === own) this.#shown = [...this.#growing].findLast(({ text }) => text !== "") ?? own;
      },
    };
  }

  async close(): Promise<void> {
    this.#closed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.#writing;
    await Promise.all([file, marker].map(async (name) => rm(path.join(this.#folder, name), { force: true })));
  }

  #soon(): void {
    if (this.#timer !== null || this.#closed) return;
    // While nobody watches, a look now and then is all that happens.
    const now = performance.now();
    const wait = now < this.#watchedUntil ? writeMs : this.#lookedAt + lookMs - now;
    this.#timer = setTimeout(
      () => {
        this.#writing = this.#write().finally(() => (this.#timer = null));
      },
      Math.max(0, wait),
    );
    this.#timer.unref();
  }

  async #write(): Promise<void> {
    const shown = this.#shown;
    try {
      if (!(await this.#watched()) || shown === null || this.#closed) return;
      const { call, text, before } = shown;
      const kept = text.slice(-mostCharacters);
      const answer: LiveAnswer = { version: 1, ...call, text: kept, before: before + text.length - kept.length };
      const temporary = path.join(this.#folder, `.tmp-${file}`);
      await writeFile(temporary, JSON.stringify(answer));
      await rename(temporary, path.join(this.#folder, file));
    } catch {
      // What is only shown must never stop a run; a full disk is told by whoever writes results.
      this.#watchedUntil = Number.NEGATIVE_INFINITY;
    }
  }

  async #watched(): Promise<boolean> {
    const now = performance.now();
    if (now - this.#lookedAt >= lookMs) {
      this.#lookedAt = now;
      try {
        await rm(path.join(this.#folder, marker));
        this.#watchedUntil = now + watchedMs;
      } catch (thrown) {
        if (errorCode(thrown) !== "ENOENT") throw thrown;
      }
    }
    return now < this.#watchedUntil;
  }
}
