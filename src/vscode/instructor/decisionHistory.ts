import type { SampleDecision } from "../../protocol/worker/samples.js";

/** Steps that can be undone. */
const mostSteps = 100;

/** What was in force before each of a person's decisions about the samples of one iteration, so that each can be undone. */
export class DecisionHistory {
  #of = "";
  #steps: (readonly SampleDecision[])[] = [];

  /** Decisions about the samples of another iteration are no longer to be undone here. */
  about(iteration: string): void {
    if (iteration !== this.#of) this.#steps = [];
    this.#of = iteration;
  }

  /** `before` is what was in force, null where nothing was decided. */
  add(before: readonly SampleDecision[] | null): void {
    if (before === null || before.length === 0) return;
    this.#steps.push(before);
    if (this.#steps.length > mostSteps) this.#steps.shift();
  }

  /** Undoes the last step; one that could not be undone may be tried again. */
  async undo(
    decide: (decisions: SampleDecision[]) => Promise<unknown>,
  ): Promise<{ samples: number; first: string | null }> {
    const step = this.#steps.at(-1);
    if (step === undefined) return { samples: 0, first: null };
    await decide([...step]);
    this.#steps = this.#steps.filter((other) => other !== step);
    return { samples: step.length, first: step[0]?.sample ?? null };
  }
}
