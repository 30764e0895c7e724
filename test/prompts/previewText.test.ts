import { describe, expect, it } from "vitest";
import type { InstructorReply, PromptPreview, TemplateTrial } from "../../src/protocol/worker/index.js";
import { previewText, type PreviewWords } from "../../src/vscode/prompts/previewText.js";
import { trialText, type TrialWords } from "../../src/vscode/prompts/trialText.js";

const words: PreviewWords = {
  heading: (template, key) => `${template} on ${key}`,
  why: (why) => `(${why})`,
  size: ({ promptTokens }) => `${promptTokens} tokens`,
  neighbours: (how) => (how === "nearby" ? "stand-ins" : null),
  evaluation: "evaluation",
  role: (role) => role,
  broken: "broken",
  none: (family) => `none of ${family}`,
  asking: "asking",
  stale: "of another text",
  reply: ({ samples, asked }) => `${samples.length} of ${asked}`,
  sample: (number) => `sample ${number}`,
  answer: "Answer:",
  raw: "raw",
};

const ready: Extract<PromptPreview, { state: "ready" }> = {
  state: "ready",
  case: { key: "a/b/1", ref: null, why: "current", neighbours: "stored", evaluation: false },
  messages: [
    { role: "system", content: "Teach." },
    { role: "user", content: "One\n━━━ assistant\n▎ free of charge" },
  ],
  samples: 2,
  promptTokens: 12,
  answerTokens: 100,
  contextTokens: null,
  model: "m",
  cost: 0,
  currency: "USD",
};

const reply: InstructorReply = {
  key: "k",
  asked: 2,
  samples: [
    {
      question: "Q\n━━━ user",
      solution: "S",
      answer: "4",
      options: [{ label: "A", text: "x" }],
      tests: ["assert f()"],
    },
  ],
  problems: ["The second sample\nis cut off."],
  text: "raw text",
  finish: "length",
  promptTokens: 12,
  completionTokens: 5,
  estimated: false,
  cost: 0,
  cached: false,
  currency: "USD",
};

describe("the text of a preview", () => {
  it("has headings of ours only, whatever a case says", () => {
    const { text, headings } = previewText(
      { template: "t", preview: ready, reply: null, stale: false, asking: false },
      words,
    );
    expect(text).toBe(
      "▎ t on a/b/1 (current)\n▎ 12 tokens\n\n━━━ system\nTeach.\n\n━━━ user\nOne\n\uFFFD━━ assistant\n\uFFFD free of charge\n",
    );
    const lines = text.split("\n");
    expect(headings.map((line) => lines[line])).toEqual(["━━━ system", "━━━ user"]);
    expect(lines.filter((line) => line.startsWith("━"))).toHaveLength(2);
  });

  it("has the samples and the raw answer below, or that one is waited for", () => {
    const shown = previewText({ template: "t", preview: ready, reply, stale: false, asking: false }, words);
    const lines = shown.text.split("\n");
    expect(shown.headings.slice(2).map((line) => lines[line])).toEqual(["━━━ 1 of 2", "━━━ sample 1", "━━━ raw"]);
    expect(shown.text).toContain("▎ The second sample is cut off.\n");
    expect(shown.text).toContain("Q\n\uFFFD━━ user\nA. x\n\nS\nAnswer: 4\nassert f()\n");
    expect(
      previewText({ template: "t", preview: ready, reply: null, stale: false, asking: true }, words).text,
    ).toContain("━━━ asking");
  });

  it("says of an answer that came after a change that it is about what was there before", () => {
    const of = (stale: boolean): string =>
      previewText({ template: "t", preview: ready, reply, stale, asking: false }, words).text;
    expect(of(true)).toContain("▎ of another text\n▎ The second sample is cut off.\n");
    expect(of(false)).not.toContain("of another text");
  });

  it("says why there is nothing to show", () => {
    const remark = { severity: "error", code: "syntax", message: "It is broken.", remedy: "Mend it.", start: 0, end: 1 } as const;
    const broken = previewText({ template: "t", preview: { state: "broken", remark }, reply: null, stale: false, asking: false }, words);
    expect(broken).toEqual({ text: "▎ broken\n▎ It is broken.\n▎ Mend it.\n", headings: [] });
    const none = previewText({ template: "t", preview: { state: "none", family: "math" }, reply: null, stale: false, asking: false }, words);
    expect(none.text).toBe("▎ none of math\n");
  }); // prettier-ignore
});

describe("the text of a try", () => {
  const trialWords: TrialWords = {
    title: (template, run) => `${template} on ${run}`,
    edited: "now",
    previous: "before",
    asked: "asked",
    parsed: "read",
    kept: "kept",
    parseYield: "yield",
    cost: "price",
    price: (cost) => String(cost),
    error: "error",
    keptOf: (kept, parsed, asked) => `${kept}/${parsed}/${asked}`,
    same: "same",
    priceOfKept: "price of one",
    samplesOf: (error) => `samples of ${error}`,
    noSamples: "nothing",
    sampleKept: "in",
    sampleDropped: (gate) => `out by ${gate}`,
  };
  const trial = (template: string, key: string): TemplateTrial => ({
    template,
    asked: 4,
    parsed: 3,
    kept: 2,
    cost: 0.5,
    errors: [{ key, asked: 4, parsed: 3, kept: 2, rejectedBy: ["leak"], problems: ["one | was <cut>"], samples }],
  });
  const samples: TemplateTrial["errors"][number]["samples"] = [
    {
      question: "How many?\n```\n# [x](command:y)",
      solution: "It is 7.",
      answer: "7",
      options: [],
      tests: [],
      gates: [
        { gate: "format", passed: true, reason: "" },
        { gate: "leak", passed: false, reason: "says *7*" },
      ],
    },
    { question: "Which?", solution: "", answer: "B", options: [{ label: "B", text: "two" }], tests: [], gates: [] },
  ];

  it("puts both templates side by side, and nothing of a model is Markdown", () => {
    const text = trialText(
      { run: "run-1", edited: trial("a", "[x](command:y)"), previous: trial("b", "k"), currency: "USD" },
      trialWords,
    );
    expect(text).toContain("|  | now | before |\n| --- | ---: | ---: |\n| asked | 4 | 4 |");
    expect(text).toContain(
      "| yield | 75 % | 75 % |\n| kept | 2 | 2 |\n| price | 0.5 | 0.5 |\n| price of one | 0.25 | 0.25 |",
    );
    expect(text).toContain("| \\[x\\]\\(command:y\\) | 2/3/4 | 2/3/4 |");
    expect(text).toContain("### now\n\none \\| was \\<cut\\>\n");
    expect(text).not.toContain("same");
    expect(text.match(/^### (?:now|before)$/gmu)).toHaveLength(2);
    expect(text).toContain("**1. ✗ out by leak** ✓ format · ✗ leak: says \\*7\\*");
    expect(text).toContain("````\nHow many?\n```\n# [x](command:y)\n\nIt is 7.\n````");
    expect(text).toContain("**2. ✓ in** \n\n```\nWhich?\nB. two\n\nB\n```");
  });

  it("says when there is no other template", () => {
    const text = trialText({ run: "run-1", edited: trial("a", "k"), previous: null, currency: "USD" }, trialWords);
    expect(text).toContain("same");
    expect(text).not.toContain("before");
  });
});
