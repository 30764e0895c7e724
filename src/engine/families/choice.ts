import * as z from "zod";
import type { Case, ChoiceData, Option, Protocol } from "./case.js";
import type { ArtefactProposal, Extraction, ExtractorName, Family, Judgement } from "./family.js";
import type { SampleDraft, Verification } from "./sample.js";
import { tidy } from "./compare/similarity.js";
import { carefulOptionLetter } from "./extract/careful.js";
import { extractText } from "./extract/index.js";
import { paperOptionLetter } from "./extract/optionLetter.js";
import {
  draftOf,
  exactly,
  firstMissing,
  notVerifiable,
  refuted,
  textField,
  userTurn,
  withStatedAnswer,
} from "./shared.js";

const dataSchema: z.ZodType<ChoiceData> = z
  .object({
    options: z.array(z.object({ label: z.string().regex(/^[A-Z]$/), text: z.string() })).min(2),
    gold: z.string().regex(/^[A-Z]$/),
  })
  .refine(({ options, gold }) => options.some(({ label }) => label === gold), {
    message: "gold must be the label of one of the options",
    path: ["gold"],
  });

const labels = ["A", "B", "C", "D"] as const;

const sampleSchema = z
  .object({
    question: textField("The text of the new question, without its options."),
    options: z
      .object({
        A: textField("Text of option A."),
        B: textField("Text of option B."),
        C: textField("Text of option C."),
        D: textField("Text of option D."),
      })
      .describe("Four different options, one of which is right."),
    answer: z.enum(labels).describe("The letter of the right option."),
    explanation: textField("Why that option is right and the others are not."),
  })
  .transform(({ question, options, answer, explanation }) =>
    draftOf({
      question,
      solution: explanation,
      answer,
      options: labels.map((label) => ({ label, text: options[label] })),
    }),
  );

const instruction =
  'Choose the one option that answers the question. Explain briefly, then end with a line of the form "The answer is <letter>."';

/** The question and its options, one a line. */
function withOptions(question: string, options: readonly Option[]): string {
  return [question.trim(), ...options.map(({ label, text }) => `${label}. ${text}`)].join("\n");
}

/** MMLU and ARC: one right option among several. */
export const choice: Family<ChoiceData> = {
  name: "choice",
  title: "Multiple choice",
  data: dataSchema,

  prompt: ({ question, data }) => userTurn(`${withOptions(question, data.options)}\n\n${instruction}`),
  extractorFor: (): ExtractorName => "option-letter",

  extract(testCase, response, extractor, protocol): Extraction {
    const { options } = testCase.data;
    if (extractor !== "option-letter") return asLabel(extractText(response, extractor), options);
    return protocol === "paper" ? paperOptionLetter(response, options) : carefulOptionLetter(response, options);
  },

  async judge(testCase, response, protocol, _context, extractor) {
    return judge(testCase, response, protocol, extractor ?? "option-letter");
  },

  async triage(testCase, response): Promise<ArtefactProposal | null> {
    for (const protocol of ["clean", "paper"] as const) {
      const { correct, extraction } = judge(testCase, response, protocol, "option-letter");
      if (!correct) continue;
      const evidence = `the ${protocol} protocol reads ${extraction.value ?? ""}, the gold option`;
      return { reason: "disputed", evidence };
    }
    return null;
  },

  questionText: ({ question, data }) => withOptions(question, data.options),
  questionType: ({ data }) => `${data.options.length}-options`,
  reference({ data }) {
    const option = data.options.find(({ label }) => label === data.gold);
    return option === undefined ? data.gold : `${data.gold}. ${option.text}`;
  },

  sampleSchema,
  incomplete(draft) {
    const { question, solution, answer, options } = draft;
    if (options === null || options.length < 2) return "options are missing";
    const empty = options.find(({ text }) => text.trim() === "");
    if (empty !== undefined) return `option ${empty.label} is empty`;
    return firstMissing({ question, explanation: solution, answer });
  },
  verify: async (draft) => verifyChoice(draft),

  trainingRow(draft, protocol) {
    const asked = withOptions(draft.question, draft.options ?? []);
    const prompt = protocol === "paper" ? asked : `${asked}\n\n${instruction}`;
    const answer = draft.answer ?? "";
    const stated = carefulOptionLetter(draft.solution, draft.options ?? []).value;
    return { prompt: userTurn(prompt), completion: withStatedAnswer(draft.solution, answer, stated).trim() };
  },

  show: ({ question, data }) => [
    { title: "Question", text: withOptions(question, data.options), language: "markdown" },
    { title: "Gold answer", text: data.gold, language: "text" },
  ],
};

/** What another extractor found, as a label: the letter itself, in brackets, or the text of an option. */
function asLabel(found: Extraction, options: readonly Option[]): Extraction {
  if (found.value === null) return found;
  const letter = /^\W*([A-Z])(?:\W|$)/.exec(found.value)?.[1];
  const option =
    options.find(({ label }) => label === letter) ?? options.find(({ text }) => tidy(text) === tidy(found.value ?? ""));
  return option === undefined ? found : { ...found, value: option.label };
}

function judge(testCase: Case<ChoiceData>, response: string, protocol: Protocol, extractor: ExtractorName): Judgement {
  const found = choice.extract(testCase, response, extractor, protocol);
  return exactly(found.value === testCase.data.gold, found);
}

/** Nothing recomputes an opinion: only options that are equal, or an answer that is none of them, can be refuted. */
function verifyChoice({ options, answer, solution }: SampleDraft): Verification {
  if (options === null || options.length < 2) return refuted("there are no options to choose from");
  const seen = new Map<string, string>();
  for (const { label, text } of options) {
    const key = text.normalize("NFKC").trim().replace(/\s+/g, " ").toLowerCase();
    const earlier = seen.get(key);
    if (earlier !== undefined) return refuted(`options ${earlier} and ${label} are the same`);
    seen.set(key, label);
  }
  if (!options.some(({ label }) => label === answer))
    return refuted(`the answer ${answer ?? "(none)"} is not among the options`);
  const stated = carefulOptionLetter(solution, options).value;
  if (/answer\s+is/i.test(solution) && stated !== null && stated !== answer) {
    return refuted(`the explanation ends with ${stated}, the answer says ${answer ?? ""}`);
  }
  return notVerifiable("options are distinct and the answer is one of them");
}
