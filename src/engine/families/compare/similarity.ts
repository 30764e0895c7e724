/**
 * How much of an option's text can be found in a response, from 0 to 1: the share of the option's characters in the
 * best alignment with a window of the response of the option's length.
 */
export function bestWindow(option: string, response: string): number {
  const needle = tidy(option);
  const hay = tidy(response);
  if (needle === "" || hay === "") return 0;
  if (hay.includes(needle)) return 1;
  if (hay.length <= needle.length) return common(needle, hay);
  let best = 0;
  const step = Math.max(1, Math.floor(needle.length / 8));
  for (let at = 0; at + needle.length <= hay.length; at += step) {
    best = Math.max(best, common(needle, hay.slice(at, at + needle.length)));
    if (best > 0.99) break;
  }
  return best;
}

/** Lower case, words only, one space between them. */
export function tidy(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
}

/** Longest common subsequence, as a share of both lengths. */
function common(a: string, b: string): number {
  let row = new Uint16Array(b.length + 1);
  for (const character of a) {
    const next = new Uint16Array(b.length + 1);
    for (let index = 1; index <= b.length; index += 1) {
      next[index] =
        character === b[index - 1] ? (row[index - 1] ?? 0) + 1 : Math.max(row[index] ?? 0, next[index - 1] ?? 0);
    }
    row = next;
  }
  return (2 * (row[b.length] ?? 0)) / (a.length + b.length);
}
