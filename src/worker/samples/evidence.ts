import { checkEquations, familyOf, type Case, type SampleDraft } from "../../engine/families/index.js";
import { NearDuplicateIndex, rougeL } from "../../engine/gates/index.js";
import type { LoopBenchmark } from "../../engine/iteration/index.js";
import type { SampleEvidence, SimilarText } from "../../protocol/worker/index.js";
import { shown } from "../cases/shown.js";
import { errorCase, type FoundIteration } from "./found.js";
import { gateDrafts, gateViews, type Gating } from "./gating.js";

/** Characters of a solution that are searched for equations. */
const mostChecked = 30_000;

/** Recomputes why a sample was kept or dropped: the record has one sentence, a person wants to see it. */
export async function evidenceOf(found: FoundIteration, id: string, gating: Gating): Promise<SampleEvidence> {
  const { readable, index } = found;
  const sample = index.sample(id);
  const record = await index.sampleRecord(sample);
  const changed = index.review(id)?.draft ?? null;
  const draft = changed ?? record.sample.draft;
  const { benchmark, testCase } = errorCase(readable, sample.source, sample.benchmark);
  const gates =
    changed === null || benchmark === null || testCase === null
      ? null
      : (await gateDrafts(found, { benchmark, testCase }, [changed], { ...gating, except: new Set([id]) })).flatMap(
          gateViews,
        );
  const reason = (gates ?? record.gates).find(({ gate, passed }) => gate === "duplicate" && !passed)?.reason ?? null;
  const family = benchmark?.family ?? familyOf(record.sample.family);
  return {
    gates,
    equations: family.name === "math" ? equations(draft.solution) : [],
    tests: family.name === "code" && benchmark !== null ? await testsOf(found, benchmark, draft, gating) : null,
    duplicate: reason === null ? null : await duplicateOf(found, benchmark, draft, reason),
    evaluation: benchmark === null ? null : nearestEvaluation(benchmark, draft),
  };
}

function equations(solution: string): SampleEvidence["equations"] {
  const text = shown(solution);
  return checkEquations(solution.slice(0, mostChecked)).flatMap(({ span, expression, stated, computed, ok }) => {
    const place = text.spanOf(span);
    return place === null
      ? []
      : [{ span: place, expression: shown(expression).text, stated: shown(stated).text, computed, ok }];
  });
}

/** Runs the sample's program against its own tests. */
async function testsOf(
  { project }: FoundIteration,
  { family }: LoopBenchmark,
  draft: SampleDraft,
  { sandboxes, signal }: Gating,
): Promise<SampleEvidence["tests"]> {
  const tests = (draft.tests ?? []).map((test) => test.trim()).filter((test) => test !== "");
  if (tests.length === 0) return null;
  const data = {
    entryPoint: draft.entryPoint,
    prefix: null,
    tests: { imports: [], setup: "", kind: "assertions", code: tests },
    reference: null,
  };
  const testCase: Case = {
    key: "sample",
    benchmark: "",
    split: "",
    id: "",
    hash: "",
    family: family.name,
    group: null,
    question: draft.question,
    data,
  };
  const timeoutMs = project.configuration.evaluation.codeSeconds * 1000;
  return sandboxes.use(project, async (runner) => {
    const context = { runner, timeoutMs, judge: null, signal };
    const { correct, failure, by } = await family.judge(testCase, draft.solution, "clean", context);
    const text = (value: string | null | undefined): string | null => (value == null ? null : shown(value).text);
    return {
      passed: correct,
      by,
      assertion: text(failure?.assertion),
      expected: text(failure?.expected),
      actual: text(failure?.actual),
      message: text(failure === null ? "" : `${failure.type}: ${failure.message}`) ?? "",
      line: failure?.line ?? null,
    };
  });
}

/** What the duplicate gate's reason names. */
async function duplicateOf(
  { readable, index }: FoundIteration,
  benchmark: LoopBenchmark | null,
  draft: SampleDraft,
  reason: string,
): Promise<SampleEvidence["duplicate"]> {
  const [, kind, key] = /(sample|case) (\S+)$/u.exec(reason) ?? [];
  if (key === undefined || (kind !== "sample" && kind !== "case")) return null;
  const text = kind === "case" ? caseText(readable, benchmark, key) : await sampleText(index, key);
  return text === null ? null : { kind, key, score: rougeL(questionOf(draft), text), text: shown(text).text };
}

function caseText(readable: FoundIteration["readable"], benchmark: LoopBenchmark | null, key: string): string | null {
  const { testCase } = errorCase(readable, key, undefined);
  return testCase === null || benchmark === null ? null : benchmark.family.questionText(testCase);
}

async function sampleText(index: FoundIteration["index"], id: string): Promise<string | null> {
  // A sample of an earlier iteration is not in this index.
  const sample = index.samples.find((candidate) => candidate.id === id);
  return sample === undefined ? null : questionOf((await index.sampleRecord(sample)).sample.draft);
}

interface Indexed {
  readonly index: NearDuplicateIndex;
  readonly byKey: ReadonlyMap<string, Case>;
}

const evaluations = new WeakMap<LoopBenchmark, Indexed>();

/** The case of the benchmark's evaluation split that a sample resembles most, by ROUGE-L. */
function nearestEvaluation(benchmark: LoopBenchmark, draft: SampleDraft): SimilarText | null {
  const { family, evaluation } = benchmark;
  let known = evaluations.get(benchmark);
  if (known === undefined) {
    // Nothing is said to be a duplicate here, so every pair is compared.
    const index = new NearDuplicateIndex({ threshold: 0, numbersDistinguish: false });
    for (const testCase of evaluation) index.add(testCase.key, family.questionText(testCase));
    known = { index, byKey: new Map(evaluation.map((testCase) => [testCase.key, testCase])) };
    evaluations.set(benchmark, known);
  }
  const nearest = known.index.find(questionOf(draft));
  const testCase = nearest === null ? undefined : known.byKey.get(nearest.label);
  if (nearest === null || testCase === undefined) return null;
  return { key: testCase.key, score: nearest.score, text: shown(family.questionText(testCase)).text };
}

function questionOf({ question, options }: SampleDraft): string {
  return [question, ...(options ?? []).map(({ label, text }) => `${label}. ${text}`)].join("\n");
}
