// `npm test`: installs what the tests need, runs every check and every test, and ends with one line of counts.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { editorSystemPackages } from "./lib/editor.mjs";
import { build, installPackages, requireNode, requireSystemPackages, root } from "./lib/prepare.mjs";

requireNode();
requireSystemPackages([["python3", "python3"], ["bwrap", "bubblewrap"], ...editorSystemPackages]);
installPackages();
build();
// Its own packages are there only now.
const { runEditorFiles, runEditorTests } = await import("./lib/editor/run.mjs");

const npx = (name, ...args) => [process.execPath, [join(root, "node_modules", ...name), ...args]];
const checks = [
  ["format", npx(["prettier", "bin", "prettier.cjs"], "--check", "--log-level", "warn", ".")],
  ...[".", "webview"].map((project) => [
    project === "." ? "types" : `types of ${project}`,
    npx(["typescript", "bin", "tsc"], "-p", project, "--noEmit"),
  ]),
  ["lint", npx(["eslint", "bin", "eslint.js"], ".")],
  [
    "import directions",
    npx(
      ["dependency-cruiser", "bin", "dependency-cruise.mjs"],
      "--config",
      ".dependency-cruiser.cjs",
      "src",
      "webview",
    ),
  ],
  ["unused code", npx(["knip", "bin", "knip.js"])],
];

let passed = 0;
let failed = 0;
for (const [name, [program, args]] of checks) {
  const started = performance.now();
  const { status } = spawnSync(program, args, { cwd: root, stdio: ["ignore", "inherit", "inherit"] });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${status === 0 ? "✓" : "✗"} ${name} (${seconds} s)`);
  if (status === 0) passed += 1;
  else failed += 1;
}

/**
 * Adds what a run of vitest left in its report to the counts, and returns how many tests of each file there were. What
 * `leftOut` names is counted elsewhere.
 */
function count(name, report, status, leftOut = []) {
  const files = new Map();
  const before = failed;
  try {
    for (const { name: file, status: ended, assertionResults } of JSON.parse(readFileSync(report, "utf8"))
      .testResults) {
      if (leftOut.includes(file)) continue;
      // A file whose hooks or imports fail has no failed test, at most skipped ones.
      if (ended === "failed" && !assertionResults.some((test) => test.status === "failed")) failed += 1;
      for (const test of assertionResults) {
        if (test.status === "passed") passed += 1;
        else if (test.status === "failed") failed += 1;
        else {
          skipped += 1;
          console.log(`skipped: ${test.fullName}`);
        }
      }
      files.set(file, assertionResults.length);
    }
  } catch (error) {
    console.error(`The runner of the ${name} left no report: ${error.message}`);
  }
  const total = [...files.values()].reduce((sum, tests) => sum + tests, 0);
  if (total === 0) console.error(`No test was found among the ${name}.`);
  if ((total === 0 || (status !== 0 && leftOut.length === 0)) && failed === before) failed += 1;
  return files;
}

/** Files of which a run of vitest says that something in them failed; none where it left no report. */
function failedFiles(report) {
  try {
    const { testResults } = JSON.parse(readFileSync(report, "utf8"));
    return testResults.filter(({ status }) => status === "failed").map(({ name }) => name);
  } catch {
    return [];
  }
}

/** Most files that are given a second try: where more fail, it is not a moment in which the machine was busy. */
const mostAgain = 4;

const folder = mkdtempSync(join(tmpdir(), "preceptor-test-"));
const words = process.argv.slice(2);
const reporting = (report) => ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
let skipped = 0;

const unitReport = join(folder, "unit.json");
const [program, args] = npx(["vitest", "vitest.mjs"], "run", ...reporting(unitReport), ...words);
const unit = spawnSync(program, args, { cwd: root, stdio: ["ignore", "inherit", "inherit"] });
count("tests", unitReport, unit.status);

if (words.length > 0) {
  console.log("With words, tests in the editor are left out: npm run test:editor -- WORD");
} else {
  const started = performance.now();
  const report = join(folder, "editor.json");
  const status = runEditorTests({ words: reporting(report) });
  // A real editor on a busy machine misses a moment now and then. What fails twice, the second time alone, has failed.
  const failing = failedFiles(report);
  const again = failing.length <= mostAgain ? failing : [];
  const files = count("tests in the editor", report, status, again);
  if (again.length > 0) {
    console.log(`Once more, for they failed: ${again.map((file) => relative(root, file)).join(", ")}`);
    const second = join(folder, "editor-again.json");
    const secondStatus = runEditorFiles(again, reporting(second));
    for (const [file, total] of count("tests in the editor, once more", second, secondStatus)) files.set(file, total);
    const mended = again.filter((file) => !failedFiles(second).includes(file));
    if (mended.length > 0) {
      console.log(`Passed only the second time: ${mended.map((file) => relative(root, file)).join(", ")}`);
    }
  }
  for (const [kind, part] of Object.entries({ "extension host": "/support/", "user interface": "/ui/" })) {
    const tests = [...files].filter(([file]) => file.replaceAll("\\", "/").includes(part));
    if (tests.some(([, total]) => total > 0)) continue;
    console.error(`No test of the ${kind} was found.`);
    failed += 1;
  }
  console.log(`Tests in the editor took ${((performance.now() - started) / 60_000).toFixed(1)} min.`);
}
rmSync(folder, { recursive: true, force: true });
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exit(failed === 0 ? 0 : 1);
