"use strict";
// Runs in the extension host: every bundled suite of a folder under mocha. What happened is left in a file, because the exit
// code alone cannot tell a run without tests from a good one.
const { readdirSync, writeFileSync } = require("node:fs");
const { findSourceMap } = require("node:module");
const path = require("node:path");
const Mocha = require("mocha");

/** A stack with the places of the suites' sources; the editor has its own way to print stacks, which knows no source maps. */
function mapped(stack) {
  return stack.replace(/([^\s(]+\.suite\.cjs):(\d+):(\d+)/g, (place, file, line, column) => {
    const entry = findSourceMap(file)?.findEntry(Number(line) - 1, Number(column) - 1);
    if (entry?.originalSource === undefined) return place;
    const source = path.resolve(path.dirname(file), entry.originalSource.replace(/^file:\/\//, ""));
    return `${source}:${entry.originalLine + 1}:${entry.originalColumn + 1}`;
  });
}

exports.run = async () => {
  process.setSourceMapsEnabled(true);
  const folder = process.env.PRECEPTOR_TEST_SUITES;
  const mocha = new Mocha({ ui: "bdd", timeout: 180_000, reporter: "min", fullTrace: true });
  const files = readdirSync(folder, { recursive: true }).filter((name) => name.endsWith(".suite.cjs"));
  for (const name of files.sort()) mocha.addFile(path.join(folder, name));
  const tests = [];
  const failures = await new Promise((resolve) => {
    const runner = mocha.run(resolve);
    const note = (test, state, more) => tests.push({ title: test.titlePath().join(" › "), state, ...more });
    runner.on("pass", (test) => note(test, "passed"));
    runner.on("pending", (test) => note(test, "skipped"));
    runner.on("fail", (test, error) =>
      note(test, "failed", { error: { message: error.message, stack: mapped(error.stack ?? String(error)) } }),
    );
  });
  writeFileSync(path.join(folder, "results.json"), JSON.stringify(tests));
  if (failures > 0 || tests.length === 0) throw new Error(`${failures} of ${tests.length} tests failed.`);
};
