import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Case } from "../../src/engine/families/index.js";
import {
  nextRound,
  planCalls,
  referenceDraft,
  samplesPerSource,
  strategies,
  strategyNamed,
  type Neighbour,
  type Strategy,
  type StrategyInput,
  type TaughtError,
} from "../../src/engine/instructor/index.js";

function testCase(id: number, data: unknown = {}): Case {
  const key = `toy/train/${id}`;
  const question = `How much is ${id} + 1?`;
  return {
    key,
    benchmark: "toy",
    split: "train",
    id: String(id),
    hash: key,
    family: "math",
    group: null,
    question,
    data,
  };
}

function errors(count: number): TaughtError[] {
  return Array.from({ length: count }, (_, id) => ({ testCase: testCase(id), response: `It is ${id}.` }));
}

const right: Neighbour = { testCase: testCase(999), distance: 0.5 };

function input(over: Partial<StrategyInput> = {}): StrategyInput {
  const taught = over.errors ?? errors(10);
  return {
    benchmark: "toy",
    family: "math",
    selected: taught.map((error) => error.testCase),
    errors: taught,
    neighbours: () => [right],
    quota: 30,
    samplesPerCall: 20,
    kept: 0,
    round: 0,
    seed: 7,
    ...over,
  };
}

const sum = (list: readonly { samples: number }[]): number => list.reduce((total, call) => total + call.samples, 0);

describe("samples per error", () => {
  // The released run: 4,303 GSM8K errors, 724 MMLU errors and 247 MBPP errors for 3,000 samples each.
  it.each([
    [3000, 4303, 2],
    [3000, 724, 6],
    [3000, 247, 14],
    [3000, 0, 0],
    [0, 5, 0],
  ])("for a quota of %i and %i errors are %i", (quota, count, each) => {
    expect(samplesPerSource(quota, count)).toBe(each);
  });

  it("beyond twenty go into several calls with their own sample numbers", () => {
    const { calls } = strategyNamed("LE").round(input({ errors: errors(2), quota: 100 }));
    expect(calls.map((call) => [call.number, call.error.testCase.id, call.samples, call.sample])).toEqual([
      [0, "0", 20, 0],
      [1, "0", 20, 1],
      [2, "0", 11, 2],
      [3, "1", 20, 0],
      [4, "1", 20, 1],
      [5, "1", 11, 2],
    ]);
  });
});

describe("samples per call", () => {
  it("are what the project allows, so that fewer a call are more calls", () => {
    const { calls } = strategyNamed("LE").round(input({ errors: errors(1), quota: 10, samplesPerCall: 4 }));
    expect(calls.map(({ samples, sample }) => [samples, sample])).toEqual([
      [4, 0],
      [4, 1],
      [3, 2],
    ]);
  });
});

describe("strategies", () => {
  it("are found by name, and an unknown name is a fault that lists them", () => {
    expect(strategies.map((strategy) => strategy.name)).toEqual([
      "LE",
      "LEC",
      "AugGPT",
      "training-split",
      "random-errors",
    ]);
    expect(() => strategyNamed("SEI2")).toThrow(/no strategy `SEI2`/);
  });

  it("LEC shows the neighbours and falls back to LE for an error without any, and says so", () => {
    const neighbours = (key: string): readonly Neighbour[] => (key.endsWith("/3") ? [] : [right]);
    const round = strategyNamed("LEC").round(input({ neighbours }));
    const templates = new Map(round.calls.map((call) => [call.error.testCase.id, call.template]));
    expect(templates.get("3")).toBe("LE");
    expect([...templates.values()].filter((name) => name === "LEC")).toHaveLength(9);
    expect(round.calls.find((call) => call.template === "LEC")?.neighbours).toEqual([right]);
    expect(round.notes).toEqual(["1 error has no right neighbour and fall back to LE."]);
    expect(strategyNamed("LEC").round(input()).notes).toBeUndefined();
  });

  it("LE never shows neighbours", () => {
    for (const call of strategyNamed("LE").round(input()).calls) expect(call.neighbours).toEqual([]);
  });

  it("AugGPT seeds every selected case and is not filtered under `paper`", () => {
    const selected = Array.from({ length: 12 }, (_, id) => testCase(id));
    const strategy = strategyNamed("AugGPT");
    const { calls } = strategy.round(input({ selected, errors: errors(1), quota: 24 }));
    expect(calls.map((call) => call.error.testCase.key)).toEqual(selected.map((item) => item.key));
    expect(new Set(calls.map((call) => call.samples))).toEqual(new Set([3]));
    expect(new Set(calls.map((call) => call.template))).toEqual(new Set(["AugGPT"]));
    expect(strategy.filteredInPaper).toBe(false);
  });

  it("random errors teach a seeded half of the errors with the whole quota", () => {
    const half = strategyNamed("random-errors").round(input()).calls;
    const ids = new Set(half.map((call) => call.error.testCase.id));
    expect(ids.size).toBe(5);
    expect(sum(half)).toBe(5 * 7);
    const halves = [1, 2, 3, 4, 5, 6].map((seed) =>
      strategyNamed("random-errors")
        .round(input({ seed }))
        .calls.map((call) => call.error.testCase.id)
        .join(" "),
    );
    expect(new Set(halves).size).toBeGreaterThan(3);
    expect(strategyNamed("random-errors").round(input()).calls).toEqual(half);
  });

  it("the training split needs no calls and skips cases without a reference solution", () => {
    const selected = [testCase(0, { solution: "0 + 1 = 1", gold: "1" }), testCase(1, { solution: null, gold: "2" })];
    const round = strategyNamed("training-split").round(input({ selected }));
    expect(round.calls).toEqual([]);
    expect(round.drafts.map((item) => [item.sourceKey, item.draft.solution, item.draft.answer])).toEqual([
      ["toy/train/0", "0 + 1 = 1", "1"],
    ]);
    expect(round.notes).toEqual(["1 of 2 cases have no reference solution and give no sample."]);
    expect(strategyNamed("training-split").round(input({ selected, round: 1 })).drafts).toEqual([]);
  });

  it("reference drafts follow the shape of the data", () => {
    const options = [
      { label: "A", text: "iron" },
      { label: "B", text: "gold" },
    ];
    expect(referenceDraft(testCase(1, { options, gold: "B" }))).toMatchObject({
      answer: "B",
      solution: "B. gold",
      options,
    });
    expect(referenceDraft(testCase(1, { options, gold: "C" }))).toBeNull();
    const tests = { imports: [], setup: "", kind: "assertions", code: ["assert f(1) == 2"] };
    const code = referenceDraft(testCase(1, { entryPoint: "f", reference: "def f(x):\n    return x + 1", tests }));
    expect(code).toMatchObject({ entryPoint: "f", tests: ["assert f(1) == 2"], answer: null });
    expect(referenceDraft(testCase(1, { entryPoint: "f", reference: null, tests }))).toBeNull();
  });

  it("a new one is one object in the table", () => {
    const toy: Strategy = {
      name: "first-error",
      title: "Only the first error",
      needsContrast: false,
      filteredInPaper: true,
      version: 1,
      round: (given) => ({
        calls: planCalls({
          input: given,
          sources: given.errors.slice(0, 1),
          template: () => "LE",
          neighbours: () => [],
        }),
        drafts: [],
      }),
    };
    const next = nextRound(strategyNamed("first-error", [...strategies, toy]), input(), []);
    expect(next.round?.calls.map((call) => [call.error.testCase.id, call.samples])).toEqual([
      ["0", 20],
      ["0", 11],
    ]);
  });
});

describe("rounds", () => {
  const { kept: _kept, round: _round, ...plan } = input({ errors: errors(40), quota: 100 });
  const le = strategyNamed("LE");

  it("top up with as many errors as twice the missing samples need, other ones each round", () => {
    const first = nextRound(le, plan, []);
    expect(first.round?.calls).toHaveLength(40);
    const second = nextRound(le, plan, [90]);
    expect(sum(second.round?.calls ?? [])).toBe(20);
    const third = nextRound(le, plan, [90, 95]);
    const ids = (calls: readonly { error: TaughtError }[] = []): string[] =>
      calls.map((call) => call.error.testCase.id);
    expect(ids(third.round?.calls).some((id) => !ids(second.round?.calls).includes(id))).toBe(true);
  });

  it("never ask the same messages with the same sample number twice", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 200 }), (count, quota) => {
        const seen = new Set<string>();
        const kept: number[] = [];
        for (let round = 0; round < 6; round += 1) {
          const next = nextRound(le, { ...plan, errors: errors(count), quota }, kept, 6);
          for (const call of next.round?.calls ?? []) {
            const key = `${call.error.testCase.key} ${call.samples} ${call.sample}`;
            expect(seen.has(key)).toBe(false);
            expect(call.samples).toBeLessThanOrEqual(20);
            expect(call.samples).toBeGreaterThan(0);
            seen.add(key);
          }
          kept.push(Math.min(quota, (kept.at(-1) ?? 0) + Math.ceil(quota / 7)));
        }
      }),
    );
  });

  it("end when the quota is full, nothing new is kept, the limit is reached, or there are no errors", () => {
    expect(nextRound(le, plan, [100]).end).toBe("quota full");
    expect(nextRound(le, plan, [0]).end).toBe("nothing new kept");
    expect(nextRound(le, plan, [50, 50]).end).toBe("nothing new kept");
    expect(nextRound(le, plan, [50, 60], 2).end).toBe("round limit");
    expect(nextRound(le, { ...plan, errors: [] }, []).end).toBe("no sources");
  });
});
