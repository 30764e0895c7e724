import { appendFileSync, cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";

import { contentHash } from "../../../src/engine/hash.js";
import { recordHash, recordsHash } from "../../../src/engine/store/index.js";
import { runHere } from "../../loop/support.js";
import { makeProject, shortConfiguration } from "../../support/project.js";

/** What is dangerous wherever the editor reads links, icons or markup: in markup, Markdown, labels and terminals. */
export const hostile =
  `<img src=x onerror="alert(1)">[click](command:workbench.action.closeWindow) ![](https://evil.example/x.png) ` +
  `[web](https://evil.example "t") $(squirrel) \u001b[31mred\u001b[0m \u202egnorw\u202c nul\u0000 \u200fmark **bold** \`code\``;

/** A name that a folder or a file may have. */
export const hostileName = "<img src=x onerror=alert(1)> [click](command:workbench.action.quit) $(squirrel)";

const hugeLine = `${"and so on ".repeat(200_000)}${hostile}`;

/** The key of the case whose response has a line of 2 MB. */
export const hugeCase = "demo-math/target/mt-001";

type Record = { [field: string]: unknown };

function rewrite(file: string, change: (record: Record, index: number) => Record): void {
  const lines = readFileSync(file, "utf8").split("\n").slice(0, -1);
  const changed = lines.map((line, index) => JSON.stringify(change(JSON.parse(line) as Record, index)));
  writeFileSync(file, `${changed.join("\n")}\n`);
}

/** Keeps as many lines as a run asks, so that none of them is left out. */
function shorten(file: string, lines: number): void {
  writeFileSync(file, `${readFileSync(file, "utf8").split("\n").slice(0, lines).join("\n")}\n`);
}

/** Makes a stage whole again whose files were changed. */
function seal(stage: string): void {
  const file = path.join(stage, "manifest.json");
  const manifest = JSON.parse(readFileSync(file, "utf8")) as Record & { readonly files: Record };
  const files = Object.keys(manifest.files).map((name) => {
    const lines = readFileSync(path.join(stage, name), "utf8").split("\n").slice(0, -1);
    return [name, recordsHash(lines.map((line) => recordHash(JSON.parse(line) as Record)))];
  });
  const whole = { ...manifest, files: Object.fromEntries(files) as Record, hash: undefined };
  writeFileSync(file, JSON.stringify({ ...whole, hash: contentHash(whole) }));
}

/** Every text of a record gets the hostile text at its end, so that places in it stay where they are. */
function poisoned(value: unknown, name = ""): unknown {
  if (Array.isArray(value)) return value.map((one) => poisoned(one, name));
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, poisoned(one, key)]));
  }
  return typeof value === "string" && poisonedFields.has(name) ? `${value}\n${hostile}` : value;
}

/** The first cases of each split are wrong, so that they are looked at; the others are as they were judged. */
function isFirst(key: unknown): boolean {
  return typeof key === "string" && (/-00[1-4]$/u.test(key) || key.includes("img"));
}

const judgement = {
  correct: false,
  by: "exact",
  forgeable: false,
  extraction: { value: hostile, span: null },
  failure: null,
};
const wrong = { correct: false, paper: judgement, clean: judgement };

const poisonedFields = new Set("text question solution message expected actual reason".split(" "));

/** A project whose cases, answers, samples, template, run and faults hold hostile text, after a run of the loop. */
export async function makeHostileProject(): Promise<{ readonly folder: string; remove(): void }> {
  const made = makeProject(shortConfiguration(["math", "choice", "code"]));
  for (const benchmark of ["demo-math", "demo-choice", "demo-code"]) {
    for (const split of ["target", "evaluation"]) {
      const file = path.join(made.folder, "benchmarks", benchmark, `${split}.jsonl`);
      shorten(file, split === "target" ? 24 : 16);
      rewrite(file, (record, index) => ({
        ...record,
        ...(index < 6 ? { group: hostile } : {}),
        ...(index === 1 ? { id: hostile } : {}),
        question: benchmark === "demo-code" ? record["question"] : `${String(record["question"])} ${hostile}`,
      }));
    }
  }
  await runHere(made.folder);
  const runs = path.join(made.folder, ".preceptor", "runs");
  const run = path.join(runs, "run-1");
  for (const stage of ["1-collect", "1-evaluate", "1-instruct", "1-gate"]) {
    for (const name of readdirSync(path.join(run, "stages", stage))) {
      if (!/^(responses|calls|gated|samples)\.jsonl$/u.test(name)) continue;
      rewrite(path.join(run, "stages", stage, name), (record) => {
        const judged = { ...record, ...(isFirst(record["key"]) ? wrong : {}) };
        const changed = poisoned(judged) as Record;
        return record["key"] === hugeCase ? { ...changed, text: `1 + 1 = 3 ${hugeLine}\nThe answer is 3.` } : changed;
      });
    }
    seal(path.join(run, "stages", stage));
  }
  // A run by a hostile name, and one whose journal tells a hostile fault.
  cpSync(run, path.join(runs, hostileName), { recursive: true });
  cpSync(run, path.join(runs, "run-2"), { recursive: true });
  rmSync(path.join(runs, "run-2", "lock"), { force: true });
  const fault = { kind: "provider", message: hostile, remedy: hostile };
  const failed = { type: "run-failed", iteration: 1, stage: "evaluate", need: null, fault };
  appendFileSync(
    path.join(runs, "run-2", "journal.jsonl"),
    `${JSON.stringify({ version: 1, sequence: 100_000, time: "2026-11-21T12:00:00.000Z", ...failed })}\n`,
  );
  mkdirSync(path.join(made.folder, "prompts"), { recursive: true });
  const shipped = (name: string): string =>
    readFileSync(path.join(import.meta.dirname, "..", "..", "..", "prompts", `${name}.prompt`), "utf8");
  const hostileTemplate = shipped("clean-lec-math")
    .replace(/^description: .*$/mu, `description: ${JSON.stringify(hostile)}`)
    .concat(`\n${hostile}\n`);
  const brokenTemplate = shipped("clean-auggpt-choice").concat(`\n{{ ${"x".repeat(300)} }}\n`);
  writeFileSync(path.join(made.folder, "prompts", `${hostileName}.prompt`), hostileTemplate);
  writeFileSync(path.join(made.folder, "prompts", "broken.prompt"), brokenTemplate);
  return made;
}
