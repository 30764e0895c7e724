import * as z from "zod";
import { Fault } from "../fault.js";
import type { JudgedData } from "./case.js";
import type { Extraction, ExtractorName, Family } from "./family.js";
import { extractText } from "./extract/index.js";
import { draftOf, firstMissing, notVerifiable, textField, userTurn } from "./shared.js";

const dataSchema: z.ZodType<JudgedData> = z.object({ reference: z.string() });

const sampleSchema = z
  .object({
    question: textField("The text of the new question."),
    solution: textField("A complete, right answer to it."),
  })
  .transform(({ question, solution }) => draftOf({ question, solution }));

/**
 * A user's benchmark without an exact metric: the instructor decides whether a response answers the question
 * (Algorithm 1, line 5). Its verdicts are marked as judged, under both protocols.
 */
export const judged: Family<JudgedData> = {
  name: "judged",
  title: "Judged by the instructor",
  data: dataSchema,

  prompt: ({ question }) => userTurn(question.trim()),
  extractorFor: (): ExtractorName => "whole",
  extract: (_testCase, response, extractor): Extraction => extractText(response, extractor),

  async judge(testCase, response, _protocol, { judge }, extractor) {
    if (judge === null) {
      throw new Fault("configuration", `Responses of ${testCase.benchmark} need a judge, and none is configured.`, {
        remedy: "Name a model under models.judge (the instructor serves by default).",
      });
    }
    const extraction = extractText(response, extractor ?? "whole");
    const correct = extraction.value !== null && (await judge(testCase, response));
    return { correct, extraction, failure: null, by: "judged", forgeable: false };
  },
  triage: async () => null,

  questionText: ({ question }) => question,
  questionType: () => "free",
  reference: ({ data }) => (data.reference.trim() === "" ? null : data.reference),

  sampleSchema,
  incomplete: ({ question, solution }) => firstMissing({ question, solution }),
  verify: async () => notVerifiable("nothing recomputes answers of this family"),
  trainingRow: ({ question, solution }) => ({ prompt: userTurn(question.trim()), completion: solution.trim() }),

  show: ({ question, data }) => [
    { title: "Question", text: question, language: "markdown" },
    { title: "Reference", text: data.reference, language: "markdown" },
  ],
};
