import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { alignSteps, checkEquations } from "../../src/engine/families/index.js";

const align = (response: string, reference: string): (readonly [number, number, string])[] =>
  alignSteps(checkEquations(response), checkEquations(reference)).map((step) => [
    step.response,
    step.reference,
    step.by,
  ]);

describe("steps of a response beside those of the reference", () => {
  test("a step that only went wrong in its result keeps its partner", () => {
    const response = "In May she sold 48 / 2 = 24 clips.\nAltogether 48 + 24 = 62 clips.";
    const reference = "She sold 48/2 = <<48/2=24>>24 clips.\nShe sold 48+24 = <<48+24=72>>72.\n#### 72";
    expect(align(response, reference)).toEqual([
      [0, 0, "both"],
      [1, 1, "operands"],
    ]);
  });

  test("operands match in any order, and steps without a partner are passed over", () => {
    expect(align("9 - 4 = 5. So 24 + 48 = 72.", "48/2 = 24. 48 + 24 = 72")).toEqual([[1, 1, "both"]]);
  });

  test("an equal result alone is the weakest agreement", () => {
    expect(align("6 + 6 = 12", "3 * 4 = 12")).toEqual([[0, 0, "result"]]);
    expect(align("6 + 6 = 12. 3 * 4 = 12", "3 * 4 = 12")).toEqual([[1, 0, "both"]]);
  });

  test("steps are aligned in order: what is crossed is not", () => {
    expect(align("1 + 2 = 3. 4 + 5 = 9.", "4 + 5 = 9. 1 + 2 = 3.")).toHaveLength(1);
  });

  test("no partner is used twice, and order holds, for any solutions", () => {
    const step = fc.tuple(fc.nat(9), fc.nat(9), fc.nat(18)).map(([a, b, c]) => `${a} + ${b} = ${c}.`);
    const text = fc.array(step, { maxLength: 12 }).map((steps) => steps.join("\n"));
    fc.assert(
      fc.property(text, text, (response, reference) => {
        const steps = align(response, reference);
        for (const [index, [left, right]] of steps.entries()) {
          const before = steps[index - 1];
          if (before !== undefined) expect(left > before[0] && right > before[1]).toBe(true);
        }
      }),
    );
  });

  test("a solution beside itself: every step has itself", () => {
    const text = "1 + 1 = 2. 2 + 2 = 4. 4 * 4 = 16.";
    expect(align(text, text)).toEqual([
      [0, 0, "both"],
      [1, 1, "both"],
      [2, 2, "both"],
    ]);
  });
});
