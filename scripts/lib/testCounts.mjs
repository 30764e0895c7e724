// What runs of vitest amount to: counts, and every reason why they are not good that no failed test tells.
import { readFileSync } from "node:fs";

/** What `testReport.mjs` left; null when it left nothing that can be read. */
export function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    // The run ended before its end, or never began.
    return null;
  }
}

/** Names of the files in which something failed. */
export function failedFiles(report) {
  return (report?.files ?? []).filter(({ failed }) => failed).map(({ file }) => file);
}

/** Tests of a file that failed; the file itself where its imports or hooks did. */
function failuresOf({ file, failed, tests }) {
  const failures = tests.filter(({ state }) => state === "failed").map(({ name }) => ({ file, name }));
  return failed && failures.length === 0 ? [{ file, name: null }] : failures;
}

/**
 * Counts a run, and the second try of the files that failed in it, if there was one: `{ report, status }`. What failed and
 * passed the second time is passed, and flaky. `failures` names what failed; `notes` are sentences for what failed without a failed test.
 */
export function countTests(what, first, second) {
  const counts = { passed: 0, failed: 0, skipped: [], flaky: [], failures: [], notes: [], files: new Map() };
  const fail = (note) => {
    counts.failed += 1;
    counts.failures.push(note);
    counts.notes.push(note);
  };
  for (const { report, status, title } of [
    { ...first, title: what },
    ...(second === undefined ? [] : [{ ...second, title: `${what}, run once more` }]),
  ]) {
    if (report === null) {
      fail(`The run of the ${title} left no report.`);
      continue;
    }
    for (const fault of report.faults) fail(`Outside of the ${title}: ${fault}`);
    if (report.files.every(({ tests }) => tests.length === 0)) fail(`No test was found among the ${title}.`);
    else if (status !== 0 && failedFiles(report).length === 0 && report.faults.length === 0) {
      fail(`The run of the ${title} ended with ${status}, though nothing failed in it.`);
    }
  }
  const again = new Map((second?.report?.files ?? []).map((one) => [one.file, one]));
  for (const one of first.report?.files ?? []) {
    const last = again.get(one.file) ?? one;
    counts.files.set(one.file, last.tests.length);
    const failures = failuresOf(last);
    for (const { file, name } of failures) if (name === null) fail(`Outside of the tests of ${file}.`);
    for (const { name, state } of last.tests) {
      if (state === "passed") counts.passed += 1;
      else if (state === "failed") {
        counts.failed += 1;
        counts.failures.push(`${name} (${one.file})`);
      } else counts.skipped.push(name);
    }
    if (last === one) continue;
    for (const { file, name } of failuresOf(one)) {
      if (name !== null && !last.tests.some((test) => test.name === name)) fail(`${name} was not there again.`);
      else if (
        name === null ? failures.length === 0 : last.tests.some((t) => t.name === name && t.state === "passed")
      ) {
        counts.flaky.push({ file, name });
      }
    }
  }
  return counts;
}
