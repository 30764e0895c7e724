import { answeredStages, newestRun, type ReadableRun } from "../../adapters/project/index.js";
import { openProjectStore } from "../../adapters/store/index.js";
import { judgementOf, parseResponse, protocolOf, type ResponseRecord } from "../../engine/iteration/index.js";
import { oneLine } from "../../protocol/safeText.js";
import type { CaseRef, caseRequests } from "../../protocol/worker/index.js";
import type * as z from "zod/mini";
import type { Projects } from "../projects.js";
import type { RunRecords } from "../runRecords.js";
import { briefLine } from "../benchmarks/rows.js";
import { casesOf } from "./found.js";

type CodeErrors = z.output<(typeof caseRequests)["case/codeErrors"]["result"]>;

/** First answers of a stage by case. */
async function answersOf(
  records: RunRecords,
  { run }: Pick<ReadableRun, "run">,
  { iteration, stage }: Pick<CaseRef, "iteration" | "stage">,
): Promise<Map<string, ResponseRecord>> {
  const all = await records.read(run, iteration, stage, "responses.jsonl", parseResponse);
  return new Map(all.filter(({ sample }) => sample === 0).map((record) => [record.key, record]));
}

/** The wrong programs of a run: of the last stage with answers to its target splits, and of the last evaluation. */
export async function codeErrors(
  projects: Projects,
  records: RunRecords,
  folder: string,
  wanted: string | null,
): Promise<CodeErrors> {
  const store = await openProjectStore(folder, { access: "read" });
  if (wanted === null && (await store.runIds()).length === 0) return { run: null, benchmarks: [] };
  const id = wanted ?? (await newestRun(store));
  const readable = await projects.run(folder, id);
  const stages = await answeredStages(readable.run);
  const last = (["collect", "evaluate"] as const).flatMap(
    (stage) => stages.findLast((candidate) => candidate.stage === stage) ?? [],
  );
  const benchmarks: CodeErrors["benchmarks"] = [];
  for (const at of last) {
    const answers = await answersOf(records, readable, at);
    for (const benchmark of readable.benchmarks.filter(({ family }) => family.name === "code")) {
      const outcomes = new Map<string, CodeErrors["benchmarks"][number]["outcomes"][number]["cases"]>();
      for (const testCase of casesOf(benchmark, at.stage)) {
        const { key, id: caseId } = testCase;
        const answer = answers.get(key);
        if (answer === undefined || answer.correct) continue;
        const { failure, by } = judgementOf(answer, protocolOf(answer, benchmark.protocol));
        const name = by === "exception" ? (failure?.type ?? by) : by;
        const ref = { run: id, ...at, key };
        const item = { ref, id: oneLine(caseId, 80), question: briefLine(testCase, benchmark.family) };
        outcomes.set(name, [...(outcomes.get(name) ?? []), item]);
      }
      if (outcomes.size === 0) continue;
      const groups = [...outcomes].map(([name, cases]) => ({ name: oneLine(name, 80), cases }));
      groups.sort((a, b) => b.cases.length - a.cases.length || (a.name < b.name ? -1 : 1));
      benchmarks.push({ name: benchmark.name, ...at, outcomes: groups });
    }
  }
  return { run: id, benchmarks };
}
