import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseTemplate, resultsOf, templatesOf } from "../../src/adapters/builtin/equationTemplate.js";

const names = (numbers: readonly number[], solution: string, answer: number | null = null): string[] =>
  templatesOf(numbers, solution, answer).map((template) => template.name);

describe("equation templates", () => {
  it("align operands with numbers of the question, earlier results and known constants", () => {
    expect(names([48, 5], "<<48/2=24>>24 and <<48+24=72>>72 and <<72*5=360>>360")).toContain("n0/c2;n0+r0;r1*n1");
  });

  it("read per cent of a number that the question mentions", () => {
    expect(names([80, 15], "<<80*0.15=12>>12")).toContain("n0*p1");
    expect(names([80, 15], "<<80*15/100=12>>12")).toContain("n0*n1/c100");
  });

  it("end with the step that gives the answer", () => {
    expect(names([8, 3], "<<8+3=11>>11, to check <<11-3=8>>8", 11)).toEqual(["n0+n1"]);
  });

  it("are not made from a solution that belongs to another question", () => {
    expect(names([17, 31], "<<48/2=24>>24 and <<48+24=72>>72")).toEqual([]);
    expect(names([17, 31, 5], "<<5*2=10>>10")).toEqual([]);
  });

  it("keep every reading where equal numbers make a solution ambiguous", () => {
    const readings = names([6, 6, 3], "<<6*3=18>>18 and <<18+6=24>>24");
    expect(readings).toContain("n0*n2;r0+n1");
    expect(readings).toContain("n1*n2;r0+n0");
  });

  it("are found again from their name, and compute what the solution computed", () => {
    const number = fc.integer({ min: 11, max: 99 });
    fc.assert(
      fc.property(number, number, number, (a, b, c) => {
        fc.pre(new Set([a, b, c]).size === 3);
        const solution = `<<${a}*${b}=${a * b}>> <<${a * b}+${c}=${a * b + c}>>`;
        const [template] = templatesOf([a, b, c], solution, a * b + c);
        const again = parseTemplate(template?.name ?? "");
        return again !== null && resultsOf(again, [a, b, c])?.at(-1) === a * b + c;
      }),
    );
  });

  it("do not fit a question with fewer numbers", () => {
    const template = parseTemplate("n0+n2");
    expect(template === null ? null : resultsOf(template, [1, 2])).toBeNull();
  });
});
