import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  createGates,
  funnel,
  gateNamesOf,
  leakIn,
  runGates,
  type Gate,
  type GatedSample,
  type GateOptions,
  type GateResult,
} from "../../src/engine/gates/index.js";
import type { Sample } from "../../src/engine/instructor/index.js";
import { draft, judge, sample, sumCase, sums } from "./toy.js";

const defaults: GateOptions = {
  benchmark: "sums",
  family: sums,
  protocol: "clean",
  names: null,
  notVerifiable: "keep",
  nearDuplicate: { threshold: 0.7, numbersDistinguish: true },
  errors: [],
  earlierIterations: [],
  earlierRounds: [],
  quota: 100,
  seed: 1,
  contamination: null,
};

const source = sumCase("0", "Ann has a basket with 3 + 4 red apples. How many are there?");

function run(samples: readonly Sample[], options: Partial<GateOptions> = {}, concurrency = 4): Promise<GatedSample[]> {
  return runGates(samples, createGates({ ...defaults, ...options }), {
    context: () => ({ judge, source }),
    signal: new AbortController().signal,
    concurrency,
  });
}

const rejections = (gated: readonly GatedSample[]): (string | null)[] => gated.map(({ rejectedBy }) => rejectedBy);
const reasons = (gated: readonly GatedSample[]): (string | undefined)[] =>
  gated.map(({ results }) => results.at(-1)?.reason);

describe("the chain of gates", () => {
  const samples = [
    sample("a", draft("What is 3 + 4 when every number is doubled before?", null)),
    sample("b", draft("### Question\nWhat is 2 + 2?", "4")),
    sample("c", draft("Bob sees 5 + 6 birds over the lake. How many birds does he see?", "12")),
    sample("d", draft("ann has a basket  with 3 + 4 red apples. How many are there?", "7")),
    sample("e", draft("Cleo has 1 + 1 dogs at home in her garden. How many dogs?", "2")),
    sample("f", draft("In her garden, Cleo has 1 + 1 dogs at home. How many dogs?", "2")),
    sample("g", draft("How many colours are in the rainbow that Dan paints on a wall?", "7")),
    sample("h", draft("Eve walks 10 + 2 miles along the river before lunch. How far does she walk?", "12")),
  ];
  it("gives each sample the reason of the gate that rejected it", async () => {
    const gated = await run(samples, { quota: 2 });
    expect(rejections(gated).slice(0, 6)).toEqual(["format", "leak", "verification", "duplicate", null, "duplicate"]);
    expect(reasons(gated).slice(0, 4)).toEqual([
      "answer missing",
      "heading `### Question` in the question",
      "the sum is 11, not 12",
      "same question as case sums/train/0",
    ]);
    expect(reasons(gated)[5]).toMatch(/^ROUGE-L 0\.\d\d with sample e$/);
    expect(funnel(gated)).toEqual({
      generated: 8,
      steps: [
        { gate: "format", reached: 8, passed: 7 },
        { gate: "leak", reached: 7, passed: 6 },
        { gate: "verification", reached: 6, passed: 5 },
        { gate: "duplicate", reached: 5, passed: 3 },
        { gate: "quota", reached: 3, passed: 2 },
      ],
      verification: { verified: 4, refuted: 1, notVerifiable: 1 },
      kept: 2,
    });
  });
  it("does not depend on how many are checked at once, or on which check ends first", async () => {
    const slow: typeof sums = {
      ...sums,
      verify: async (made, context) => {
        await new Promise((resolve) => setTimeout(resolve, made.question.length % 7));
        return sums.verify(made, context);
      },
    };
    const one = await run(samples, { quota: 2 }, 1);
    expect(await run(samples, { quota: 2, family: slow }, 8)).toEqual(one);
  });
  it("drops what cannot be verified only when the project says so", async () => {
    const dropped = await run(samples, { notVerifiable: "drop" });
    expect(rejections(dropped)[6]).toBe("verification");
    expect(rejections(await run(samples))[6]).toBeNull();
  });
  it("is format and quota alone under `paper`", async () => {
    expect(gateNamesOf("paper")).toEqual(["format", "quota"]);
    const gated = await run(samples, { protocol: "paper" });
    expect(rejections(gated)).toEqual(["format", null, null, null, null, null, null, null]);
  });
  it("runs the gates that the project names, in the built-in order", () => {
    const names = createGates({ ...defaults, names: ["quota", "format"] }).map(({ name }) => name);
    expect(names).toEqual(["format", "quota"]);
  });
  it("has a place for contamination between duplicates and quota", () => {
    const contamination: Gate = {
      name: "contamination",
      version: 1,
      check: () => Promise.resolve({ gate: "contamination", passed: true, reason: "", verification: null }),
    };
    expect(createGates({ ...defaults, contamination }).map(({ name }) => name)).toEqual([
      "format",
      "leak",
      "verification",
      "duplicate",
      "contamination",
      "quota",
    ]);
  });
  it("compares with samples of earlier rounds and iterations, and with every error", async () => {
    const repeat = [sample("x", draft("Eve walks 10 + 2 miles along the river before lunch. How far?", "12"))];
    const [earlier] = samples.slice(7);
    if (earlier === undefined) throw new Error("no sample");
    expect(reasons(await run(repeat, { earlierIterations: [earlier] }))).toEqual([
      expect.stringContaining("with sample h"),
    ]);
    expect(reasons(await run(repeat, { earlierRounds: [earlier] }))).toEqual([
      expect.stringContaining("with sample h"),
    ]);
    const other = sumCase("9", "Eve walks 10 + 2 miles along the river before lunch. How far does she walk?");
    expect(reasons(await run(repeat, { errors: [other] }))).toEqual([
      expect.stringContaining("with case sums/train/9"),
    ]);
  });
  it("compares multiple choice with its options, however their labels are written", async () => {
    const options = (...texts: string[]): { label: string; text: string }[] =>
      texts.map((text, index) => ({ label: "ABCD"[index] ?? "", text }));
    const question = "Which of these is true?";
    const choice = { ...sumCase("1", `${question}\n(A) ice is warm\n(B) rain is wet`) };
    const gated = await run(
      [
        sample("p", draft(question, "A", { options: options("fire is hot", "snow is black") })),
        sample("q", draft(question, "B", { options: options("cats can bark loudly", "gold is a metal") })),
        sample("r", draft(question, "B", { options: options("ice is warm", "rain is wet") })),
      ],
      { errors: [choice], nearDuplicate: { threshold: 1, numbersDistinguish: true } },
    );
    expect(reasons(gated)).toEqual(["", "", "same question as case sums/train/1"]);
  });
  it("uses stored results of gates without memory instead of checking again", async () => {
    const stored: GateResult = {
      gate: "verification",
      passed: false,
      reason: "stored",
      verification: "refuted",
    };
    const fresh: string[] = [];
    const gated = await runGates(samples, createGates(defaults), {
      context: () => ({ judge, source }),
      signal: new AbortController().signal,
      known: ({ id }, gate) => (id === "e" && gate === "verification" ? stored : undefined),
      onResult: ({ id }, { gate }) => {
        fresh.push(`${id} ${gate}`);
      },
    });
    expect(reasons(gated)[4]).toBe("stored");
    expect(fresh).toContain("f verification");
    expect(fresh).not.toContain("e verification");
    expect(fresh.some((entry) => entry.endsWith("duplicate"))).toBe(false);
  });
  it("passes a failure of the harness on instead of rejecting the sample", async () => {
    const broken: typeof sums = { ...sums, verify: () => Promise.reject(new Error("sandbox gone")) };
    await expect(run(samples, { family: broken })).rejects.toThrow("sandbox gone");
  });
  it("stops when the work is cancelled", async () => {
    const controller = new AbortController();
    controller.abort();
    const cancelled = runGates(samples, createGates(defaults), {
      context: () => ({ judge, source }),
      signal: controller.signal,
    });
    await expect(cancelled).rejects.toMatchObject({ kind: "cancelled" });
  });
});

describe("quota", () => {
  const many = (counts: readonly number[]): Sample[] =>
    counts.flatMap((count, error) =>
      Array.from({ length: count }, (_, index) =>
        sample(`${error}-${index}`, draft(`unlike ${error} ${index}`), `sums/train/${error}`, index),
      ),
    );
  const keptOf = async (samples: readonly Sample[], options: Partial<GateOptions>): Promise<Sample[]> =>
    (await run(samples, { names: ["quota"], ...options }))
      .filter(({ rejectedBy }) => rejectedBy === null)
      .map(({ sample: kept }) => kept);

  it("takes from the errors in turn, so that none has two more than another that has more to give", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 0, max: 30 }),
        fc.integer(),
        async (counts, quota, seed) => {
          const samples = many(counts);
          const kept = await keptOf(samples, { quota, seed });
          expect(kept).toHaveLength(Math.min(quota, samples.length));
          const taken = counts.map(
            (_, error) => kept.filter(({ lineage }) => lineage.source === `sums/train/${error}`).length,
          );
          const most = Math.max(...taken);
          for (const [error, count] of taken.entries())
            expect(count).toBeGreaterThanOrEqual(Math.min(counts[error] ?? 0, most - 1));
          expect(samples.filter((item) => kept.includes(item))).toEqual(kept);
        },
      ),
    );
  });
  it("lets errors that had samples in earlier rounds stand back", async () => {
    const [first = [], second = []] = [many([2]), many([0, 2])];
    const kept = await keptOf([...first, ...second], { quota: 2, earlierRounds: many([2]) });
    expect(kept.map(({ lineage }) => lineage.source)).toEqual(["sums/train/1", "sums/train/1"]);
  });
  it("draws at random under `paper`, by the seed", async () => {
    const samples = many([40, 1, 1, 1]);
    const draw = async (seed: number): Promise<string[]> =>
      (await keptOf(samples, { quota: 8, protocol: "paper", seed })).map(({ id }) => id);
    expect(await draw(1)).toEqual(await draw(1));
    expect(await draw(1)).not.toEqual(await draw(2));
    const fromFirst = (await draw(1)).filter((id) => id.startsWith("0-")).length;
    expect(fromFirst).toBeGreaterThan(5);
  });
});

describe("leaks into the question", () => {
  it.each([
    ["### Question:\nHow many?", "heading"],
    ["**Question:** How many are there?", "heading"],
    ["How many?\nAnswer: 12", "heading"],
    ["How many?\n\nSolution: add them.", "heading"],
    ["Question: How many?", "heading"],
    ["How many? The correct answer is 7.", "stated"],
    ["How many? (The answer: $7)", "stated"],
    ["How many? <<3+4=7>>", "worked solution"],
    ["How many?\n#### 7", "worked solution"],
    ["Tom has 3 and gets 4. So 3 + 4 = 7 apples. How many has he?", "solution in the question"],
    ["How many?\nA) 5\nB) 7 (correct answer)", "marked as right"],
  ])("%j", (question, reason) => {
    expect(leakIn(draft(question, "7", { solution: "We add. So 3 + 4 = 7 apples." }))).toContain(reason);
  });
  it.each([
    "Tom buys 7 pens. If the answer is 75 points, how many does he have?",
    "The result is 7.5 when halved. What was it?",
    "Which answer is a prime?",
    "Ann asks a question: how many apples are 3 and 4?",
    "Mia says x + 2 = 9. Find x.",
    "In problem 4, solve for y.",
  ])("are not found in %j", (question) => {
    expect(leakIn(draft(question, "7", { solution: "We add. So 3 + 4 = 7 apples." }))).toBeNull();
  });
  it("tell an option's letter from an article", () => {
    expect(leakIn(draft("Which answer is a prime?", "A"))).toBeNull();
    expect(leakIn(draft("Which? The answer is A.", "A"))).toContain("stated");
  });
  it("find the body of a program, but not its signature and documentation", () => {
    const solution = 'def twice(xs):\n    """Doubles each item."""\n    return [2 * x for x in xs]\n';
    const code = { solution, tests: ["assert twice([1]) == [2]"], entryPoint: "twice" };
    const asked = 'def twice(xs):\n    """Doubles each item."""\n';
    expect(leakIn(draft(asked, null, code))).toBeNull();
    expect(leakIn(draft(`${asked}    return [2 * x for x in xs]`, null, code))).toBe("solution in the question");
  });
  it("are not seen in what a task says of its result", () => {
    const solution = "def is_even(n):\n    if n % 2 == 0:\n        return True\n    return False";
    const asked = "Write a function to return true if the number is even else return false.";
    expect(leakIn(draft(asked, null, { solution, tests: ["assert is_even(2)"], entryPoint: "is_even" }))).toBeNull();
  });
  it("find a second sample in the solution", () => {
    const solution = "3 + 4 = 7\n\n### Question 2\nHow many pens?";
    expect(leakIn(draft("How many?", "7", { solution }))).toContain("another sample");
  });
});
