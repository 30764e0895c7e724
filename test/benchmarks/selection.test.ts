import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  apportion,
  assertRoles,
  assertSplitRole,
  countLooks,
  defineOwnBenchmark,
  findBenchmark,
  overlaps,
  select,
  withoutEvaluated,
  type Look,
} from "../../src/engine/benchmarks/index.js";
import { Fault } from "../../src/engine/fault.js";
import { plainCase } from "./memory.js";

const groups = ["a", "b", "c"];
const cases = Array.from({ length: 100 }, (_value, index) =>
  plainCase(String(index), index < 60 ? "a" : index < 90 ? "b" : "c"),
);
const keys = (chosen: readonly { key: string }[]): string[] => chosen.map(({ key }) => key);

describe("selection", () => {
  it("takes the whole split by default and keeps its order", () => {
    expect(select(cases, { seed: 1 })).toEqual(cases);
    expect(select(cases, { seed: 1, size: 500 })).toEqual(cases);
    const some = select(cases, { seed: 1, size: 30 });
    expect(some).toHaveLength(30);
    expect(some).toEqual(cases.filter((testCase) => some.includes(testCase)));
  });

  it("depends on the seed and the keys alone, and a smaller size is part of a larger one", () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 99 }), fc.boolean(), (seed, size, stratified) => {
        const stratify = stratified ? "group" : null;
        const chosen = keys(select(cases, { seed, size, stratify }));
        expect(chosen).toHaveLength(size);
        const reversed = select([...cases].reverse(), { seed, size, stratify });
        expect(keys(reversed).reverse()).toEqual(chosen);
        if (!stratified) expect(keys(select(cases, { seed, size: size + 1 }))).toEqual(expect.arrayContaining(chosen));
      }),
      { numRuns: 60 },
    );
    expect(keys(select(cases, { seed: 1, size: 20 }))).not.toEqual(keys(select(cases, { seed: 2, size: 20 })));
  });

  it("keeps the share of each group", () => {
    const chosen = select(cases, { seed: 3, size: 10, stratify: "group" });
    expect(groups.map((name) => chosen.filter(({ group }) => group === name).length)).toEqual([6, 3, 1]);
    expect(select([plainCase("1"), plainCase("2")], { seed: 1, size: 1, stratify: "group" })).toHaveLength(1);
  });

  it("shares out by largest remainder, never more than there is", () => {
    expect(apportion([1, 1, 1], 2)).toEqual([1, 1, 0]);
    expect(apportion([50, 30, 20], 7)).toEqual([4, 2, 1]);
    expect(apportion([0, 0], 0)).toEqual([0, 0]);
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 500 }), { minLength: 1 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (sizes, part) => {
          const total = sizes.reduce((sum, size) => sum + size, 0);
          const wanted = Math.floor(total * part);
          const shares = apportion(sizes, wanted);
          expect(shares.reduce((sum, share) => sum + share, 0)).toBe(wanted);
          shares.forEach((share, index) => {
            const exact = total === 0 ? 0 : ((sizes[index] ?? 0) * wanted) / total;
            expect(Math.abs(share - exact)).toBeLessThan(1);
            expect(share).toBeLessThanOrEqual(sizes[index] ?? 0);
          });
        },
      ),
    );
  });

  it("includes, excludes by key and by id, and limits", () => {
    expect(keys(select(cases, { seed: 1, include: ["toy/train/5", "toy/train/3"] }))).toEqual([
      "toy/train/3",
      "toy/train/5",
    ]);
    expect(select(cases, { seed: 1, exclude: ["toy/train/0", "1", "of-another-split"] })).toHaveLength(98);
    expect(keys(select(cases, { seed: 1, exclude: ["0"], limit: 2 }))).toEqual(["toy/train/1", "toy/train/2"]);
    expect(select(cases, { seed: 1, size: 10, limit: 4 })).toEqual(select(cases, { seed: 1, size: 10 }).slice(0, 4));
  });

  it.each([
    ["nothing is left", { exclude: cases.map(({ key }) => key) }, "empty"],
    ["an unknown case is included", { include: ["toy/train/100"] }, "not there"],
    ["an unknown case of this split is excluded", { exclude: ["toy/train/100"] }, "not there"],
    ["the size is 0", { size: 0 }, "positive"],
    ["the limit is a fraction", { limit: 1.5 }, "positive"],
  ])("refuses when %s", (_name, options, message) => {
    expect(() => select(cases, { seed: 1, ...options })).toThrow(message);
    expect(() => select(cases, { seed: 1, ...options })).toThrow(Fault);
  });

  it("refuses an empty split", () => {
    expect(() => select([], { seed: 1 })).toThrow(Fault);
  });
});

describe("roles", () => {
  const other = (id: string) => plainCase(id, null, "test");

  it("finds a case of both sides by key and by content, and lists it", () => {
    const target = [plainCase("1"), plainCase("2"), plainCase("3")];
    expect(overlaps(target, [other("2"), other("9")])).toEqual([
      { target: "toy/train/2", evaluation: "toy/test/2", by: "content" },
    ]);
    expect(overlaps(target, [plainCase("3")])).toEqual([
      { target: "toy/train/3", evaluation: "toy/train/3", by: "key" },
    ]);
    expect(() => assertRoles(target, [other("2")])).toThrow("1 cases are in a target and in an evaluation set");
    expect(() => assertRoles(target, [other("9")])).not.toThrow();
  });

  it("leaves copies out of the target, but never a case that is named for both", () => {
    const target = [plainCase("1"), plainCase("2")];
    expect(withoutEvaluated(target, [other("2")]).cases).toEqual([target[0]]);
    expect(() => assertRoles(withoutEvaluated(target, [plainCase("1")]).cases, [plainCase("1")])).toThrow(Fault);
  });

  it("lets no evaluation split be taught, and any split be evaluated", () => {
    const gsm8k = findBenchmark("gsm8k");
    expect(() => assertSplitRole(gsm8k, "test", "target")).toThrow(/may not be taught/);
    expect(() => assertSplitRole(gsm8k, "train", "target")).not.toThrow();
    expect(() => assertSplitRole(gsm8k, "train", "evaluation")).not.toThrow();
    const own = defineOwnBenchmark({
      name: "own",
      family: "math",
      files: { x: "x.csv" },
      map: { question: "q", gold: "a" },
      target: ["x"],
    });
    expect(() => assertSplitRole(own, "x", "target")).not.toThrow();
  });

  it("counts a look for each evaluated iteration, once also when it was resumed", () => {
    const look = (run: string, iteration: number, split = "test"): Look => ({
      version: 1,
      benchmark: "gsm8k",
      split,
      run,
      iteration,
      when: "2030-01-01T00:00:00Z",
    });
    const looks = [look("r1", 0), look("r1", 1), look("r1", 1), look("r2", 0), look("r1", 0, "train")];
    expect(countLooks(looks)).toEqual([
      { benchmark: "gsm8k", split: "test", looks: 3, runs: 2 },
      { benchmark: "gsm8k", split: "train", looks: 1, runs: 1 },
    ]);
  });
});
