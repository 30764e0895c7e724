import fc from "fast-check";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { cachedEmbedder, createHashedEmbedder } from "../../src/adapters/embedding/index.js";
import { openProjectStore } from "../../src/adapters/store/index.js";
import type { Embedder } from "../../src/engine/seams/index.js";

const signal = new AbortController().signal;
const folder = mkdtempSync(path.join(tmpdir(), "preceptor-vectors-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const norm = (vector: Float32Array): number => Math.hypot(...vector);
function distance(a: Float32Array | undefined, b: Float32Array | undefined): number {
  return Math.hypot(...(a ?? []).map((value, index) => value - (b?.[index] ?? 0)));
}

describe("the hashed embedder", () => {
  it("gives a unit vector for any text, the same each time", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "binary" }), fc.constantFrom(16, 256, 1000), async (text, dimensions) => {
        const [vector, again] = await createHashedEmbedder(dimensions).embed([text, text], signal);
        expect(vector).toHaveLength(dimensions);
        expect(norm(vector ?? new Float32Array(0))).toBeCloseTo(1, 5);
        expect(again).toEqual(vector);
      }),
    );
  });
  it("puts questions that share words nearer than others, and forgives a changed ending", async () => {
    const [base, near, ending, far] = await createHashedEmbedder().embed(
      [
        "Tom buys 3 apples and 4 pens. How much does he pay?",
        "Ann buys 5 apples and 2 pens. How much does she pay?",
        "Tom buys 3 apple and 4 pen. How much does he pays?",
        "Which planet is closest to the sun?",
      ],
      signal,
    );
    expect(distance(base, near)).toBeLessThan(distance(base, far) - 0.3);
    expect(distance(base, ending)).toBeLessThan(distance(base, near));
  });
  it("is not changed by case, and weighs a repeated word less than its count", async () => {
    const [a, b, once, often] = await createHashedEmbedder().embed(
      ["The Cat", "the cat", "pens box", "pens pens pens pens pens pens pens pens box"],
      signal,
    );
    expect(a).toEqual(b);
    expect(distance(once, often)).toBeLessThan(0.95);
  });
});

describe("cached vectors", () => {
  const counting = (identity: string, asked: string[]): Embedder => ({
    identity,
    embed: async (texts, inner) => {
      asked.push(...texts);
      return createHashedEmbedder(32).embed(texts, inner);
    },
    close: () => Promise.resolve(),
  });
  it("are encoded once in a project, whoever asks, also after a restart", async () => {
    const asked: string[] = [];
    const plain = await createHashedEmbedder(32).embed(["a", "b", "a", "c"], signal);
    const first = cachedEmbedder(counting("one", asked), await openProjectStore(folder));
    expect(await first.embed(["a", "b", "a"], signal)).toEqual(plain.slice(0, 3));
    expect(asked).toEqual(["a", "b"]);
    await first.close();
    const second = cachedEmbedder(counting("one", asked), await openProjectStore(folder));
    expect(await second.embed(["a", "b", "a", "c"], signal)).toEqual(plain);
    expect(asked).toEqual(["a", "b", "c"]);
    await second.close();
  });
  it("of one encoder are not those of another", async () => {
    const asked: string[] = [];
    const other = cachedEmbedder(counting("two", asked), await openProjectStore(folder));
    await other.embed(["a"], signal);
    expect(asked).toEqual(["a"]);
    await other.close();
  });
});
