/** Small pure helpers on text that the readers and normalisers share. */

/** Removes blank lines around a text and spaces at its end; keeps the indentation of the first line. */
export function trimLines(text: string): string {
  return text.replace(/^(?:[^\S\n]*\n)+/, "").trimEnd();
}

/** Markdown rules and empty emphasis left at the edges of a field once its neighbours were cut away. */
export function trimField(text: string): string {
  let result = text.trim();
  for (;;) {
    const next = result
      .replace(/(?:^|\n)[^\S\n]*(?:-{3,}|\*{3,}|_{3,}|={3,})[^\S\n]*$/, "")
      .replace(/^(?:-{3,}|\*{3,}|_{3,}|={3,})[^\S\n]*\n/, "")
      .replace(/\n[^\S\n]*(?:#{1,6}|\*{1,2}|\d{1,3}[.)])[^\S\n]*$/, "")
      .trim();
    if (next === result) return result;
    result = next;
  }
}

/** Bold markers around the whole text. */
export function unwrapEmphasis(text: string): string {
  const match = /^(\*\*|__|\*|_|`)(?=\S)([^\n]{1,4000}?)\1$/.exec(text.trim());
  return match?.[2] !== undefined && !match[2].includes(match[1] ?? "**") ? match[2].trim() : text.trim();
}

export interface Fence {
  /** Offset of the opening fence and after the closing one. */
  readonly start: number;
  readonly end: number;
  /** Offset of the body. */
  readonly bodyStart: number;
  readonly language: string;
  readonly body: string;
  readonly closed: boolean;
}

/** Fenced blocks (``` or ~~~) of a text in order. An unclosed one reaches to the end. */
export function fences(text: string): Fence[] {
  const found: Fence[] = [];
  let open: { start: number; bodyStart: number; marker: string; language: string } | null = null;
  let at = 0;
  while (at <= text.length) {
    const newline = text.indexOf("\n", at);
    const end = newline === -1 ? text.length : newline;
    const match = /^[^\S\n]{0,12}(?:(?:>|\d{1,3}[.)]|[-*])[^\S\n]+)?(`{3,}|~{3,})[^\S\n]*([\w+#.-]*)/.exec(
      text.slice(at, Math.min(end, at + 80)),
    );
    if (open === null) {
      if (match !== null) {
        const [, marker = "```", language = ""] = match;
        open = { start: at, bodyStart: Math.min(end + 1, text.length), marker, language: language.toLowerCase() };
      } else {
        // A fence may open at the end of a line: `Code: ```python`.
        const late = /(`{3,})[^\S\n]*([A-Za-z0-9+#.-]*)[^\S\n]*$/.exec(text.slice(Math.max(at, end - 40), end));
        if (late !== null && newline !== -1) {
          const start = Math.max(at, end - 40) + late.index;
          open = { start, bodyStart: end + 1, marker: late[1] ?? "```", language: (late[2] ?? "").toLowerCase() };
        }
      }
    } else if (match !== null && match[1]?.startsWith(open.marker) === true && (match[2] ?? "") === "") {
      found.push({ ...open, end, body: text.slice(open.bodyStart, at), closed: true });
      open = null;
    }
    at = end + 1;
  }
  if (open !== null) {
    const body = text.slice(open.bodyStart);
    found.push({ ...open, end: text.length, body, closed: false });
  }
  return found;
}

/** Removes the indentation that all lines share. */
export function dedent(text: string): string {
  const lines = text.replaceAll("\t", "    ").split("\n");
  let shared = Number.POSITIVE_INFINITY;
  for (const line of lines) if (line.trim() !== "") shared = Math.min(shared, line.length - line.trimStart().length);
  return shared === 0 || !Number.isFinite(shared) ? text : lines.map((line) => line.slice(shared)).join("\n");
}
