import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { reportCsv, reportHtml, reportMarkdown, reportTables, type Report } from "../../src/engine/report/index.js";

const report: Report = {
  version: 1,
  run: "run-7",
  target: "small | model",
  instructor: "<teacher>",
  protocol: "clean",
  seed: 3,
  currency: "USD",
  benchmarks: [
    {
      name: "sums",
      family: "math",
      domain: "in",
      accuracies: [
        {
          iteration: 0,
          n: 40,
          correct: 10,
          accuracy: 0.25,
          interval: [0.1419, 0.4019],
          disputed: 2,
          triaged: null,
          passAtK: [],
        },
        {
          iteration: 1,
          n: 40,
          correct: 22,
          accuracy: 0.55,
          interval: [0.3983, 0.6929],
          disputed: 1,
          triaged: { n: 39, correct: 22, accuracy: 22 / 39 },
          passAtK: [],
        },
      ],
      learning: [
        {
          iteration: 1,
          learned: Array.from({ length: 14 }, (_, index) => `sums/evaluation/${index}`),
          forgotten: ["sums/evaluation/38", "sums/evaluation/39"],
          learnedRate: 0.35,
          forgottenRate: 0.05,
        },
      ],
    },
    {
      name: '=cmd("x"),y',
      family: "choice",
      domain: "out",
      accuracies: [
        {
          iteration: 0,
          n: 3,
          correct: 1,
          accuracy: 1 / 3,
          interval: [0.0615, 0.7923],
          disputed: 0,
          triaged: null,
          passAtK: [],
        },
        {
          iteration: 1,
          n: 3,
          correct: 1,
          accuracy: 1 / 3,
          interval: [0.0615, 0.7923],
          disputed: 0,
          triaged: null,
          passAtK: [],
        },
      ],
      learning: [{ iteration: 1, learned: [], forgotten: [], learnedRate: 0, forgottenRate: 0 }],
    },
  ],
  iterations: [
    {
      iteration: 1,
      strategy: "LEC",
      errors: 18,
      calls: 18,
      generated: 54,
      kept: 40,
      learned: 14,
      forgotten: 2,
      cost: 0.0042,
      parseYield: 0.964,
      funnel: [
        { gate: "generated", left: 54, dropped: 0 },
        { gate: "format", left: 53, dropped: 1 },
        { gate: "verification", left: 47, dropped: 6 },
        { gate: "kept", left: 40, dropped: 0 },
      ],
      verification: { verified: 41, refuted: 6, notVerifiable: 6 },
      quotas: [{ benchmark: "sums", wanted: 60, kept: 40, errors: 18 }],
      loss: [
        { step: 1, loss: 2.5, heldOutLoss: null },
        { step: 2, loss: 1.25, heldOutLoss: 1.5 },
      ],
    },
  ],
};

/** Compares with the file in `golden/`; `UPDATE_GOLDEN=1` writes it. */
function expectGolden(name: string, text: string): void {
  const file = path.join(import.meta.dirname, "golden", name);
  if (process.env["UPDATE_GOLDEN"] === "1") {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  expect(existsSync(file), `${file} is missing: run with UPDATE_GOLDEN=1`).toBe(true);
  expect(text).toBe(readFileSync(file, "utf8"));
}

describe("the report", () => {
  it.each([
    ["report.golden.md", reportMarkdown],
    ["report.golden.csv", reportCsv],
    ["report.golden.html", reportHtml],
  ] as const)("is exported as %s", (name, render) => {
    expectGolden(name, render(report));
  });

  it("loads nothing and runs nothing in the HTML file, and shows names as text", () => {
    const html = reportHtml(report);
    expect(html).not.toMatch(/<script|<img|<link|https?:\/\/(?!www\.w3\.org)/u);
    expect(html).toContain("default-src 'none'");
    expect(html).not.toContain("<teacher>");
    expect(html).toContain("&#60;teacher&#62;");
  });

  it("keeps a table beside each picture", () => {
    const html = reportHtml(report);
    expect(html.match(/<svg/gu)).toHaveLength(2);
    for (const section of html.split("<section>").filter((part) => part.includes("<svg"))) {
      expect(section).toContain("<table>");
    }
  });

  it("never lets a spreadsheet run a name as a formula", () => {
    const cells = reportCsv(report)
      .split("\r\n")
      .map((line) => line.split(",")[0] ?? "");
    expect(cells.some((cell) => /^"?[=+@]/u.test(cell))).toBe(false);
    expect(reportCsv(report)).toContain(`"'=cmd(""x""),y"`);
  });

  it("gives every table as many cells a row as it has columns", () => {
    for (const { head, rows } of reportTables(report)) {
      for (const row of rows) expect(row).toHaveLength(head.length);
    }
  });
});
