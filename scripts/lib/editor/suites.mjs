// Bundles the suites that run in the extension host, for the editor of the tests and for a downloaded VS Code alike.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { root } from "../prepare.mjs";

const suites = join(root, "test", "editor", "host");

export async function bundleSuites(folder, word = "") {
  const names = readdirSync(suites, { recursive: true }).filter(
    (name) => name.endsWith(".suite.ts") && name.includes(word),
  );
  await build({
    absWorkingDir: root,
    entryPoints: names.map((name) => join(suites, name)),
    outdir: folder,
    outbase: suites,
    outExtension: { ".js": ".cjs" },
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node22",
    sourcemap: "inline",
    logLevel: "warning",
    external: ["vscode"],
    alias: { mocha: join(root, "test", "editor", "support", "mochaGlobals.ts") },
  });
  return names.length;
}
