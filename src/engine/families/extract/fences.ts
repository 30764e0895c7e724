/** One fenced block of a Markdown text. */
export interface Fence {
  /** Offsets of the block's content, without the fence lines. */
  readonly start: number;
  readonly end: number;
  readonly language: string;
}

/** Fenced blocks in order. A fence that is never closed ends with the text: the answer was cut. */
export function fences(text: string): Fence[] {
  const found: Fence[] = [];
  const opening = /^[ \t]*(`{3,}|~{3,})[ \t]*([^\n`]*)\r?$/gm;
  let at = 0;
  for (;;) {
    opening.lastIndex = at;
    const open = opening.exec(text);
    if (open === null) return found;
    const start = Math.min(text.length, open.index + open[0].length + 1);
    const closing = new RegExp(String.raw`^[ \t]*${open[1] ?? "```"}[ \t]*\r?$`, "gm");
    closing.lastIndex = start;
    const close = closing.exec(text);
    const end = close === null ? text.length : close.index;
    found.push({ start, end, language: (open[2] ?? "").trim().toLowerCase() });
    if (close === null) return found;
    at = close.index + close[0].length;
  }
}
