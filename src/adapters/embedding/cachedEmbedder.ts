import { contentHash } from "../../engine/hash.js";
import type { Embedder } from "../../engine/seams/index.js";
import type { KeyedCache, ProjectStore } from "../../engine/store/index.js";

/** Number of dimensions of each embedder, so that a cache can be opened before the encoder has made a vector. */
const dimensionsName = "dimensions";

/**
 * Keeps vectors in the project's store by content (embedder and text): a text is encoded once in a project, whatever run
 * asks for it, and the encoder itself is not even loaded when every text is known.
 */
export function cachedEmbedder(embedder: Embedder, store: Pick<ProjectStore, "vectors">): Embedder {
  const known = new KnownDimensions(embedder.identity, store);
  let opened: Promise<KeyedCache<Float32Array>> | null = null;
  const open = (dimensions: number): Promise<KeyedCache<Float32Array>> =>
    (opened ??= store.vectors(embedder.identity, dimensions));
  return {
    identity: embedder.identity,
    async embed(texts, signal) {
      const keys = texts.map((text) => contentHash({ version: 1, embedder: embedder.identity, text }));
      const found = new Map<string, Float32Array>();
      const dimensions = await known.read();
      if (dimensions !== null) {
        const cache = await open(dimensions);
        for (const key of new Set(keys)) {
          const vector = await cache.get(key);
          if (vector !== undefined) found.set(key, vector);
        }
      }
      const missing = new Map(keys.flatMap((key, index) => (found.has(key) ? [] : [[key, texts[index] ?? ""]])));
      if (missing.size > 0) {
        const made = await embedder.embed([...missing.values()], signal);
        const length = made[0]?.length ?? 0;
        const cache = await open(length);
        await known.write(length);
        await Promise.all(
          [...missing.keys()].map((key, index) => {
            const vector = made[index];
            if (vector === undefined) throw new Error(`${embedder.identity} left out a vector`);
            found.set(key, vector);
            return cache.put(key, vector);
          }),
        );
      }
      return keys.map((key) => found.get(key) ?? new Float32Array(0));
    },
    async close() {
      await known.close();
      await (await opened)?.close();
      await embedder.close();
    },
  };
}

class KnownDimensions {
  readonly #key: string;
  readonly #open: () => Promise<KeyedCache<Float32Array>>;
  #cache: Promise<KeyedCache<Float32Array>> | null = null;
  #dimensions: number | null = null;

  constructor(identity: string, store: Pick<ProjectStore, "vectors">) {
    this.#key = contentHash({ version: 1, embedder: identity });
    this.#open = () => (this.#cache ??= store.vectors(dimensionsName, 1));
  }

  async read(): Promise<number | null> {
    this.#dimensions ??= (await (await this.#open()).get(this.#key))?.[0] ?? null;
    return this.#dimensions;
  }

  async write(dimensions: number): Promise<void> {
    if (this.#dimensions !== null) return;
    this.#dimensions = dimensions;
    await (await this.#open()).put(this.#key, Float32Array.of(dimensions));
  }

  async close(): Promise<void> {
    await (await this.#cache)?.close();
  }
}
