// `npm run test:electron [-- WORD]`: the suites of the extension host in a VS Code that is downloaded for it.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { build, installPackages, requireNode, root } from "./lib/prepare.mjs";

// The last releases of the tools that run on the oldest Node that we support.
const tools = ["@vscode/test-cli@0.0.12", "@vscode/test-electron@2.5.2"];

requireNode();
installPackages();
build();
const { bundleSuites } = await import("./lib/editor/suites.mjs");
const [word] = process.argv.slice(2);
if ((await bundleSuites(join(root, "dist", "suites"), word)) === 0) {
  console.error(`No file test/editor/host/**/*.suite.ts has “${word ?? ""}” in its path.`);
  process.exit(1);
}
const npx = process.platform === "win32" ? "npx.cmd" : "npx";
const { status, error } = spawnSync(npx, ["--yes", ...tools.map((tool) => `--package=${tool}`), "vscode-test"], {
  cwd: root,
  stdio: "inherit",
  shell: process.platform === "win32",
});
if (error !== undefined) console.error(`${npx} cannot be started: ${error.message}`);
process.exit(status ?? 1);
