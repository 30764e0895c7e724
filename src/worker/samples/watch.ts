import { readFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { liveFile, openProjectStore, parseLiveAnswer, stampOf, watchLive } from "../../adapters/store/index.js";
import { isAbort } from "../../engine/fault.js";
import type { RunReader } from "../../engine/store/index.js";
import type { LiveAnswerView } from "../../protocol/worker/index.js";
import { shown } from "../cases/shown.js";
import type { Say } from "../say.js";

/** Milliseconds between two looks at the answer that arrives, and at everything else of the run. */
const liveMs = 120;
const changeMs = 600;
/** How often the runner is told that somebody watches. */
const markerMs = 2000;

/** Follows one run for the panel that shows it: the answer that arrives now, and that there is something new. */
export class SamplesWatch {
  readonly #folder: string;
  readonly #run: string;
  readonly #say: Say;
  readonly #stop = new AbortController();
  /** Null until it was said what arrives: whoever looks on may still show the answer of another run. */
  #liveStamp: string | null = null;
  #changeStamp: string | null = null;
  #running = false;

  constructor(folder: string, run: string, say: Say) {
    this.#folder = folder;
    this.#run = run;
    this.#say = say;
    void this.#follow();
  }

  stop(): void {
    this.#stop.abort();
  }

  async #follow(): Promise<void> {
    const { signal } = this.#stop;
    let changedAt = Number.NEGATIVE_INFINITY;
    let markedAt = Number.NEGATIVE_INFINITY;
    let failed = false;
    while (!signal.aborted) {
      try {
        const store = await openProjectStore(this.#folder, { access: "read" });
        const run = await store.readRun(this.#run);
        while (!signal.aborted) {
          const now = performance.now();
          if (now - changedAt >= changeMs) {
            changedAt = now;
            await this.#lookAtChanges(run);
          }
          if (this.#running && now - markedAt >= markerMs) {
            markedAt = now;
            await watchLive(run.folder);
          }
          await this.#lookAtLive(run);
          failed = false;
          await sleep(this.#running ? liveMs : changeMs, undefined, { signal });
        }
      } catch (thrown) {
        if (isAbort(thrown)) return;
        // Said once: a deleted run stays deleted, and a disk that is away may come back.
        if (!failed) process.stderr.write(`${this.#run} cannot be followed: ${String(thrown)}\n`);
        failed = true;
        await sleep(changeMs, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  async #lookAtChanges(run: RunReader): Promise<void> {
    const files = ["journal.jsonl", "state.json", "ledger.jsonl"].map((name) => path.join(run.folder, name));
    const decisions = path.join(this.#folder, "decisions", "review.jsonl");
    const stamp = await stampOf([...files, decisions]);
    if (stamp === this.#changeStamp) return;
    const first = this.#changeStamp === null;
    this.#changeStamp = stamp;
    this.#running = await run.running();
    if (!first) this.#say("samples/changed", { folder: this.#folder, run: this.#run });
  }

  async #lookAtLive(run: RunReader): Promise<void> {
    const file = liveFile(run.folder);
    // What a runner that died left there is no answer that arrives.
    const stamp = this.#running ? await stampOf([file]) : "-";
    if (stamp === this.#liveStamp) return;
    this.#liveStamp = stamp;
    const answer = stamp === "-" ? null : parseLiveAnswer(await readFile(file, "utf8").catch(() => ""));
    this.#say("samples/live", { folder: this.#folder, run: this.#run, answer: answer === null ? null : view(answer) });
  }
}

function view({ iteration, error, round, number, text, before }: LiveAnswerView): LiveAnswerView {
  return { iteration, error, round, number, text: shown(text).text, before };
}
