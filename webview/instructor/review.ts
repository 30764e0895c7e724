import type { SampleDraftView } from "../../src/protocol/worker/samples.js";
import { figure, filled } from "../shared/words.js";
import type { Host, Page } from "./page.js";
import type { ShownSamples } from "./shownSamples.js";

/** What a person says of a sample; null takes an earlier decision back. */
export type Decision = "accept" | "reject" | null;

/** A person's decisions about samples, each of which can be undone. */
export class Review {
  readonly #host: Host;
  readonly #page: Page;
  readonly #samples: ShownSamples;
  /** Ends when everything that was decided so far is in force. */
  #last: Promise<void> = Promise.resolve();
  /** Steps that have not ended. */
  #waiting = 0;

  constructor(host: Host, page: Page, samples: ShownSamples) {
    this.#host = host;
    this.#page = page;
    this.#samples = samples;
  }

  /** When everything that was decided so far is in force, and the cursor is where it led. */
  get settled(): Promise<void> {
    return this.#last;
  }

  /**
   * Decides about what is chosen: one sample, or a range of the list. Keys may come faster than answers; each decision is
   * about what is chosen when the one before is in force.
   */
  async decide(decision: Decision): Promise<void> {
    return this.#next(() => this.#decide(decision));
  }

  async undo(): Promise<void> {
    return this.#next(() => this.#undo());
  }

  /** Does something at once, or where decisions are on their way when they are in force: a key is about where they led. */
  inTurn(step: () => void): void {
    if (this.#waiting === 0) step();
    else void this.#next(async () => step());
  }

  async #next(step: () => Promise<void>): Promise<void> {
    this.#waiting += 1;
    this.#last = this.#last
      .then(async () => this.#page.guard(step))
      .finally(() => {
        this.#waiting -= 1;
      });
    return this.#last;
  }

  async #decide(decision: Decision): Promise<void> {
    if (this.#isHeld()) return;
    const ahead = await this.#samples.ahead(decision !== null);
    const decided = await this.#tell(decision);
    if (decided === null) return;
    this.#said(decided, decision);
    await this.#samples.goOn(ahead);
  }

  /** Keeps another draft in the place of a sample. */
  async useInstead(sample: string, draft: SampleDraftView): Promise<void> {
    if (this.#isHeld()) return;
    await this.#page.guard(async () => {
      const decisions = [{ sample, decision: "accept" as const, draft }];
      await this.#host.call("review", { decisions, note: null });
      await this.replaced();
    });
  }

  /** Another draft was accepted in the place of a sample. */
  async replaced(): Promise<void> {
    this.#said(1, "accept");
    await this.#samples.refresh();
  }

  async finish(): Promise<void> {
    if (this.#isHeld()) return;
    await this.#page.guard(async () => {
      // The host asks about what is typed elsewhere, so it has to know what was cancelled a moment ago.
      await this.#samples.remember();
      await this.#host.call("finishReview", {});
    });
  }

  async #undo(): Promise<void> {
    if (this.#isHeld()) return;
    const { samples, first } = await this.#host.call("undo", {});
    if (first === null) return this.#page.say(({ nothingToUndo }) => nothingToUndo);
    this.#page.say(({ undone, undoneOne }) => (samples === 1 ? undoneOne : filled(undone, figure(samples))));
    await this.#samples.find(first);
    await this.#samples.refresh();
  }

  /** What a person is typing about a sample is decided about first. */
  #isHeld(): boolean {
    const held = this.#samples.held();
    if (held) this.#page.say(({ changeOpen }) => changeOpen);
    return held;
  }

  /** Tells the host, and says about how many samples; null where nothing is chosen, or not what the person saw. */
  async #tell(decision: Decision): Promise<number | null> {
    const range = await this.#samples.range();
    if (range === null) {
      const { selected: sample } = this.#samples;
      if (sample === null) return null;
      return (await this.#host.call("review", { decisions: [{ sample, decision }], note: null })).before.length;
    }
    const { before } = await this.#host.call("reviewRange", { ...range, decision });
    if (before !== null) return before.length;
    await this.#samples.refresh();
    this.#page.say(({ listChanged }) => listChanged);
    return null;
  }

  #said(samples: number, decision: Decision): void {
    this.#page.say((words) => {
      const name = decision === "accept" ? words.accepted : decision === "reject" ? words.rejected : words.undecided;
      return samples === 1 ? filled(words.decidedOne, name) : filled(words.decided, name, figure(samples));
    });
  }
}
