import { describe, expect, it } from "vitest";
import { thinned } from "../../webview/shared/axisNames.js";

const names = ["base", "iteration 1\nLEC", "iteration 2\nLEC", "iteration 3\nLE"];

describe("names along the axis of a picture", () => {
  it.each([
    [900, names],
    [300, names],
    [240, ["base", "", "iteration 2\nLEC", ""]],
    [90, ["base", "", "", ""]],
    [0, ["base", "", "", ""]],
  ])("do not run into each other in %i pixels", (width, expected) => {
    expect(thinned(names, width)).toEqual(expected);
    expect(thinned([], width)).toEqual([]);
  });
});
