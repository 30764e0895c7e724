/** Width of a letter at an axis in pixels. */
const letterWidth = 6.5;

/** Names along an axis of this width in pixels, of which only so many are left that none runs into the next. */
export function thinned(names: readonly string[], width: number): string[] {
  const longest = Math.max(0, ...names.flatMap((name) => name.split("\n").map(({ length }) => length)));
  const each = Math.max(1, Math.ceil((longest * letterWidth * names.length) / Math.max(1, width)));
  return names.map((name, index) => (index % each === 0 ? name : ""));
}
