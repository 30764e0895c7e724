import type { Extraction } from "../family.js";
import { nothing } from "./boxed.js";
import { type Fence, fences } from "./fences.js";

/** Escapes a name for use inside a regular expression. */
function escaped(name: string): string {
  return name.replace(/[^\w]/g, String.raw`\$&`);
}

/** Whether the text defines the name at its top level: a function, a class, or an assignment. */
export function defines(code: string, name: string): boolean {
  return new RegExp(
    String.raw`^(?:(?:async[ \t]+)?def[ \t]+${escaped(name)}[ \t]*\(|class[ \t]+${escaped(name)}\b|${escaped(name)}[ \t]*(?::[^=\n]+)?=(?!=))`,
    "m",
  ).test(code);
}

/** Whether a text begins as a Python file does. */
function beginsAsCode(text: string): boolean {
  return /^(?:from\s+[\w.]+\s+import\b|import\s+\w|(?:async\s+)?def\s+\w+\s*\(|class\s+\w+\s*[:(]|@\w+|#|"""|''')/.test(
    text,
  );
}

function unix(text: string): string {
  return text.replace(/\r\n?/g, "\n");
}

function cut(response: string, start: number, end: number): Extraction {
  const value = unix(response.slice(start, end)).trimEnd();
  return value.trim() === "" ? nothing : { value, span: [start, end] };
}

/**
 * The published rule for MBPP and HumanEval: from the first fenced block that defines the entry point (or any function,
 * where none does) only what follows the signature is kept, so that imports and helpers before it are lost; the
 * benchmark's prompt is put in front. Without a fence: the indented lines after the signature. A response that is
 * itself a program or a body, as in recorded completions, is taken as it stands.
 */
export function paperCode(response: string, entryPoint: string | null): Extraction {
  const blocks = fences(response).map((block) => trimmed(response, block));
  const inFence = (name: string): Extraction | null => {
    for (const { start, end } of blocks) {
      const body = afterSignature(response, start, end, name);
      if (body !== null) return cut(response, body, end);
    }
    return null;
  };
  const fenced = entryPoint === null ? null : inFence(escaped(entryPoint));
  const found = fenced ?? asProgram(response) ?? asBody(response) ?? inFence(String.raw`\w+`);
  if (found !== null) return found;
  const body = entryPoint === null ? null : afterSignature(response, 0, response.length, escaped(entryPoint));
  if (body !== null) return cut(response, body, indentedUntil(response, body));
  return cut(response, 0, response.length);
}

/** Where the body begins after `def name(…) …:` and its line end; null when there is no such definition. */
function afterSignature(text: string, start: number, end: number, name: string): number | null {
  const pattern = new RegExp(String.raw`\bdef\s+${name}\b[^]*?:[ \t]*\r?\n`, "g");
  pattern.lastIndex = start;
  const match = pattern.exec(text);
  return match !== null && match.index + match[0].length <= end ? match.index + match[0].length : null;
}

/** End of the block that begins at `from`: its first line and all indented or empty lines that follow. */
function indentedUntil(text: string, from: number): number {
  const lines = text.slice(from).split("\n");
  let at = from + (lines[0]?.length ?? 0);
  for (const line of lines.slice(1)) {
    if (line.trim() !== "" && !/^(?: {2}|\t)/.test(line)) break;
    at += line.length + 1;
  }
  return Math.min(at, text.length);
}

/**
 * A response that is itself a program: it begins as one at the left margin, or behind the single space with which some
 * models begin. Null for prose and for bodies.
 */
function asProgram(response: string): Extraction | null {
  const lead = response.length - response.trimStart().length;
  const indentation = /[^\n]*$/.exec(response.slice(0, lead))?.[0].length ?? 0;
  return indentation <= 1 && beginsAsCode(response.slice(lead)) ? cut(response, lead, response.length) : null;
}

/** A response that begins with an indented line is the body that follows the prompt, with whatever comes after it. */
function asBody(response: string): Extraction | null {
  const lead = response.length - response.trimStart().length;
  const line = response.lastIndexOf("\n", lead - 1) + 1;
  return /^(?: {2}|\t)/.test(response.slice(line, lead)) ? cut(response, line, response.length) : null;
}

function trimmed(response: string, block: Fence): Fence {
  const content = response.slice(block.start, block.end);
  return { ...block, end: block.start + content.trimEnd().length };
}

/** Blocks of an interpreter session or a shell are no programs. */
function isProgram(code: string, language: string): boolean {
  const shell = /^(?:bash|sh|shell|console|text|output|plaintext|json)$/.test(language);
  return !shell && !/^\s*(?:>>>|\.\.\. |\$ )/m.test(code.split("\n").slice(0, 2).join("\n"));
}

/**
 * A careful reading of an answer in code. The whole fenced program that defines the entry point, imports and helpers
 * included, also from earlier blocks that only import or define; else a fenced body; without a fence the program in the
 * text without the prose around it, or the whole response where it is a program or a body.
 */
export function carefulCode(response: string, entryPoint: string | null): Extraction {
  const whole = asProgram(response);
  if (whole !== null && !/^[ \t]*(?:```|~~~)/m.test(response)) return whole;
  const blocks = fences(response).map((block) => ({ ...block, code: unix(response.slice(block.start, block.end)) }));
  const programs = blocks.filter(({ code, language }) => code.trim() !== "" && isProgram(code, language));
  const [first] = programs;
  if (whole !== null && first === undefined) return whole;
  if (first !== undefined) {
    const main = entryPoint === null ? first : programs.find(({ code }) => defines(dedent(code), entryPoint));
    if (main === undefined) return whole ?? cut(response, first.start, first.end);
    const before = programs.slice(0, programs.indexOf(main)).filter(({ code }) => isPrelude(code, entryPoint));
    const value = [...before, main].map(({ code }) => dedent(code).trimEnd()).join("\n\n");
    return { value, span: [before[0]?.start ?? main.start, main.end] };
  }
  if (entryPoint !== null && defines(unix(response), entryPoint)) return withoutProse(response, entryPoint);
  return cut(response, 0, response.length);
}

/** Whether a block only imports and defines helpers, so that a later block may rest on it. */
function isPrelude(code: string, entryPoint: string | null): boolean {
  const topLevel = dedent(code)
    .split("\n")
    .filter((line) => /^\S/.test(line) && !line.startsWith("#"));
  const plain = topLevel.every((line) => /^(?:import|from|def|class|async def|@|[)\]}]|[A-Z_]+\s*=)/.test(line));
  return plain && (entryPoint === null || !defines(dedent(code), entryPoint));
}

/** Removes the indentation that all lines share: a block inside a list. */
function dedent(code: string): string {
  const lines = code.split("\n");
  const indents = lines.filter((line) => line.trim() !== "").map((line) => /^[ \t]*/.exec(line)?.[0].length ?? 0);
  const shared = Math.min(...indents);
  return Number.isFinite(shared) && shared > 0 ? lines.map((line) => line.slice(shared)).join("\n") : code;
}

const codeLine =
  /^(?:$|\s|from\s|import\s|def\s|async\s|class\s|@|#|if\b.*:|for\b.*:|while\b.*:|try:|with\b.*:|else|elif|except|finally|assert\s|print\(|return\b|[)\]}]|[\w.]+\s*(?:[-+*/]?=|\(|\[))/;

/** The lines around the definition that are code. */
function withoutProse(response: string, entryPoint: string): Extraction {
  const lines = response.split("\n");
  const at = lines.findIndex((line) => defines(line, entryPoint));
  let first = at;
  while (first > 0 && codeLine.test(lines[first - 1] ?? "x y") && !/^\s+\S/.test(lines[first - 1] ?? "")) first -= 1;
  let last = at;
  while (last + 1 < lines.length && codeLine.test(lines[last + 1] ?? "")) last += 1;
  const start = lines.slice(0, first).reduce((sum, line) => sum + line.length + 1, 0);
  const end = lines.slice(0, last + 1).reduce((sum, line) => sum + line.length + 1, 0) - 1;
  return cut(response, start, end);
}
