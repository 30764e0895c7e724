import type * as z from "zod";
import type { ChatMessage, CodeFailure, CodeRunner } from "../seams/index.js";
import type { Case, Protocol } from "./case.js";
import type { SampleDraft, Verification } from "./sample.js";

/** What an extractor found in a response, and where. */
export interface Extraction {
  /** The extracted answer, or null when the response holds none. */
  readonly value: string | null;
  /** Start and end offset in the response (UTF-16 units) of the text that the value was read from. */
  readonly span: readonly [number, number] | null;
}

/**
 * Names of extractors as the command line and results use them. `final-answer` is the careful reading of a worked answer
 * and `first-answer-is` the published one of BIG-bench Hard: the protocols' own defaults.
 */
export type ExtractorName =
  | "last-number"
  | "final-answer"
  | "after-hashes"
  | "boxed"
  | "option-letter"
  | "last-answer-is"
  | "first-answer-is"
  | "whole"
  | "code"
  | "none";

/** The decision about one response under one protocol. */
export interface Judgement {
  readonly correct: boolean;
  readonly extraction: Extraction;
  /** What went wrong when code ran; null elsewhere and when all is well. */
  readonly failure: CodeFailure | null;
  /** `passed`, `assertion`, `timeout`, … for code; `exact` or `judged` elsewhere; `recorded`: as an imported file has it. */
  readonly by: string;
  readonly forgeable: boolean;
}

/** What judging may use. Code families need a runner; judged ones need somebody who judges. */
export interface JudgeContext {
  readonly runner: CodeRunner | null;
  readonly timeoutMs: number;
  /** Asks the instructor whether the response answers the question; null where no judge is configured. */
  readonly judge: ((testCase: Case, response: string) => Promise<boolean>) | null;
  readonly signal: AbortSignal;
}

/** A proposal of triage: the response looks right and the harness wrong. The user decides. */
export interface ArtefactProposal {
  readonly reason: "missing-import" | "extraction" | "disputed";
  readonly evidence: string;
}

/** One part of a case as it is shown: a heading and text. */
export interface Section {
  readonly title: string;
  readonly text: string;
  readonly language: "text" | "python" | "markdown";
}

/**
 * A benchmark family: how its cases are asked, read, judged, taught and shown. One object a family, one line in the
 * table of `families/index.ts`; nothing else in the engine knows a family by name.
 */
export interface Family<Data = unknown> {
  readonly name: string;
  readonly title: string;
  readonly data: z.ZodType<Data>;

  /** The zero-shot user turn of the evaluation (BIG-bench: 3-shot). Instructions after the question hold no digits. */
  prompt(testCase: Case<Data>): readonly ChatMessage[];
  /** The extractor that a protocol uses where none is named. */
  extractorFor(protocol: Protocol, testCase: Case<Data>): ExtractorName;
  extract(testCase: Case<Data>, response: string, extractor: ExtractorName, protocol: Protocol): Extraction;
  /** Decides one response. Rejects with a fault when the harness failed: that is never a wrong answer. */
  judge(
    testCase: Case<Data>,
    response: string,
    protocol: Protocol,
    context: JudgeContext,
    extractor?: ExtractorName,
  ): Promise<Judgement>;
  /** Looks again at a wrong response: an import prelude, a second extraction. Null when it looks like a true error. */
  triage(
    testCase: Case<Data>,
    response: string,
    judgement: Judgement,
    context: JudgeContext,
  ): Promise<ArtefactProposal | null>;

  /** Question as the instructor sees it (multiple choice: with options). */
  questionText(testCase: Case<Data>): string;
  /** What the question is about, for a line of a list; without it, the question itself. */
  brief?(testCase: Case<Data>): string;
  /** The form of the question or its answer, as a short code for grouping: `number`, `4-options`, `assertions`, … */
  questionType(testCase: Case<Data>): string;
  /** Reference answer as the `clean` templates show it; null when the benchmark has none. */
  reference(testCase: Case<Data>): string | null;

  /** Schema of one sample in a structured answer, with a description a field. */
  readonly sampleSchema: z.ZodType<SampleDraft>;
  /** Says what is missing in a draft (format gate); null when complete. */
  incomplete(draft: SampleDraft): string | null;
  /** Recomputes what can be recomputed of a sample (verification gate). */
  verify(draft: SampleDraft, context: JudgeContext): Promise<Verification>;
  /** User turn and completion of a training row. `clean` uses the evaluation prompt, `paper` the bare question. */
  trainingRow(
    draft: SampleDraft,
    protocol: Protocol,
  ): { readonly prompt: readonly ChatMessage[]; readonly completion: string };

  show(testCase: Case<Data>): readonly Section[];
}
