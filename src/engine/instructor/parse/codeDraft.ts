import { cleanQuestion, type Normaliser } from "./fields.js";
import type { LooseValue } from "./looseJson.js";
import { asText } from "./raw.js";
import { dedent, fences, trimLines } from "./text.js";

/** Programs: question, Python code, entry point, assertions. */
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
function programOf(text: string): string {
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
