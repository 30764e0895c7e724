/**
 * Places of the text that an editor shows and of the source that is read: reading drops a byte order mark and makes one
 * character of each line end, so offsets differ.
 */
export class Places {
  /** 1 when the text begins with a byte order mark. */
  readonly #mark: number;
  /** Offsets in the source of the line ends that are two characters in the text, ascending. */
  readonly #wide: readonly number[];
  /** Offset in the source at which each line starts. */
  readonly #lines: readonly number[];
  readonly #length: number;

  /** `source` is the normalised form of `text`. */
  constructor(text: string, source: string) {
    this.#mark = text.startsWith("\uFEFF") ? 1 : 0;
    const wide: number[] = [];
    for (let at = text.indexOf("\r\n"); at !== -1; at = text.indexOf("\r\n", at + 2)) {
      wide.push(at - this.#mark - wide.length);
    }
    this.#wide = wide;
    const lines = [0];
    for (let at = source.indexOf("\n"); at !== -1; at = source.indexOf("\n", at + 1)) lines.push(at + 1);
    this.#lines = lines;
    this.#length = source.length;
  }

  /** The place in the text of an offset in the source. */
  toText(offset: number): number {
    return offset + this.#mark + below(this.#wide, offset);
  }

  /** The offset in the source of a place in the text; inside a line end it is the end of the line. */
  toSource(place: number): number {
    const unmarked = Math.max(0, place - this.#mark);
    let [low, high] = [0, this.#wide.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      // The second character of the line end number `middle` is here.
      if ((this.#wide[middle] ?? 0) + middle + 1 <= unmarked) low = middle + 1;
      else high = middle;
    }
    return Math.min(this.#length, unmarked - low);
  }

  /** Offset in the source at which a line starts; lines count from 1. */
  lineStart(line: number): number {
    return this.#lines[line - 1] ?? this.#length;
  }

  /** Line of an offset in the source, from 1. */
  lineOf(offset: number): number {
    return Math.max(1, below(this.#lines, offset + 1));
  }

  /** The offset of a line and column, which count from 1, not beyond the source. */
  offset(line: number, column: number): number {
    return Math.min(this.#length, this.lineStart(line) + column - 1);
  }
}

/** How many of the ascending numbers are less than `limit`. */
function below(numbers: readonly number[], limit: number): number {
  let [low, high] = [0, numbers.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((numbers[middle] ?? 0) < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
