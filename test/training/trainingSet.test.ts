import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Sample } from "../../src/engine/instructor/index.js";
import { buildTrainingSet, previewRows, type TrainingSetOptions } from "../../src/engine/training/index.js";
import { draft, sample, sums } from "../gates/toy.js";

const options: TrainingSetOptions = {
  families: new Map([
    ["sums", sums],
    ["other", { ...sums, name: "other" }],
  ]),
  seed: 7,
  heldOutShare: 0.1,
  protocol: "clean",
  control: null,
};

function made(count: number, benchmark: string, family = "sums"): Sample[] {
  return Array.from({ length: count }, (_, index) => ({
    ...sample(
      `${benchmark}-${index}`,
      draft(`What is ${index} + 1 in ${benchmark}?`, String(index + 1), { solution: `${index} and one.` }),
    ),
    benchmark,
    family,
  }));
}

const samples = [...made(60, "first"), ...made(30, "second", "other"), ...made(1, "third")];

describe("a training set", () => {
  it("has one row a sample, under the sample's id, made by the family under the protocol", () => {
    const { rows, heldOut } = buildTrainingSet(samples, options);
    expect([...rows, ...heldOut].map(({ id }) => id).sort()).toEqual(samples.map(({ id }) => id).sort());
    expect([...rows, ...heldOut].find(({ id }) => id === "second-4")).toEqual({
      id: "second-4",
      family: "other",
      prompt: [{ role: "user", content: "Add up.\nWhat is 4 + 1 in second?" }],
      completion: "4 and one. The answer is 5.",
    });
    const bare = buildTrainingSet(samples, { ...options, protocol: "paper" }).rows[0];
    expect(bare?.prompt[0]?.content).toMatch(/^What is/);
  });
  it("does not depend on the order in which samples arrive, but on the seed", () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(samples, { minLength: samples.length }), (shuffled) => {
        expect(buildTrainingSet(shuffled, options)).toEqual(buildTrainingSet(samples, options));
      }),
      { numRuns: 20 },
    );
    const other = buildTrainingSet(samples, { ...options, seed: 8 });
    expect(other.rows).not.toEqual(buildTrainingSet(samples, options).rows);
  });
  it("holds out the share of each benchmark, and leaves a benchmark of one sample whole", () => {
    expect(buildTrainingSet(samples, options).stats).toEqual({
      benchmarks: [
        { benchmark: "first", rows: 54, heldOut: 6 },
        { benchmark: "second", rows: 27, heldOut: 3 },
        { benchmark: "third", rows: 1, heldOut: 0 },
      ],
      repeatedPrompts: 0,
    });
    expect(buildTrainingSet(samples, { ...options, heldOutShare: 0 }).heldOut).toEqual([]);
  });
  it("never trains on a prompt that is held out, also when samples repeat one another", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 9 }), fc.constantFrom("a", "b")), { maxLength: 40 }),
        fc.integer(),
        (list, seed) => {
          const repeated = list.map(([question, benchmark], index) => ({
            ...sample(String(index), draft(`Question ${question}`)),
            benchmark,
          }));
          const set = buildTrainingSet(repeated, { ...options, seed, heldOutShare: 0.3 });
          const trained = new Set(set.rows.map(({ prompt }) => prompt[0]?.content));
          for (const { prompt } of set.heldOut) expect(trained.has(prompt[0]?.content)).toBe(false);
          expect(set.rows.length + set.heldOut.length).toBe(repeated.length);
        },
      ),
    );
  });
  it("counts prompts that it has more than once", () => {
    const twice = [sample("a", draft("Same")), sample("b", draft("Same"))];
    expect(buildTrainingSet(twice, options).stats.repeatedPrompts).toBe(1);
  });
  it("with shuffled labels has the same prompts and completions, none at its own prompt", () => {
    const real = buildTrainingSet(samples, { ...options, heldOutShare: 0 }).rows;
    const control = buildTrainingSet(samples, { ...options, heldOutShare: 0, control: "shuffled-labels" }).rows;
    const own = new Map(real.map(({ id, completion }) => [id, completion]));
    expect(control.some(({ id, completion }) => own.get(id) === completion)).toBe(false);
    for (const family of ["sums", "other"]) {
      const completions = (rows: typeof real): string[] =>
        rows
          .filter((row) => row.family === family)
          .map(({ completion }) => completion)
          .sort();
      expect(completions(control)).toEqual(completions(real));
    }
    expect(control.map(({ id }) => id).sort()).toEqual(real.map(({ id }) => id).sort());
  });
  it("with shuffled labels gives multiple choice only letters that the question has", () => {
    const letters = (count: number): { label: string; text: string }[] =>
      Array.from({ length: count }, (_, index) => ({ label: "ABCDE"[index] ?? "", text: `option ${index}` }));
    const choice = [
      sample("a", draft("Two?", "A", { options: letters(2) })),
      sample("b", draft("Five?", "E", { options: letters(5) })),
    ];
    const { rows } = buildTrainingSet(choice, { ...options, heldOutShare: 0, control: "shuffled-labels" });
    expect(rows.find(({ id }) => id === "a")?.completion).toMatch(/answer is [AB]\./);
    expect(rows.find(({ id }) => id === "b")?.completion).toMatch(/answer is A\./);
  });
  it("names the family that is missing", () => {
    const stray = [{ ...sample("s", draft("Q")), family: "chess" }];
    expect(() => buildTrainingSet(stray, options)).toThrow(/chess/);
  });
  it("is shown by the first rows of each family", () => {
    const { rows } = buildTrainingSet(samples, options);
    const shown = previewRows(rows, 2);
    expect(shown.map(({ family }) => family).sort()).toEqual(["other", "other", "sums", "sums"]);
    expect(shown[0]).toBe(rows[0]);
  });
});
