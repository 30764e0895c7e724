import { describe, expect, it } from "vitest";
import { answerFormat, parseVerdict } from "../../src/engine/instructor/index.js";

describe("a judge's verdict", () => {
  it.each([
    ["The values agree.\nVerdict: right", "right"],
    ["They differ.\n**Verdict:** wrong.", "wrong"],
    ["Verdict: right\nNo wait, the unit differs.\nVerdict: wrong", "wrong"],
    ["### Verdict: Correct", "right"],
    ["Final verdict - incorrect", "wrong"],
    ["verdict is not correct", "wrong"],
    ["Verdict:\nright", "right"],
    ["right", "right"],
    ["Wrong.", "wrong"],
    ["Verdict: right or wrong", null],
    ["Verdict: unclear", null],
    ["The answer looks right to me.", null],
    ["right answer, but I would say more", null],
    ["", null],
  ])("of %j is %s", (text, verdict) => {
    expect(parseVerdict(text)).toBe(verdict);
  });
});

describe("structured output", () => {
  it.each(["math", "choice", "code"])("for %s requires every property and allows no other", (family) => {
    const check = (schema: unknown): void => {
      if (typeof schema !== "object" || schema === null) return;
      if (Reflect.get(schema, "type") === "object") {
        const properties: object = Reflect.get(schema, "properties") as object;
        expect(Reflect.get(schema, "required")).toEqual(Object.keys(properties));
        expect(Reflect.get(schema, "additionalProperties")).toBe(false);
      }
      for (const inner of Object.values(schema)) check(inner);
    };
    const format = answerFormat(family);
    expect(format?.name).toBe(`${family}_samples`);
    check(format?.schema);
  });

  it("does not exist for a family without templates", () => {
    expect(answerFormat("bigbench")).toBeNull();
  });
});
