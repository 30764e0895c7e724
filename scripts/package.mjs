// Builds the extension and packs it: `dist/preceptor.vsix`. What goes in is listed in `.vscodeignore`.
import { spawnSync } from "node:child_process";
import { statSync } from "node:fs";
import { join } from "node:path";
import { build, root } from "./lib/prepare.mjs";

build();
const vsce = join(root, "node_modules", "@vscode", "vsce", "vsce");
const out = join(root, "dist", "preceptor.vsix");
// Everything that runs is bundled, so no package of node_modules goes in.
const args = [
  vsce,
  "package",
  "--no-dependencies",
  "--allow-missing-repository",
  "--skip-license",
  // The page of the extension: it is short, and needs no file that is not in the package.
  "--readme-path",
  "media/marketplace.md",
  "--out",
  out,
];
const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: ["ignore", 2, 2] });
if (status !== 0) process.exit(1);
console.log(`${out} (${(statSync(out).size / 1e6).toFixed(2)} MB)`);
