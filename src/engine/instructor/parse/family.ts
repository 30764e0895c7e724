import type { Option, SampleDraft } from "../../families/index.js";
import { asText, type RawSample } from "./raw.js";
import { dedent, fences, trimField, trimLines, unwrapEmphasis } from "./text.js";
import { splitOptions, optionsOf } from "./options.js";
import type { LooseValue } from "./looseJson.js";

/** Turns a raw sample into a draft; null when the sample lacks what the family cannot do without. */
export type Normaliser = (raw: RawSample) => SampleDraft | null;

const empty = { options: null, tests: null, entryPoint: null };

/** Question without a heading in front, without anything that belongs behind it. */
function cleanQuestion(value: LooseValue | undefined): { readonly question: string; readonly rest: string } {
  let text = restoreLatex(asText(value)).trim();
  for (let round = 0; round < 3; round += 1) {
    const next = text.replace(leadingLabel, "").trimStart();
    if (next === text) break;
    text = next;
  }
  const leak = leakedHeading.exec(text);
  const question = leak === null ? text : text.slice(0, leak.index);
  const rest = leak === null ? "" : text.slice(leak.index + leak[0].length);
  return { question: unwrapEmphasis(trimField(stripHashes(question))), rest: rest.trim() };
}

const leadingLabel =
  /^(?:#{1,6}\s*|\*{1,3}|_{2}|\d{1,4}[.)]\s+)*(?:new |practice )?(?:question|problem|exercise|task)(?:\s*#?\d{1,4})?\s*(?:\*{1,3})?\s*[:\uFF1A.]\s*(?:\*{1,3})?/i;
const leakedHeading =
  /(?:^|\n|[^\S\n])(?:#{2,6}[^\S\n]{0,5}|\*\*)(?:final |correct )?(?:answer|solution|code|explanation|question)s?(?:[^\S\n]{0,5}\d{1,4})?[^\S\n]{0,5}(?:[:\uFF1A](?:\*\*)?|\*\*(?:[^\S\n]{0,5}[:\uFF1A])?)|\n[^\S\n]{0,20}(?:final |correct )?(?:answer|solution|code)\s{0,5}[:\uFF1A]|(?<=[.?!)])\s{1,5}(?:answer|solution|code)\s{0,5}:/i;

/** `### Carl has 3 letters.` is text, not a heading. A line `#### 42` is the final answer and is read before this. */
function stripHashes(text: string): string {
  return text.replace(/^[^\S\n]{0,20}#{2,6}[^\S\n]+(?=\S)/gm, "").replace(/[^\S\n]{0,20}#{2,6}[^\S\n]{0,20}$/gm, "");
}

function cleanSolution(value: LooseValue | undefined): string {
  const text = restoreLatex(asText(value)).trim();
  const bare = text.replace(
    /^(?:#{1,6}\s*|\*{1,3})*(?:worked |detailed |step-by-step )?(?:answer|solution|explanation)\s*(?:\*{1,3})?\s*[:\uFF1A]\s*(?:\*{1,3})?\s*/i,
    "",
  );
  return trimField(stripHashes(bare));
}

/** A solution that is repeated inside the question, as some answers do, is cut out of the question. */
function withoutSolution(question: string, solution: string): string {
  if (solution.length < 25) return question;
  const at = question.indexOf(solution);
  return at > 0 ? trimField(question.slice(0, at)) : question;
}

export const mathDraft: Normaliser = (raw) => {
  const { question, rest } = cleanQuestion(raw.question);
  const worked = asText(raw.solution) || asText(raw.explanation);
  const given = restoreLatex(asText(raw.answer)).trim();
  // One field may hold everything: `Answer: <worked solution>`.
  const isLong = worked === "" && !isAnswerAlone(given);
  const source = worked !== "" ? worked : given !== "" ? given : rest;
  const solution = cleanSolution(source.replace(hashAnswer, ""));
  if (question === "" || (solution === "" && given === "")) return null;
  const answer = given !== "" && !isLong ? finalAnswer(given, true) : finalAnswer(source, false);
  return {
    ...empty,
    question: withoutSolution(question, solution),
    solution: solution === "" ? given : solution,
    answer,
  };
};

const hashAnswer = /^[^\S\n]{0,20}#{4}[^\S\n]*([-+$\d][^\n]{0,80})$/m;
/** True for a text that is an answer and no worked solution: a number with a unit, or a few words on one line. */
function isAnswerAlone(text: string): boolean {
  return (
    bareNumber(text) !== null || (/^[^\n]{0,60}$/.test(text) && !text.endsWith(".") && text.split(/\s+/).length <= 4)
  );
}

const numberPattern = /[-\u2212]?\$?\s?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:\s?\/\s?\d+)?/g;

/**
 * The final answer of a text: after `####`, in `\boxed{}`, behind "answer is" or "=", or the last number. Numbers lose
 * currency signs, thousands separators and units; other texts stay as they are. Null when there is none.
 */
export function finalAnswer(text: string, alone: boolean): string | null {
  const source = restoreLatex(text);
  const hashed = hashAnswer.exec(source)?.[1];
  const boxed = lastBoxed(source);
  if (hashed !== undefined) return bareNumber(hashed) ?? unwrapEmphasis(hashed);
  if (boxed !== null) return bareNumber(boxed) ?? boxed;
  if (alone) {
    const plain = unwrapEmphasis(source.replace(/^\s*(?:the\s+)?(?:final\s+)?answer(?:\s+is)?\s*[:=]?\s*/i, ""))
      .replace(/^\$(?=[^\d\s])([^$]*)\$$/, "$1")
      .replace(/\.$/, "");
    return bareNumber(plain) ?? (plain === "" ? null : plain);
  }
  const tail = source.slice(-600);
  const stated = /.*(?:answer|result)\s*(?:is|:|=)\s*(?:\*\*)?([^\n]{1,60})/is.exec(tail)?.[1];
  if (stated !== undefined) {
    const found = firstNumber(stated);
    if (found !== null) return found;
  }
  const numbers = tail.replace(/<<[^>\n]{0,200}>>/g, "").match(numberPattern);
  return tidyNumber(numbers?.at(-1));
}

function firstNumber(text: string): string | null {
  return tidyNumber(text.match(numberPattern)?.[0]);
}

/** A text that is one number with at most a currency sign and a unit behind it. */
function bareNumber(text: string): string | null {
  const plain = unwrapEmphasis(text)
    .replace(/^=\s*/, "")
    .replace(/<<[^>\n]{0,200}>>/g, "");
  const match =
    /^([-\u2212]?\s?[$\u20AC\u00A3]?\s?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:\s?\/\s?\d+)?)\s*(?:%|[a-zA-Z\u00B0][a-zA-Z .\u00B0\u00B2\u00B3/-]{0,40})?\.?$/.exec(
      plain,
    );
  return tidyNumber(match?.[1]);
}

function tidyNumber(text: string | undefined): string | null {
  if (text === undefined) return null;
  const tidy = text.replace(/[\s,$\u20AC\u00A3]/g, "").replace("\u2212", "-");
  return /\d/.test(tidy) ? tidy : null;
}

function lastBoxed(text: string): string | null {
  const start = text.lastIndexOf("\\boxed{");
  if (start === -1) return null;
  let depth = 0;
  for (let at = start + 6; at < text.length; at += 1) {
    if (text[at] === "{") depth += 1;
    else if (text[at] === "}") depth -= 1;
    if (depth === 0) return text.slice(start + 7, at).trim();
  }
  return null;
}

/**
 * LaTeX whose backslash was written once in JSON: `"\frac"` arrives as a form feed and `rac`. Form feeds and backspaces
 * never occur in a solution, and the words below decide the others.
 */
function restoreLatex(text: string): string {
  if (!/[\b\f\t\r\n]/.test(text)) return text;
  return text
    .replaceAll("\f", "\\f")
    .replaceAll("\b", "\\b")
    .replace(/\t(?=(?:imes|ext|heta|frac|an|au|riangle|o)\b|ext\{|frac\{)/g, "\\t")
    .replace(/\r(?=(?:ight|ho|angle)\b)/g, "\\r")
    .replace(/(?<=\S)\n(?=(?:eq|abla|otin)\b)/g, "\\n");
}

export const choiceDraft: Normaliser = (raw) => {
  const cleaned = cleanQuestion(raw.question);
  let question = cleaned.question;
  let options: readonly Option[] = optionsOf(raw.options);
  if (options.length < 2) {
    const split = splitOptions(question);
    if (split !== null) {
      question = trimField(split.before);
      options = split.options;
    }
  } else {
    // Options that are listed a second time below the question do not belong to it.
    const split = splitOptions(question);
    if (split !== null && split.options.length >= 2) question = trimField(split.before);
  }
  question = trimField(
    question.replace(/\n\s*(?:\*\*)?(?:answer )?(?:options|choices)(?:\*\*)?\s*:?\s*(?:\*\*)?$/i, ""),
  );
  const read = readChoice(raw, options, cleaned.rest);
  if (question === "" || options.length < 2 || read.answer === null) return null;
  return { ...empty, question, options, answer: read.answer, solution: read.explanation };
};

function readChoice(
  raw: RawSample,
  options: readonly Option[],
  rest: string,
): { readonly answer: string | null; readonly explanation: string } {
  const explanation = cleanSolution(asText(raw.explanation) || asText(raw.solution));
  const index = typeof raw.answerIndex === "number" ? options[raw.answerIndex] : undefined;
  if (index !== undefined) return { answer: index.label, explanation };
  const given = cleanAnswer(asText(raw.answer) || rest);
  const match =
    /^(?:(?:the )?(?:correct |right )?(?:answer|option|choice)(?: is)?\s*:?\s*)?\(?([A-Ja-j1-9])(?:\s*[).:]|\s*\]|(?=\s*(?:$|\n|[-\u2013\u2014,(])))\)?\s*/i.exec(
      given,
    );
  const letter = match?.[1] === undefined ? null : labelOf(match[1], options);
  if (letter !== null && match !== null) {
    return { answer: letter, explanation: explanation || behindChoice(given.slice(match[0].length), letter, options) };
  }
  const lower = given.toLowerCase();
  const byText = options.filter((option) => option.text !== "" && lower.startsWith(option.text.toLowerCase()));
  const longest = byText.sort((a, b) => b.text.length - a.text.length)[0];
  if (longest !== undefined) {
    return { answer: longest.label, explanation: explanation || behindChoice(given, longest.label, options) };
  }
  const spoken = /\b(?:option|answer is|choice)\s*:?\s*\(?([A-J])\b/.exec(given)?.[1];
  const label = spoken === undefined ? null : labelOf(spoken, options);
  return { answer: label, explanation: explanation || (label === null ? "" : given) };
}

function cleanAnswer(text: string): string {
  const bare = text.trim().replace(/^(?:#{1,6}\s*|\*{1,3})*(?:correct |final )?answer\s*(?:\*{1,3})?\s*:\s*/i, "");
  return bare.replace(/^(\*{1,2})([^*\n]{1,300})\1/, "$2").trim();
}

/** What follows the letter, without the repeated text of the option and the dash behind it. */
function behindChoice(text: string, label: string, options: readonly Option[]): string {
  let rest = text
    .trim()
    .replace(/^\*{1,2}/, "")
    .trim();
  const option = options.find((item) => item.label === label)?.text ?? "";
  if (option !== "" && rest.toLowerCase().startsWith(option.toLowerCase())) rest = rest.slice(option.length);
  rest = rest.replace(/^[\s.*]*(?:[-\u2013\u2014:,]+\s*)?/, "").replace(/^\((.*)\)$/s, "$1");
  return cleanSolution(rest.replace(/^(?:brief )?explanation\s*:\s*/i, ""));
}

function labelOf(text: string, options: readonly Option[]): string | null {
  const letter = /\d/.test(text) ? String.fromCharCode(64 + Number(text)) : text.toUpperCase();
  return options.some((option) => option.label === letter) ? letter : null;
}

export const codeDraft: Normaliser = (raw) => {
  let asked = asText(raw.question);
  let given = asText(raw.code) || asText(raw.solution) || asText(raw.answer);
  if (given === "") {
    // `Write a function …` with the program below it, without a heading between them.
    const inside = programIn(asked);
    given = inside === null ? "" : asked.slice(inside.start);
    asked = inside === null ? asked : asked.slice(0, inside.start);
  }
  const { question, rest } = cleanQuestion(asked);
  if (given === "") given = rest;
  let code = programOf(given);
  const split = splitAsserts(code);
  const tests = [
    ...testsOf(raw.tests),
    ...split.tests,
    ...(raw.tests === undefined ? assertsIn(given, split.tests) : []),
  ];
  code = split.code;
  if (question === "" || !/\bdef\s|\bclass\s|\blambda\b/.test(code)) return null;
  const unique = [...new Set(tests)];
  const entryPoint = entryPointOf(asText(raw.entryPoint), code, unique, question);
  return { question, solution: code, answer: null, options: null, tests: withCalls(unique, entryPoint), entryPoint };
};

/** The program of a code field: the fenced blocks that define something, else the text from its first code line. */
export function programOf(text: string): string {
  const blocks = fences(text).filter((block) => !/^(?:text|output|console|bash|json)$/.test(block.language));
  const defining = blocks.filter((block) => /^[^\S\n]*(?:def|class|import|from|async def)\b/m.test(block.body));
  const first = defining[0];
  if (first !== undefined) return trimLines(dedent(first.body));
  if (blocks[0] !== undefined) return trimLines(dedent(blocks[0].body));
  return unfenced(text)?.code ?? trimLines(dedent(text.replace(/^`+|`+$/g, "")));
}

function programIn(text: string): { readonly code: string; readonly start: number } | null {
  const block = fences(text).findLast((item) => /^[^\S\n]*(?:def|class|async def)\s/m.test(item.body));
  if (block !== undefined) return { code: trimLines(dedent(block.body)), start: block.start };
  return unfenced(text);
}

const codeStart = /^(?:import\s+\w|from\s+[\w.]+\s+import\b|(?:async\s+)?def\s+\w+\s*\(|class\s+\w+|@\w)/;
const codeLine =
  /^(?:\s|$|import\s|from\s|def\s|async\s|class\s|@|#|if\s|for\s|while\s|try:|except|with\s|return\b|print\(|assert\b|[)\]}]|"""|'''|[A-Za-z_][\w.[\]'"]*\s*(?:[+*/-]?=|\())/;

/** Code without a fence: from the first line that starts a program to the first line that cannot belong to one. */
function unfenced(text: string): { readonly code: string; readonly start: number } | null {
  const lines = text.split("\n");
  let offset = 0;
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] ?? "";
    if (codeStart.test(line.trimStart())) {
      const body = dedent(lines.slice(index).join("\n")).split("\n");
      let end = 1;
      while (end < body.length && codeLine.test(body[end] ?? "")) end += 1;
      return { code: trimLines(body.slice(0, end).join("\n")), start: offset };
    }
    offset += line.length + 1;
  }
  return null;
}

/** Assertions at the top level of a program are its tests. */
function splitAsserts(code: string): { readonly code: string; readonly tests: string[] } {
  const tests: string[] = [];
  const kept: string[] = [];
  for (const line of code.split("\n")) {
    if (/^assert\b/.test(line)) tests.push(line.trim());
    else kept.push(line);
  }
  if (tests.length === 0) return { code, tests };
  const body = kept
    .join("\n")
    .replace(/(?:^|\n)#[^\n]{0,60}\b(?:tests?|test cases?|asserts?|assertions?|examples?)\b[^\n]{0,60}(?=\n*$)/i, "");
  return { code: body.trimEnd(), tests };
}

function assertsIn(text: string, known: readonly string[]): string[] {
  const found = text.match(/^[^\S\n]*(?:[-*\d.)`]+[^\S\n]*)?assert [^\n]+/gm) ?? [];
  const lines = found.filter((line) => /^(?:[-*\d.)`]|assert)/.test(line)).map(cleanAssert);
  return lines.filter((line) => !known.includes(line));
}

function cleanAssert(line: string): string {
  return line
    .replace(/^[^\S\n]*(?:[-*]\s|\d+[.)]\s)?\s*`?/, "")
    .replace(/`\s*$/, "")
    .trim();
}

function testsOf(value: LooseValue | undefined): string[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return value.flatMap(testsOf);
  if (typeof value === "object") {
    const entries = new Map(Object.entries(value).map(([key, item]) => [key.toLowerCase(), item]));
    const call = asText(entries.get("input") ?? entries.get("call") ?? entries.get("test"));
    const expected = asText(entries.get("output") ?? entries.get("expected") ?? entries.get("expected_output"));
    if (call.startsWith("assert")) return testsOf(call);
    return call === "" || expected === "" ? [] : [`assert ${call} == ${expected}`];
  }
  const found: string[] = [];
  for (const raw of asText(value).split("\n")) {
    const line = cleanAssert(raw);
    if (/^assert\b/.test(line)) found.push(line);
    else if (found.length > 0 && raw.trim() !== "" && unbalanced(found.at(-1) ?? ""))
      found.push(`${found.pop() ?? ""} ${line}`);
    else if (/^[A-Za-z_]\w*\(.*\)\s*==\s*\S/.test(line)) found.push(`assert ${line}`);
  }
  return found;
}

function unbalanced(line: string): boolean {
  const count = (pattern: RegExp): number => line.match(pattern)?.length ?? 0;
  return count(/[([{]/g) > count(/[)\]}]/g) || line.endsWith("\\");
}

/** `input`/`output` pairs hold the arguments alone as often as a whole call. */
function withCalls(tests: readonly string[], entryPoint: string | null): string[] {
  if (entryPoint === null) return [...tests];
  return tests.map((test) =>
    test.includes(`${entryPoint}(`)
      ? test
      : test.replace(/^assert (\([^\n]*?\)|[^\n]*?) == (.+)$/, (whole, args: string, expected: string) =>
          /^[A-Za-z_]\w*\s*\(/.test(args) || /\bnot\b|\bin\b|\(/.test(args.slice(1))
            ? whole
            : `assert ${entryPoint}(${args.replace(/^\((.*)\)$/, "$1")}) == ${expected}`,
        ),
  );
}

function entryPointOf(given: string, code: string, tests: readonly string[], question: string): string | null {
  const defined = [...code.matchAll(/^(?:async\s+)?(?:def|class)\s+([A-Za-z_]\w*)/gm)].map((match) => match[1] ?? "");
  const named = given.replace(/[`()\s:]/g, "");
  if (defined.includes(named)) return named;
  const calledIn = (text: string) => (name: string) => new RegExp(`\\b${name}\\b`).test(text);
  return defined.find(calledIn(tests.join("\n"))) ?? defined.find(calledIn(question)) ?? defined.at(-1) ?? null;
}

/** Normalisers by name of the family. A family without one has no templates. */
export const normalisers: { readonly [family: string]: Normaliser } = {
  math: mathDraft,
  choice: choiceDraft,
  code: codeDraft,
};
