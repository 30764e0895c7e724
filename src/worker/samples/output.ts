import { readFile } from "node:fs/promises";
import path from "node:path";
import { stampOf } from "../../adapters/store/index.js";
import { pricesOf } from "../../adapters/project/index.js";
import { Fault } from "../../engine/fault.js";
import { draftRecord, type SampleDraft } from "../../engine/families/index.js";
import { parseAnswer } from "../../engine/instructor/index.js";
import { parseResponse, parseState, type CallRecord, type TemplateSource } from "../../engine/iteration/index.js";
import type {
  ErrorOutput,
  InstructorAnswer,
  SampleDetail,
  SampleDraftView,
  SamplesOverview,
} from "../../protocol/worker/index.js";
import { sent, shown } from "../cases/shown.js";
import type { RunRecords } from "../runRecords.js";
import { keptTemplates } from "../templates.js";
import { errorCase, type FoundIteration, type SampleIndexes } from "./found.js";
import type { IndexedSample } from "./sampleIndex.js";

/** Figures of a whole iteration. */
export async function overviewOf(
  indexes: SampleIndexes,
  { project, index }: FoundIteration,
  iterations: readonly number[],
): Promise<Omit<SamplesOverview, "configurationFault">> {
  const { configuration } = project;
  const { run, iteration, calls, samples } = index;
  const state = await run.readDocument("state.json", parseState);
  const running = await run.running();
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  const gates = new Map<string, IndexedSample[]>();
  for (const sample of samples) {
    if (sample.droppedBy === null) continue;
    const of = gates.get(sample.droppedBy) ?? [];
    gates.set(sample.droppedBy, of);
    of.push(sample);
  }
  const counts = (of: readonly IndexedSample[]): { samples: number; kept: number; open: number } => ({
    samples: of.length,
    kept: of.filter((sample) => index.isKept(sample)).length,
    open: of.filter(({ id }) => index.review(id) === null).length,
  });
  const waiting = !running && state?.state === "needs-person" && state.need?.kind === "review";
  return {
    run: run.id,
    iteration,
    iterations: [...iterations],
    strategy: configuration.iterations[iteration - 1]?.strategy ?? "",
    set: configuration.prompts,
    live: running && state?.iteration === iteration && state.stage === "instruct",
    errors: index.errors.length,
    calls: calls.length,
    asked: sum(calls.map(({ asked }) => asked)),
    parsed: sum(calls.map(({ parsed }) => parsed)),
    promptTokens: sum(calls.map(({ promptTokens }) => promptTokens)),
    completionTokens: sum(calls.map(({ completionTokens }) => completionTokens)),
    estimated: calls.some(({ estimated }) => estimated),
    spent: await indexes.spent(run),
    cap: configuration.budget.amount ?? null,
    currency: configuration.budget.currency,
    ...counts(samples),
    gates: [...gates].map(([gate, of]) => ({ gate, ...counts(of) })),
    review: index.reviewFinished
      ? "finished"
      : waiting && state.iteration === iteration
        ? "waiting"
        : configuration.review
          ? "required"
          : "not-required",
  };
}

/** Everything that came of one error; null is the first one. */
export async function errorOutput(
  { project, readable, index }: FoundIteration,
  records: RunRecords,
  wanted: string | null,
): Promise<ErrorOutput> {
  const { errors } = index;
  const key = wanted ?? errors[0];
  if (key === undefined) {
    throw new Fault("usage", "No instructor has answered yet.", { remedy: "The first answers show up here." });
  }
  const { calls, samples } = index.ofError(key);
  const { benchmark, testCase } = errorCase(readable, key, samples[0]?.benchmark ?? calls[0]?.benchmark);
  const position = errors.indexOf(key);
  const responses = await records.read(readable.run, index.iteration, "collect", "responses.jsonl", parseResponse);
  const response = responses.find((record) => record.key === key && record.sample === 0)?.text ?? null;
  const templates = await keptTemplates(project);
  const family = benchmark?.family ?? null;
  const reference = testCase === null ? null : (family?.reference(testCase) ?? null);
  const trained = await trainedIds(index);
  const { instructor } = pricesOf(project);
  return {
    run: index.run.id,
    iteration: index.iteration,
    key,
    family: family?.name ?? "",
    position: Math.max(0, position),
    count: errors.length,
    previous: errors[position - 1] ?? null,
    next: position === -1 ? null : (errors[position + 1] ?? null),
    question: testCase === null || family === null ? null : shown(family.questionText(testCase)).text,
    response: response === null ? null : shown(response).text,
    reference: reference === null ? null : shown(reference).text,
    answers: await Promise.all(
      calls.map(async (call) =>
        answerView(await index.callRecord(call), family?.name ?? "", templates, instructor !== null),
      ),
    ),
    samples: await Promise.all(samples.map(async (sample) => sampleDetail(index, sample, trained))),
    currency: project.configuration.budget.currency,
  };
}

/** One answer with its parsed parts marked. It is read again for the marks: the record keeps the drafts alone. */
export function answerView(
  record: Omit<CallRecord, "version" | "benchmark" | "error" | "answer">,
  family: string,
  templates: TemplateSource,
  priced: boolean,
): InstructorAnswer {
  const { round, number, template, asked, drafts, finish, faults, promptTokens, completionTokens, cost } = record;
  const text = shown(record.text);
  const parsed = parseAnswer(record.text, family, formatOf(templates, template, family), { asked, finish });
  return {
    round,
    number,
    template,
    asked,
    parsed: Math.min(asked, drafts.length),
    finish,
    problems: faults.map((fault) => shown(fault).text),
    analysis: parsed.analysis === null ? null : shown(parsed.analysis).text,
    text: sent(text),
    marks: parsed.marks.flatMap(({ draft, field, start, end }) => {
      const span = text.spanOf([start, end]);
      return span === null ? [] : [{ sample: draft, field, start: span[0], end: span[1] }];
    }),
    promptTokens,
    completionTokens,
    estimated: record.estimated === true,
    cost: priced ? cost : null,
  };
}

/** The form that the template asks for; the template may be gone or broken by now, and then the answer is read as text. */
function formatOf(templates: TemplateSource, strategy: string, family: string): "text" | "json" {
  try {
    return templates.template(strategy, family).format === "json" ? "json" : "text";
  } catch (thrown) {
    if (thrown instanceof Fault) return "text";
    throw thrown;
  }
}

async function sampleDetail(
  index: FoundIteration["index"],
  sample: IndexedSample,
  trained: ReadonlyMap<string, "training" | "held-out"> | null,
): Promise<SampleDetail> {
  const record = await index.sampleRecord(sample);
  const { round, call, index: place } = record.sample.lineage;
  const review = index.review(sample.id);
  const original = draftView(record.sample.draft);
  const changed = review?.draft ?? null;
  return {
    id: sample.id,
    round,
    call,
    index: place,
    draft: changed === null ? original : draftView(changed),
    original: changed === null ? null : original,
    gates: record.gates.map((result) => ({ ...result, reason: shown(result.reason).text })),
    kept: index.isKept(sample),
    editable: isWhole(changed ?? record.sample.draft),
    review: review === null ? null : { ...review, draft: changed === null ? null : draftView(changed) },
    trained: trained === null ? null : (trained.get(sample.id) ?? "no"),
  };
}

/** A draft as it may be shown, and edited where nothing of it had to be cut. */
export function draftView(draft: SampleDraft): SampleDraftView {
  const { question, solution, answer, options, tests, entryPoint } = draftRecord(draft);
  const text = (value: string): string => shown(value).text;
  return {
    question: text(question),
    solution: text(solution),
    answer: answer === null ? null : text(answer),
    options: options?.map((option) => ({ label: text(option.label), text: text(option.text) })) ?? null,
    tests: tests?.map(text) ?? null,
    entryPoint: entryPoint === null ? null : text(entryPoint),
  };
}

/** Whether a draft is shown as it is, apart from how its lines end. */
function isWhole(draft: SampleDraft): boolean {
  const plain = (value: SampleDraft): string => JSON.stringify(draftRecord(value)).replaceAll("\\r\\n", "\\n");
  return plain(draft) === JSON.stringify(draftView(draft));
}

const rowSets = new Map<string, { readonly stamp: string; readonly ids: Map<string, "training" | "held-out"> }>();

/** Ids of the samples in the training set of the iteration, by where they went; null before there is one. */
async function trainedIds({
  run,
  iteration,
}: FoundIteration["index"]): Promise<ReadonlyMap<string, "training" | "held-out"> | null> {
  const { folder } = run.stage(iteration, "train");
  const [training, heldOut] = [path.join(folder, "training-set.jsonl"), path.join(folder, "held-out.jsonl")];
  const stamp = await stampOf([training, heldOut]);
  if (stamp.startsWith("-")) return null;
  const known = rowSets.get(folder);
  if (known?.stamp === stamp) return known.ids;
  const ids = new Map<string, "training" | "held-out">();
  for (const [file, set] of [
    [training, "training"],
    [heldOut, "held-out"],
  ] as const) {
    for (const id of await idsIn(file)) ids.set(id, set);
  }
  rowSets.set(folder, { stamp, ids });
  return ids;
}

/** Ids of the rows of a training set. */
async function idsIn(file: string): Promise<string[]> {
  const text = await readFile(file, "utf8").catch(() => "");
  return text.split("\n").flatMap((line) => /"id":"([^"\\]+)"/u.exec(line.slice(0, 400))?.[1] ?? []);
}
