import * as z from "zod";
import type { BigBenchData, Case, Protocol } from "./case.js";
import type { ArtefactProposal, Extraction, ExtractorName, Family, Judgement } from "./family.js";
import { sameAnswerText } from "./compare/answerText.js";
import { extractText } from "./extract/index.js";
import { draftOf, exactly, firstMissing, notVerifiable, textField, userTurn, withStatedAnswer } from "./shared.js";

const dataSchema: z.ZodType<BigBenchData> = z.object({
  task: z.string().min(1),
  gold: z.string().min(1),
  shots: z.string().nullable(),
});

const sampleSchema = z
  .object({
    question: textField("The text of the new question, in the form of the task."),
    solution: textField("The reasoning, step by step."),
    answer: textField("The final answer in the exact form that the task asks for."),
  })
  .transform(({ question, solution, answer }) => draftOf({ question, solution, answer }));

function asked(question: string): string {
  return `Q: ${question.trim()}\nA: Let's think step by step.`;
}

/** BIG-bench Hard: free-form short answers, compared as text, asked with three worked examples. */
export const bigbench: Family<BigBenchData> = {
  name: "bigbench",
  title: "BIG-bench Hard",
  data: dataSchema,

  prompt({ question, data }) {
    return userTurn(data.shots === null ? asked(question) : `${data.shots.trim()}\n\n${asked(question)}`);
  },
  extractorFor: (protocol): ExtractorName => (protocol === "paper" ? "first-answer-is" : "last-answer-is"),
  extract: (_testCase, response, extractor): Extraction => extractText(response, extractor),

  async judge(testCase, response, protocol, _context, extractor) {
    return judge(testCase, response, protocol, extractor);
  },

  async triage(testCase, response): Promise<ArtefactProposal | null> {
    for (const protocol of ["clean", "paper"] as const) {
      const { correct, extraction } = judge(testCase, response, protocol);
      if (!correct) continue;
      const evidence = `the ${protocol} protocol reads "${extraction.value ?? ""}", the gold answer`;
      return { reason: "disputed", evidence };
    }
    return null;
  },

  questionText: ({ question }) => question,
  questionType: ({ data }) => answerForm(data.gold),
  reference: ({ data }) => data.gold,

  sampleSchema,
  incomplete: ({ question, solution, answer }) => firstMissing({ question, solution, answer }),
  verify: async () => notVerifiable("nothing recomputes answers of this family"),

  trainingRow({ question, solution, answer }, protocol) {
    const prompt = protocol === "paper" ? question.trim() : asked(question);
    const stated = extractText(solution, "last-answer-is").value;
    return {
      prompt: userTurn(prompt),
      completion: answer === null ? solution : withStatedAnswer(solution, answer, stated),
    };
  },

  show: ({ question, data }) => [
    { title: "Question", text: question, language: "text" },
    { title: "Gold answer", text: data.gold, language: "text" },
    ...(data.shots === null ? [] : [{ title: "Worked examples", text: data.shots, language: "text" } as const]),
  ],
};

/** The default of `clean` takes an answer that states nothing but itself as it is. */
function read(response: string, protocol: Protocol, named?: ExtractorName): Extraction {
  if (named !== undefined) return extractText(response, named);
  if (protocol === "paper") return extractText(response, "first-answer-is");
  const stated = extractText(response, "last-answer-is");
  return stated.value === null && !/\n/.test(response.trim()) ? extractText(response, "whole") : stated;
}

/**
 * `last-answer-is` and `whole`, when asked for by name, compare the text as it is: the rule of the published accuracies.
 * The `paper` default ignores case; the `clean` default also brackets around a letter, quotes and spaces.
 */
function judge(testCase: Case<BigBenchData>, response: string, protocol: Protocol, named?: ExtractorName): Judgement {
  const found = read(response, protocol, named);
  const { gold } = testCase.data;
  if (found.value === null) return exactly(false, found);
  if (named === "last-answer-is" || named === "whole") return exactly(found.value === gold.trim(), found);
  if (protocol === "paper") return exactly(found.value.toLowerCase() === gold.toLowerCase(), found);
  return exactly(sameAnswerText(found.value, gold), found);
}

/** What an answer of the task looks like: a lettered option, one of two words, a number, or a text. */
function answerForm(gold: string): string {
  const answer = gold.trim();
  if (/^\([A-Z]\)$/.test(answer)) return "option";
  if (/^(yes|no|true|false|valid|invalid)$/i.test(answer)) return "two-way";
  return /^-?\d+(\.\d+)?$/.test(answer) ? "number" : "free";
}
