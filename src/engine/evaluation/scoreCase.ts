import { Fault } from "../fault.js";
import { contentHash } from "../hash.js";
import type { Case, CodeData, Option } from "../families/index.js";
import { boxedGold, goldNumber } from "./scoreGold.js";
import type { FieldReader, OutputRow, ScoreField } from "./scoreFields.js";

/** What `score` has to know of a benchmark: how its golds are written and which family judges. */
export interface ScoreBenchmark {
  readonly family: "math" | "choice" | "code" | "bigbench";
  readonly gold: "number" | "latex" | "label" | "text" | "tests";
  /**
   * Whether answers continue the row's prompt, so that a body gets it in front. Elsewhere an answer has to be a program,
   * unless the user maps `prompt`.
   */
  readonly completesPrompt?: boolean;
}

/** Benchmarks by the names that the command line takes. */
export const scoreBenchmarks: { readonly [name: string]: ScoreBenchmark } = {
  gsm8k: { family: "math", gold: "number" },
  "gsm-plus": { family: "math", gold: "number" },
  "gsm-plus-paper": { family: "math", gold: "number" },
  svamp: { family: "math", gold: "number" },
  math: { family: "math", gold: "latex" },
  mmlu: { family: "choice", gold: "label" },
  "arc-challenge": { family: "choice", gold: "label" },
  mbpp: { family: "code", gold: "tests" },
  "mbpp-sanitized": { family: "code", gold: "tests" },
  "mbpp-paper": { family: "code", gold: "tests", completesPrompt: true },
  humaneval: { family: "code", gold: "tests", completesPrompt: true },
  bbh: { family: "bigbench", gold: "text" },
};

export function scoreBenchmark(name: string): ScoreBenchmark {
  const benchmark = Object.hasOwn(scoreBenchmarks, name) ? scoreBenchmarks[name] : undefined;
  if (benchmark !== undefined) return benchmark;
  throw new Fault("usage", `There is no benchmark "${name}" to score.`, {
    field: "--benchmark",
    found: name,
    allowed: Object.keys(scoreBenchmarks).join(", "),
    remedy: "Name the benchmark whose form the gold answers have.",
  });
}

/** A row's field that is absent or cannot be read. */
export class RowProblem extends Error {
  readonly field: ScoreField;

  constructor(field: ScoreField, message: string) {
    super(message);
    this.field = field;
  }
}

/** Makes the case of a row. Throws a `RowProblem` for a field that is missing or wrong. */
export function caseOfRow(name: string, id: string, row: OutputRow, fields: FieldReader): Case {
  const { family } = scoreBenchmark(name);
  const question = fields.text(row, "question") ?? "";
  const data = dataOf(scoreBenchmark(name), row, fields);
  const hash = contentHash({ family, question, data });
  return {
    key: `${name}/recorded/${id}`,
    benchmark: name,
    split: "recorded",
    id,
    hash,
    family,
    group: null,
    question,
    data,
  };
}

function dataOf(benchmark: ScoreBenchmark, row: OutputRow, fields: FieldReader): unknown {
  switch (benchmark.gold) {
    case "number": {
      const text = required(row, fields, "gold");
      const gold = goldNumber(text);
      if (gold === null) throw new RowProblem("gold", `no number in the gold answer ${shortened(text)}`);
      return { answerKind: gold === "None" ? "none" : "number", gold, solution: null };
    }
    case "latex":
      return { answerKind: "latex", gold: boxedGold(required(row, fields, "gold")), solution: null };
    case "label": {
      const options = optionsOf(row, fields);
      return { options: options.map(({ label, text }) => ({ label, text })), gold: goldLabel(row, fields, options) };
    }
    case "text":
      return { task: "", gold: required(row, fields, "gold"), shots: null };
    case "tests":
      return codeData(benchmark, row, fields);
  }
}

function required(row: OutputRow, fields: FieldReader, field: ScoreField): string {
  const text = fields.text(row, field);
  if (text === null) throw missing(row, fields, field);
  return text;
}

export function missing(row: OutputRow, fields: FieldReader, field: ScoreField): RowProblem {
  const value = fields.value(row, field);
  const what = value === undefined || value === null ? "no field" : "no text in the field";
  return new RowProblem(field, `${what} ${fields.describe(field)}; the row has ${Object.keys(row).join(", ")}`);
}

export function shortened(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}

/** An option with the label of the file, before it became a letter. */
interface NamedOption extends Option {
  readonly upstream: string;
}

/** Options from fields of their own (`A,B,C,D`), a list, or a list of label and text (ARC). Labels become letters. */
function optionsOf(row: OutputRow, fields: FieldReader): NamedOption[] {
  const named =
    fields
      .path("options")
      ?.split(",")
      .map((part) => part.trim()) ?? [];
  const names = named.length > 1 ? named : fields.isMapped("options") ? [] : ["A", "B", "C", "D"];
  const separate = names.map((name) => row[name]);
  if (separate.length > 0 && separate.every((value) => isScalar(value))) {
    return names.map((name, index) => ({ label: letter(index), upstream: name, text: String(separate[index]) }));
  }
  const value = fields.value(row, "options");
  const found = namedOptions(value);
  if (found.length < 2) throw missing(row, fields, "options");
  return found;
}

function namedOptions(value: unknown): NamedOption[] {
  if (Array.isArray(value)) {
    return value.flatMap((item: unknown, index) => {
      if (isScalar(item)) return [{ label: letter(index), upstream: letter(index), text: String(item) }];
      if (!isObject(item) || !isScalar(item["text"])) return [];
      const upstream = isScalar(item["label"]) ? String(item["label"]) : letter(index);
      return [{ label: letter(index), upstream, text: String(item["text"]) }];
    });
  }
  if (!isObject(value)) return [];
  // Parquet copies of ARC hold two lists, `label` and `text`.
  const { label, text } = value as { label?: unknown; text?: unknown };
  if (Array.isArray(label) && Array.isArray(text)) {
    return namedOptions(label.map((name: unknown, index) => ({ label: name, text: text[index] as unknown })));
  }
  return Object.entries(value).map(([upstream, item], index) => ({
    label: letter(index),
    upstream,
    text: String(item),
  }));
}

/** The gold label as a letter: the letter or number that the file uses, or an index from 0 where it is a number. */
function goldLabel(row: OutputRow, fields: FieldReader, options: readonly NamedOption[]): string {
  const value = fields.value(row, "gold");
  const text = required(row, fields, "gold").trim();
  const byName = options.find(({ upstream, label }) => upstream === text || label === text);
  const byIndex =
    typeof value === "number" ? options[value] : /^\d$/.test(text) ? options[Number(text) - 1] : undefined;
  const gold = byName ?? byIndex ?? options.find((option) => option.text.trim() === text);
  if (gold === undefined) throw new RowProblem("gold", `${shortened(text)} is the label of no option`);
  return gold.label;
}

function letter(index: number): string {
  return String.fromCharCode("A".charCodeAt(0) + index);
}

function isScalar(value: unknown): value is string | number | boolean | bigint {
  return ["string", "number", "boolean", "bigint"].includes(typeof value);
}

function isObject(value: unknown): value is { readonly [field: string]: unknown } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function codeData(benchmark: ScoreBenchmark, row: OutputRow, fields: FieldReader): CodeData {
  const value = fields.value(row, "test");
  const lines = Array.isArray(value) ? value.filter((line) => typeof line === "string") : null;
  const text = lines?.join("\n") ?? required(row, fields, "test");
  const kind = /^[ \t]*def\s+check\s*\(/m.test(text) ? "check" : "assertions";
  const code = kind === "check" ? [unix(text)] : (lines ?? statements(text)).map(unix);
  const entryPoint = fields.text(row, "entry_point") ?? calledName(code);
  const usesPrompt = benchmark.completesPrompt === true || fields.isMapped("prompt");
  const prompt = usesPrompt ? fields.text(row, "prompt") : null;
  const isPrefix =
    prompt !== null &&
    entryPoint !== null &&
    new RegExp(String.raw`^\s*(?:async\s+)?def\s+${entryPoint}\b`, "m").test(prompt);
  const imports = Array.isArray(row["test_imports"])
    ? row["test_imports"].filter((line) => typeof line === "string")
    : [];
  const setup = typeof row["test_setup_code"] === "string" ? unix(row["test_setup_code"]) : "";
  return { entryPoint, prefix: isPrefix ? unix(prompt) : null, tests: { imports, setup, kind, code }, reference: null };
}

function unix(text: string): string {
  return text.replaceAll("\r\n", "\n");
}

/** Top-level assert statements of one text. */
function statements(text: string): string[] {
  return unix(text)
    .split(/^(?=assert\b)/m)
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

/** The function that every assertion calls first, when it is no builtin that only wraps the call. */
function calledName(assertions: readonly string[]): string | null {
  const wrappers = new Set(
    "set sorted abs round len list tuple str float int dict sum max min all any math isclose not".split(" "),
  );
  for (const match of (assertions[0] ?? "").matchAll(/([A-Za-z_]\w*)\s*\(/g)) {
    const name = match[1] ?? "";
    if (!wrappers.has(name)) return name;
  }
  return null;
}
