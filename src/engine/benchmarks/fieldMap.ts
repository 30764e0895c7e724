import { Fault } from "../fault.js";
import type { BigBenchData, ChoiceData, CodeData, JudgedData, MathData, Option } from "../families/index.js";
import { calledFunction, goldAfterHashes, goldInBox, plainNumber, unixLines } from "./gold.js";
import { optionLabel } from "./loaders/choice.js";
import type { RowReader } from "./rowReader.js";

/** Where each field is in a row, as dotted paths; the names are those of `score --map`. */
export interface FieldMap {
  readonly id?: string | undefined;
  readonly question: string;
  /** A number, a LaTeX answer or a solution with `####` or `\boxed{}`; an option's label, text or number from 0. */
  readonly gold?: string | undefined;
  /** Worked solution; without it a gold with `####` or `\boxed{}` is the solution as well. */
  readonly solution?: string | undefined;
  /** One field that holds the options, or one field an option in order. */
  readonly options?: string | readonly string[] | undefined;
  readonly group?: string | undefined;
  /** Test code: a text or a list; `check(candidate)` or assertions. */
  readonly test?: string | undefined;
  /** Code between solution and tests. */
  readonly setup?: string | undefined;
  /** Import lines that the tests need: a text or a list. */
  readonly imports?: string | undefined;
  readonly entry_point?: string | undefined;
  /** Code that a body-only answer needs in front. */
  readonly prompt?: string | undefined;
  /** Reference answer or program. */
  readonly reference?: string | undefined;
}

type Reader = (row: RowReader) => unknown;
type Makes = (field: (name: keyof FieldMap) => string, map: FieldMap, benchmark: string) => Reader;

/** How each family reads a mapped row. `field` gives a mapped path and faults where the family needs it. */
const readers: { readonly [family: string]: Makes } = {
  math: (field, map) => {
    const gold = field("gold");
    return (row) => mathData(row, gold, map.solution);
  },
  choice: (field, map) => {
    const gold = field("gold");
    field("options");
    return (row) => choiceData(row, gold, map.options ?? []);
  },
  code: (field, map) => {
    const test = field("test");
    return (row) => codeData(row, test, map);
  },
  bigbench: (field, map, benchmark) => {
    const gold = field("gold");
    return (row): BigBenchData => ({
      task: map.group === undefined ? benchmark : row.scalar(map.group),
      gold: row.scalar(gold),
      shots: null,
    });
  },
  judged: (field, map) => {
    const reference = map.reference ?? field("gold");
    return (row): JudgedData => ({ reference: row.scalar(reference) });
  },
};

/** Families that can be mapped. */
export const mappedFamilies: readonly string[] = Object.keys(readers);

/** Makes the function that reads a family's data from a row; faults with kind `configuration` when the mapping lacks a field. */
export function mappedData(benchmark: string, family: string, map: FieldMap): Reader {
  const make = Object.hasOwn(readers, family) ? readers[family] : undefined;
  if (make === undefined) {
    throw new Fault("configuration", "There is no family of this name whose fields can be mapped.", {
      field: `benchmarks.${benchmark}.use.family`,
      found: family,
      allowed: mappedFamilies.join(", "),
      remedy: "Name one of them.",
    });
  }
  const field = (name: keyof FieldMap): string => {
    const path = map[name];
    if (typeof path === "string") return path;
    if (path !== undefined) return path.join(",");
    throw new Fault("configuration", `A mapping for the family ${family} lacks a field.`, {
      field: `benchmarks.${benchmark}.use.map.${name}`,
      found: `only ${Object.keys(map).join(", ")}`,
      remedy: `Say which field of a row holds it: "${name}": "…".`,
    });
  };
  return make(field, map, benchmark);
}

function mathData(row: RowReader, field: string, solutionField: string | undefined): MathData {
  const text = row.scalar(field).trim();
  const mapped = solutionField === undefined ? null : row.text(solutionField);
  const marked = goldAfterHashes(text) ?? goldInBox(text);
  const solution = mapped ?? (marked === null ? null : text);
  const gold = marked ?? text;
  if (/^none$/iu.test(gold)) return { answerKind: "none", gold: "None", solution };
  const number = plainNumber(gold);
  return number === null ? { answerKind: "latex", gold, solution } : { answerKind: "number", gold: number, solution };
}

function choiceData(row: RowReader, goldField: string, optionFields: string | readonly string[]): ChoiceData {
  const upstream =
    typeof optionFields === "string"
      ? optionsIn(row, optionFields)
      : optionFields.map((field) => [field, row.scalar(field)] as const);
  const where = typeof optionFields === "string" ? optionFields : (optionFields[0] ?? "options");
  if (upstream.length < 2 || upstream.length > 26) throw row.fault(where, "2 to 26 options");
  const options = upstream.map(([, text], index): Option => ({ label: optionLabel(index), text }));
  const gold = goldIndex(row, goldField, upstream);
  return { options, gold: optionLabel(gold) };
}

/** Options in one field: texts, `{label, text}` objects, an object of texts, or `{label: […], text: […]}`. */
function optionsIn(row: RowReader, field: string): (readonly [label: string | null, text: string])[] {
  const value = row.value(field);
  if (Array.isArray(value)) {
    return value.map((option: unknown, index) => {
      if (typeof option === "object" && option !== null) {
        const label = row.value(`${field}.${index}.label`) === undefined ? null : row.scalar(`${field}.${index}.label`);
        return [label, row.scalar(`${field}.${index}.text`)];
      }
      return [null, row.scalar(`${field}.${index}`)];
    });
  }
  if (typeof value !== "object" || value === null) throw row.fault(field, "a list or an object of options");
  if (Array.isArray(row.value(`${field}.text`))) {
    const texts = row.texts(`${field}.text`);
    const labelled = row.value(`${field}.label`) !== undefined;
    return texts.map((text, index) => [labelled ? row.scalar(`${field}.label.${index}`) : null, text]);
  }
  return Object.keys(value).map((label) => [label, row.scalar(`${field}.${label}`)]);
}

/**
 * The right option: a JSON number counts from 0 unless it is a label; a text is a label (upstream's, then a capital
 * letter), then an option's text, then a number from 0.
 */
function goldIndex(
  row: RowReader,
  field: string,
  options: readonly (readonly [label: string | null, text: string])[],
): number {
  const raw = row.value(field);
  const gold = row.scalar(field).trim();
  const bare = gold.replace(/^\(?([A-Za-z0-9]+)[.)]?$/u, "$1");
  const number = /^\d+$/u.test(gold) && Number(gold) < options.length ? Number(gold) : -1;
  const candidates = [
    options.findIndex(([label]) => label === gold || label === bare),
    typeof raw === "number" ? number : -1,
    /^[A-Za-z]$/u.test(bare) && bare.toUpperCase().charCodeAt(0) - 65 < options.length
      ? bare.toUpperCase().charCodeAt(0) - 65
      : -1,
    options.findIndex(([, text]) => text.trim() === gold),
    number,
  ];
  const found = candidates.find((index) => index !== -1);
  if (found !== undefined) return found;
  throw row.fault(field, `a label, a text or a number (from 0) of one of ${options.length} options`);
}

function codeData(row: RowReader, testField: string, map: FieldMap): CodeData {
  const code = lines(row, testField).map(unixLines);
  if (code.length === 0) throw row.fault(testField, "at least one test");
  const kind = code.some((part) => /^\s*def\s+check\s*\(/mu.test(part)) ? "check" : "assertions";
  const prefix = map.prompt === undefined ? null : unixLines(row.text(map.prompt));
  const program = map.reference === undefined ? null : unixLines(row.text(map.reference));
  const named = map.entry_point === undefined ? null : row.text(map.entry_point);
  const entryPoint = named ?? (program === null ? null : calledFunction(program, code));
  if (kind === "check" && entryPoint === null) {
    throw row.fault(
      testField,
      "tests whose function is named by `entry_point`",
      "A test with check(candidate) needs the name of a function.",
    );
  }
  return {
    entryPoint,
    prefix,
    tests: {
      imports: map.imports === undefined ? [] : lines(row, map.imports),
      setup: map.setup === undefined ? "" : unixLines(row.anyText(map.setup)),
      kind,
      code: kind === "assertions" ? code.flatMap(assertions) : code,
    },
    reference: program === null ? null : wholeProgram(prefix, program, entryPoint),
  };
}

/** A list of texts; one text is a list of one. */
function lines(row: RowReader, field: string): string[] {
  const value = row.value(field);
  if (typeof value === "string") return value.trim() === "" ? [] : [value];
  return row.texts(field);
}

/** A text of assertions, one a line, as a list; anything else stays whole. */
function assertions(code: string): string[] {
  const parts = code.split("\n").filter((line) => line.trim() !== "");
  return parts.every((line) => /^assert\b/u.test(line)) ? parts : [code];
}

/** The reference with the prompt in front where it is only the body of the function. */
function wholeProgram(prefix: string | null, program: string, entryPoint: string | null): string {
  const whole =
    entryPoint === null || new RegExp(`^(?:async\\s+)?def\\s+${entryPoint}\\b|^${entryPoint}\\s*=`, "mu").test(program);
  return prefix === null || whole ? program : prefix + program;
}
