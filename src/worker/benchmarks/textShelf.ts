import { logStart, readNewRecords } from "../../adapters/store/index.js";
import { parseResponse } from "../../engine/iteration/index.js";

/** Responses of one file by key. */
export type Texts = ReadonlyMap<string, string>;

interface Shelved {
  readonly texts: Map<string, string>;
  characters: number;
}

/**
 * Responses for searching, kept in memory up to a number of characters: files that were searched longest ago are let go
 * first and read again when they are searched again.
 */
export class TextShelf {
  readonly #most: number;
  /** In the order of use. */
  readonly #files = new Map<string, Shelved>();
  /** Files of which not every text was kept. */
  readonly #partial = new Set<string>();
  #characters = 0;

  constructor(most = 24_000_000) {
    this.#most = most;
  }

  /** Keeps a text while there is room; it pushes out no other file. */
  add(file: string, key: string, text: string): void {
    if (this.#partial.has(file)) return;
    if (this.#characters + text.length > this.#most) {
      this.drop(file);
      this.#partial.add(file);
      return;
    }
    const shelved = this.#files.get(file) ?? { texts: new Map<string, string>(), characters: 0 };
    this.#files.set(file, shelved);
    const before = shelved.texts.get(key)?.length ?? 0;
    shelved.texts.set(key, text);
    shelved.characters += text.length - before;
    this.#characters += text.length - before;
  }

  drop(file: string): void {
    this.#characters -= this.#files.get(file)?.characters ?? 0;
    this.#files.delete(file);
    this.#partial.delete(file);
  }

  /** Responses of a file, read when they are not kept. */
  async texts(file: string): Promise<Texts> {
    const kept = this.#files.get(file);
    if (kept !== undefined && !this.#partial.has(file)) {
      this.#files.delete(file);
      this.#files.set(file, kept);
      return kept.texts;
    }
    const { records } = await readNewRecords(file, logStart, parseResponse);
    const texts = new Map(records.filter(({ sample }) => sample === 0).map(({ key, text }) => [key, text]));
    const characters = [...texts.values()].reduce((sum, { length }) => sum + length, 0);
    if (characters > this.#most) return texts;
    for (const [other] of this.#files) {
      if (this.#characters + characters <= this.#most) break;
      this.drop(other);
      this.#partial.add(other);
    }
    this.#partial.delete(file);
    this.#files.set(file, { texts, characters });
    this.#characters += characters;
    return texts;
  }
}
