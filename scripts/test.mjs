// `npm test`: installs what the tests need, runs every check and every test, and ends with one line of counts.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build, installPackages, requireNode, requireSystemPackages, root } from "./lib/prepare.mjs";

requireNode();
requireSystemPackages([
  ["python3", "python3"],
  ["bwrap", "bubblewrap"],
]);
installPackages();
build();

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

const folder = mkdtempSync(join(tmpdir(), "preceptor-test-"));
const report = join(folder, "vitest.json");
const [program, args] = npx(
  ["vitest", "vitest.mjs"],
  "run",
  "--reporter=default",
  "--reporter=json",
  `--outputFile.json=${report}`,
  ...process.argv.slice(2),
);
const vitest = spawnSync(program, args, { cwd: root, stdio: ["ignore", "inherit", "inherit"] });
let total = 0;
let skipped = 0;
try {
  const results = JSON.parse(readFileSync(report, "utf8"));
  total = results.numTotalTests;
  passed += results.numPassedTests;
  failed += results.numFailedTests;
  for (const file of results.testResults) {
    if (file.status === "failed" && file.assertionResults.length === 0) failed += 1;
    for (const test of file.assertionResults) {
      if (test.status === "passed" || test.status === "failed") continue;
      skipped += 1;
      console.log(`skipped: ${test.fullName}`);
    }
  }
} catch (error) {
  console.error(`The test runner left no report: ${error.message}`);
}
rmSync(folder, { recursive: true, force: true });
if (total === 0) {
  console.error("No test was found.");
  failed += 1;
} else if (vitest.status !== 0 && failed === 0) {
  failed += 1;
}
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exit(failed === 0 ? 0 : 1);
