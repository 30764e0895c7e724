import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import path from "node:path";

const root = path.resolve(import.meta.dirname, "../..");

/** Builds the command line before any test runs, unless it is newer than everything that goes into it. */
export default function setup(): void {
  const bundle = path.join(root, "dist", "cli.js");
  const sources = ["src", "webview", "prompts", "demo", "schemas", "esbuild.mjs"].map((name) =>
    newest(path.join(root, name)),
  );
  if (existsSync(bundle) && statSync(bundle).mtimeMs > Math.max(...sources)) return;
  const { status, stderr } = spawnSync(process.execPath, ["esbuild.mjs"], { cwd: root, encoding: "utf8" });
  if (status !== 0) throw new Error(`The build failed:\n${stderr}`);
}

/** The newest time of change in a file or folder, in milliseconds. */
function newest(name: string): number {
  const found = statSync(name);
  if (!found.isDirectory()) return found.mtimeMs;
  return Math.max(found.mtimeMs, ...readdirSync(name).map((entry) => newest(path.join(name, entry))));
}
