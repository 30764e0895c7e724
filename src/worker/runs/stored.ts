import { modelIdentities, type Project } from "../../adapters/project/index.js";
import { openProjectStore } from "../../adapters/store/index.js";
import { answerKey, parseStoredAnswer } from "../../engine/asking/index.js";
import { throwIfCancelled } from "../../engine/fault.js";
import { selectedOf, targetRequest, taught, type LoopBenchmark, type StageName } from "../../engine/iteration/index.js";
import type { ChatRequest } from "../../engine/seams/index.js";

/** Keys looked up between two looks at whether the person still wants to know. */
const atOnce = 500;

/**
 * How many answers of the base target a run needs and the cache has. Later iterations ask checkpoints that nobody has
 * trained yet. A model without a revision shares no answers between runs.
 */
export async function storedTargetAnswers(
  project: Project,
  benchmarks: readonly LoopBenchmark[],
  pending: (iteration: number, stage: StageName) => boolean,
  signal: AbortSignal,
): Promise<number> {
  const identity = modelIdentities(project).targetIdentity(null);
  if (identity.revision === null) return 0;
  const requests: ChatRequest[] = [];
  for (const benchmark of benchmarks) {
    if (pending(0, "evaluate")) {
      for (let sample = 0; sample < benchmark.samples; sample += 1) {
        for (const each of benchmark.evaluation) requests.push(targetRequest(project, benchmark, each, sample));
      }
    }
  }
  for (const benchmark of pending(1, "collect") ? taught(benchmarks) : []) {
    const once = { ...benchmark, samples: 1 };
    for (const each of selectedOf(project, benchmark)) requests.push(targetRequest(project, once, each, 0));
  }
  const store = await openProjectStore(project.folder, { access: "read" });
  const cache = await store.answers(parseStoredAnswer);
  try {
    let stored = 0;
    for (let from = 0; from < requests.length; from += atOnce) {
      throwIfCancelled(signal);
      const answers = await Promise.all(
        requests.slice(from, from + atOnce).map(async (request) => cache.get(answerKey(identity, request, null))),
      );
      stored += answers.filter((answer) => answer !== undefined).length;
    }
    return stored;
  } finally {
    await cache.close();
  }
}
