import { contentHash } from "../hash.js";
import type { CodeRunner, CodeVerdict } from "../seams/index.js";

/** Both protocols and triage often run the very same program: it is run once for as long as this runner is kept. */
export function rememberingRunner(runner: CodeRunner): CodeRunner {
  const verdicts = new Map<string, Promise<CodeVerdict>>();
  return {
    layer: runner.layer,
    run(task, signal) {
      const key = contentHash(task);
      const known = verdicts.get(key);
      if (known !== undefined) return known;
      const verdict = runner.run(task, signal);
      verdicts.set(key, verdict);
      return verdict;
    },
    evaluate: (task, signal) => runner.evaluate(task, signal),
    close: () => runner.close(),
  };
}
