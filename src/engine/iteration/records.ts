import * as z from "zod";
import { draftSchema, type Protocol } from "../families/index.js";
import { Fault } from "../fault.js";
import type { GateResult } from "../gates/index.js";
import type { RecordParser } from "../store/index.js";

/**
 * The records that stages write, one JSON object a line. Every record carries a version; a record of a newer version
 * than this program knows is refused, so that an older program never misreads a newer run.
 */

/** Makes the parser of a record type from its schema. */
function parserOf<T extends { readonly version: 1 }>(name: string, schema: z.ZodType<T>): RecordParser<T> {
  return (value) => {
    const parsed = schema.safeParse(value);
    if (parsed.success) return parsed.data;
    const issue = parsed.error.issues[0];
    throw new Fault("data", `This is not a ${name} record: ${issue?.message ?? "it has the wrong shape"}.`, {
      field: issue?.path.map(String).join(".") ?? "",
      remedy: "The file was changed by hand or damaged; move the stage's folder away and resume the run.",
    });
  };
}

const version = z.literal(1);

/** select: one selected case of a target split. */
const selectedSchema = z.object({ version, benchmark: z.string(), key: z.string(), hash: z.string() });
export const parseSelected = parserOf("selection", selectedSchema);

const failureSchema = z.object({
  type: z.string(),
  message: z.string(),
  test: z.number().nullable(),
  assertion: z.string().nullable(),
  expected: z.string().nullable(),
  actual: z.string().nullable(),
  line: z.number().nullable(),
});

const judgementSchema = z.object({
  correct: z.boolean(),
  extraction: z.object({ value: z.string().nullable(), span: z.tuple([z.number(), z.number()]).nullable() }),
  failure: failureSchema.nullable(),
  by: z.string(),
  forgeable: z.boolean(),
});

/** collect and evaluate: one response of the target with its verdicts under both protocols. */
const responseSchema = z.object({
  version,
  benchmark: z.string(),
  key: z.string(),
  hash: z.string(),
  /** Which of several samples of pass@k, from 0. */
  sample: z.number(),
  /** Key of the paid answer in the answer cache. */
  answer: z.string(),
  text: z.string(),
  finish: z.enum(["stop", "length", "filter", "other"]),
  usage: z.object({
    promptTokens: z.number(),
    cachedTokens: z.number(),
    completionTokens: z.number(),
    estimated: z.boolean(),
  }),
  /** Price of the answer by its usage, in the currency of the budget; null when the price is unknown. */
  cost: z.number().nullable(),
  paper: judgementSchema,
  clean: judgementSchema,
  /** Verdict under the protocol of the run. */
  correct: z.boolean(),
  /** Both protocols' verdicts differ, or their extracted values do. */
  disputed: z.boolean(),
  artefact: z.object({ reason: z.enum(["missing-import", "extraction", "disputed"]), evidence: z.string() }).nullable(),
});
export type ResponseRecord = z.infer<typeof responseSchema>;
export const parseResponse = parserOf("response", responseSchema);

const neighbourSchema = z.object({ key: z.string(), distance: z.number() });

/** contrast, `neighbours.jsonl`: the 20 nearest right cases of an error, so that another k needs no search. */
const nearestSchema = z.object({
  version,
  benchmark: z.string(),
  error: z.string(),
  nearest: z.array(neighbourSchema),
});
export const parseNearest = parserOf("neighbour", nearestSchema);

/** contrast, `contrast.jsonl`: the contrast set of an error (Eq. 2). */
const contrastSchema = z.object({
  version,
  benchmark: z.string(),
  error: z.string(),
  neighbours: z.array(neighbourSchema),
  /** True when the benchmark has no right case at all, so that LE is used for this error. */
  fallback: z.boolean(),
});
export type ContrastRecord = z.infer<typeof contrastSchema>;
export const parseContrast = parserOf("contrast", contrastSchema);

/** instruct: one answered call to the instructor. The raw answer stays in the answer cache and here. */
const callSchema = z.object({
  version,
  benchmark: z.string(),
  round: z.number(),
  number: z.number(),
  error: z.string(),
  template: z.string(),
  asked: z.number(),
  answer: z.string(),
  text: z.string(),
  finish: z.enum(["stop", "length", "filter", "other"]),
  drafts: z.array(draftSchema),
  /** What the parser could not read. */
  faults: z.array(z.string()),
  promptTokens: z.number(),
  completionTokens: z.number(),
  /** The tokens are estimates: no server counted them. */
  estimated: z.literal(true).optional(),
  cost: z.number().nullable(),
});
export type CallRecord = z.infer<typeof callSchema>;
export const parseCall = parserOf("instructor call", callSchema);

const sampleSchema = z.object({
  id: z.string(),
  benchmark: z.string(),
  family: z.string(),
  strategy: z.string(),
  draft: draftSchema,
  lineage: z.object({
    source: z.string(),
    round: z.number(),
    call: z.number().nullable(),
    index: z.number(),
    answer: z.string().nullable(),
  }),
});

const gateResultSchema: z.ZodType<GateResult> = z.object({
  gate: z.enum(["format", "leak", "verification", "duplicate", "contamination", "quota"]),
  passed: z.boolean(),
  reason: z.string(),
  verification: z.enum(["verified", "refuted", "not-verifiable"]).nullable(),
});

/** gate: one generated sample with the decision of every gate that saw it. Rejected samples stay here, browsable. */
const gatedSchema = z.object({
  version,
  sample: sampleSchema,
  gates: z.array(gateResultSchema),
  kept: z.boolean(),
  /** A person's decision that overrides the gates; null when there is none. */
  review: z.enum(["accept", "reject"]).nullable(),
  /** The person who accepted it changed the draft; the gates' results are about the draft before. */
  edited: z.literal(true).optional(),
});
export type GatedRecord = z.infer<typeof gatedSchema>;
export const parseGated = parserOf("gated sample", gatedSchema);

/** train, `checkpoint.jsonl`: what the training left. */
const checkpointSchema = z.object({ version, hash: z.string(), path: z.string() });
export type CheckpointRecord = z.infer<typeof checkpointSchema>;
export const parseCheckpoint = parserOf("checkpoint", checkpointSchema);

/** train, `progress.jsonl`: the training loss. */
const progressSchema = z.object({
  version,
  step: z.number(),
  steps: z.number(),
  loss: z.number().nullable(),
  heldOutLoss: z.number().nullable(),
  learningRate: z.number().nullable(),
});
export const parseProgress = parserOf("training progress", progressSchema);

/** `state.json` of a run: what it is doing, or what a person has to do before it goes on. */
const stateSchema = z.object({
  version,
  state: z.enum(["running", "done", "failed", "cancelled", "needs-person"]),
  iteration: z.number(),
  stage: z.string().nullable(),
  /** For `done`: true where the run was asked to go only so far and more is left to do. Absent in older records. */
  partial: z.boolean().optional(),
  /** For `needs-person`: what is needed. */
  need: z
    .object({
      kind: z.enum(["review", "budget", "secret", "training", "editor"]),
      message: z.string(),
      /** For `secret`: the name in `${secret:NAME}` of the key that is missing or refused, where it has one. */
      secret: z.string().optional(),
    })
    .nullable(),
  /** For `failed`: the fault in words. */
  fault: z.string().nullable(),
});
export type RunState = z.infer<typeof stateSchema>;
export const parseState = parserOf("run state", stateSchema);

/**
 * The protocol whose verdict the run's is. The run decides: it may have been started under another protocol than the one
 * that is configured now.
 */
export function protocolOf(record: ResponseRecord, configured: Protocol): Protocol {
  if (judgementOf(record, configured).correct === record.correct) return configured;
  return configured === "paper" ? "clean" : "paper";
}

/** The judgement under one protocol. */
export function judgementOf(record: ResponseRecord, protocol: Protocol): ResponseRecord["paper"] {
  return protocol === "paper" ? record.paper : record.clean;
}
