import { contentHash } from "../hash.js";
import type { ChatMessage } from "../seams/index.js";
import { checkBody, type BodyCheck, type Remark, type VariableTypes } from "./checkBody.js";
import { valueType } from "./filters.js";
import { readFrontMatter, type FrontMatter } from "./frontMatter.js";
import type { Diagnostic, DiagnosticCode, Template, TemplateHead, TemplateSection } from "./template.js";
import { variablesOf } from "./variables.js";

export interface ParsedTemplate {
  /** Null when a diagnostic of severity `error` stands in the way. */
  readonly template: Template | null;
  /** What the front matter says as far as it can be read, also in a broken file. */
  readonly head: TemplateHead;
  /** In order of their places. */
  readonly diagnostics: readonly Diagnostic[];
}

/** A role line: `---system---`, alone on its line. */
export const roleLine = /^---[ \t]*([A-Za-z]+)[ \t]*---[ \t]*$/;
const roles: readonly ChatMessage["role"][] = ["system", "user", "assistant"];

interface RawSection extends TemplateSection {
  readonly markerLine: number;
  readonly markerLength: number;
}

/** A turn with what was found in it. Lines count from 1. */
export interface ReadSection extends RawSection {
  readonly check: BodyCheck;
}

/** A template file with everything that was seen while it was read. */
export interface ReadTemplate extends ParsedTemplate {
  readonly front: FrontMatter;
  readonly sections: readonly ReadSection[];
  /** Types of the variables that a template of this strategy and family may read. */
  readonly types: VariableTypes;
}

/** The text as it is read: without byte order mark, with `\n` line ends. */
export function normalised(text: string): string {
  return text.replace(/^\uFEFF/, "").replace(/\r\n?/g, "\n");
}

/**
 * Reads a template file. Never throws: what is wrong comes back as diagnostics with places. Roles are split before
 * Jinja runs, so that no value can start a turn.
 */
export function parseTemplate(text: string, file: string): ParsedTemplate {
  const { template, head, diagnostics } = readTemplate(normalised(text), file);
  return { template, head, diagnostics };
}

/** `source` is normalised. */
export function readTemplate(source: string, file: string): ReadTemplate {
  const front = readFrontMatter(source, file);
  const diagnostics: Diagnostic[] = [...front.diagnostics];
  const report: Report = (severity, code, message, line, column, length, remedy) => {
    diagnostics.push({ severity, code, message, file, line, column, length: Math.max(1, length), remedy });
  };
  const firstLine = source.slice(0, front.bodyOffset).split("\n").length;
  const docs = variablesOf(front.head.strategy, front.head.family);
  const types = new Map(docs.map((doc) => [doc.name, valueType(doc.type)]));
  const known = new Set(docs.map((doc) => doc.name));
  const sections = splitRoles(source.slice(front.bodyOffset), firstLine, report).map((section) => ({
    ...section,
    check: checkBody(section.source, types),
  }));
  const uses: string[] = [];
  for (const section of sections) {
    const body = section.check;
    const place = placer(section);
    for (const remark of body.remarks) reportRemark(remark, place, report);
    for (const use of body.uses) {
      if (!uses.includes(use.name)) uses.push(use.name);
      if (known.has(use.name)) continue;
      const [line, column] = place(use.start);
      const message = `Unknown variable \`${use.name}\` in a template of ${front.head.strategy}.`;
      const remedy = `Use one of: ${[...known].join(", ")}.`;
      report("error", "unknown-variable", message, line, column, use.name.length, remedy);
    }
  }
  // What is missing everywhere is told at the role line of the last turn, which is the user's.
  const last = sections.at(-1);
  const whole = [last?.markerLine ?? firstLine, 1, last?.markerLength ?? 1] as const;
  for (const doc of docs) {
    if (!doc.required || uses.includes(doc.name)) continue;
    const message = `The template never shows \`${doc.name}\`: ${doc.description}`;
    report("warning", "missing-variable", message, ...whole, `Add {{ ${doc.name} }} where it belongs.`);
  }
  checkReturnFormat(front.head, sections, whole, report);
  diagnostics.sort((a, b) => a.line - b.line || a.column - b.column);
  const broken = diagnostics.some((item) => item.severity === "error");
  const plain = sections.map(({ role, source: body, line }) => ({ role, source: body, line }));
  const { version, format, parameters } = front.head;
  const hash = contentHash({ version, format, parameters, sections: plain.map((item) => [item.role, item.source]) });
  const template: Template = { ...front.head, file, sections: plain, uses, hash };
  return { template: broken ? null : template, head: front.head, diagnostics, front, sections, types };
}

type Report = (
  severity: Diagnostic["severity"],
  code: DiagnosticCode,
  message: string,
  line: number,
  column: number,
  length: number,
  remedy: string,
) => void;

function splitRoles(body: string, firstLine: number, report: Report): RawSection[] {
  const found: RawSection[] = [];
  let role: ChatMessage["role"] | null = null;
  let marker = { line: firstLine, length: 1 };
  let lines: string[] = [];
  let start = firstLine;
  const finish = (): void => {
    let from = 0;
    while (from < lines.length && lines[from]?.trim() === "") from += 1;
    let to = lines.length;
    while (to > from && lines[to - 1]?.trim() === "") to -= 1;
    const source = lines.slice(from, to).join("\n");
    if (role === null) {
      if (source === "") return;
      const remedy = "Put a line `---system---` or `---user---` above it.";
      report(
        "error",
        "text-before-role",
        "Text stands before the first role line.",
        start + from,
        1,
        source.length,
        remedy,
      );
      return;
    }
    found.push({ role, source, line: start + from, markerLine: marker.line, markerLength: marker.length });
  };
  body.split("\n").forEach((line, index) => {
    const match = roleLine.exec(line);
    if (match === null) {
      lines.push(line);
      return;
    }
    finish();
    const name = (match[1] ?? "").toLowerCase();
    const known = roles.find((item) => item === name);
    const number = firstLine + index;
    if (known === undefined) {
      const column = line.indexOf(match[1] ?? "") + 1;
      const remedy = 'Use ---system---, ---user--- or ---assistant---; a literal line is written {{ "---" }}….';
      report("error", "unknown-role", `Unknown role \`${match[1] ?? ""}\`.`, number, column, name.length, remedy);
    }
    role = known ?? "user";
    marker = { line: number, length: line.length };
    lines = [];
    start = number + 1;
  });
  finish();
  checkRoles(found, firstLine, report);
  return found;
}

function checkRoles(sections: readonly RawSection[], firstLine: number, report: Report): void {
  sections.forEach((section, index) => {
    const place = [section.markerLine, 1, section.markerLength] as const;
    if (section.source === "") {
      report("warning", "empty-turn", "The turn is empty.", ...place, "Write its text, or remove the role line.");
    }
    if (section.role === "system" && index > 0) {
      const remedy = "Move the text into the first turn.";
      report("error", "role-order", "A system turn may only come first.", ...place, remedy);
    }
  });
  const last = sections.at(-1);
  if (last?.role === "user") return;
  const message = last === undefined ? "The template has no turns." : "The last turn is not the user's.";
  const line = last?.markerLine ?? firstLine;
  report(
    "error",
    "missing-user-turn",
    message,
    line,
    1,
    last?.markerLength ?? 1,
    "End with a turn below `---user---`.",
  );
}

/** What the static text of a template must mention so that the parser of answers has something to read. */
function checkReturnFormat(
  head: TemplateHead,
  sections: readonly ReadSection[],
  place: readonly [line: number, column: number, length: number],
  report: Report,
): void {
  const text = sections
    .flatMap((section) => section.check.parts)
    .filter((part) => part.kind === "text")
    .map((part) => part.inner)
    .join(" ");
  const judge = head.strategy === "judge";
  const present = judge
    ? /verdict\s*:/i.test(text)
    : head.format === "json"
      ? /"samples"/.test(text)
      : /question\s*:/i.test(text) && /(?:answer|solution|code)\s*:/i.test(text);
  if (present || sections.length === 0) return;
  const wanted = judge
    ? "a last line `Verdict: right` or `Verdict: wrong`"
    : head.format === "json"
      ? 'a JSON object with a list "samples"'
      : "headings `Question:` and `Answer:` (code: `Code:`)";
  const message = "The template does not say in which form to answer.";
  report("warning", "missing-return-format", message, ...place, `Ask for ${wanted}.`);
}

function placer(section: TemplateSection): (offset: number) => readonly [number, number] {
  return (offset) => {
    const before = section.source.slice(0, offset);
    const lineStart = before.lastIndexOf("\n") + 1;
    return [section.line + (before.match(/\n/g)?.length ?? 0), offset - lineStart + 1];
  };
}

function reportRemark(remark: Remark, place: (offset: number) => readonly [number, number], report: Report): void {
  const [line, column] = place(remark.start);
  report(remark.severity, remark.code, remark.message, line, column, remark.length, remark.remedy);
}
