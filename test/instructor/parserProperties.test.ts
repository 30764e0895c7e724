import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseAnswer } from "../../src/engine/instructor/index.js";
import { longAnswers } from "./longAnswers.js";

const families = ["math", "choice", "code"] as const;
const formats = ["text", "json"] as const;

/** Pieces that answers are made of, so that random texts reach the branches that random letters never do. */
const piece = fc.oneof(
  fc.constantFrom(
    "1. Question:", "Question:", "### Question 2", "**Question:**", "Answer:", "### Answer", "Code:", "Tests:", "Q:", "A:",
    "```python", "```", "```json", "{", "}", "[", "]", '"samples":', '"question":', '"answer":', "'", '"', '"""', ",", "\\",
    "\n", "\n\n", "A. x", "B. y", "C. z", "D. w", "def f(x):", "    return x", "assert f(1) == 1", "#### 5", "\\boxed{",
    "<<3*4=12>>", "---", "**", "I'm sorry", "<think>", "</think>", "// x", "/*", "NaN", "\u201C", "1.", "2)",
  ), // prettier-ignore
  fc.string({ maxLength: 12 }),
);
const messy = fc.array(piece, { maxLength: 60 }).map((parts) => parts.join(" "));

describe("the parser of answers", () => {
  it("never throws, and its marks lie inside the text", () => {
    fc.assert(
      fc.property(messy, fc.constantFrom(...families), fc.constantFrom(...formats), (text, family, format) => {
        const parsed = parseAnswer(text, family, format, { asked: 3 });
        for (const mark of parsed.marks) {
          expect(mark.start).toBeGreaterThanOrEqual(0);
          expect(mark.end).toBeGreaterThanOrEqual(mark.start);
          expect(mark.end).toBeLessThanOrEqual(text.length);
        }
        if (parsed.drafts.length === 0) expect(parsed.faults.length).toBeGreaterThan(0);
        for (const draft of parsed.drafts) expect(draft.question.trim()).not.toBe("");
      }),
      { numRuns: 1500 },
    );
  });

  const sentence = fc
    .array(fc.stringMatching(/^[a-z]{2,9}$/), { minLength: 4, maxLength: 14 })
    .map((parts) => `${parts.join(" ")}?`)
    .filter((text) => !/\b(?:question|answer|solution|code|problem|task)/.test(text));
  const hostile = fc
    .tuple(
      sentence,
      fc.constantFrom('say "yes", then', "it's {odd}", "a, b: c", "// no", "[1, 2]", "50 % \\ 2", "\u201Cx\u201D"),
    )
    .map(([text, odd]) => `${odd} ${text}`);

  it("gives back the drafts of well-formed JSON, however hostile the texts", () => {
    const sample = fc.record({ question: hostile, solution: hostile, answer: fc.integer().map(String) });
    fc.assert(
      fc.property(fc.array(sample, { minLength: 1, maxLength: 6 }), fc.constantFrom(0, 2), (samples, indent) => {
        const text = JSON.stringify({ analysis: "x", samples }, null, indent);
        const parsed = parseAnswer(text, "math", "json", { asked: samples.length });
        expect(parsed.drafts.map(({ question, solution, answer }) => ({ question, solution, answer }))).toEqual(
          samples,
        );
        expect(parsed.faults).toEqual([]);
        const whole = parsed.marks.filter(({ field }) => field === "sample");
        expect(whole.map(({ start }) => text[start])).toEqual(samples.map(() => "{"));
        // Each field is marked inside its own sample.
        for (const { draft, start, end } of parsed.marks) {
          expect(start).toBeGreaterThanOrEqual(whole[draft]?.start ?? Infinity);
          expect(end).toBeLessThanOrEqual(whole[draft]?.end ?? -1);
        }
      }),
      { numRuns: 300 },
    );
  });

  it("gives back code, entry point and tests of well-formed JSON", () => {
    const name = fc.stringMatching(/^[a-z]{3,8}_[a-z]{2,5}$/);
    fc.assert(
      fc.property(name, fc.integer(), fc.integer(), hostile, (entry, a, b, note) => {
        const code = `import math\n\ndef ${entry}(x):\n    # ${note}\n    return x + ${a}`;
        const tests = [`assert ${entry}(${b}) == ${a + b}`, `assert ${entry}("(") != ")"`];
        const question = `Write the function for ${entry} of a number`;
        const text = JSON.stringify({ analysis: "", samples: [{ question, entry_point: entry, code, tests }] });
        const [draft] = parseAnswer(text, "code", "json", { asked: 1 }).drafts;
        expect(draft).toEqual({ question, solution: code, answer: null, options: null, tests, entryPoint: entry });
      }),
      { numRuns: 200 },
    );
  });

  it("reads the asked textual form, whatever the sentences are", () => {
    const sample = fc.record({ question: sentence, total: fc.integer({ min: 0, max: 9999 }) });
    fc.assert(
      fc.property(fc.array(sample, { minLength: 1, maxLength: 8 }), (samples) => {
        const text = samples
          .map(({ question, total }, index) => `${index + 1}. Question: ${question}\nAnswer: The sum is ${total}.`)
          .join("\n\n");
        const parsed = parseAnswer(text, "math", "text", { asked: samples.length });
        expect(parsed.drafts.map((draft) => [draft.question, draft.answer])).toEqual(
          samples.map(({ question, total }) => [question, String(total)]),
        );
      }),
      { numRuns: 300 },
    );
  });

  // The full two megabytes are `npm run soak answer-parser`.
  it.each(longAnswers(1).map(([name]) => name))("reads 200 kB of %s in linear time", (name) => {
    const text = (size: number): string => longAnswers(size).find((item) => item[0] === name)?.[1] ?? "";
    for (const family of families) {
      const small = seconds(() => parseAnswer(text(0.25), family, "text", { asked: 1 }));
      const large = seconds(() => parseAnswer(text(1), family, "text", { asked: 1 }));
      // Four times the text may take twelve times the time on a busy machine; a quadratic reader takes far longer.
      expect(large, `${family}: ${small} s, then ${large} s`).toBeLessThan(Math.max(2, 12 * small));
    }
  });
});

function seconds(work: () => void): number {
  const start = performance.now();
  work();
  return (performance.now() - start) / 1000;
}
