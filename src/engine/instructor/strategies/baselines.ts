import type { Case, SampleDraft } from "../../families/index.js";
import { Random } from "../../random.js";
import type { Strategy } from "../strategy.js";
import { planCalls } from "./calls.js";

/**
 * AugGPT (paper, section 3.3; Dai et al. 2023): every selected case seeds new samples, whatever the target answered. Its
 * samples are not filtered under the `paper` protocol.
 */
export const augmentation: Strategy = {
  name: "AugGPT",
  title: "AugGPT (baseline)",
  needsContrast: false,
  filteredInPaper: false,
  version: 1,
  round: (input) => ({
    calls: planCalls({
      input,
      sources: input.selected.map((testCase) => ({ testCase, response: "" })),
      template: () => "AugGPT",
      neighbours: () => [],
    }),
    drafts: [],
  }),
};

/**
 * Fine-tuning baseline (paper, section 3.3): the selected cases with their own reference solutions, in seeded order, as
 * many as the quota wants. No calls. A case without a reference solution gives no sample.
 */
export const trainingSplit: Strategy = {
  name: "training-split",
  title: "Training split (baseline)",
  needsContrast: false,
  filteredInPaper: false,
  version: 1,
  round(input) {
    if (input.round > 0 || input.kept >= input.quota) return { calls: [], drafts: [] };
    const order = new Random(input.seed, "training-split", input.benchmark).shuffle(input.selected);
    const drafts = order.flatMap((testCase) => {
      const draft = referenceDraft(testCase);
      return draft === null ? [] : [{ sourceKey: testCase.key, draft }];
    });
    const without = order.length - drafts.length;
    if (without === 0) return { calls: [], drafts };
    const notes = [`${without} of ${order.length} cases have no reference solution and give no sample.`];
    return { calls: [], drafts, notes };
  },
};

/**
 * A case's own reference as a sample draft; null when it has no worked solution, choice or program. It goes by the shape
 * of the data, so that a new family with one of these shapes needs nothing here.
 */
export function referenceDraft(testCase: Case): SampleDraft | null {
  const data = testCase.data;
  if (typeof data !== "object" || data === null) return null;
  const empty = { question: testCase.question, answer: null, options: null, tests: null, entryPoint: null };
  const gold = "gold" in data && typeof data.gold === "string" ? data.gold : null;
  if ("options" in data && Array.isArray(data.options) && gold !== null) {
    const options = data.options.flatMap((option: unknown) => (isOption(option) ? [option] : []));
    const right = options.find((option) => option.label === gold);
    if (right === undefined) return null;
    return { ...empty, solution: `${right.label}. ${right.text}`, answer: gold, options };
  }
  if ("reference" in data && typeof data.reference === "string" && "entryPoint" in data) {
    const tests = "tests" in data ? assertLines(data.tests) : [];
    const entryPoint = typeof data.entryPoint === "string" ? data.entryPoint : null;
    return { ...empty, solution: data.reference, tests, entryPoint };
  }
  if ("solution" in data && typeof data.solution === "string" && gold !== null) {
    return { ...empty, solution: data.solution, answer: gold };
  }
  return null;
}

function isOption(value: unknown): value is { label: string; text: string } {
  if (typeof value !== "object" || value === null || !("label" in value) || !("text" in value)) return false;
  return typeof value.label === "string" && typeof value.text === "string";
}

function assertLines(tests: unknown): string[] {
  if (typeof tests !== "object" || tests === null || !("code" in tests) || !Array.isArray(tests.code)) return [];
  return tests.code.filter((line: unknown): line is string => typeof line === "string" && line.startsWith("assert"));
}
