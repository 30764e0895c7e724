/**
 * Proof that the demo's gain is earned: over 5 seeds the demo runs once as it is and once with the labels of its samples
 * shuffled. Gains are the accuracy after the last iteration minus that of the base, in-domain. The mean gain of the
 * shuffled runs must have 0 inside its 95 % interval (Student's t over seeds), and the real gain must lie above it.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { cli } from "../../test/support/project.js";

interface DemoDocument {
  readonly benchmarks: readonly {
    readonly name: string;
    readonly domain: "in" | "out";
    readonly accuracies: readonly { readonly accuracy: number }[];
  }[];
  readonly seconds: number;
}

interface Mean {
  readonly values: readonly number[];
  readonly mean: number;
  readonly interval: readonly [number, number];
}

const seeds = [1, 2, 3, 4, 5];
/** 97.5 % quantile of Student's t with 4 degrees of freedom. */
const quantile = 2.776;

function demo(seed: number, control: boolean): DemoDocument {
  const folder = mkdtempSync(path.join(tmpdir(), "preceptor-control-"));
  const args = ["demo", "--json", "--seed", String(seed), "--folder", path.join(folder, "demo")];
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...args, ...(control ? ["--control"] : [])], {
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  rmSync(folder, { recursive: true, force: true });
  if (status !== 0) throw new Error(`The demo with seed ${seed} ended with ${String(status)}:\n${stderr}`);
  return JSON.parse(stdout) as DemoDocument;
}

function gainsOf({ benchmarks }: DemoDocument): Map<string, number> {
  const gains = benchmarks.map(({ name, accuracies }): [string, number] => [
    name,
    (accuracies.at(-1)?.accuracy ?? 0) - (accuracies[0]?.accuracy ?? 0),
  ]);
  const inDomain = gains.filter((_, index) => benchmarks[index]?.domain === "in").map(([, gain]) => gain);
  return new Map([["mean in-domain", inDomain.reduce((sum, gain) => sum + gain, 0) / inDomain.length], ...gains]);
}

function meanOf(values: readonly number[]): Mean {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  const half = quantile * Math.sqrt(variance / values.length);
  return { values, mean, interval: [mean - half, mean + half] };
}

function meansOf(documents: readonly DemoDocument[]): { readonly [name: string]: Mean } {
  const gains = documents.map(gainsOf);
  const names = [...(gains[0]?.keys() ?? [])];
  return Object.fromEntries(names.map((name) => [name, meanOf(gains.map((each) => each.get(name) ?? 0))]));
}

const real = meansOf(seeds.map((seed) => demo(seed, false)));
const shuffled = meansOf(seeds.map((seed) => demo(seed, true)));
const [gain, chance] = [real["mean in-domain"], shuffled["mean in-domain"]];
const passed =
  gain !== undefined &&
  chance !== undefined &&
  chance.interval[0] <= 0 &&
  chance.interval[1] >= 0 &&
  gain.interval[0] > chance.interval[1];
console.log(JSON.stringify({ passed, seeds, real, shuffled }, null, 1));
process.exitCode = passed ? 0 : 1;
