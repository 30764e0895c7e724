/**
 * Splits Jinja source into text, expressions, statements and comments with their places. The interpreter's own tokens
 * carry no places, and diagnostics need them.
 */

export type SegmentKind = "text" | "expression" | "statement" | "comment";

export interface Segment {
  readonly kind: SegmentKind;
  readonly start: number;
  readonly end: number;
  /** Inside of the tag without delimiters and whitespace control; the text itself for text. */
  readonly inner: string;
  /** Offset of `inner` in the source. */
  readonly innerStart: number;
}

/** A tag that never ends. */
export interface OpenTag {
  readonly start: number;
  readonly opening: string;
}

const closers: { readonly [opening: string]: { readonly kind: SegmentKind; readonly closing: string } } = {
  "{{": { kind: "expression", closing: "}}" },
  "{%": { kind: "statement", closing: "%}" },
  "{#": { kind: "comment", closing: "#}" },
};

/** Segments in order without gaps. The second part names a tag that is not closed; the rest of the source is then text. */
export function segments(source: string): { readonly segments: readonly Segment[]; readonly open: OpenTag | null } {
  const found: Segment[] = [];
  const text = (start: number, end: number): void => {
    if (end > start) found.push({ kind: "text", start, end, inner: source.slice(start, end), innerStart: start });
  };
  let cursor = 0;
  for (;;) {
    const start = nextTag(source, cursor);
    if (start === -1) {
      text(cursor, source.length);
      return { segments: found, open: null };
    }
    text(cursor, start);
    const opening = source.slice(start, start + 2);
    const closer = closers[opening];
    const close = closer === undefined ? -1 : tagEnd(source, start + 2, closer.closing, closer.kind === "comment");
    if (closer === undefined || close === -1) {
      text(start, source.length);
      return { segments: found, open: { start, opening } };
    }
    let innerStart = start + 2;
    let innerEnd = close;
    if (source[innerStart] === "-" && innerStart < innerEnd) innerStart += 1;
    if (source[innerEnd - 1] === "-" && innerEnd > innerStart) innerEnd -= 1;
    const inner = source.slice(innerStart, innerEnd);
    found.push({ kind: closer.kind, start, end: close + 2, inner, innerStart });
    cursor = close + 2;
  }
}

function nextTag(source: string, from: number): number {
  for (let at = source.indexOf("{", from); at !== -1; at = source.indexOf("{", at + 1)) {
    const next = source[at + 1];
    if (next === "{" || next === "%" || next === "#") return at;
  }
  return -1;
}

/** Offset of the closing delimiter, or -1. Quotes and braces inside the tag are skipped, as the interpreter does. */
function tagEnd(source: string, from: number, closing: string, comment: boolean): number {
  if (comment) return source.indexOf(closing, from);
  let depth = 0;
  for (let at = from; at < source.length; at += 1) {
    const char = source[at];
    if (char === '"' || char === "'") {
      const end = quoteEnd(source, at);
      if (end === -1) return -1;
      at = end;
    } else if (depth === 0 && source.startsWith(closing, at)) {
      return at;
    } else if (char === "{") {
      depth += 1;
    } else if (char === "}" && depth > 0) {
      depth -= 1;
    }
  }
  return -1;
}

function quoteEnd(source: string, start: number): number {
  for (let at = start + 1; at < source.length; at += 1) {
    if (source[at] === "\\") at += 1;
    else if (source[at] === source[start]) return at;
  }
  return -1;
}

/**
 * Prepares source for the interpreter so that the text reads as the author sees it: a line that holds nothing but
 * statements and comments goes with its line break; every other character stays. The interpreter alone would glue a
 * line that ends with `{% endif %}` to the next one and drop indentation before tags, so an empty expression guards
 * both sides of each tag, except where the author trims with `-`. Offsets no longer match.
 */
export function prepare(source: string): string {
  let result = "";
  let line = "";
  let tags = false;
  let text = false;
  const flush = (lineBreak: string): void => {
    result += tags && !text ? line.trim() : line + lineBreak;
    line = "";
    tags = false;
    text = false;
  };
  for (const part of segments(source).segments) {
    const raw = source.slice(part.start, part.end);
    if (part.kind === "text") {
      raw.split("\n").forEach((piece, index) => {
        if (index > 0) flush("\n");
        line += /[#%-]\}$/.test(piece) ? piece + guard : piece;
        if (piece.trim() !== "") text = true;
      });
    } else if (part.kind === "expression") {
      line += raw;
      text = true;
    } else {
      line += (raw[2] === "-" ? "" : guard) + raw + (raw.at(-3) === "-" ? "" : guard);
      tags = true;
    }
  }
  flush("");
  // The interpreter drops one line break at the end, so it gets one that is not the author's.
  return `${result}\n`;
}

/** An expression that renders as nothing. */
const guard = '{{ "" }}';

/** A word, string, number or sign of an expression with its place. */
export interface Word {
  readonly kind: "name" | "string" | "number" | "sign";
  readonly text: string;
  readonly start: number;
}

/** Words of the inside of a tag; `offset` is added to their places. */
export function words(inner: string, offset: number): Word[] {
  const found: Word[] = [];
  const pattern = /([A-Za-z_]\w*)|("(?:[^"\\]|\\[\s\S])*"|'(?:[^'\\]|\\[\s\S])*')|(\d+(?:\.\d+)?)|(\S)/g;
  for (const match of inner.matchAll(pattern)) {
    const kind =
      match[1] !== undefined ? "name" : match[2] !== undefined ? "string" : match[3] !== undefined ? "number" : "sign";
    found.push({ kind, text: match[0], start: offset + match.index });
  }
  return found;
}
