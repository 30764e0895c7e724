/** Model output and other people's text on a terminal: it can neither move the cursor, nor hide text, nor flood it. */

/** Characters of one text that are shown; what is longer is in the files, and in `--json` whole. */
const mostShown = 20_000;

/**
 * Replaces control characters (also those of C1, which some terminals obey) and marks of writing direction; line feeds
 * and tabs stay. Very long texts are cut and say so.
 */
export function safeText(text: string, most: number = mostShown): string {
  const cut = text.length > most ? `${wholeCharacters(text, most)}… (${text.length - most} more characters)` : text;
  return (
    cut
      .replace(/\r\n?/gu, "\n")
      // eslint-disable-next-line no-control-regex -- Control characters are what this removes.
      .replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu, "\ufffd")
  );
}

/** A text as a single line of at most so many characters. */
export function oneLine(text: string, most: number): string {
  const line = safeText(text, most * 4)
    .replace(/\s+/gu, " ")
    .trim();
  return line.length > most ? `${wholeCharacters(line, most - 1)}…` : line;
}

/** A text that Markdown shows as it is: the fence is longer than any in it. */
export function fenced(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/gu)].map(([ticks]) => ticks.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}\n${text.trimEnd()}\n${fence}`;
}

/** The first characters, without half of a surrogate pair at the end. */
function wholeCharacters(text: string, most: number): string {
  return text.slice(0, most).replace(/[\ud800-\udbff]$/u, "");
}
