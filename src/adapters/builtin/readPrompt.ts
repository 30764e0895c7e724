import type { ChatMessage } from "../../engine/seams/index.js";

/** What the student sees in a prompt: evaluation prompts of the families and bare questions alike. */
export type Asked =
  | { readonly family: "math"; readonly question: string }
  | {
      readonly family: "choice";
      readonly question: string;
      readonly options: readonly { readonly label: string; readonly text: string }[];
    }
  | {
      readonly family: "code";
      /** The task in prose, without the signature, examples and tests. */
      readonly prose: string;
      readonly entryPoint: string | null;
      /** Names of the parameters where the prompt shows them, else null. */
      readonly parameters: readonly string[] | null;
      /** Number of arguments, from the signature or from an example call; null when neither is there. */
      readonly arity: number | null;
    };

const optionLine = /^\s*\(?([A-J])[.):]\)?\s+(\S.*)$/;
const signature = /^[ \t]*def\s+([A-Za-z_]\w*)\s*\(([^)]*)\)/m;

/** Reads the last user turn. The kind of task is told by its shape, never by a name. */
export function readPrompt(messages: readonly ChatMessage[]): Asked {
  const text = (messages.findLast((message) => message.role === "user")?.content ?? "").replaceAll("\r\n", "\n").trim();
  const lines = text.split("\n");
  const options = lines.map((line) => optionLine.exec(line)).filter((match) => match !== null);
  if (options.length >= 2 && options[0]?.[1] === "A") {
    const first = lines.findIndex((line) => optionLine.test(line));
    const question = lines
      .slice(0, first)
      .join("\n")
      .replace(/\n\s*(?:options|choices)\s*:?\s*$/i, "");
    return {
      family: "choice",
      question: question.trim(),
      options: options.map((match) => ({ label: match[1] ?? "", text: (match[2] ?? "").trim() })),
    };
  }
  if (signature.test(text) || /\bpython\b/i.test(text) || /^\s*(?:assert|>>>)\s/m.test(text)) return readCode(text);
  return { family: "math", question: withoutInstruction(text) };
}

/** Cuts a last paragraph that only says how to answer: it holds no digits and no question mark. */
function withoutInstruction(text: string): string {
  const paragraphs = text.split(/\n\s*\n/);
  const last = paragraphs.at(-1) ?? "";
  const isInstruction = paragraphs.length > 1 && !/\d|\?/.test(last);
  return (isInstruction ? paragraphs.slice(0, -1) : paragraphs).join("\n\n").trim();
}

/** A parameter list `a: int, b=2, *rest` as bare names. */
export function parameterNames(list: string): string[] {
  return list
    .split(",")
    .map((part) => /^\s*\**\s*([A-Za-z_]\w*)/.exec(part)?.[1] ?? "")
    .filter((name) => name !== "" && name !== "self");
}

function readCode(text: string): Asked {
  const definition = signature.exec(text);
  const call = /\bassert\s+(?:\w+\s*\(\s*)*?([A-Za-z_]\w*)\s*\(|>>>\s*([A-Za-z_]\w*)\s*\(/.exec(text);
  const named = /\b(?:function|named|called)\s+[`'"]?([A-Za-z_]\w*_\w+|[A-Za-z_]\w*(?=[`'"(]))/.exec(text);
  const entryPoint = definition?.[1] ?? call?.[1] ?? call?.[2] ?? named?.[1] ?? null;
  const parameters = definition === null ? null : parameterNames(definition[2] ?? "");
  return {
    family: "code",
    prose: proseOf(text, entryPoint),
    entryPoint,
    parameters,
    arity: parameters?.length ?? (entryPoint === null ? null : arityOfCall(text, entryPoint)),
  };
}

/** The sentences of a coding task that say what to do: no signature, no example calls, no tests, no code fences. */
function proseOf(text: string, entryPoint: string | null): string {
  const lines = withoutInstruction(text)
    .replaceAll(/```\w*|"""|'''/g, "")
    .split("\n");
  const kept = lines.filter((line, index) => !isCodeLine(line) && !isShownResult(lines, index)).join("\n");
  const sentences = kept.split(/(?<=[.:!?])\s+|\n/);
  return sentences
    .filter((sentence) => entryPoint === null || !sentence.includes(`${entryPoint}(`))
    .filter((sentence) => !/\b(?:pass these tests|pass the tests|following tests)\b/i.test(sentence))
    .join(" ")
    .trim();
}

function isCodeLine(line: string): boolean {
  return /^\s*(?:(?:def|assert|import|from|return)\b|>>>|\.\.\.)/.test(line);
}

/** What an interactive example prints: the lines after `>>>` up to the next blank one. */
function isShownResult(lines: readonly string[], index: number): boolean {
  for (let above = index - 1; above >= 0 && (lines[above] ?? "").trim() !== ""; above -= 1) {
    if (/^\s*>>>/.test(lines[above] ?? "")) return true;
  }
  return false;
}

/** Number of arguments of the first call of a function in a text; null when there is no call. */
function arityOfCall(text: string, name: string): number | null {
  const start = text.indexOf(`${name}(`);
  if (start < 0) return null;
  const inside = argumentsAt(text, start + name.length);
  return inside === null ? null : splitTopLevel(inside).length;
}

/** The text between the parenthesis at `open` and its partner; null when it is never closed. */
export function argumentsAt(text: string, open: number): string | null {
  for (const { index, sign, depth } of signsOutsideQuotes(text, open)) {
    if (depth === 0 && ")]}".includes(sign)) return text.slice(open + 1, index);
  }
  return null;
}

/** Splits at commas outside brackets and quotes. */
function splitTopLevel(text: string): string[] {
  const parts: string[] = [];
  let start = 0;
  for (const { index, sign, depth } of signsOutsideQuotes(text, 0)) {
    if (depth !== 0 || sign !== ",") continue;
    parts.push(text.slice(start, index).trim());
    start = index + 1;
  }
  const last = text.slice(start).trim();
  if (last !== "") parts.push(last);
  return parts;
}

interface Sign {
  readonly index: number;
  readonly sign: string;
  /** How many brackets are open behind it. */
  readonly depth: number;
}

function* signsOutsideQuotes(text: string, from: number): Generator<Sign> {
  let depth = 0;
  let quote: string | null = null;
  for (let index = from; index < text.length; index += 1) {
    const sign = text.charAt(index);
    if (quote !== null) {
      if (sign === "\\") index += 1;
      else if (sign === quote) quote = null;
      continue;
    }
    if (sign === "'" || sign === '"') {
      quote = sign;
      continue;
    }
    if ("([{".includes(sign)) depth += 1;
    else if (")]}".includes(sign)) depth -= 1;
    yield { index, sign, depth };
  }
}
