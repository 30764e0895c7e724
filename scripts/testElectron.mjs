// `npm run test:electron [-- WORD]`: the suites of the extension host in a desktop VS Code, which is downloaded for it.
// `PRECEPTOR_VSCODE` names an executable that is there already, `VSCODE_VERSION` a version ("stable", "insiders", "1.104.0").
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build, installPackages, requireNode, root, run } from "./lib/prepare.mjs";

/** The last release that runs on the oldest Node that we support; kept out of the locked packages, as few need it. */
const tool = "@vscode/test-electron@2.5.2";

requireNode();
installPackages();
build();
const tools = join(root, ".vscode-test", "tools");
if (!existsSync(join(tools, "node_modules"))) {
  mkdirSync(tools, { recursive: true });
  writeFileSync(join(tools, "package.json"), '{ "private": true }\n');
  const npm = process.platform === "win32" ? "npm.cmd" : "npm";
  const windows = process.platform === "win32";
  run(npm, ["install", "--ignore-scripts", "--no-audit", "--no-fund", tool], { cwd: tools, shell: windows });
}
const { bundleSuites } = await import("./lib/editor/suites.mjs");
const { runTests } = createRequire(join(tools, "package.json"))("@vscode/test-electron");

const [word = ""] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), "pt-"));
const suites = join(folder, "suites");
const workspace = join(folder, "project");
mkdirSync(suites);
mkdirSync(workspace);
if ((await bundleSuites(suites, word)) === 0) {
  console.error(`No file test/editor/host/**/*.suite.ts has “${word}” in its path.`);
  process.exit(1);
}
let code = 1;
try {
  code = await runTests({
    extensionDevelopmentPath: root,
    extensionTestsPath: join(root, "test", "editor", "support", "hostRunner.cjs"),
    extensionTestsEnv: { PRECEPTOR_TEST_SUITES: suites },
    launchArgs: [workspace, "--disable-extensions", "--disable-workspace-trust"],
    cachePath: join(root, ".vscode-test"),
    version: process.env["VSCODE_VERSION"] ?? "stable",
    ...(process.env["PRECEPTOR_VSCODE"] === undefined ? {} : { vscodeExecutablePath: process.env["PRECEPTOR_VSCODE"] }),
  });
} catch (error) {
  console.error(`VS Code did not run the suites to a good end: ${error.message}`);
}
const results = join(suites, "results.json");
const tests = existsSync(results) ? JSON.parse(readFileSync(results, "utf8")) : [];
const counts = { passed: 0, failed: 0, skipped: 0 };
for (const { title, state, error } of tests) {
  counts[state] += 1;
  console.log(
    `${state === "passed" ? "✓" : state === "failed" ? "✗" : "↓"} ${title}${error ? `\n${error.stack}` : ""}`,
  );
}
rmSync(folder, { recursive: true, force: true });
console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exit(code === 0 && counts.passed > 0 && counts.failed === 0 ? 0 : 1);
