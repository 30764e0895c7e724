// Builds the command line (which is also the runner) into dist/. The list of bundles is the list of processes and
// worker threads of the product; data that they read at run time is copied beside them.
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { build } from "esbuild";
import { bundleOptions, requireBanner } from "./scripts/lib/bundle.mjs";

const root = new URL(".", import.meta.url).pathname;

const { version } = JSON.parse(readFileSync(`${root}package.json`, "utf8"));

/** Processes and worker threads. Large tables that are loaded on demand become chunks beside them. */
const entryPoints = {
  cli: "src/cli/main.ts",
  encoderWorker: "src/adapters/embedding/encoderWorker.ts",
  trainWorker: "src/adapters/builtin/trainWorker.ts",
};

const data = [
  ["src/adapters/sandbox/python", "dist/python"],
  ["prompts", "dist/prompts"],
  ["demo", "dist/demo"],
  ["schemas", "dist/schemas"],
];

rmSync(`${root}dist`, { recursive: true, force: true });
mkdirSync(`${root}dist`, { recursive: true });
await build({
  ...bundleOptions,
  absWorkingDir: root,
  define: { __PRECEPTOR_VERSION__: JSON.stringify(version) },
  entryPoints,
  outdir: "dist",
  splitting: true,
  banner: { js: `#!/usr/bin/env node\n${requireBanner}` },
});
chmodSync(`${root}dist/cli.js`, 0o755);
for (const [from, to] of data) {
  if (existsSync(`${root}${from}`)) cpSync(`${root}${from}`, `${root}${to}`, { recursive: true });
}
