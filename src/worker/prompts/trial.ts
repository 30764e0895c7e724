import { TemplateFolder } from "../../adapters/prompts/index.js";
import type { Project, SingleCalls } from "../../adapters/project/index.js";
import { forEachConcurrently } from "../../engine/concurrency.js";
import { modelNameOf } from "../../engine/configuration/index.js";
import type { SampleDraft } from "../../engine/families/index.js";
import { Fault } from "../../engine/fault.js";
import type { GatedSample } from "../../engine/gates/index.js";
import { contentHash } from "../../engine/hash.js";
import { parseAnswer, type ParsedAnswer, type Sample } from "../../engine/instructor/index.js";
import { findTemplate, loadTemplates, type LoadedTemplate, type Template } from "../../engine/prompts/index.js";
import type { CodeRunner } from "../../engine/seams/index.js";
import type { InstructorReply, TemplateTrial } from "../../protocol/worker/index.js";
import type { Sandboxes } from "../cases/sandbox.js";
import { shown } from "../cases/shown.js";
import { gateSamples } from "../gateSamples.js";
import type { FoundPreview } from "./previewCase.js";
import { requestOfWritten } from "./writtenTemplate.js";

/** Who is asked, and what it may cost. */
export interface TrialParts {
  readonly calls: SingleCalls;
  readonly sandboxes: Sandboxes;
  readonly cap: number;
  readonly signal: AbortSignal;
}

/** The template that the edited text would replace: the one that serves, or the shipped one where the text is saved. */
export async function previousOf(edited: Template, { project, benchmark }: FoundPreview): Promise<Template | null> {
  const loaded = await loadTemplates(new TemplateFolder(project.folder));
  const key = { strategy: edited.strategy, family: benchmark.family.name, set: edited.set };
  const shipped = loaded
    .filter(({ file }) => file.origin === "shipped")
    .map((item): LoadedTemplate => ({ ...item, overridden: false }));
  for (const candidates of [loaded, shipped]) {
    try {
      const template = findTemplate(candidates, key);
      if (template.hash !== edited.hash) return template;
    } catch (thrown) {
      // None serves, or a broken one: there is nothing to compare with.
      if (!(thrown instanceof Fault)) throw thrown;
    }
  }
  return null;
}

/** Teaches a few errors of one benchmark with a template, as a run would, and sends the samples through the gates. */
export async function tryTemplate(
  template: Template,
  found: readonly FoundPreview[],
  parts: TrialParts,
): Promise<TemplateTrial> {
  const [first] = found;
  if (first === undefined) {
    throw new Fault("usage", "There is no error to try the template on.", {
      remedy: "Run the loop up to its collected answers first: `preceptor iterate --until collect`.",
    });
  }
  const { project, benchmark } = first;
  const costs: (number | null)[] = [];
  const answers = new Map<string, { readonly parsed: ParsedAnswer; readonly key: string }>();
  const model = modelNameOf(project.configuration, "instructor");
  await forEachConcurrently(found, 4, async ({ call }) => {
    const { messages, parameters, sample } = requestOfWritten(template, { ...first, call });
    const question = { model, checkpoint: null, messages, parameters, sample };
    const { answer, key, cost } = await withRunner(first, model, parts.sandboxes, async (runner) =>
      parts.calls.ask(project, question, parts.cap, parts.signal, { runner }),
    );
    costs.push(cost);
    const parsed = parseAnswer(answer.text, benchmark.family.name, template.format, {
      asked: call.samples,
      finish: answer.finish,
    });
    answers.set(call.error.testCase.key, { parsed, key });
  });
  const samples = found.flatMap(({ call }, number) => {
    const source = call.error.testCase.key;
    const answer = answers.get(source);
    return (answer?.parsed.drafts ?? []).slice(0, call.samples).map((draft, index): Sample => {
      const lineage = { source, round: 0, call: number, index, answer: answer?.key ?? null };
      const common = { benchmark: benchmark.name, family: benchmark.family.name, strategy: template.strategy };
      return { id: contentHash({ ...common, lineage, draft }), ...common, draft, lineage };
    });
  });
  const gated = await gatedSamples(project, found, samples, parts);
  const errors = found.map(({ call }) => {
    const { key } = call.error.testCase;
    const own = gated.filter(({ sample }) => sample.lineage.source === key);
    return {
      key,
      asked: call.samples,
      parsed: own.length,
      kept: own.filter(({ rejectedBy }) => rejectedBy === null).length,
      rejectedBy: [...new Set(own.flatMap(({ rejectedBy }) => rejectedBy ?? []))],
      problems: [...(answers.get(key)?.parsed.faults ?? [])],
      samples: own.map(({ sample, results }) => ({
        ...shownSample(sample.draft),
        gates: results.map(({ gate, passed, reason }) => ({ gate, passed, reason: shown(reason).text })),
      })),
    };
  });
  const sum = (field: "asked" | "parsed" | "kept"): number => errors.reduce((total, item) => total + item[field], 0);
  return {
    template: template.name,
    asked: sum("asked"),
    parsed: sum("parsed"),
    kept: sum("kept"),
    cost: costs.includes(null) ? null : costs.reduce<number>((total, cost) => total + (cost ?? 0), 0),
    errors,
  };
}

/** A sample as it is shown. */
export function shownSample({
  question,
  solution,
  answer,
  options,
  tests,
}: SampleDraft): InstructorReply["samples"][number] {
  return {
    question: shown(question).text,
    solution: shown(solution).text,
    answer: answer === null ? null : shown(answer).text,
    options: (options ?? []).map(({ label, text }) => ({ label, text: shown(text).text })),
    tests: (tests ?? []).map((test) => shown(test).text),
  };
}

/** The built-in instructor runs the programs that it writes; who is asked over the wire needs no sandbox here. */
export async function withRunner<T>(
  { project, benchmark }: Pick<FoundPreview, "project" | "benchmark">,
  model: string,
  sandboxes: Sandboxes,
  work: (runner: CodeRunner | null) => Promise<T>,
): Promise<T> {
  const builtin = project.configuration.models[model]?.provider === "builtin";
  return builtin && benchmark.family.name === "code" ? sandboxes.use(project, work) : work(null);
}

async function gatedSamples(
  project: Project,
  found: readonly FoundPreview[],
  samples: readonly Sample[],
  parts: TrialParts,
): Promise<GatedSample[]> {
  const [first] = found;
  if (first === undefined) return [];
  const { benchmark } = first;
  const sources = new Map(found.map(({ call }) => [call.error.testCase.key, call.error.testCase]));
  const against = {
    benchmark,
    errors: [...sources.values()],
    known: [],
    withQuota: true,
    source: ({ lineage }: Sample) => sources.get(lineage.source) ?? null,
  };
  return gateSamples(project, samples, against, parts);
}
