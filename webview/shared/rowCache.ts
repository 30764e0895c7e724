/** Rows that are asked for at a time, and that are kept: a list of any length takes no more memory than these. */
const pieceRows = 100;
const mostPieces = 12;

interface Piece<Row> {
  readonly rows: readonly Row[];
  stale: boolean;
}

/** Asks for a piece; null where that failed. */
type Ask<Row> = (
  from: number,
  count: number,
) => Promise<{ readonly total: number; readonly rows: readonly Row[] } | null>;

/** The rows of a long list that were looked at last, asked for in pieces. */
export class RowCache<Row> {
  readonly #ask: Ask<Row>;
  readonly #changed: (total: number) => void;
  /** In the order in which they were wanted. */
  readonly #pieces = new Map<number, Piece<Row>>();
  readonly #asked = new Set<number>();
  #generation = 0;

  constructor(ask: Ask<Row>, changed: (total: number) => void) {
    this.#ask = ask;
    this.#changed = changed;
  }

  /** What is known, by place. */
  get rows(): ReadonlyMap<number, Row> {
    const all = new Map<number, Row>();
    for (const [piece, { rows }] of this.#pieces) {
      for (const [index, row] of rows.entries()) all.set(piece * pieceRows + index, row);
    }
    return all;
  }

  /** The row at a place, if it is known. */
  row(place: number): Row | undefined {
    return this.#pieces.get(Math.floor(place / pieceRows))?.rows[place % pieceRows];
  }

  /** Forgets everything: another list is shown. */
  clear(): void {
    this.#generation += 1;
    this.#pieces.clear();
    this.#asked.clear();
  }

  /** Asks again for what is shown; until it is there, the rows stay as they were. */
  async refresh(from: number, to: number): Promise<void> {
    this.#generation += 1;
    this.#asked.clear();
    for (const piece of this.#pieces.values()) piece.stale = true;
    await this.need(from, to);
  }

  /** Makes sure that these rows are there, or on their way. */
  async need(from: number, to: number): Promise<void> {
    const wanted: number[] = [];
    for (let piece = Math.floor(Math.max(0, from) / pieceRows); piece * pieceRows <= to; piece += 1) {
      const known = this.#pieces.get(piece);
      if ((known === undefined || known.stale) && !this.#asked.has(piece)) wanted.push(piece);
    }
    await Promise.all(wanted.map(async (piece) => this.#load(piece)));
  }

  async #load(piece: number): Promise<void> {
    const generation = this.#generation;
    this.#asked.add(piece);
    const answer = await this.#ask(piece * pieceRows, pieceRows);
    // What was asked about another list, or before something changed, is not shown.
    if (generation !== this.#generation) return;
    this.#asked.delete(piece);
    if (answer === null) return;
    this.#pieces.delete(piece);
    this.#pieces.set(piece, { rows: answer.rows, stale: false });
    for (const oldest of this.#pieces.keys()) {
      if (this.#pieces.size <= mostPieces) break;
      this.#pieces.delete(oldest);
    }
    this.#changed(answer.total);
  }
}
