/**
 * Whether two short answers mean the same: case, spaces, quotes, Markdown emphasis and a final full stop do not count,
 * `(A)`, `A` and `(A) some text` are one letter, `-3` and `-3.0` one number.
 */
export function sameAnswerText(answer: string, gold: string): boolean {
  const a = plain(answer);
  const b = plain(gold);
  if (a === b) return true;
  const wanted = /^\(?([a-z])\)?$/.exec(b)?.[1];
  if (wanted !== undefined) return letterOf(a) === wanted;
  return /^-?\d+(?:\.\d+)?$/.test(b) && a !== "" && Number(a.replaceAll(",", "")) === Number(b);
}

/** The letter of `(c)`, `c`, `c)`, `c. text` or `option c`. */
function letterOf(text: string): string | undefined {
  const match = /^(?:option\s+)?(?:\(([a-z])\)|([a-z])(?=$|[).:]))/.exec(text);
  return match?.[1] ?? match?.[2];
}

function plain(text: string): string {
  return text
    .trim()
    .replace(/^(?:\*\*|__|["'“‘`])+|(?:\*\*|__|["'”’`])+$/g, "")
    .replace(/\.$/, "")
    .replace(/^(?:\*\*|__|["'“‘`])+|(?:\*\*|__|["'”’`])+$/g, "")
    .replace(/\s+/g, " ")
    .trim()
    .toLowerCase();
}
