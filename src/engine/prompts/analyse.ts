import { promptTokens } from "../asking/index.js";
import { Fault } from "../fault.js";
import type { ChatParameters } from "../seams/index.js";
import { duplicates, type TemplateFile } from "./library.js";
import { normalised, readTemplate, type ReadTemplate } from "./parseTemplate.js";
import { Places } from "./places.js";
import { renderTemplate } from "./renderTemplate.js";
import { outline, type TemplateNode } from "./outline.js";
import type { Diagnostic, DiagnosticCode, Template, TemplateHead, TemplateVariables } from "./template.js";

/** What a model takes at once. */
export interface ModelContext {
  readonly model: string;
  /** Most tokens of prompt and answer together. */
  readonly tokens: number;
  /** Tokens that are kept for the answer. */
  readonly answer: number;
}

/** What is known beside the text. */
export interface TemplateFacts {
  /** Name of the file: a template without `name` is called after it. */
  readonly file: string;
  /** Variables of a real case; null when there is none. */
  readonly values: TemplateVariables | null;
  /** The model that gets the messages; null when it or its limit is unknown. */
  readonly context: ModelContext | null;
  /** Counts tokens as that model does; null leaves the length unchecked. */
  readonly countTokens: ((text: string) => number) | null;
  /** Other files of the project for the same strategy, family and set. */
  readonly twins: readonly TemplateFile[];
}

/** A remark about a range of the text; the end is exclusive. */
export interface PlacedDiagnostic {
  readonly severity: Diagnostic["severity"];
  readonly code: DiagnosticCode;
  readonly message: string;
  readonly remedy: string;
  readonly start: number;
  readonly end: number;
}

/** All that an editor shows of a template. Places are offsets in the text as it was given, in UTF-16 units. */
export interface TemplateAnalysis {
  readonly text: string;
  readonly facts: TemplateFacts;
  /** What the front matter says as far as it can be read. */
  readonly head: TemplateHead;
  /** Null when an error of the language stands in the way. */
  readonly template: Template | null;
  /** In order of their places. */
  readonly diagnostics: readonly PlacedDiagnostic[];
  /** Front matter, turns, headings and blocks, each inside the one around it. */
  readonly tree: readonly TemplateNode[];
  /** The text as it was read, with its parts; places are offsets in `source`. */
  readonly read: ReadTemplate;
  readonly source: string;
  readonly places: Places;
}

/** Nothing known but the file. */
export function factsOf(file: string, facts: Partial<TemplateFacts> = {}): TemplateFacts {
  return { values: null, context: null, countTokens: null, twins: [], ...facts, file };
}

/** Reads a template for an editor. Never throws, whatever the text. */
export function analyse(text: string, facts: TemplateFacts): TemplateAnalysis {
  const source = normalised(text);
  const read = readTemplate(source, facts.file);
  const places = new Places(text, source);
  const { head, template } = read;
  const remarks = [
    ...[...read.diagnostics, ...duplicates({ path: facts.file }, facts.twins)].map((item) =>
      placed(item, places, source),
    ),
    ...(template === null ? [] : filled(template, read, facts, places, source)),
  ];
  return {
    text,
    facts,
    head,
    template,
    diagnostics: remarks
      .map((item) => ({ ...item, start: places.toText(item.start), end: places.toText(item.end) }))
      .sort((a, b) => a.start - b.start || a.end - b.end),
    tree: outline(read, source, places),
    read,
    source,
    places,
  };
}

function placed(item: Diagnostic, places: Places, source: string): PlacedDiagnostic {
  const { severity, code, message, remedy, line, column, length } = item;
  const start = places.offset(line, column);
  return { severity, code, message, remedy, start, end: Math.min(source.length, start + length) };
}

const noParameters: ChatParameters = {
  temperature: null,
  topP: null,
  maxTokens: null,
  seed: null,
  stop: [],
  format: null,
};

/** What only shows when the template is filled: tags that fail on the case, and the length. */
function filled(
  template: Template,
  read: ReadTemplate,
  facts: TemplateFacts,
  places: Places,
  source: string,
): PlacedDiagnostic[] {
  const { values, context, countTokens } = facts;
  let texts: readonly string[];
  try {
    // Without a case, the text that is always there is counted.
    texts =
      values === null
        ? read.sections.map(({ check }) => check.parts.map((part) => (part.kind === "text" ? part.inner : "")).join(""))
        : renderTemplate(template, values).map(({ content }) => content);
  } catch (thrown) {
    if (!(thrown instanceof Fault)) throw thrown;
    return [failure(thrown, places, source)];
  }
  if (context === null || countTokens === null) return [];
  const counts = texts.map((content) => countTokens(content));
  const counted = new Map(texts.map((content, index) => [content, counts[index] ?? 0]));
  const messages = texts.map((content) => ({ role: "user" as const, content }));
  const request = { messages, parameters: noParameters, sample: 0 };
  const prompt = promptTokens(request, (content) => counted.get(content) ?? countTokens(content));
  const { answer } = context;
  if (prompt + answer <= context.tokens) return [];
  const longest = read.sections[counts.indexOf(Math.max(...counts))];
  const start = places.lineStart(longest?.markerLine ?? 1);
  const end = Math.min(source.length, start + Math.max(1, longest?.markerLength ?? 1));
  const about = values === null ? "Its text alone has" : "With this case it has";
  const room =
    prompt > context.tokens
      ? `${context.model} takes ${context.tokens}`
      : `with ${answer} for the answer that is more than the ${context.tokens} of ${context.model}`;
  return [
    {
      severity: prompt > context.tokens ? "error" : "warning",
      code: "too-long",
      message: `The template is too long. ${about} ${prompt} tokens; ${room}.`,
      remedy: "Shorten this turn, ask for a shorter answer, or choose a model with a longer context.",
      start,
      end,
    },
  ];
}

function failure(fault: Fault, places: Places, source: string): PlacedDiagnostic {
  const line = fault.details.line ?? 1;
  const lineStart = places.lineStart(line);
  const text = source.slice(lineStart, places.lineStart(line + 1)).replace(/\n$/, "");
  const start = lineStart + (text.length - text.trimStart().length);
  return {
    severity: "error",
    code: "tag-fails",
    message: fault.message,
    remedy: fault.details.remedy ?? "Correct the tag.",
    start,
    end: Math.max(start, lineStart + text.trimEnd().length),
  };
}
