import type { ShownText, Span } from "../../protocol/worker/index.js";

/** Characters of a text and of one line that are shown; the editor slows down on longer ones. */
const mostShown = 100_000;
const longestLine = 10_000;

interface Line {
  /** Where it starts in the text as it is, and in the text as it is shown. */
  readonly from: number;
  readonly at: number;
  /** Characters that are kept. */
  readonly kept: number;
}

/** A text as it may be shown, and where its offsets went. */
export interface Shown extends ShownText {
  /** A span of the original text, in the shown one; null where all of it is hidden. */
  readonly spanOf: (span: Span | null) => [number, number] | null;
}

/**
 * Makes other people's text fit for a document: lines end with a line feed, control and direction characters become
 * visible marks of the same length, a long line keeps its beginning and says how much of it is missing, and so does a
 * long text.
 */
export function shown(text: string): Shown {
  const lines: Line[] = [];
  const parts: string[] = [];
  let length = 0;
  let hidden = 0;
  const put = (part: string): void => {
    parts.push(part);
    length += part.length;
  };
  for (const { from, end, next } of linesOf(text)) {
    const kept = wholeCharacters(text, from, Math.min(end, from + longestLine, from + mostShown - length));
    lines.push({ from, at: length, kept });
    put(visible(text.slice(from, from + kept)));
    const rest = length >= mostShown ? text.length - from - kept : end - from - kept;
    hidden += rest;
    if (rest > 0) put(missing(rest));
    if (next === null || length >= mostShown) break;
    put("\n");
  }
  return {
    text: parts.join(""),
    hidden,
    spanOf: (span) => {
      if (span === null) return null;
      const [start, end] = [placeOf(lines, span[0]), placeOf(lines, span[1])];
      return end > start ? [start, end] : null;
    },
  };
}

/** The text without what says where spans are, to be sent. */
export function sent({ text, hidden }: Shown): ShownText {
  return { text, hidden };
}

/** Lines without their ends, and where the next one starts; null behind the last. */
function* linesOf(text: string): Generator<{ from: number; end: number; next: number | null }> {
  let from = 0;
  for (const match of text.matchAll(/\r\n?|\n/gu)) {
    const next = match.index + match[0].length;
    yield { from, end: match.index, next };
    from = next;
  }
  yield { from, end: text.length, next: null };
}

/** Where an offset of the original is in the shown text: in the last line that starts at or before it. */
function placeOf(lines: readonly Line[], offset: number): number {
  let low = 0;
  let high = lines.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((lines[middle]?.from ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  const line = lines[low];
  return line === undefined ? 0 : line.at + Math.min(Math.max(0, offset - line.from), line.kept);
}

/** How many characters from `from` to `to`, without half of a surrogate pair at the end. */
function wholeCharacters(text: string, from: number, to: number): number {
  const last = text.charCodeAt(to - 1);
  const half = to > from && to < text.length && last >= 0xd800 && last <= 0xdbff;
  return Math.max(0, (half ? to - 1 : to) - from);
}

function visible(line: string): string {
  return line.replace(
    // eslint-disable-next-line no-control-regex -- Control characters are what this replaces.
    /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu,
    "\ufffd",
  );
}

/** A mark in no language; the editor says in words what it means. */
function missing(count: number): string {
  return `… [+${count.toLocaleString("en")}]`;
}
