/** Which endings a person is told, and what they can do about each. This module knows nothing of the editor. */
import type { RunView } from "../../protocol/worker/index.js";

/** Runs that were seen at work or started here, by project and id: how each had ended before, null while it goes on. */
export type Followed = { readonly [key: string]: number | null };

/** Before a run that nobody had started had an ending. */
export const neverEnded = -1;

/**
 * Tells each ending of a run once, however quick it was: a run is followed from when it is seen at work, or from when it
 * was started here, and until it has ended in another way than before.
 */
export class FollowedRuns {
  readonly #followed: Map<string, number | null>;

  constructor(remembered: Followed) {
    this.#followed = new Map(Object.entries(remembered));
  }

  get remembered(): Followed {
    return Object.fromEntries(this.#followed);
  }

  /** A run was started here, which had ended like this before. */
  follow(folder: string, run: string, ended: number | null): void {
    const key = keyOf(folder, run);
    if (!this.#followed.has(key)) this.#followed.set(key, ended);
  }

  /** Runs of a project as they are now. Returns those that have ended since they were followed, and follows them no more. */
  look(folder: string, runs: readonly RunView[]): RunView[] {
    return runs.filter((run) => {
      const key = keyOf(folder, run.id);
      if (run.state === "running") {
        this.#followed.set(key, null);
        return false;
      }
      const before = this.#followed.get(key);
      if (before === undefined || before === run.ended) return false;
      this.#followed.delete(key);
      return true;
    });
  }
}

/** Whether a run that ended has stages left, as one that began with an import: it is done so far, and can go on. */
export function isOpen({ iterations }: Pick<RunView, "iterations">): boolean {
  return iterations.some(({ stages }) => stages.some(({ state }) => state === "planned"));
}

/**
 * The newest run that waits for a person. One that was begun after it had ended has taken its place, one beside it has not.
 * Imported results and a folder made by hand take nobody's place.
 */
export function waitingRun(runs: readonly RunView[]): RunView | null {
  const worked = runs.filter(({ runner }) => runner !== null);
  const index = worked.findIndex(({ state }) => state === "needs-person");
  const waiting = worked[index];
  if (waiting === undefined) return null;
  const { endedAt } = waiting;
  const replaced = worked
    .slice(0, index)
    .some(({ started }) => endedAt === null || started === null || started > endedAt);
  return replaced ? null : waiting;
}

function keyOf(folder: string, run: string): string {
  return `${folder}#${run}`;
}

export type NeedAction = "review" | "configuration" | "secret" | "resume" | "show";

/** What a person can do about what a run needs, the next step first. */
export function needActions(need: RunView["need"]): readonly NeedAction[] {
  switch (need?.kind) {
    case "review":
      return ["review", "resume"];
    case "budget":
      return ["configuration", "resume"];
    case "secret":
      // A key of the environment is named in the configuration, and set outside of the editor.
      return need.secret === undefined ? ["configuration", "resume"] : ["secret", "resume"];
    case "editor":
      return ["resume"];
    case "training":
      return ["show"];
    case undefined:
      return ["show", "resume"];
  }
}
