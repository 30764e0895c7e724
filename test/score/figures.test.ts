import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { passAtK, wilson } from "../../src/engine/evaluation/index.js";

describe("Wilson's interval", () => {
  it.each([
    [0, 10, 0, 0.2775],
    [10, 10, 0.7225, 1],
    [5, 10, 0.2366, 0.7634],
    [742, 1319, 0.5356, 0.5891],
  ])("%i of %i is from %f to %f", (correct, n, low, high) => {
    const interval = wilson(correct, n);
    expect(interval[0]).toBeCloseTo(low, 4);
    expect(interval[1]).toBeCloseTo(high, 4);
  });

  it("knows nothing without cases", () => {
    expect(wilson(0, 0)).toEqual([0, 1]);
  });

  it("holds the share, stays in [0, 1] and is symmetric", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5000 }), fc.nat(), (n, seed) => {
        const correct = seed % (n + 1);
        const [low, high] = wilson(correct, n);
        expect(low).toBeGreaterThanOrEqual(0);
        expect(high).toBeLessThanOrEqual(1);
        expect(low).toBeLessThanOrEqual(correct / n);
        expect(high).toBeGreaterThanOrEqual(correct / n);
        expect(wilson(n - correct, n)[0]).toBeCloseTo(1 - high, 10);
      }),
    );
  });
});

describe("pass@k", () => {
  it.each([
    [10, 3, 1, 0.3],
    [10, 0, 5, 0],
    [10, 10, 1, 1],
    [10, 6, 5, 1],
    [5, 2, 2, 0.7],
  ])("%i answers, %i right, k = %i: %f", (n, correct, k, value) => {
    expect(passAtK(n, correct, k)).toBeCloseTo(value, 12);
  });

  it("is 1 - C(n - c, k) / C(n, k)", () => {
    const choose = (n: number, k: number): number => {
      let product = 1;
      for (let index = 0; index < k; index += 1) product = (product * (n - index)) / (index + 1);
      return k > n ? 0 : product;
    };
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30 }), fc.nat(), fc.nat(), (n, a, b) => {
        const [correct, k] = [a % (n + 1), 1 + (b % n)];
        expect(passAtK(n, correct, k)).toBeCloseTo(1 - choose(n - correct, k) / choose(n, k), 9);
      }),
    );
  });

  it("refuses a k that is above the number of answers", () => {
    expect(() => passAtK(3, 1, 4)).toThrow(RangeError);
    expect(() => passAtK(3, 1, 0)).toThrow(RangeError);
  });
});
