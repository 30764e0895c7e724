import { spawn } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { demoConfiguration } from "../../src/adapters/demo/index.js";
import type { ConfigurationInput } from "../../src/engine/configuration/index.js";

/** The nearest folder above this module with a `package.json`, also when the module was bundled into `dist`. */
export const root = above(import.meta.dirname);
export const cli = path.join(root, "dist", "cli.js");

function above(folder: string): string {
  return existsSync(path.join(folder, "package.json")) ? folder : above(path.dirname(folder));
}

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the built command line to its end. */
export async function preceptor(
  args: readonly string[],
  options: { readonly env?: NodeJS.ProcessEnv; readonly cwd?: string; readonly node?: readonly string[] } = {},
): Promise<Finished> {
  const child = spawn(process.execPath, [...(options.node ?? []), cli, ...args], {
    cwd: options.cwd ?? root,
    env: { ...process.env, NO_COLOR: "1", ...options.env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => err.push(chunk));
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
  return { code, stdout: Buffer.concat(out).toString("utf8"), stderr: Buffer.concat(err).toString("utf8") };
}

/** A folder that is removed by `remove`. */
export function temporaryFolder(): { readonly folder: string; remove(): void } {
  const folder = mkdtempSync(path.join(tmpdir(), "preceptor-"));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** The demo's project cut down to a few cases of some families, so that a whole loop takes a second or two. */
export function shortConfiguration(
  families: readonly ("math" | "choice" | "code")[],
  change: Partial<ConfigurationInput> = {},
): ConfigurationInput {
  const whole = demoConfiguration(1, false);
  const benchmarks: ConfigurationInput["benchmarks"] = {};
  for (const family of families) {
    const entry = whole.benchmarks[`demo-${family}`];
    if (entry === undefined) throw new Error(`The demo has no family ${family}.`);
    benchmarks[`demo-${family}`] = { ...entry, selection: { size: 24 }, evaluationSelection: { size: 16 } };
  }
  return { ...whole, benchmarks, iterations: ["LEC"], quota: 16, ...change };
}

/** Makes a project folder with the demo's benchmarks. */
export function makeProject(configuration: ConfigurationInput): { readonly folder: string; remove(): void } {
  const made = temporaryFolder();
  cpSync(path.join(root, "demo"), path.join(made.folder, "benchmarks"), { recursive: true });
  writeConfiguration(made.folder, configuration);
  return made;
}

export function writeConfiguration(folder: string, configuration: ConfigurationInput): void {
  writeFileSync(path.join(folder, "preceptor.json"), JSON.stringify(configuration, null, 2));
}

/** Whole lines of a JSONL file, parsed. */
export function readRecords(file: string): { readonly [field: string]: unknown }[] {
  const lines = readFileSync(file, "utf8").split("\n");
  return lines.filter((line) => line !== "").map((line) => JSON.parse(line) as { [field: string]: unknown });
}

/** The result files of a run by their name below `stages/`, lines sorted, since records are written as they arrive. */
export function resultsOf(folder: string, run: string): { readonly [file: string]: readonly string[] } {
  const stages = path.join(folder, ".preceptor", "runs", run, "stages");
  const results: { [file: string]: readonly string[] } = {};
  for (const stage of readdirSync(stages).sort()) {
    for (const file of readdirSync(path.join(stages, stage)).sort()) {
      if (!file.endsWith(".jsonl") && !file.startsWith("report.")) continue;
      const text = readFileSync(path.join(stages, stage, file), "utf8");
      results[`${stage}/${file}`] = text
        .split("\n")
        .filter((line) => line !== "")
        .sort();
    }
  }
  return results;
}
