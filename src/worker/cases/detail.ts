import type { Configuration } from "../../engine/configuration/index.js";
import type { TriageDecision } from "../../engine/errors/index.js";
import { importedAnswer, type ResponseRecord } from "../../engine/iteration/index.js";
import type { CaseDetail, CaseRef, FailureView, JudgementView } from "../../protocol/worker/index.js";
import type { FoundCase } from "./found.js";
import { sent, shown, type Shown } from "./shown.js";
import { assertionOf, specialOf, testsText } from "./special.js";
import type { CodeData } from "../../engine/families/index.js";

/** Everything that the document of a case shows. */
export function detailOf(ref: CaseRef, found: FoundCase, triage: TriageDecision | null): CaseDetail {
  const { project, benchmark, testCase, record, started } = found;
  const { configuration } = project;
  const imported = importedFrom(found);
  const { family } = benchmark;
  const reference = family.reference(testCase);
  const response = shown(record.text);
  const shownReference = reference === null ? null : shown(reference);
  const input = { benchmark, testCase, response: record.text, shownResponse: response, reference, shownReference };
  const failing = failingTest(found);
  return {
    ref,
    benchmark: benchmark.name,
    family: family.name,
    familyTitle: family.title,
    id: shown(testCase.id).text,
    group: testCase.group === null ? null : shown(testCase.group).text,
    protocol: benchmark.protocol,
    model: shown(imported?.model ?? imported?.file ?? started?.model ?? modelName(configuration)).text,
    imported,
    question: sent(shown(testCase.question)),
    response: sent(response),
    reference: shownReference === null ? null : sent(shownReference),
    correct: record.correct,
    disputed: record.disputed,
    judgements: {
      paper: judgementView(record.paper, response, failing),
      clean: judgementView(record.clean, response, failing),
    },
    artefact: record.artefact,
    finish: record.finish,
    usage: record.usage,
    cost: record.cost,
    currency: started?.currency ?? configuration.budget.currency,
    messages: family.prompt(testCase).map(({ role, content }) => ({ role, content: shown(content).text })),
    triage:
      triage === null ? null : { decision: triage.decision, note: triage.note ?? "", by: triage.by, time: triage.time },
    special: specialOf(input),
  };
}

function modelName({ models, target }: Configuration): string {
  return models[target]?.name ?? target;
}

/** Which row of which file an answer was imported from; null for one that the target was asked for. */
function importedFrom({ readable: { imported }, record }: FoundCase): CaseDetail["imported"] {
  if (imported === null || record.answer !== importedAnswer(record.key)) return null;
  const response = imported.responses.find(({ key }) => key === record.key);
  const source = imported.sources[response?.source ?? -1];
  if (response === undefined || source === undefined) return null;
  return { file: shown(source.file).text, row: response.row + 1, model: source.model };
}

type FailingTest = (failure: FailureView) => number | null;

/** The assertion that a failure means, as it is numbered in the document of the tests. */
function failingTest({ benchmark, testCase }: FoundCase): FailingTest {
  if (benchmark.family.name !== "code") return () => null;
  const { text, assertions } = testsText(testCase.data as CodeData);
  return (failure) => assertionOf(text, assertions, failure);
}

function judgementView(
  { correct, extraction, failure, by, forgeable }: ResponseRecord["paper"],
  response: Shown,
  failing: FailingTest,
): JudgementView {
  return {
    correct,
    value: extraction.value === null ? null : shown(extraction.value).text,
    span: response.spanOf(extraction.span),
    failure: failure === null ? null : failureView(failure, failing),
    by,
    forgeable,
  };
}

/** A failure with texts that may be shown, its test numbered as in the document of the tests. */
export function failureView(failure: FailureView, failing: FailingTest): FailureView {
  const text = (value: string | null): string | null => (value === null ? null : shown(value).text);
  return {
    ...failure,
    type: shown(failure.type).text,
    message: shown(failure.message).text,
    assertion: text(failure.assertion),
    expected: text(failure.expected),
    actual: text(failure.actual),
    test: failing(failure),
  };
}
