import type { Extraction } from "../family.js";

/** Nothing found. */
export const nothing: Extraction = { value: null, span: null };

/** The stretch of text from `start` to `end` without white space at its ends. */
export function slice(text: string, start: number, end: number): Extraction {
  const raw = text.slice(start, end);
  const lead = raw.length - raw.trimStart().length;
  const value = raw.trim();
  return value === "" ? nothing : { value, span: [start + lead, start + lead + value.length] };
}

/** The content of the last `\boxed{…}` or `\fbox{…}`, braces matched; `\boxed 5` reads the next token. */
export function boxed(text: string): Extraction {
  const starts = [...text.matchAll(/\\f?boxed\b\s*/g)];
  for (const match of starts.reverse()) {
    const from = match.index + match[0].length;
    if (text[from] !== "{") {
      const token = /^(?:\\[A-Za-z]+|[^\s\\{}$]+)/.exec(text.slice(from));
      if (token !== null) return slice(text, from, from + token[0].length);
      continue;
    }
    const end = closingBrace(text, from);
    if (end !== null) return slice(text, from + 1, end);
  }
  return nothing;
}

/** Index of the brace that closes the one at `open`; null when the text ends first. Escaped braces do not count. */
export function closingBrace(text: string, open: number): number | null {
  let depth = 0;
  for (let index = open; index < text.length; index += 1) {
    const character = text[index];
    if (character === "\\") index += 1;
    else if (character === "{") depth += 1;
    else if (character === "}") {
      depth -= 1;
      if (depth === 0) return index;
    }
  }
  return null;
}
