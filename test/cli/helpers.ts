import { spawn } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect } from "vitest";
import { parse } from "jsonc-parser";
import type { ConfigurationInput } from "../../src/engine/configuration/index.js";
import { cli, preceptor, readRecords, writeConfiguration, type Finished } from "../support/project.js";

export interface FaultDocument {
  readonly kind: string;
  readonly message: string;
  readonly file?: string;
  readonly line?: number;
  readonly field?: string;
  readonly found?: string;
  readonly allowed?: string;
  readonly remedy?: string;
}

type Document = { readonly [field: string]: unknown };

/** Standard output as the one JSON document that it must be. */
function documentOf({ stdout, stderr }: Finished): Document {
  expect(stdout.trimStart().charAt(0), `standard output:\n${stdout}\nstandard error:\n${stderr}`).toBe("{");
  return JSON.parse(stdout) as Document;
}

/** Runs with `--json`, and returns the code and the document. */
export async function run(
  args: readonly string[],
  options?: Parameters<typeof preceptor>[1],
): Promise<{ code: number | null; document: Document; stderr: string }> {
  const finished = await preceptor([...args, "--json"], options);
  return { code: finished.code, document: documentOf(finished), stderr: finished.stderr };
}

/** Runs with `--json`, expects a fault, and returns it with the exit code. */
export async function faultOf(
  args: readonly string[],
  options?: Parameters<typeof preceptor>[1],
): Promise<FaultDocument & { readonly code: number | null }> {
  const { code, document, stderr } = await run(args, options);
  expect(Object.keys(document), stderr).toEqual(["fault"]);
  const fault = document["fault"] as FaultDocument;
  expect(stderr).toContain(fault.message.split("\n")[0]);
  // No stack trace without --debug.
  expect(stderr).not.toMatch(/^\s+at /mu);
  return { ...fault, code };
}

/** A command line that goes on while the test does something else. */
export interface Started {
  readonly pid: number;
  /** What it has written to standard error so far. */
  said(): string;
  kill(signal: NodeJS.Signals): void;
  readonly finished: Promise<Finished>;
}

export function start(args: readonly string[], env: NodeJS.ProcessEnv = {}): Started {
  const child = spawn(process.execPath, [cli, ...args], {
    env: { ...process.env, NO_COLOR: "1", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  return {
    pid: child.pid ?? 0,
    said: () => stderr,
    kill: (signal) => child.kill(signal),
    finished: new Promise((resolve) => child.on("close", (code) => resolve({ code, stdout, stderr }))),
  };
}

/** Waits until something is true, for at most so many milliseconds. */
export async function until(condition: () => boolean, ms = 20_000): Promise<void> {
  for (const end = Date.now() + ms; !condition();) {
    if (Date.now() > end) throw new Error(`Waited ${ms} ms in vain for: ${condition.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

export function runFile(folder: string, run: string, ...names: string[]): string {
  return path.join(folder, ".preceptor", "runs", run, ...names);
}

/** Records of a run's file; none where it is not there yet. */
export function recordsOf(folder: string, run: string, ...names: string[]): ReturnType<typeof readRecords> {
  const file = runFile(folder, run, ...names);
  return existsSync(file) ? readRecords(file) : [];
}

/** Changes a project's configuration. */
export function configure(folder: string, change: (now: ConfigurationInput) => Partial<ConfigurationInput>): void {
  const now = parse(readFileSync(path.join(folder, "preceptor.json"), "utf8")) as ConfigurationInput;
  writeConfiguration(folder, { ...now, ...change(now) });
}

export function write(folder: string, name: string, content: string | Buffer): string {
  const file = path.join(folder, name);
  writeFileSync(file, content);
  return file;
}
