import { expect, it } from "vitest";
import type { PlanProblem } from "../../src/protocol/worker/index.js";
import { blockerOf, nextLimit, startsUnasked } from "../../src/vscode/iterations/startRules.js";

const fault = { kind: "template", message: "It is broken." } as const;
const problems = {
  artefacts: { kind: "artefacts", run: "run-1", benchmark: "gsm8k", cases: 3 },
  price: { kind: "price", model: "m", name: "m" },
  secret: { kind: "secret", fault },
  sandbox: { kind: "sandbox", reasons: [], plainProcess: false },
  process: { kind: "sandbox", reasons: [], plainProcess: true },
  budget: { kind: "budget", cap: 1, spent: 0 },
  training: { kind: "training" },
  review: { kind: "review" },
  overlap: { kind: "overlap", benchmark: "gsm8k", cases: 3 },
  fault: { kind: "fault", fault },
} as const satisfies { readonly [name: string]: PlanProblem };

it.each([
  ["artefacts", false, false],
  ["price", true, false],
  ["secret", true, false],
  ["sandbox", true, false],
  ["process", false, false],
  ["budget", false, false],
  ["training", false, true],
  ["review", false, true],
  ["overlap", false, true],
  ["fault", true, false],
] as const)("with the problem %s: blocked %s, started without a question %s", (name, blocked, unasked) => {
  const plan = { estimate: { cost: 1, most: 1 }, problems: [problems.review, problems[name]], running: [] };
  expect(blockerOf(plan)).toBe(blocked ? problems[name] : null);
  expect(startsUnasked(plan, 2)).toBe(unasked);
});

it("below the amount that a person set nothing is asked, also counted with every round", () => {
  const at = (cost: number | null, most: number | null, below: number): boolean =>
    startsUnasked({ estimate: { cost, most }, problems: [], running: [] }, below);
  expect(at(1, 1, 1)).toBe(false);
  expect(at(1, 1, 1.01)).toBe(true);
  expect(at(1, 3, 2)).toBe(false);
  expect(at(null, null, 100)).toBe(false);
  // Nobody has set an amount: also what costs nothing is shown first.
  expect(at(0, 0, 0)).toBe(false);
});

it.each([
  [0, 0, 0.01],
  [1, 1, 2],
  [10.4, 10.4, 20],
  [10.4, 31.2, 50],
  [0.013, 0.013, 0.02],
])("for %f to %f the amount that is offered is %f, and lets the same run start unasked", (cost, most, limit) => {
  const offered = nextLimit({ cost, most });
  expect(offered).toBe(limit);
  expect(startsUnasked({ estimate: { cost, most }, problems: [], running: [] }, offered ?? 0)).toBe(true);
});

it("beside another run nothing starts without a question: a second click may be a mistake", () => {
  const plan = { estimate: { cost: 0, most: 0 }, problems: [] };
  expect(startsUnasked({ ...plan, running: [] }, 1)).toBe(true);
  expect(startsUnasked({ ...plan, running: ["run-1"] }, 1)).toBe(false);
});
