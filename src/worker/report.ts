import path from "node:path";
import { configurationFile, overlayFile, readReportSource } from "../adapters/project/index.js";
import { openProjectStore } from "../adapters/store/index.js";
import {
  buildReport,
  parseResponse,
  reportFiles,
  type LoopBenchmark,
  type ReportSource,
  type ResponseRecord,
} from "../engine/iteration/index.js";
import { reportCsv, reportHtml, reportMarkdown, type Report } from "../engine/report/index.js";
import type { Handlers } from "../protocol/rpc.js";
import type {
  CaseQuery,
  ComparisonView,
  EvaluationRef,
  Fate,
  ReportForm,
  reportRequests,
  ReportView,
} from "../protocol/worker/index.js";
import { keep, once, stampOf, type Kept } from "./kept.js";
import type { Projects } from "./projects.js";
import type { RunRecords } from "./runRecords.js";

const forms: { readonly [form in ReportForm]: (report: Report) => string } = {
  markdown: reportMarkdown,
  csv: reportCsv,
  html: reportHtml,
};

/** Characters of a question that a list of cases shows. */
const mostQuestion = 300;

export function reportHandlers(
  projects: Projects,
  records: RunRecords,
): Handlers<{ readonly requests: typeof reportRequests; readonly events: Record<never, never> }> {
  const reports = new Map<string, Kept<Report>>();
  const reportOf = async (folder: string, id: string): Promise<Report> => {
    const project = await projects.shown(folder);
    const source = await readReportSource(project, id, async (_project, run) => projects.run(folder, run));
    // A report reads every result of the run, and hashes it; where none of them changed, neither has the report.
    const stamp = await stampOf(filesOf(source, folder));
    return keep(reports, `${folder}\0${id}`, stamp, async () => buildReport(source));
  };
  const evaluation = async (folder: string, { run, iteration }: EvaluationRef): Promise<Evaluation> => {
    const reader = await (await openProjectStore(folder, { access: "read" })).readRun(run);
    return evaluationOf(await records.read(reader, iteration, "evaluate", "responses.jsonl", parseResponse));
  };
  /** A list is asked for in pieces, which should not find and sort its cases each time. */
  let listed: Listed | null = null;
  const keysOf = (was: Evaluation, is: Evaluation, { benchmark, fate }: CaseQuery): readonly string[] => {
    if (listed?.was === was && listed.is === is && listed.benchmark === benchmark && listed.fate === fate)
      return listed.keys;
    const keys = [...is.values()]
      .filter((record) => benchmark === null || record.benchmark === benchmark)
      .filter((record) => fateOf(was.get(record.key), record) === fate)
      .map(({ key }) => key)
      .sort(byNumbers.compare);
    listed = { was, is, benchmark, fate, keys };
    return keys;
  };
  return {
    "report/view": async ({ folder, run }) => ({
      report: viewOf(await reportOf(folder, run)),
      evaluations: await evaluationsOf(folder),
      configurationFault: await projects.configurationFault(folder),
    }),
    "report/export": async ({ folder, run, form }) => ({ text: forms[form](await reportOf(folder, run)) }),
    "report/compare": async ({ folder, before, after }) => ({
      benchmarks: compare(await evaluation(folder, before), await evaluation(folder, after)),
    }),
    "report/cases": async ({ folder, offset, limit, ...query }) => {
      const { before, after } = query;
      const keys = keysOf(await evaluation(folder, before), await evaluation(folder, after), query);
      const { benchmarks } = await projects.run(folder, after.run);
      const questions = benchmarks.map(questionsOf);
      return {
        total: keys.length,
        cases: keys.slice(offset, offset + limit).map((key) => ({
          ref: { run: after.run, iteration: after.iteration, stage: "evaluate" as const, key },
          question: (questions.find((of) => of.has(key))?.get(key) ?? "").slice(0, mostQuestion),
        })),
      };
    },
  };
}

/** The first answers of an evaluation by the keys of their cases. */
type Evaluation = ReadonlyMap<string, ResponseRecord>;

const evaluationOf = once(
  (responses: readonly ResponseRecord[]): Evaluation =>
    new Map(responses.filter(({ sample }) => sample === 0).map((record) => [record.key, record])),
);

const questionsOf = once(
  ({ evaluation }: LoopBenchmark): ReadonlyMap<string, string> =>
    new Map(evaluation.map(({ key, question }) => [key, question])),
);

/** Keys end with numbers more often than not. */
const byNumbers = new Intl.Collator("en", { numeric: true });

interface Listed extends Pick<CaseQuery, "benchmark" | "fate"> {
  readonly was: Evaluation;
  readonly is: Evaluation;
  readonly keys: readonly string[];
}

/**
 * What a report is made from: results, the manifests that say whether their stages are complete, what the run was made with,
 * and what people decided about its cases.
 */
function filesOf({ run, configuration }: ReportSource, project: string): string[] {
  const iterations = Array.from({ length: configuration.iterations.length + 1 }, (_, iteration) => iteration);
  const results = iterations.flatMap((iteration) =>
    Object.entries(reportFiles).flatMap(([stage, name]) => {
      const { folder } = run.stage(iteration, stage);
      return [path.join(folder, name), path.join(folder, "manifest.json")];
    }),
  );
  const start = path.join(project, ".preceptor", "runs", run.id, "run.json");
  const files = [configurationFile, overlayFile, path.join("decisions", "triage.jsonl")];
  return [...results, start, ...files.map((name) => path.join(project, name))];
}

function viewOf({ benchmarks, iterations, ...head }: Report): ReportView {
  return {
    ...head,
    benchmarks: benchmarks.map((benchmark) => ({
      ...benchmark,
      accuracies: benchmark.accuracies.map(({ interval: [low, high], passAtK, ...row }) => ({
        ...row,
        interval: [low, high],
        passAtK: [...passAtK],
      })),
      learning: benchmark.learning.map((row) => ({
        ...row,
        learned: row.learned.length,
        forgotten: row.forgotten.length,
      })),
    })),
    iterations: iterations.map((row) => ({
      ...row,
      funnel: [...row.funnel],
      quotas: [...row.quotas],
      loss: [...row.loss],
    })),
  };
}

/** Complete evaluations of the project's runs, the newest run first. */
async function evaluationsOf(folder: string): Promise<EvaluationRef[]> {
  const store = await openProjectStore(folder, { access: "read" });
  const ids = [...(await store.runIds())].sort((a, b) => byNumbers.compare(b, a));
  const found: EvaluationRef[] = [];
  for (const id of ids) {
    const run = await store.readRun(id);
    for (let iteration = 0; ; iteration += 1) {
      // A run that cannot be read is no other run's trouble; its own report says what is wrong with it.
      const manifest = await run
        .stage(iteration, "evaluate")
        .manifest()
        .catch(() => null);
      if (manifest === null) break;
      found.push({ run: id, iteration });
    }
  }
  return found;
}

function compare(before: Evaluation, after: Evaluation): ComparisonView[] {
  const rows = new Map<string, ComparisonView>();
  for (const record of after.values()) {
    const fate = fateOf(before.get(record.key), record);
    if (fate === null) continue;
    const row = rows.get(record.benchmark) ?? {
      benchmark: record.benchmark,
      shared: 0,
      learned: 0,
      forgotten: 0,
      "still-wrong": 0,
      "still-right": 0,
    };
    rows.set(record.benchmark, { ...row, shared: row.shared + 1, [fate]: row[fate] + 1 });
  }
  return [...rows.values()];
}

/** Null for a case that the earlier evaluation does not hold, or holds with another content. */
function fateOf(before: ResponseRecord | undefined, after: ResponseRecord): Fate | null {
  if (before === undefined || before.hash !== after.hash) return null;
  if (before.correct) return after.correct ? "still-right" : "forgotten";
  return after.correct ? "learned" : "still-wrong";
}
