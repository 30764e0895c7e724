import { expect, it } from "vitest";
import type { PlannedStage, StageName } from "../../src/engine/iteration/index.js";
import type { FoldedStage } from "../../src/worker/runs/fold.js";
import { errorShareOf, keptShareOf, secondsAhead, type EarlierRun } from "../../src/worker/runs/pace.js";

type Past = { readonly [stage: string]: { readonly seconds: number; readonly counts?: FoldedStage["counts"] } };

/** A run whose stages, named `iteration-stage`, took so long. */
function run(past: Past, calls: EarlierRun["calls"]): EarlierRun {
  return {
    calls,
    fold: {
      iterations: () => [...new Set(Object.keys(past).map((key) => Number.parseInt(key, 10)))].sort(),
      stage: (iteration, stage) => {
        const found = past[`${iteration}-${stage}`];
        return found === undefined ? null : { state: "done", counts: {}, since: null, progress: null, ...found };
      },
    },
  };
}

const ahead = (...stages: readonly StageName[]): PlannedStage[] =>
  stages.map((stage) => ({ iteration: 1, stage, plan: "wait", reasons: [], counts: null }));

const size = { selected: 1000, quota: 300 };
const whole = run(
  {
    "0-evaluate": { seconds: 300 },
    "1-collect": { seconds: 100, counts: { asked: 1000, errors: 400 } },
    "1-contrast": { seconds: 20 },
    "1-instruct": { seconds: 600, counts: { asked: 500, kept: 250 } },
    "1-gate": { seconds: 5, counts: { kept: 300 } },
    "1-train": { seconds: 900, counts: { rows: 300 } },
  },
  { target: { made: 4000, stored: 0 }, instructor: { made: 200, stored: 10 } },
);

it("time is told by the pace of calls that were made and by the size of the work", () => {
  const stages = ahead("collect", "contrast", "instruct", "gate", "train");
  // 0.1 s and 3 s a call, and 20, 5 and 900 s of the stages that ask nobody.
  expect(secondsAhead(stages, { target: 1000, instructor: 200 }, [whole], size)).toBeCloseTo(100 + 600 + 925);
  expect(secondsAhead(stages, { target: 0, instructor: 100 }, [whole], size)).toBeCloseTo(300 + 925);
  expect(secondsAhead(stages, { target: 0, instructor: 0 }, [whole], { selected: 2000, quota: 600 })).toBeCloseTo(1850);
  expect(secondsAhead(stages.slice(0, 1), { target: 10, instructor: 0 }, [whole], size)).toBeCloseTo(1);
});

it("an import, a run on five cases and one from the cache tell nothing; without another run no time is said", () => {
  const imported = run({ "1-collect": { seconds: 0.5, counts: { asked: 1000, errors: 700 } } }, {});
  const stored = run({ "1-instruct": { seconds: 1 } }, { instructor: { made: 1, stored: 199 } });
  const tiny = run(
    {
      "1-collect": { seconds: 1, counts: { asked: 5, errors: 5 } },
      "1-contrast": { seconds: 0.1 },
      "1-instruct": { seconds: 1, counts: { asked: 5, kept: 0 } },
      "1-train": { seconds: 1, counts: { rows: 4 } },
    },
    { target: { made: 5, stored: 0 }, instructor: { made: 3, stored: 0 } },
  );
  expect(secondsAhead(ahead("collect"), { target: 10, instructor: 0 }, [imported], size)).toBeNull();
  expect(secondsAhead(ahead("instruct"), { target: 0, instructor: 10 }, [stored], size)).toBeNull();
  expect(secondsAhead(ahead("contrast"), { target: 0, instructor: 0 }, [tiny], size)).toBeNull();
  expect(secondsAhead(ahead("train"), { target: 0, instructor: 0 }, [tiny], size)).toBeNull();
  expect(
    secondsAhead(ahead("collect", "train"), { target: 10, instructor: 0 }, [imported, tiny, whole], size),
  ).toBeCloseTo(2 + 900);
  expect(errorShareOf([tiny], size)).toBeNull();
  expect(errorShareOf([tiny, whole], size)).toBe(0.4);
  expect(keptShareOf([tiny, whole], size)).toBe(0.5);
  expect(keptShareOf([tiny], size)).toBeNull();
});
