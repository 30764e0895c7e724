import type { TemplateAnalysis } from "./analyse.js";
import type { Block } from "./checkBody.js";
import type { ValueType } from "./filters.js";
import type { ReadSection } from "./parseTemplate.js";
import { words, type Segment, type Word } from "./segments.js";

type Range = readonly [number, number];

/** Inside of `{{ … }}` or `{% … %}`. */
export interface TagPlace {
  readonly kind: "tag";
  /** The name around the place, which may be empty. */
  readonly word: Range;
  readonly statement: boolean;
  /** Words of the tag before that name. */
  readonly before: readonly Word[];
  readonly inString: boolean;
  /** Blocks around the tag, the outer ones first. */
  readonly blocks: readonly Block[];
  /** Names that the template itself made, with their types where known. */
  readonly locals: ReadonlyMap<string, ValueType | null>;
}

/** What stands at an offset. Ranges are offsets in the source. */
export type Place =
  | TagPlace
  | { readonly kind: "key"; readonly word: Range; readonly below: string | null }
  | { readonly kind: "value"; readonly word: Range; readonly whole: Range; readonly path: string }
  | { readonly kind: "role"; readonly word: Range }
  | { readonly kind: "text" | "comment"; readonly word: Range };

/** Looks up an offset of the text. Any number is allowed; one outside of the text counts as its nearest end. */
export function placeAt(analysis: TemplateAnalysis, offset: number): Place {
  const { source, places, read } = analysis;
  const at = Math.max(0, Math.min(source.length, places.toSource(Math.trunc(offset) || 0)));
  const { front, sections } = read;
  if (front.yamlOffset > 0 && at < front.bodyOffset) {
    return at >= front.yamlOffset && at <= front.yamlEnd ? yamlPlace(analysis, at) : { kind: "text", word: [at, at] };
  }
  const section = sections.findLast((item) => places.lineStart(item.line) <= at);
  if (section !== undefined && at <= places.lineStart(section.line) + section.source.length) {
    const found = tagPlace(section, places.lineStart(section.line), at);
    if (found !== null) return found;
  }
  return rolePlace(source, at) ?? { kind: "text", word: wordAround(source, at) };
}

function wordAround(source: string, at: number): Range {
  let [start, end] = [at, at];
  while (start > 0 && /\w/.test(source[start - 1] ?? "")) start -= 1;
  while (end < source.length && /\w/.test(source[end] ?? "")) end += 1;
  return [start, end];
}

function lineAround(source: string, at: number): Range {
  const end = source.indexOf("\n", at);
  return [source.lastIndexOf("\n", at - 1) + 1, end === -1 ? source.length : end];
}

/** A line that is, or begins to be, a role line. */
function rolePlace(source: string, at: number): Place | null {
  const [start, end] = lineAround(source, at);
  const line = source.slice(start, end);
  return /^-{1,3}[ \t]*[A-Za-z]*[ \t]*-{0,3}[ \t]*$/.test(line) ? { kind: "role", word: [start, end] } : null;
}

/** The front matter is looked up by its lines, because YAML that is being written is seldom whole. */
function yamlPlace({ source, read }: TemplateAnalysis, at: number): Place {
  const [start, end] = lineAround(source, at);
  const line = source.slice(start, end);
  const word = wordAround(source, at);
  const below = line.startsWith(" ") ? parentOf(source.slice(read.front.yamlOffset, start)) : null;
  const found = /^(\s*)([\w-]+)[ \t]*:[ \t]*/.exec(line);
  if (found === null || at < start + found[0].trimEnd().length) return { kind: "key", word, below };
  const from = Math.min(at, start + found[0].length);
  const path = below === null ? (found[2] ?? "") : `${below}.${found[2] ?? ""}`;
  return { kind: "value", word, whole: [from, Math.max(from, start + line.trimEnd().length)], path };
}

/** The last key without indentation in the lines before. */
function parentOf(before: string): string | null {
  return [...before.matchAll(/^([\w-]+)[ \t]*:/gm)].at(-1)?.[1] ?? null;
}

function tagPlace({ check }: ReadSection, from: number, at: number): Place | null {
  const local = at - from;
  const { open } = check;
  const part =
    open !== null && local >= open.start + 2
      ? openPart(check.parts, open.start, open.opening)
      : check.parts.find(
          (item) => item.kind !== "text" && local >= item.innerStart && local <= item.innerStart + item.inner.length,
        );
  if (part === undefined || part.kind === "text" || local > part.innerStart + part.inner.length) return null;
  const [start, end] = wordAround(part.inner, local - part.innerStart);
  const word: Range = [from + part.innerStart + start, from + part.innerStart + end];
  if (part.kind === "comment") return { kind: "comment", word };
  const before = words(part.inner.slice(0, start), part.innerStart);
  const blocks = check.blocks.filter((block) => block.open.end <= part.start && part.start < block.end);
  const locals = new Map<string, ValueType | null>();
  for (const { name, start: made } of check.assigned) if (made < part.start) locals.set(name, null);
  for (const block of blocks) for (const [name, type] of block.bound) locals.set(name, type);
  if (blocks.some(({ name }) => name === "for")) locals.set("loop", null);
  return {
    kind: "tag",
    word,
    statement: part.kind === "statement",
    before,
    // A quote that stands alone has not been closed before this place.
    inString: before.some(({ kind, text }) => kind === "sign" && (text === '"' || text === "'")),
    blocks,
    locals,
  };
}

/** The rest of the section as the inside of a tag that is not closed, up to the end of its line. */
function openPart(parts: readonly Segment[], start: number, opening: string): Segment | undefined {
  const rest = parts.at(-1);
  if (rest === undefined) return undefined;
  const text = rest.inner.slice(start + 2 - rest.start).replace(/\n[\s\S]*$/, "");
  const kind = opening === "{{" ? "expression" : opening === "{%" ? "statement" : "comment";
  return { kind, start, end: start + 2 + text.length, inner: text, innerStart: start + 2 };
}
