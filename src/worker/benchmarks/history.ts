import { answersIn } from "../../adapters/project/index.js";
import type { PastVerdict } from "../../protocol/worker/cases.js";
import type { BenchmarkIndex } from "./benchmarkIndex.js";
import { scanRuns, type FoundAnswers } from "./scan.js";

/**
 * The verdicts about a case in every run of the project, the oldest run first. What the index has read is not read again:
 * a person goes through hundreds of cases, and each shows its history.
 */
export async function historyOf(index: BenchmarkIndex, folder: string, key: string): Promise<PastVerdict[]> {
  const { found } = await scanRuns(folder);
  const verdicts: PastVerdict[] = [];
  for (const one of [...found].sort(byTime)) {
    const correct = await verdictIn(index, one, key);
    if (correct !== null) verdicts.push({ run: one.run, iteration: one.iteration, stage: one.stage, correct });
  }
  return verdicts;
}

/** Null where the file has no answer to the case. */
async function verdictIn(index: BenchmarkIndex, one: FoundAnswers, key: string): Promise<boolean | null> {
  const file = index.fileOf(one);
  if (file?.isRead(one.stamp) !== true || file.fault !== null) {
    const [record] = await answersIn(one.file, key);
    return record?.sample === 0 ? record.correct : null;
  }
  for (const benchmark of file.benchmarks) {
    const answer = file.answers(benchmark).get(key);
    if (answer !== undefined) return answer.verdict === "right";
  }
  return null;
}

function byTime(a: FoundAnswers, b: FoundAnswers): number {
  return (
    a.run.localeCompare(b.run, "en", { numeric: true }) || a.iteration - b.iteration || (a.stage < b.stage ? -1 : 1)
  );
}
