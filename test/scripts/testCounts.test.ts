import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import {
  countTests,
  failedFiles,
  readReport,
  type TestCounts,
  type TestReport,
} from "../../scripts/lib/testCounts.mjs";

type States = { readonly [file: string]: { readonly [test: string]: string } };

/** A report of files with the states of their tests; a file that is named in `broken` failed outside of its tests. */
function reportOf(
  states: States,
  { broken = [] as readonly string[], faults = [] as readonly string[] } = {},
): TestReport {
  const files = Object.entries(states).map(([file, tests]) => ({
    file,
    failed: broken.includes(file) || Object.values(tests).includes("failed"),
    tests: Object.entries(tests).map(([name, state]) => ({ name, state })),
  }));
  return { files, faults };
}

const figures = ({ passed, failed, skipped, flaky }: TestCounts): unknown => ({
  passed,
  failed,
  skipped: skipped.length,
  flaky: flaky.map(({ file, name }) => name ?? file),
});

const first = { report: reportOf({ a: { one: "passed", two: "failed" }, b: { three: "skipped" } }), status: 1 };

describe("the counts of a run", () => {
  it("are those of its tests", () => {
    expect(figures(countTests("tests", first))).toEqual({ passed: 1, failed: 1, skipped: 1, flaky: [] });
    expect(failedFiles(first.report)).toEqual(["a"]);
    expect(countTests("tests", first).failures).toEqual(["two (a)"]);
  });

  it.each<[string, TestReport | null, number, RegExp]>([
    ["no report", null, 0, /left no report/u],
    ["no test", reportOf({}), 0, /No test was found/u],
    ["a status without a failure", reportOf({ a: { one: "passed" } }), 1, /ended with 1/u],
    ["a fault outside of every test", reportOf({ a: { one: "passed" } }, { faults: ["late"] }), 1, /late/u],
    ["a file whose hooks fail", reportOf({ a: { one: "skipped" } }, { broken: ["a"] }), 1, /tests of a/u],
  ])("have one failure for %s, with a sentence", (_what, report, status, note) => {
    const { failed, failures, notes } = countTests("tests", { report, status });
    expect([failed, notes.length]).toEqual([1, 1]);
    expect(failures).toEqual(notes);
    expect(notes[0]).toMatch(note);
  });
});

describe("the counts with a second try", () => {
  const again = (tests: States[string]) => ({ report: reportOf({ a: tests }), status: 0 });

  it("name what passed only then", () => {
    const counts = countTests("tests", first, again({ one: "passed", two: "passed" }));
    expect(figures(counts)).toEqual({ passed: 2, failed: 0, skipped: 1, flaky: ["two"] });
    const hooks = { report: reportOf({ a: { one: "skipped" } }, { broken: ["a"] }), status: 1 };
    expect(figures(countTests("tests", hooks, again({ one: "passed" })))).toEqual({
      passed: 1,
      failed: 0,
      skipped: 0,
      flaky: ["a"],
    });
  });

  it("keep what failed twice, and what fails only then", () => {
    const twice = { report: reportOf({ a: { one: "failed", two: "failed" } }), status: 1 };
    expect(figures(countTests("tests", first, twice))).toEqual({ passed: 0, failed: 2, skipped: 1, flaky: [] });
  });

  it("are not good without its report, or without a test that failed", () => {
    const none = countTests("tests", first, { report: null, status: 1 });
    expect(figures(none)).toEqual({ passed: 1, failed: 2, skipped: 1, flaky: [] });
    const gone = countTests("tests", first, again({ one: "passed" }));
    expect(figures(gone)).toEqual({ passed: 1, failed: 1, skipped: 1, flaky: [] });
    const fault = { report: reportOf({ a: { one: "passed", two: "passed" } }, { faults: ["late"] }), status: 1 };
    expect(countTests("tests", first, fault).failed).toBe(1);
  });
});

describe("the report", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "preceptor-report-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  it("is null where there is none, or half of one", () => {
    expect(readReport(path.join(folder, "none.json"))).toBeNull();
    writeFileSync(path.join(folder, "half.json"), '{"files":[');
    expect(readReport(path.join(folder, "half.json"))).toBeNull();
  });
});
