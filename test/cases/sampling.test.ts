import { expect, test } from "vitest";
import { nextSample, temperaturesOf } from "../../src/vscode/cases/sampling.js";

test("the model's own temperature is offered whatever the run has, each temperature once", () => {
  expect(temperaturesOf(0)).toEqual([0, null, 0.3, 0.7, 1]);
  expect(temperaturesOf(null)).toEqual([null, 0, 0.3, 0.7, 1]);
  expect(temperaturesOf(0.5)).toEqual([0.5, null, 0, 0.3, 0.7, 1]);
});

test("asking once more is another sample, but where every answer is the same", () => {
  expect([0, 1, 2].map((asked) => nextSample(null, asked))).toEqual([0, 1, 2]);
  expect([0, 1, 2].map((asked) => nextSample(0.7, asked))).toEqual([0, 1, 2]);
  expect([0, 1, 2].map((asked) => nextSample(0, asked))).toEqual([0, 0, 0]);
});
