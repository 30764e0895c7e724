// `npm test`: installs what the tests need, runs every check and every test, and ends with one line of counts.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { editorSystemPackages } from "./lib/editor.mjs";
import { build, installPackages, requireNode, requireSystemPackages, root } from "./lib/prepare.mjs";
import { countTests, failedFiles, readReport } from "./lib/testCounts.mjs";

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
const failures = [];
for (const [name, [program, args]] of checks) {
  const started = performance.now();
  const { status } = spawnSync(program, args, { cwd: root, stdio: ["ignore", "inherit", "inherit"] });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${status === 0 ? "✓" : "✗"} ${name} (${seconds} s)`);
  if (status === 0) passed += 1;
  else {
    failed += 1;
    failures.push(name);
  }
}

let skipped = 0;
const flaky = [];

/** Adds what `countTests` found, and says what has to be said of it; returns how many tests each file has. */
function add(counts) {
  passed += counts.passed;
  failed += counts.failed;
  skipped += counts.skipped.length;
  flaky.push(...counts.flaky);
  failures.push(...counts.failures);
  for (const note of counts.notes) console.error(note);
  for (const name of counts.skipped) console.log(`skipped: ${name}`);
  return counts.files;
}

/** Most files that are given a second try: where more fail, it is not a moment in which the machine was busy. */
const mostAgain = 4;

const folder = mkdtempSync(join(tmpdir(), "preceptor-test-"));
const words = process.argv.slice(2);
const reporting = ["--reporter=default", `--reporter=${join(root, "scripts", "lib", "testReport.mjs")}`];

/** Runs vitest by a function that returns its status, and reads the report that it leaves. */
function runReported(name, start) {
  const file = join(folder, `${name}.json`);
  process.env.PRECEPTOR_TEST_REPORT = file;
  const status = start() ?? 1;
  return { report: readReport(file), status };
}

/**
 * Runs tests, and those files in which something failed once more, alone: a busy machine misses a moment now and then. What
 * fails twice has failed.
 */
function runTwice(name, start, startFiles) {
  const first = runReported(name, start);
  const again = failedFiles(first.report);
  if (again.length === 0 || again.length > mostAgain) return [first];
  console.log(`Once more, for they failed: ${again.map((file) => relative(root, file)).join(", ")}`);
  return [first, runReported(`${name}-again`, () => startFiles(again))];
}

const runUnitTests = (files) => {
  const [program, args] = npx(["vitest", "vitest.mjs"], "run", ...reporting, ...files);
  return spawnSync(program, args, { cwd: root, stdio: ["ignore", "inherit", "inherit"] }).status;
};
add(countTests("tests", ...runTwice("unit", () => runUnitTests(words), runUnitTests)));

if (words.length > 0) {
  console.log("With words, tests in the editor are left out: npm run test:editor -- WORD");
} else {
  const started = performance.now();
  const runs = runTwice(
    "editor",
    () => runEditorTests({ words: reporting }),
    (files) => runEditorFiles(files, reporting),
  );
  const files = add(countTests("tests in the editor", ...runs));
  for (const [kind, part] of Object.entries({ "extension host": "/support/", "user interface": "/ui/" })) {
    const tests = [...files].filter(([file]) => file.replaceAll("\\", "/").includes(part));
    if (tests.some(([, total]) => total > 0)) continue;
    failures.push(`No test of the ${kind} was found.`);
    failed += 1;
  }
  console.log(`Tests in the editor took ${((performance.now() - started) / 60_000).toFixed(1)} min.`);
}
rmSync(folder, { recursive: true, force: true });
for (const { file, name } of flaky) {
  console.log(
    `flaky: ${name ?? "hooks or imports"} (${relative(root, file)}) failed, and passed when it was run alone.`,
  );
}
if (flaky.length > 0) console.log(`${flaky.length} flaky`);
// Said again at the end, where it is found in a long log.
for (const failure of failures) console.log(`failed: ${failure}`);
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exit(failed === 0 ? 0 : 1);
