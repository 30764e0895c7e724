import { Fault } from "../fault.js";
import { isRecord, type LeftOutRow, type RecordedContent, type RecordedFields, type RecordedRow } from "./recorded.js";

/**
 * `samples_TASK_TIME.jsonl` of lm-evaluation-harness (`--log_samples`): a row a document and filter, with the document
 * (`doc`), what the model was given (`arguments`), what it gave (`resps`) and what filters made of it (`filtered_resps`).
 */
export function isLmEval(row: RecordedFields | undefined): boolean {
  return row !== undefined && isRecord(row["doc"]) && Array.isArray(row["resps"]) && "filtered_resps" in row;
}

/**
 * Keeps one row a document: several filters of a task repeat the same response, and further responses of one document
 * (`repeats`) are left out.
 *
 * @throws Fault `data` when the samples are log-likelihoods, which hold no text.
 */
export function readLmEval(rows: readonly RecordedRow[], fileName: string): RecordedContent {
  refuseLogLikelihoods(rows);
  const kept: RecordedRow[] = [];
  const leftOut: LeftOutRow[] = [];
  const filter = rows[0]?.fields["filter"];
  for (const { row, line, fields } of rows) {
    const at = { row, line, id: documentOf(fields) };
    if (fields["filter"] !== filter) {
      leftOut.push({ ...at, reason: "filter", detail: typeof fields["filter"] === "string" ? fields["filter"] : null });
      continue;
    }
    const answers = responsesOf(fields);
    if (answers.length === 0) {
      leftOut.push({ ...at, reason: "no-response", detail: null });
      continue;
    }
    for (let repeat = 1; repeat < answers.length; repeat += 1) {
      leftOut.push({ ...at, reason: "repeat", detail: String(repeat + 1) });
    }
    kept.push({ row, line, fields });
  }
  return { format: "lm-eval", task: taskOf(fileName), model: null, rows: kept, leftOut };
}

/** Path of the metric that a row's verdict is read from: the first of its metrics. */
export function lmEvalVerdict(row: RecordedFields): string | null {
  const metrics = Array.isArray(row["metrics"]) ? row["metrics"] : ["exact_match", "pass_at_1", "acc"];
  const found: unknown = metrics.find((metric) => typeof metric === "string" && metric in row);
  return typeof found === "string" ? found : null;
}

function documentOf(fields: RecordedFields): string | null {
  const id = fields["doc_id"];
  return typeof id === "number" || typeof id === "string" ? String(id) : null;
}

/** Texts that the model gave for the document. */
function responsesOf({ resps }: RecordedFields): string[] {
  const first: unknown = Array.isArray(resps) ? resps[0] : undefined;
  const list: readonly unknown[] = Array.isArray(first) ? first : [];
  return list.filter((text) => typeof text === "string");
}

function refuseLogLikelihoods(rows: readonly RecordedRow[]): void {
  const found = rows.find(({ fields }) => isLogLikelihood(fields));
  if (found === undefined) return;
  throw new Fault(
    "data",
    "These samples of lm-evaluation-harness are log-likelihoods: they hold no text of the model.",
    {
      ...(found.line === null ? {} : { line: found.line }),
      field: "resps",
      found: JSON.stringify(found.fields["resps"]).slice(0, 80),
      allowed: "samples of a task that generates, whose `resps` are texts",
      remedy:
        "Run a generating form of the task with --log_samples (for MMLU for example mmlu_generative or mmlu_flan_cot_zeroshot), then import its samples.",
    },
  );
}

/** A continuation was scored, not generated: `arg_1` is that continuation, and a response a number and a flag. */
function isLogLikelihood(row: RecordedFields): boolean {
  const given = firstValue(row["arguments"]);
  const second = Array.isArray(given) ? (given[1] as unknown) : isRecord(given) ? given["arg_1"] : undefined;
  const answer = firstValue(firstValue(row["resps"]));
  if (Array.isArray(answer) || typeof answer === "number") return true;
  return typeof second === "string" && typeof answer !== "string";
}

function firstValue(value: unknown): unknown {
  if (Array.isArray(value)) return value[0];
  return isRecord(value) ? Object.values(value)[0] : undefined;
}

/** `samples_gsm8k_2025-01-31T10-11-12.131415.jsonl` is about `gsm8k`; the rows themselves name no task. */
function taskOf(fileName: string): string | null {
  return /^samples_(.+?)(?:_\d{4}-\d{2}-\d{2}T[\d.:-]+)?\.jsonl?(?:\.gz)?$/u.exec(fileName)?.[1] ?? null;
}
