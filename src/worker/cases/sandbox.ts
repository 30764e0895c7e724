import { codeRunnerOf, type Project } from "../../adapters/project/index.js";
import type { CodeRunner } from "../../engine/seams/index.js";

/** A sandbox that nobody uses is ended after this time: its processes hold memory. */
const idleMs = 60_000;

interface Open {
  readonly runner: Promise<CodeRunner>;
  users: number;
  timer: NodeJS.Timeout | null;
}

/** The sandboxes of this window, one for each consent, opened when a program is first run and kept while they are used. */
export class Sandboxes {
  readonly #open = new Map<string, Open>();

  /** Lends the project's sandbox. Faults with kind `sandbox` where none works. */
  async use<T>(project: Project, work: (runner: CodeRunner) => Promise<T>): Promise<T> {
    const consent = project.configuration.sandbox.consent ?? "isolated";
    const open = this.#open.get(consent) ?? { runner: codeRunnerOf(project), users: 0, timer: null };
    this.#open.set(consent, open);
    open.users += 1;
    if (open.timer !== null) clearTimeout(open.timer);
    open.timer = null;
    try {
      return await work(await open.runner);
    } finally {
      open.users -= 1;
      if (open.users === 0) this.#endLater(consent, open);
    }
  }

  #endLater(consent: string, open: Open): void {
    open.timer = setTimeout(() => {
      this.#open.delete(consent);
      // One that could not be opened was told to whoever asked for it.
      open.runner.then(
        async (runner) => runner.close(),
        () => undefined,
      );
    }, idleMs);
    open.timer.unref();
  }
}
