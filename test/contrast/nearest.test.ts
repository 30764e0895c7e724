import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nearest } from "../../src/engine/contrast/index.js";
import { distanceBetween } from "../../src/engine/contrast/nearest.js";
import { Random } from "../../src/engine/random.js";

/** Every pair, 64 bits, nothing clever. */
function plain(left: readonly Float32Array[], right: readonly Float32Array[], k: number, floor = 0): unknown {
  return left.map((vector) =>
    right
      .map((other, index) => ({ index, distance: distanceBetween(vector, other) }))
      .filter(({ distance }) => distance >= floor)
      .sort((a, b) => a.distance - b.distance || a.index - b.index)
      .slice(0, k),
  );
}

function vectors(count: number, dimensions: number, name: string, spread = 1, centre = 0): Float32Array[] {
  const random = new Random(3, name);
  return Array.from({ length: count }, () =>
    Float32Array.from({ length: dimensions }, () => centre + spread * (random.next() - 0.5)),
  );
}

describe("the nearest vectors", () => {
  it("are those of comparing every pair in 64 bits, for shapes on both sides of every block", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 11 }),
        fc.integer({ min: 0, max: 110 }),
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 25 }),
        fc.constantFrom(1, 1e-6, 1000),
        fc.constantFrom(0, 0.9, 50),
        (lefts, rights, dimensions, k, spread, centre) => {
          const left = vectors(lefts, dimensions, "left", spread, centre);
          const right = vectors(rights, dimensions, "right", spread, centre);
          expect(nearest(left, right, k)).toEqual(plain(left, right, k));
        },
      ),
      { numRuns: 150 },
    );
  });
  it("are exact where distances differ by less than 16 bits can tell", () => {
    const base = vectors(1, 64, "base")[0] ?? new Float32Array(64);
    // Distances fall in steps of a hundred-millionth, so the order is the reverse of the rows.
    const right = Array.from({ length: 200 }, (_, row) =>
      base.map((value, dimension) => (dimension === 5 ? value + 0.5 + (200 - row) * 1e-6 : value)),
    );
    const found = nearest([base], right, 5);
    expect(found).toEqual(plain([base], right, 5));
    expect(found[0]?.map(({ index }) => index)).toEqual([199, 198, 197, 196, 195]);
  });
  it("come in the order of the rows when distances are equal", () => {
    const one = Float32Array.of(1, 0, 0);
    const right = Array.from({ length: 60 }, () => Float32Array.of(0, 1, 0));
    expect(nearest([one], right, 4)[0]?.map(({ index }) => index)).toEqual([0, 1, 2, 3]);
  });
  it("leave out what lies below the floor, and only that", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 200 }), fc.integer(), (hundredths, seed) => {
        const random = new Random(seed, "floor");
        const make = (): Float32Array => Float32Array.from({ length: 6 }, () => Math.round(random.next() * 4) / 4);
        const [left, right] = [Array.from({ length: 5 }, make), Array.from({ length: 80 }, make)];
        const floor = hundredths / 100;
        expect(nearest(left, right, 10, { floor })).toEqual(plain(left, right, 10, floor));
      }),
      { numRuns: 100 },
    );
  });
  it("hold up with vectors of one large number, of zeros, and of thousands of dimensions", () => {
    const hot = Float32Array.from({ length: 4100 }, (_, index) => (index === 7 ? 1 : 0));
    const right = [new Float32Array(4100), hot, ...vectors(60, 4100, "long", 0.02)];
    expect(nearest([hot, new Float32Array(4100)], right, 3)).toEqual(plain([hot, new Float32Array(4100)], right, 3));
  });
  it("are refused for vectors of different lengths", () => {
    expect(() => nearest([new Float32Array(3)], [new Float32Array(4)], 1)).toThrow(/3 and 4/);
  });
});
