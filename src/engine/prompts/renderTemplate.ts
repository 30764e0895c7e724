import { Template as JinjaTemplate } from "@huggingface/jinja";
import { Fault } from "../fault.js";
import type { ChatMessage } from "../seams/index.js";
import { prepare, segments } from "./segments.js";
import type { Template, TemplateSection, TemplateValue, TemplateVariables } from "./template.js";

/**
 * Fills a template. Each turn is rendered alone and values are data: braces or role lines inside a value stay text.
 * Faults with kind `template`, file and line when a variable is not given or a tag fails.
 */
export function renderTemplate(template: Template, variables: TemplateVariables): ChatMessage[] {
  for (const name of template.uses) {
    if (Object.hasOwn(variables, name)) continue;
    const line = lineOf(template, name);
    throw new Fault("template", `The template reads \`${name}\`, which is not given here.`, {
      file: template.file,
      ...(line === null ? {} : { line }),
      found: name,
      allowed: Object.keys(variables).join(", "),
      remedy: "Remove the variable, or write the template for another strategy.",
    });
  }
  return template.sections.map((section) => ({
    role: section.role,
    content: renderSection(section, variables, template.file),
  }));
}

function renderSection(section: TemplateSection, variables: TemplateVariables, file: string): string {
  let text: string;
  try {
    text = fill(compiled(section), variables);
  } catch (thrown) {
    throw new Fault("template", `A tag of the template fails: ${message(thrown)}`, {
      file,
      line: section.line + failingLine(section.source, variables),
      remedy: "Correct the tag; `prompts check` names what the language knows.",
      cause: thrown,
    });
  }
  // A turn that ends with a statement may end with the line breaks around it. A value at the end is left as it is.
  return segments(section.source).segments.at(-1)?.kind === "expression" ? text : text.replace(/\n+$/, "");
}

/** Compiled sections: a template is filled thousands of times in a run. */
const cache = new WeakMap<TemplateSection, JinjaTemplate>();

function compiled(section: TemplateSection): JinjaTemplate {
  const known = cache.get(section) ?? new JinjaTemplate(prepare(section.source));
  cache.set(section, known);
  return known;
}

function fill(template: JinjaTemplate, variables: TemplateVariables): string {
  const values = Object.entries(variables).map(([name, value]) => [name, plain(value)] as const);
  return template.render(Object.fromEntries(values));
}

/** Nothing instead of the word `None`, also inside lists and objects. */
function plain(value: TemplateValue): unknown {
  if (value === null) return "";
  if (typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map((item: TemplateValue) => plain(item));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
}

/** Line of the first tag whose evaluation fails, from 0: the source is evaluated up to each tag outside of blocks. */
function failingLine(source: string, variables: TemplateVariables): number {
  let depth = 0;
  let blockStart = 0;
  for (const part of segments(source).segments) {
    if (part.kind === "text" || part.kind === "comment") continue;
    const word = /^\s*(\w+)/.exec(part.inner)?.[1] ?? "";
    const statement = part.kind === "statement";
    if (statement && (word === "if" || word === "for")) {
      if (depth === 0) blockStart = part.start;
      depth += 1;
    }
    if (statement && (word === "endif" || word === "endfor")) depth -= 1;
    if (depth > 0) continue;
    try {
      fill(new JinjaTemplate(prepare(source.slice(0, part.end))), variables);
    } catch {
      // The exception itself was reported by the caller; here only its place is wanted.
      const start = statement && word.startsWith("end") ? blockStart : part.start;
      return source.slice(0, start).split("\n").length - 1;
    }
  }
  return 0;
}

function lineOf(template: Template, name: string): number | null {
  const pattern = new RegExp(`\\b${name}\\b`);
  for (const section of template.sections) {
    for (const part of segments(section.source).segments) {
      if (part.kind === "text" || part.kind === "comment" || !pattern.test(part.inner)) continue;
      return section.line + section.source.slice(0, part.start).split("\n").length - 1;
    }
  }
  return null;
}

function message(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
