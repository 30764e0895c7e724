// Builds everything that runs into dist/: the command line (which is also the runner), worker threads, the extension and
// the pages of its webviews. Data that they read at run time is copied beside them.
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { build } from "esbuild";
import { bundleOptions, requireBanner } from "./scripts/lib/bundle.mjs";
import { editorApi } from "./scripts/lib/editorApi.mjs";
import { buildPortableEncoder } from "./scripts/lib/portableEncoder.mjs";
import { writeRunnerList } from "./scripts/lib/runnerFiles.mjs";

const root = new URL(".", import.meta.url).pathname;

const { version } = JSON.parse(readFileSync(`${root}package.json`, "utf8"));

/** Processes and worker threads. Large tables that are loaded on demand become chunks beside them. */
const entryPoints = {
  cli: "src/cli/main.ts",
  encoderWorker: "src/adapters/embedding/encoderWorker.ts",
  trainWorker: "src/adapters/builtin/trainWorker.ts",
  engineWorker: "src/worker/main.ts",
};

const data = [
  ["src/adapters/sandbox/python", "dist/python"],
  ["prompts", "dist/prompts"],
  ["demo", "dist/demo"],
  ["schemas", "dist/schemas"],
];

rmSync(`${root}dist`, { recursive: true, force: true });
mkdirSync(`${root}dist`, { recursive: true });
const { metafile } = await build({
  ...bundleOptions,
  metafile: true,
  absWorkingDir: root,
  define: { __PRECEPTOR_VERSION__: JSON.stringify(version) },
  entryPoints,
  outdir: "dist",
  splitting: true,
  banner: { js: `#!/usr/bin/env node\n${requireBanner}` },
});
chmodSync(`${root}dist/cli.js`, 0o755);
await buildPortableEncoder(`${root}dist`);
// The extension itself, as small as it can be: everything that takes time is in the worker and the runner.
await build({
  absWorkingDir: root,
  bundle: true,
  platform: "node",
  format: "cjs",
  target: "node22",
  sourcemap: true,
  minify: true,
  // Class names show up in logs and faults.
  keepNames: true,
  logLevel: "warning",
  define: { __PRECEPTOR_VERSION__: JSON.stringify(version) },
  entryPoints: ["src/vscode/extension.ts"],
  outfile: "dist/extension.cjs",
  external: ["vscode"],
  plugins: [editorApi],
});
/** Each folder of `webview` with a `main.ts` is one page. */
const pages = readdirSync(`${root}webview`).filter((name) => existsSync(`${root}webview/${name}/main.ts`));
await build({
  absWorkingDir: root,
  bundle: true,
  platform: "browser",
  format: "esm",
  target: "chrome128",
  minify: true,
  sourcemap: "linked",
  logLevel: "warning",
  entryPoints: Object.fromEntries(pages.map((name) => [name, `webview/${name}/main.ts`])),
  outdir: "dist/webview",
});
for (const [from, to] of data) {
  if (existsSync(`${root}${from}`)) cpSync(`${root}${from}`, `${root}${to}`, { recursive: true });
}
// Last, because it lists and hashes what is there.
writeRunnerList(`${root}dist`, version, metafile);
