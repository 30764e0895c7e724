import { logStart, readNewRecords } from "../../adapters/store/index.js";
import { parseResponse } from "../../engine/iteration/index.js";
import { Haystack } from "./haystack.js";

/**
 * Responses for searching, kept in memory up to a number of characters: files that were searched longest ago are let go
 * first and read again when they are searched again.
 */
export class TextShelf {
  readonly #most: number;
  /** In the order of use. */
  readonly #files = new Map<string, Haystack>();
  /** Files of which not every text was kept. */
  readonly #partial = new Set<string>();

  constructor(most = 48_000_000) {
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
    const texts = this.#files.get(file) ?? new Haystack();
    this.#files.set(file, texts);
    texts.add(key, text);
  }

  drop(file: string): void {
    this.#files.delete(file);
    this.#partial.delete(file);
  }

  /**
   * Responses of a file by key, read when they are not kept. With `passing`, what is read is not kept where it would push
   * out another file: counting goes through all files in turn, and would push out each before it comes to it again.
   */
  async texts(file: string, { passing = false }: { readonly passing?: boolean } = {}): Promise<Haystack> {
    const kept = this.#files.get(file);
    if (kept !== undefined && !this.#partial.has(file)) {
      this.#files.delete(file);
      this.#files.set(file, kept);
      return kept;
    }
    const { records } = await readNewRecords(file, logStart, parseResponse);
    const texts = new Haystack();
    for (const { key, sample, text } of records) if (sample === 0) texts.add(key, text);
    if (texts.characters > this.#most) return texts;
    for (const [other] of this.#files) {
      if (this.#characters + texts.characters <= this.#most) break;
      if (passing) return texts;
      this.drop(other);
      this.#partial.add(other);
    }
    this.#partial.delete(file);
    this.#files.set(file, texts);
    return texts;
  }

  get #characters(): number {
    let sum = 0;
    for (const { characters } of this.#files.values()) sum += characters;
    return sum;
  }
}
