"use strict";
// Runs in the extension host: every bundled suite of a folder under mocha. What happened is left in a file, because the exit
// code alone cannot tell a run without tests from a good one.
const { readdirSync, writeFileSync } = require("node:fs");
const path = require("node:path");
const Mocha = require("mocha");

exports.run = async () => {
  // The editor's own way to print stacks knows no source maps.
  Error.prepareStackTrace = undefined;
  process.setSourceMapsEnabled(true);
  const folder = process.env.PRECEPTOR_TEST_SUITES;
  const mocha = new Mocha({ ui: "bdd", timeout: 60_000, reporter: "min" });
  const files = readdirSync(folder, { recursive: true }).filter((name) => name.endsWith(".suite.cjs"));
  for (const name of files.sort()) mocha.addFile(path.join(folder, name));
  const tests = [];
  const failures = await new Promise((resolve) => {
    const runner = mocha.run(resolve);
    const note = (test, state, error) =>
      tests.push({ title: test.titlePath().join(" › "), state, ...(error === undefined ? {} : { error }) });
    runner.on("pass", (test) => note(test, "passed"));
    runner.on("pending", (test) => note(test, "skipped"));
    runner.on("fail", (test, error) => note(test, "failed", error.stack ?? String(error)));
  });
  writeFileSync(path.join(folder, "results.json"), JSON.stringify(tests));
  if (failures > 0 || tests.length === 0) throw new Error(`${failures} of ${tests.length} tests failed.`);
};
