import { isRecord, shortText, type LeftOutRow, type RecordedContent, type RecordedRow } from "./recorded.js";

/** What the header of an Inspect log (`header.json`, or the log without its samples) says. */
export interface InspectHeader {
  readonly task: string | null;
  readonly model: string | null;
}

/** Whether a JSON document is an Inspect log: it has a version, a status and the plan of an evaluation. */
export function isInspectLog(value: unknown): boolean {
  return isRecord(value) && isRecord(value["eval"]) && "version" in value && "task" in value["eval"];
}

export function inspectHeader(value: unknown): InspectHeader {
  const evaluation = isRecord(value) && isRecord(value["eval"]) ? value["eval"] : {};
  return { task: textOrNull(evaluation["task"]), model: textOrNull(evaluation["model"]) };
}

/**
 * Samples of an Inspect log as rows. Of several epochs the lowest of each sample that has an answer is taken; samples
 * that ended with an error, or never got an answer, are left out with the tool's message.
 *
 * A row has `id`, `epoch`, `input` (the last message of the user where the input is a conversation), `choices`,
 * `target`, `output`, `stop`, `score`, `scores`, `metadata`.
 */
export function readInspect(header: InspectHeader, samples: readonly unknown[]): RecordedContent {
  const answered = new Map<string, RecordedRow & { readonly epoch: number }>();
  const leftOut: LeftOutRow[] = [];
  const order = samples
    .map((sample, row) => ({ sample: isRecord(sample) ? sample : {}, row }))
    .sort((a, b) => epochOf(a.sample) - epochOf(b.sample) || a.row - b.row);
  for (const { sample, row } of order) {
    const id = scalar(sample["id"]);
    const output = outputOf(sample);
    if (output === null) {
      leftOut.push({ row, line: null, id, reason: "no-response", detail: errorOf(sample) });
    } else if (id !== null && answered.has(id)) {
      leftOut.push({ row, line: null, id, reason: "epoch", detail: String(epochOf(sample)) });
    } else {
      const epoch = epochOf(sample);
      answered.set(id ?? `row ${row}`, { row, line: null, epoch, fields: { ...rowOf(sample), id, epoch, ...output } });
    }
  }
  const rows = [...answered.values()]
    .map(({ row, line, fields }) => ({ row, line, fields }))
    .sort((a, b) => a.row - b.row);
  return { format: "inspect", ...header, rows, leftOut: leftOut.sort((a, b) => a.row - b.row) };
}

function rowOf(sample: { readonly [field: string]: unknown }) {
  const scores = isRecord(sample["scores"]) ? sample["scores"] : {};
  const values = Object.fromEntries(
    Object.entries(scores).map(([name, score]) => [name, isRecord(score) ? (score["value"] ?? null) : score]),
  );
  return {
    input: inputText(sample),
    choices: Array.isArray(sample["choices"]) ? sample["choices"] : null,
    target: sample["target"] ?? null,
    score: Object.values(values)[0] ?? null,
    scores: values,
    metadata: isRecord(sample["metadata"]) ? sample["metadata"] : {},
  };
}

function epochOf(sample: { readonly [field: string]: unknown }): number {
  return typeof sample["epoch"] === "number" ? sample["epoch"] : 1;
}

/** The question: the input, or the last message of the user where it is a conversation. */
function inputText(sample: { readonly [field: string]: unknown }): string | null {
  const input = sample["input"];
  if (typeof input === "string") return attached(sample, input);
  if (!Array.isArray(input)) return null;
  const asked = (input as readonly unknown[]).filter(isRecord).filter(({ role }) => role === "user");
  return contentText(sample, asked.at(-1)?.["content"]);
}

/** The model's text; null when there is none because the sample never got an answer. */
function outputOf(sample: { readonly [field: string]: unknown }): { output: string; stop: string | null } | null {
  const output = isRecord(sample["output"]) ? sample["output"] : {};
  const choices: readonly unknown[] = Array.isArray(output["choices"]) ? output["choices"] : [];
  const [choice] = choices;
  if (!isRecord(choice) || !isRecord(choice["message"])) return null;
  const completion =
    typeof output["completion"] === "string" && output["completion"] !== "" ? output["completion"] : null;
  const text = completion === null ? contentText(sample, choice["message"]["content"]) : attached(sample, completion);
  if (text === null || (text === "" && isRecord(sample["error"]))) return null;
  return { output: text, stop: textOrNull(choice["stop_reason"]) };
}

/** Text of a message: a string, or its parts of type text; reasoning and images are no answer. */
function contentText(sample: { readonly [field: string]: unknown }, content: unknown): string | null {
  if (typeof content === "string") return attached(sample, content);
  if (!Array.isArray(content)) return null;
  const parts = (content as readonly unknown[]).filter(isRecord).filter(({ type }) => type === "text");
  return parts.map(({ text }) => (typeof text === "string" ? attached(sample, text) : "")).join("\n");
}

/** Long texts may stand once, under `attachments`, with `attachment://HASH` in their places. */
function attached(sample: { readonly [field: string]: unknown }, text: string): string {
  const hash = /^attachment:\/\/(\w+)$/u.exec(text)?.[1];
  const attachments = sample["attachments"];
  const found =
    hash !== undefined && isRecord(attachments) && Object.hasOwn(attachments, hash) ? attachments[hash] : null;
  return typeof found === "string" ? found : text;
}

function errorOf(sample: { readonly [field: string]: unknown }): string | null {
  const error = sample["error"];
  const message = isRecord(error) ? error["message"] : error;
  if (typeof message === "string") return shortText(message, 200);
  const limit = isRecord(sample["limit"]) ? sample["limit"]["type"] : null;
  return typeof limit === "string" ? `limit: ${limit}` : null;
}

function scalar(value: unknown): string | null {
  return typeof value === "string" || typeof value === "number" ? String(value) : null;
}

function textOrNull(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}
