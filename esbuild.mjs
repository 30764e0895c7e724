// Builds the command line (which is also the runner) into dist/. The list of bundles is the list of processes and
// worker threads of the product; data that they read at run time is copied beside them.
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { build } from "esbuild";
import { bundleOptions, requireBanner } from "./scripts/lib/bundle.mjs";

const root = new URL(".", import.meta.url).pathname;

const { version } = JSON.parse(readFileSync(`${root}package.json`, "utf8"));

const common = { ...bundleOptions, absWorkingDir: root, define: { __PRECEPTOR_VERSION__: JSON.stringify(version) } };

const bundles = [
  { entry: "src/cli/main.ts", out: "dist/cli.js", shebang: true },
  { entry: "src/adapters/embedding/encoderWorker.ts", out: "dist/encoderWorker.js" },
  { entry: "src/adapters/builtin/trainWorker.ts", out: "dist/trainWorker.js" },
];

const data = [
  ["src/adapters/sandbox/python", "dist/python"],
  ["prompts", "dist/prompts"],
  ["demo", "dist/demo"],
  ["schemas", "dist/schemas"],
];

rmSync(`${root}dist`, { recursive: true, force: true });
mkdirSync(`${root}dist`, { recursive: true });
for (const { entry, out, shebang } of bundles) {
  if (!existsSync(`${root}${entry}`)) continue;
  await build({
    ...common,
    entryPoints: [entry],
    outfile: out,
    banner: { js: shebang ? `#!/usr/bin/env node\n${requireBanner}` : requireBanner },
  });
  if (shebang) chmodSync(`${root}${out}`, 0o755);
}
for (const [from, to] of data) {
  if (existsSync(`${root}${from}`)) cpSync(`${root}${from}`, `${root}${to}`, { recursive: true });
}
