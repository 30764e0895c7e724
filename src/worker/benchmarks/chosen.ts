import { errorDocument } from "../../adapters/project/index.js";
import type { LoopBenchmark, ResponseRecord } from "../../engine/iteration/index.js";
import { fenced } from "../../protocol/safeText.js";
import type { AnswerSetRef, Selection } from "../../protocol/worker/benchmarks.js";
import type { AnswerSetView, BenchmarkIndex } from "./benchmarkIndex.js";
import type { Row } from "./rows.js";

/** An answer that a person chose, whole. The case is null where the project does not have it any more. */
interface ChosenAnswer {
  readonly set: AnswerSetRef;
  readonly row: Row;
  readonly view: AnswerSetView;
  readonly benchmark: LoopBenchmark | null;
  readonly response: ResponseRecord;
}

/** Cases that go into Markdown; more is for a file. */
const mostMarkdown = 200;

/** Keys of chosen cases, each once, in the order of choice. */
export async function keysOf(index: BenchmarkIndex, selections: readonly Selection[]): Promise<string[]> {
  const keys = new Set<string>();
  for (const selection of selections) {
    if ("keys" in selection) for (const key of selection.keys) keys.add(key);
    else for (const { answer } of await chosenRows(index, selection)) keys.add(answer.key);
  }
  return [...keys];
}

/** Chosen answers with their responses. One that is not there any more is left out. */
export async function chosenAnswers(index: BenchmarkIndex, selections: readonly Selection[]): Promise<ChosenAnswer[]> {
  const records = new Map<string, ReadonlyMap<string, ResponseRecord>>();
  const chosen = new Map<string, ChosenAnswer>();
  for (const selection of selections) {
    const { set } = selection;
    const { run, iteration, stage } = set;
    const place = JSON.stringify([run, iteration, stage]);
    const responses = records.get(place) ?? (await index.records(set));
    records.set(place, responses);
    const view = await index.set(set);
    for (const row of await chosenRows(index, selection, view)) {
      const response = responses.get(row.answer.key);
      if (response === undefined) continue;
      chosen.set(`${place}${row.answer.key}`, { set, row, view, benchmark: view.benchmark, response });
    }
  }
  return [...chosen.values()];
}

async function chosenRows(index: BenchmarkIndex, selection: Selection, known?: AnswerSetView): Promise<readonly Row[]> {
  const view = known ?? (await index.set(selection.set));
  if ("keys" in selection) {
    const wanted = new Set(selection.keys);
    return view.rows.filter(({ answer }) => wanted.has(answer.key));
  }
  const { offset, limit } = selection;
  return (await index.listed(view, selection)).slice(offset, limit === null ? undefined : offset + limit);
}

/** A chosen answer as one JSON object: what `preceptor errors --json` prints of it, and where it is from. */
export function documentOf({ set, row, view, benchmark, response }: ChosenAnswer): {
  readonly [field: string]: unknown;
} {
  const { run, iteration, stage } = set;
  const { testCase } = row;
  const triage = view.triage.get(response.key) ?? null;
  if (benchmark === null || testCase === null) return { run, iteration, stage, ...response };
  return { run, iteration, stage, ...errorDocument({ benchmark, testCase, response, triage }) };
}

/** Chosen answers for a text that people read; what is too much for that is counted. */
export async function markdownOf(
  index: BenchmarkIndex,
  selections: readonly Selection[],
): Promise<{ text: string; cases: number; leftOut: number }> {
  const chosen = await chosenAnswers(index, selections);
  const shown = chosen.slice(0, mostMarkdown);
  return { text: shown.map(markdownCase).join("\n"), cases: shown.length, leftOut: chosen.length - shown.length };
}

function markdownCase({ set, row, view, response }: ChosenAnswer): string {
  const { testCase, answer } = row;
  const facts = [
    `${set.run}, iteration ${set.iteration}`,
    answer.verdict,
    answer.outcome === answer.verdict ? null : answer.outcome,
    view.triage.get(answer.key)?.decision ?? null,
  ].filter((fact) => fact !== null);
  const sections: [string, string | null][] = [
    ["Question", testCase === null ? null : (view.family?.questionText(testCase) ?? testCase.question)],
    ["Response", response.text],
    ["Reference", testCase === null ? null : (view.family?.reference(testCase) ?? null)],
  ];
  return [
    `## ${inline(response.key)}`,
    "",
    facts.map(inline).join(" · "),
    ...sections.flatMap(([title, text]) => (text === null ? [] : ["", `**${title}**`, "", fenced(text)])),
    "",
  ].join("\n");
}

function inline(text: string): string {
  return text.replaceAll(/[\\`*_{}[\]<>()#|!]/gu, String.raw`\$&`);
}
