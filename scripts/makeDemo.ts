/**
 * Writes the project's own demo benchmarks, `demo/NAME/SPLIT.jsonl`, and the rows of the base student,
 * `demo/pretraining.jsonl`. Everything is ours and follows from one seed: run it again and nothing changes.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeChoice } from "./makeDemo/choice.js";
import { makeCode } from "./makeDemo/code.js";
import { makeMath } from "./makeDemo/math.js";

const seed = 1;
const root = join(process.cwd(), "demo");

function write(path: string, rows: readonly object[]): void {
  const file = join(root, path);
  mkdirSync(join(file, ".."), { recursive: true });
  writeFileSync(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
}

const math = makeMath(seed);
const choice = makeChoice(seed);
const code = makeCode(seed);
for (const [family, made] of Object.entries({ math, choice, code })) {
  write(`demo-${family}/target.jsonl`, made.target);
  write(`demo-${family}/evaluation.jsonl`, made.evaluation);
  write(`demo-${family}-ood/evaluation.jsonl`, made.ood);
}

const user = (content: string) => [{ role: "user", content }];
write("pretraining.jsonl", [
  ...math.base.map((row) => ({
    id: row.id,
    family: "math",
    prompt: user(row.question),
    completion: `${row.solution.replace(/\n####.*$/, "")}\nThe answer is ${row.answer}.`,
  })),
  ...choice.base.map((row) => ({
    id: row.id,
    family: "choice",
    prompt: user([row.question, `A. ${row.A}`, `B. ${row.B}`, `C. ${row.C}`, `D. ${row.D}`].join("\n")),
    completion: `The answer is ${row.answer}.`,
  })),
  ...code.base.map((row) => ({
    id: row.id,
    family: "code",
    prompt: user(row.question),
    completion: `\`\`\`python\n${row.reference}\n\`\`\``,
  })),
]);
console.log(
  JSON.stringify(
    Object.fromEntries(
      Object.entries({ math, choice, code }).map(([family, made]) => [
        family,
        Object.fromEntries(Object.entries(made).map(([split, rows]) => [split, (rows as readonly unknown[]).length])),
      ]),
    ),
  ),
);
