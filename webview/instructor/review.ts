import type { SampleDecision, SampleDraftView } from "../../src/protocol/worker/samples.js";
import { filled } from "../shared/words.js";
import type { Host, Page } from "./page.js";
import type { ShownSamples } from "./shownSamples.js";

/** Steps that can be undone. */
const mostSteps = 100;

/** What a person says of a sample; null takes an earlier decision back. */
export type Decision = "accept" | "reject" | null;

/** A person's decisions about samples, each of which can be undone. */
export class Review {
  readonly #host: Host;
  readonly #page: Page;
  readonly #samples: ShownSamples;
  /** What was in force before each step, the last step last. */
  #before: SampleDecision[][] = [];
  /** Ends when everything that was decided so far is in force. */
  #last: Promise<void> = Promise.resolve();

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

  async #next(step: () => Promise<void>): Promise<void> {
    this.#last = this.#last.then(step);
    return this.#last;
  }

  async #decide(decision: Decision): Promise<void> {
    const { chosen } = this.#samples;
    await this.#page.guard(async () => {
      const before = await this.#tell(decision);
      if (before === null) return;
      this.#decided(before, decision);
      await this.#samples.goOn(chosen, decision !== null);
    });
  }

  /** Keeps another draft in the place of a sample. */
  async useInstead(sample: string, draft: SampleDraftView): Promise<void> {
    await this.#page.guard(async () => {
      const decisions = [{ sample, decision: "accept" as const, draft }];
      const { before } = await this.#host.call("review", { decisions, note: null });
      await this.replaced(before);
    });
  }

  /** Another draft is accepted in the place of a sample; `before` is what was in force. */
  async replaced(before: SampleDecision[]): Promise<void> {
    this.#decided(before, "accept");
    await this.#samples.refresh();
  }

  async #undo(): Promise<void> {
    const decisions = this.#before.pop();
    if (decisions === undefined) return this.#page.say(({ nothingToUndo }) => nothingToUndo);
    await this.#page.guard(async () => {
      await this.#host.call("review", { decisions, note: null });
      this.#page.say(({ undone }) => filled(undone, decisions.length));
      const [first] = decisions;
      if (first !== undefined) await this.#samples.find(first.sample);
      await this.#samples.refresh();
    });
  }

  /** Other samples are shown: what was decided about those before stays. */
  forget(): void {
    this.#before = [];
  }

  async finish(): Promise<void> {
    await this.#page.guard(async () => void (await this.#host.call("finishReview", {})));
  }

  /** Tells the host, which answers what was in force before; null where nothing is chosen. */
  async #tell(decision: Decision): Promise<SampleDecision[] | null> {
    const { range, selected: sample } = this.#samples;
    if (range !== null) return (await this.#host.call("reviewRange", { ...range, decision })).before;
    if (sample === null) return null;
    const decisions = [{ sample, decision }];
    return (await this.#host.call("review", { decisions, note: null })).before;
  }

  /** A decision is in force: the step can be undone from now on. */
  #decided(before: SampleDecision[], decision: Decision): void {
    if (before.length > 0) this.#before.push(before);
    if (this.#before.length > mostSteps) this.#before.shift();
    this.#page.say((words) => {
      const name = decision === "accept" ? words.accepted : decision === "reject" ? words.rejected : words.undecide;
      return filled(words.decided, name, before.length);
    });
  }
}
