import { stringify } from "yaml";
import { Fault } from "../fault.js";
import { parseTemplate, roleLine } from "./parseTemplate.js";
import type { Diagnostic, TemplateSetName } from "./template.js";

export interface ImportOptions {
  /** Strategy and family, where the text does not tell. */
  readonly strategy?: string;
  readonly family?: string;
  readonly set?: TemplateSetName;
}

export interface ImportedTemplate {
  /** File name for the project's `prompts/` folder. */
  readonly name: string;
  readonly text: string;
  readonly diagnostics: readonly Diagnostic[];
  /** What was recognised and what was added, for the user to look over. */
  readonly notes: readonly string[];
}

/** A title line of the published appendix that starts a prompt: `GSM8K with Learning from Errors by Contrast`. */
const titleLine =
  /^\s*(?:#+\s*)?(?:\*\*)?(?:(\S+)\s+with\s+learning\s+from\s+errors?\b.*|.*\bprompt\s+for\s+auggpt\b.*)$/i;

/**
 * Turns a user's own copy of published prompt texts into templates, word for word: `[QUESTION]`, `[QUESTION1] …
 * [QUESTIONk]`, `[Student's WRONG ANSWER]` and `x samples` become variables, everything else stays. Several prompts
 * below title lines become several templates. Faults with kind `template` when no placeholder is found.
 */
export function importPublished(text: string, options: ImportOptions = {}): ImportedTemplate[] {
  const source = text.replace(/^\uFEFF/, "").replace(/\r\n?/g, "\n");
  const imported: ImportedTemplate[] = [];
  for (const part of splitTitles(source)) imported.push(importOne(part.title, part.text, options));
  if (imported.length > 0) return imported;
  throw new Fault("template", "The text is empty.", { remedy: "Give a file with the text of a published prompt." });
}

function splitTitles(source: string): { readonly title: string; readonly text: string }[] {
  const parts: { title: string; lines: string[] }[] = [{ title: "", lines: [] }];
  for (const line of source.split("\n")) {
    if (titleLine.test(line)) parts.push({ title: line.trim(), lines: [] });
    else parts.at(-1)?.lines.push(line);
  }
  const texts = parts.map(({ title, lines }) => ({ title, text: lines.join("\n").trim() }));
  return texts.filter((part) => part.text !== "");
}

function importOne(title: string, text: string, options: ImportOptions): ImportedTemplate {
  const notes: string[] = [];
  const marks = placeholders(text);
  const has = (name: string): boolean => marks.some((mark) => mark.name === name);
  const strategy = options.strategy ?? (has("correct_questions") ? "LEC" : has("response") ? "LE" : "AugGPT");
  const family = options.family ?? familyOf(title, text);
  if (marks.length === 0 && strategy !== "AugGPT") {
    throw new Fault("template", "No placeholder was found in the text.", {
      allowed: "[QUESTION], [QUESTION1] ... [QUESTIONk], [Student's WRONG ANSWER], x samples",
      remedy: "Put the placeholders where the published text has them.",
    });
  }
  notes.push(`Recognised as ${strategy} for family ${family}.`);
  const firstLine = marks.find((mark) => mark.name !== "samples")?.start ?? text.length;
  const split = has("question") || has("correct_questions") ? text.lastIndexOf("\n", firstLine) + 1 : text.length;
  let system = fill(text, 0, split, marks).trim();
  let user = fill(text, split, text.length, marks).trim();
  if (!has("question")) {
    user = `Given Question:\n{{ question }}${user === "" ? "" : `\n\n${user}`}`;
    notes.push("The text shows no place for the question; it was added to the user turn.");
  }
  if (!has("samples")) {
    user = `${user}\n\n{{ samples }}`;
    notes.push("The text does not say how many samples; the number was added at the end of the user turn.");
  }
  if (system === "") {
    system = user;
    user = "";
  }
  const name = `${options.set ?? "paper"}-${strategy}-${family}`.toLowerCase();
  const head = {
    version: 1,
    name,
    strategy,
    family,
    set: options.set ?? "paper",
    description: title === "" ? "Imported from a published text." : `Imported: ${title}`,
    format: "text",
    parameters: { temperature: 0.8, max_tokens: 4095 },
  };
  const turns = user === "" ? `---user---\n${system}` : `---system---\n${system}\n\n---user---\n${user}`;
  const result = `---\n${stringify(head)}---\n${turns}\n`;
  const file = `${name}.prompt`;
  return { name: file, text: result, diagnostics: parseTemplate(result, file).diagnostics, notes };
}

interface Placeholder {
  readonly name: "question" | "response" | "correct_questions" | "samples";
  readonly start: number;
  readonly end: number;
}

/** Placeholders in order. Those of the return format (`1. Question: [QUESTION]`) are text for the instructor and stay. */
function placeholders(text: string): Placeholder[] {
  const found: Placeholder[] = [];
  const numbered = [...text.matchAll(/\[QUESTION\s*[_ ]?(?:\d{1,3}|[kKnN])\]/gi)];
  const [first, last] = [numbered[0], numbered.at(-1)];
  if (first !== undefined && last !== undefined) {
    found.push({ name: "correct_questions", start: first.index, end: last.index + last[0].length });
  }
  for (const match of text.matchAll(/\[QUESTION\]/gi)) {
    const line = text.slice(text.lastIndexOf("\n", match.index) + 1, match.index);
    if (/\d+[.)]\s*[#*\s]*question\s*:[\s*]*$/i.test(line)) continue;
    found.push({ name: "question", start: match.index, end: match.index + match[0].length });
  }
  for (const match of text.matchAll(/\[(?:the\s+)?student[’'`]?s?\s+(?:wrong\s+)?(?:answer|response|code)\]/gi)) {
    found.push({ name: "response", start: match.index, end: match.index + match[0].length });
  }
  for (const match of text.matchAll(/(?<![\w.])x(?=\s+(?:\w+\s+){0,2}samples?\b)/gi)) {
    found.push({ name: "samples", start: match.index, end: match.index + 1 });
  }
  return found.sort((a, b) => a.start - b.start);
}

function fill(text: string, start: number, end: number, marks: readonly Placeholder[]): string {
  let result = "";
  let cursor = start;
  for (const mark of marks) {
    if (mark.start < cursor || mark.end > end) continue;
    result += literal(text.slice(cursor, mark.start));
    result += mark.name === "correct_questions" ? '{{ correct_questions | join("\\n\\n") }}' : `{{ ${mark.name} }}`;
    cursor = mark.end;
  }
  return result + literal(text.slice(cursor, end));
}

/** Text that the template language must not read as its own. */
function literal(text: string): string {
  return text
    .replace(/\{(?=[{%#])/g, '{{ "{" }}')
    .split("\n")
    .map((line) => (roleLine.test(line) ? `{{ "---" }}${line.slice(3)}` : line))
    .join("\n");
}

function familyOf(title: string, text: string): string {
  const all = `${title}\n${text}`;
  if (/\[OPTION|\bA\.\s*\[|multiple[- ]choice|\b(?:MMLU|ARC)\b/i.test(all)) return "choice";
  if (/\[PYTHON CODE\]|\bCode\s*:|\b(?:MBPP|HumanEval)\b/i.test(all)) return "code";
  if (/\bmath|\b(?:GSM8K|SVAMP)\b/i.test(all)) return "math";
  return "any";
}
