import * as z from "zod/mini";
import { engineText } from "../engineText.js";
import { caseRef } from "./caseRef.js";

/** A template as the Prompts view lists it. */
export const templateEntry = z.object({
  name: z.string(),
  strategy: z.string(),
  family: z.string(),
  set: z.string(),
  description: z.string(),
  origin: z.enum(["project", "shipped"]),
  /** Absolute path. */
  path: z.string(),
  fileName: z.string(),
  /** A template of the project serves instead. */
  overridden: z.boolean(),
  /** Name of the shipped file with the same strategy, family and set; null where there is none. */
  shipped: z.nullable(z.string()),
  /** The project's text differs from the shipped one. */
  changed: z.boolean(),
  errors: z.number(),
  warnings: z.number(),
  /** Its set is the one that the project's runs use. */
  inUse: z.boolean(),
});
export type TemplateEntry = z.output<typeof templateEntry>;

/** A text of the editor with what it is: a file that may not be saved. */
const written = { folder: z.nullable(z.string()), file: z.string(), text: z.string() } as const;

const place = { start: z.number(), end: z.number() } as const;

export const templateRemark = z.object({
  severity: z.enum(["error", "warning"]),
  code: z.string(),
  message: engineText,
  remedy: engineText,
  ...place,
});
export type TemplateRemark = z.output<typeof templateRemark>;

/** Nodes in the order of the text; `depth` says how far each is inside of others. */
export const templateSymbol = z.object({
  kind: z.enum(["front-matter", "key", "turn", "heading", "block", "variable", "comment", "code"]),
  name: z.string(),
  detail: z.string(),
  ...place,
  selection: z.tuple([z.number(), z.number()]),
  depth: z.number(),
});
export type TemplateSymbol = z.output<typeof templateSymbol>;

const completion = z.object({
  kind: z.enum(["key", "value", "role", "variable", "local", "filter", "test", "property", "statement", "snippet"]),
  label: z.string(),
  detail: engineText,
  description: engineText,
  insert: z.string(),
  snippet: z.boolean(),
});
export type TemplateCompletion = z.output<typeof completion>;

/** A case on which a template is shown. */
export const previewCase = z.object({
  key: z.string(),
  /** Null for a case that no run has answered. */
  ref: z.nullable(caseRef),
  /**
   * `current`: the one that the person looked at last. `error`: the first wrong answer of the newest run, because there is
   * no current case or it is of another family. `unanswered`: the project's first case, because no run has an answer.
   */
  why: z.enum(["current", "error", "unanswered"]),
  /** `stored`, `searched`, or `nearby` where neighbours could not be searched and the first right cases stand in. */
  neighbours: z.enum(["none", "stored", "searched", "nearby"]),
  /** Cases of evaluation splits are shown, but never sent to an instructor. */
  evaluation: z.boolean(),
});
export type PreviewCase = z.output<typeof previewCase>;

export const promptPreview = z.discriminatedUnion("state", [
  z.object({
    state: z.literal("ready"),
    case: previewCase,
    messages: z.array(z.object({ role: z.enum(["system", "user", "assistant"]), content: z.string() })),
    /** Samples that the call asks for. */
    samples: z.number(),
    promptTokens: z.number(),
    /** Most tokens of the answer; null when nothing bounds it. */
    answerTokens: z.nullable(z.number()),
    /** Most tokens of both; null when unknown. */
    contextTokens: z.nullable(z.number()),
    model: z.string(),
    /** Price of the prompt and of the longest answer; null when the price is unknown. */
    cost: z.nullable(z.number()),
    currency: z.string(),
  }),
  /** The template cannot be filled; the first error says why. */
  z.object({ state: z.literal("broken"), remark: templateRemark }),
  /** There is no project, or none of its benchmarks has a case of this family. */
  z.object({ state: z.literal("none"), family: z.string() }),
]);
export type PromptPreview = z.output<typeof promptPreview>;

const parsedSample = z.object({
  question: z.string(),
  solution: z.string(),
  answer: z.nullable(z.string()),
  options: z.array(z.object({ label: z.string(), text: z.string() })),
  tests: z.array(z.string()),
});

export const instructorReply = z.object({
  key: z.string(),
  asked: z.number(),
  samples: z.array(parsedSample),
  /** What could not be read, one sentence each. */
  problems: z.array(engineText),
  text: z.string(),
  finish: z.enum(["stop", "length", "filter", "other"]),
  promptTokens: z.number(),
  completionTokens: z.number(),
  /** No server counted the tokens. */
  estimated: z.boolean(),
  /** 0 when the answer was stored, null when the price is unknown. */
  cost: z.nullable(z.number()),
  cached: z.boolean(),
  currency: z.string(),
});
export type InstructorReply = z.output<typeof instructorReply>;

/** What came of one template on a few errors. */
export const templateTrial = z.object({
  template: z.string(),
  asked: z.number(),
  parsed: z.number(),
  kept: z.number(),
  /** 0 when every answer was paid before, null when the price is unknown. */
  cost: z.nullable(z.number()),
  errors: z.array(
    z.object({
      key: z.string(),
      asked: z.number(),
      parsed: z.number(),
      kept: z.number(),
      /** Names of the gates that rejected a sample. */
      rejectedBy: z.array(z.string()),
      problems: z.array(engineText),
      samples: z.array(
        z.object({
          ...parsedSample.shape,
          /** Results in the order of the gates, up to the first that rejected. */
          gates: z.array(z.object({ gate: z.string(), passed: z.boolean(), reason: engineText })),
        }),
      ),
    }),
  ),
});
export type TemplateTrial = z.output<typeof templateTrial>;

export const templateTrials = z.object({
  run: z.string(),
  edited: templateTrial,
  /** Of the template that the text replaces; null where there is none other. */
  previous: z.nullable(templateTrial),
  currency: z.string(),
});
export type TemplateTrials = z.output<typeof templateTrials>;

export const promptRequests = {
  "prompts/list": {
    params: z.object({ folder: z.string() }),
    result: z.object({ templates: z.array(templateEntry) }),
  },
  /** The text of a shipped template by its file name. */
  "prompts/shipped": {
    params: z.object({ fileName: z.string() }),
    result: z.object({ text: z.string() }),
  },
  /** Copies a shipped template into the project. */
  "prompts/eject": {
    params: z.object({ folder: z.string(), name: z.string() }),
    result: z.object({ path: z.string() }),
  },
  /** Everything that an editor shows of a text without being asked about a place. */
  "prompts/analyse": {
    params: z.object({
      ...written,
      ref: z.nullable(caseRef),
      /** Where the text is, or will be, saved: an absolute path. */
      path: z.optional(z.string()),
    }),
    result: z.object({
      strategy: z.string(),
      family: z.string(),
      /** Name of the shipped file with this strategy, family and set, and whether the text differs from it. */
      shipped: z.nullable(z.string()),
      changed: z.boolean(),
      remarks: z.array(templateRemark),
      symbols: z.array(templateSymbol),
      folds: z.array(z.object({ start: z.number(), end: z.number(), kind: z.enum(["comment", "region"]) })),
    }),
  },
  "prompts/complete": {
    params: z.object({ ...written, offset: z.number() }),
    result: z.object({ context: z.string(), ...place, items: z.array(completion) }),
  },
  "prompts/hover": {
    params: z.object({ ...written, offset: z.number(), ref: z.nullable(caseRef) }),
    result: z.nullable(
      z.object({
        kind: z.string(),
        name: z.string(),
        detail: engineText,
        description: engineText,
        ...place,
        /** The value on the case, fit to be shown; null where there is no case or the word is no variable. */
        value: z.nullable(z.object({ text: z.string(), empty: z.boolean(), key: z.string() })),
      }),
    ),
  },
  "prompts/preview": {
    params: z.object({ ...written, ref: z.nullable(caseRef) }),
    result: promptPreview,
  },
  /** Asks the instructor once. An answer that was paid for is not asked again. `cap` is in the project's currency. */
  "prompts/ask": {
    params: z.object({ ...written, ref: z.nullable(caseRef), cap: z.number() }),
    result: instructorReply,
  },
  /** Teaches a few errors of the newest run with this text, and with the one before it. Nothing is written into the run. */
  "prompts/try": {
    params: z.object({ ...written, count: z.number(), cap: z.number() }),
    result: templateTrials,
  },
} as const;
