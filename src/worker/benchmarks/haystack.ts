/** Between two texts. Nobody can type it, so no search reaches from one text into the next. */
const between = "\u0000";

/** Texts that were joined into one. */
interface Piece {
  readonly joined: string;
  /** Where each text begins, and last where the next one would. */
  readonly starts: Uint32Array;
  /** Null where a newer text of the name took its place. */
  readonly names: (string | null)[];
}

/**
 * Texts by name, to be searched without regard to case. They are kept in lower case and joined, so that a search goes through
 * one long text and not through thousands. A text that is added under a known name takes the place of the earlier one.
 */
export class Haystack {
  readonly #pieces: Piece[] = [];
  readonly #places = new Map<string, { readonly piece: Piece; readonly index: number }>();
  /** Added and not joined yet. */
  #added = new Map<string, string>();
  #characters = 0;

  /** How much is kept. */
  get characters(): number {
    return this.#characters;
  }

  add(name: string, text: string): void {
    const lower = text.toLowerCase();
    this.#characters += lower.length - (this.#added.get(name)?.length ?? 0);
    this.#added.set(name, lower);
  }

  /** Names of the texts that have this in them. */
  containing(text: string): ReadonlySet<string> {
    const wanted = text.toLowerCase();
    const found = new Set<string>();
    this.join();
    for (const { joined, starts, names } of this.#pieces) {
      let index = 0;
      for (let at = joined.indexOf(wanted); at >= 0; at = joined.indexOf(wanted, starts[index] ?? joined.length)) {
        while ((starts[index + 1] ?? Infinity) <= at) index += 1;
        const name = names[index] ?? null;
        if (name !== null) found.add(name);
        // One hit a text is enough.
        index += 1;
        if (index >= names.length) break;
      }
    }
    return found;
  }

  /** One of the texts, in lower case. */
  text(name: string): string | undefined {
    this.join();
    const place = this.#places.get(name);
    if (place === undefined) return undefined;
    const { piece, index } = place;
    const end = (piece.starts[index + 1] ?? 0) - between.length;
    return piece.joined.slice(piece.starts[index], end);
  }

  /** Makes ready for a search what was added since the last one. A search does this itself. */
  join(): void {
    if (this.#added.size === 0) return;
    const names: (string | null)[] = [...this.#added.keys()];
    const starts = new Uint32Array(names.length + 1);
    const texts = [...this.#added.values()];
    for (const [index, { length }] of texts.entries()) {
      starts[index + 1] = (starts[index] ?? 0) + length + between.length;
    }
    const piece: Piece = { joined: texts.join(between), starts, names };
    for (const [index, name] of names.entries()) {
      if (name === null) continue;
      const earlier = this.#places.get(name);
      if (earlier !== undefined) earlier.piece.names[earlier.index] = null;
      this.#places.set(name, { piece, index });
    }
    this.#pieces.push(piece);
    this.#added = new Map();
  }
}
