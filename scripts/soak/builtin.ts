/**
 * Proof that the built-in student learns from the answers of its samples. A small loop without gates, store and HTTP:
 * errors of the target split → samples of the built-in instructor → fit → evaluation, LEC and then LE, with 5 seeds,
 * once with real and once with shuffled answers. Prints one JSON object with means and 95 % intervals (Student's t).
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { baseStudent, builtinTrainingParameters } from "../../src/adapters/builtin/baseStudent.js";
import { finalLetter } from "../../src/adapters/builtin/choiceStudent.js";
import { programOf } from "../../src/adapters/builtin/codeStudent.js";
import { demoFolder } from "../../src/adapters/builtin/demoFolder.js";
import { fitStudent, type FamilyReport } from "../../src/adapters/builtin/fit.js";
import { instruct } from "../../src/adapters/builtin/instructor/index.js";
import { finalNumber } from "../../src/adapters/builtin/mathStudent.js";
import type { Student } from "../../src/adapters/builtin/student.js";
import { Random } from "../../src/engine/random.js";
import type { ChatMessage, CodeRunner, TrainingRow } from "../../src/engine/seams/index.js";
import { PlainPython } from "../../test/builtin/plainPython.js";

type FamilyName = "math" | "choice" | "code";

interface DemoCase {
  readonly question: string;
  readonly prompt: readonly ChatMessage[];
  readonly reference: string;
  readonly tests: readonly string[];
  readonly answer: string;
}

const families: readonly FamilyName[] = ["math", "choice", "code"];
const quota = 150;
const seeds = [1, 2, 3, 4, 5];
const runner: CodeRunner = new PlainPython();
const { signal } = new AbortController();

function user(content: string): ChatMessage[] {
  return [{ role: "user", content }];
}

function evaluationPrompt(family: FamilyName, question: string): ChatMessage[] {
  const instruction = {
    math: "Solve the problem step by step and end with a line that states the answer.",
    choice: "Think about the options and end with the letter of the right one.",
    code: "Write the Python function in a fenced block.",
  };
  return user(`${question}\n\n${instruction[family]}`);
}

function withOptions(row: { readonly [field: string]: unknown }): string {
  return [String(row["question"]), ...["A", "B", "C", "D"].map((label) => `${label}. ${String(row[label])}`)].join(
    "\n",
  );
}

function load(family: FamilyName, file: string): DemoCase[] {
  const lines = readFileSync(join(demoFolder(), file), "utf8")
    .split("\n")
    .filter((line) => line !== "");
  return lines.map((line) => {
    const row = JSON.parse(line) as { readonly [field: string]: unknown };
    const question = family === "choice" ? withOptions(row) : String(row["question"]);
    const answer = String(row["answer"]);
    return {
      question,
      prompt: evaluationPrompt(family, question),
      reference: String(row[family === "math" ? "solution" : family === "choice" ? "answer" : "reference"]),
      tests: family === "code" ? (row["tests"] as string[]) : [],
      answer,
    };
  });
}

const benchmarks = families.map((family) => ({
  family,
  target: load(family, `demo-${family}/target.jsonl`),
  evaluation: load(family, `demo-${family}/evaluation.jsonl`),
  ood: load(family, `demo-${family}-ood/evaluation.jsonl`),
}));

async function isRight(family: FamilyName, student: Student, one: DemoCase): Promise<boolean> {
  const response = student.answer(one.prompt);
  if (family === "math") return finalNumber(response) === Number(one.answer);
  if (family === "choice") return finalLetter(response) === one.answer;
  const program = programOf(response) ?? "";
  const tests = { imports: [], setup: "", kind: "assertions" as const, code: one.tests };
  return (await runner.run({ program, entryPoint: null, tests, timeoutMs: 5000 }, signal)).outcome === "passed";
}

async function accuracy(family: FamilyName, student: Student, cases: readonly DemoCase[]): Promise<number> {
  let right = 0;
  for (const one of cases) if (await isRight(family, student, one)) right += 1;
  return right / cases.length;
}

interface Sample {
  readonly question: string;
  readonly completion: string;
}

function sampleOf(family: FamilyName, value: { readonly [field: string]: unknown }): Sample {
  if (family === "math") {
    return {
      question: String(value["question"]),
      completion: `${String(value["solution"])}\nThe answer is ${String(value["answer"])}.`,
    };
  }
  if (family === "code")
    return { question: String(value["question"]), completion: `\`\`\`python\n${String(value["code"])}\n\`\`\`` };
  const options = value["options"] as { readonly [label: string]: string };
  return {
    question: [String(value["question"]), ...Object.entries(options).map(([label, text]) => `${label}. ${text}`)].join(
      "\n",
    ),
    completion: `${String(value["explanation"])}\nThe answer is ${String(value["answer"])}.`,
  };
}

async function samplesFor(
  family: FamilyName,
  student: Student,
  target: readonly DemoCase[],
  contrast: boolean,
  seed: number,
): Promise<{ samples: Sample[]; errors: number }> {
  const wrong: DemoCase[] = [];
  const right: DemoCase[] = [];
  for (const one of target) ((await isRight(family, student, one)) ? right : wrong).push(one);
  const each = Math.ceil(quota / Math.max(1, wrong.length)) + 1;
  const perError: Sample[][] = [];
  for (const one of wrong) {
    const solved = contrast ? right.slice(0, 3).map((other, index) => `${index + 1}. ${other.question}`) : [];
    const sections = [
      `### Question\n${one.question}`,
      `### Reference answer\n${one.reference}`,
      `### Student's response\n${student.answer(one.prompt)}`,
      ...(solved.length > 0 ? [`### Questions the student answered correctly\n${solved.join("\n")}`] : []),
      `### Task\nWrite ${each} new problems.`,
    ];
    const messages: ChatMessage[] = [
      { role: "system", content: `Family: ${family}\n{"samples": []}` },
      ...user(sections.join("\n\n")),
    ];
    const answer = JSON.parse(await instruct(messages, seed, { runner }, signal)) as {
      samples: { readonly [field: string]: unknown }[];
    };
    perError.push(answer.samples.map((value) => sampleOf(family, value)));
  }
  const samples: Sample[] = [];
  for (let round = 0; samples.length < quota && perError.some((list) => list.length > round); round += 1) {
    for (const list of perError) {
      const sample = list[round];
      if (sample !== undefined && samples.length < quota) samples.push(sample);
    }
  }
  return { samples, errors: wrong.length };
}

/** Answers change places among the samples of a family; letters are drawn anew. */
function shuffleAnswers(family: FamilyName, samples: readonly Sample[], random: Random): Sample[] {
  const completions = random.shuffle(samples.map((sample) => sample.completion));
  return samples.map((sample, index) => ({
    question: sample.question,
    completion:
      family === "choice" ? `The answer is ${random.pick(["A", "B", "C", "D"])}.` : (completions[index] ?? ""),
  }));
}

async function measure(student: Student): Promise<{ inside: number[]; outside: number[] }> {
  const inside: number[] = [];
  const outside: number[] = [];
  for (const { family, evaluation, ood } of benchmarks) {
    inside.push(await accuracy(family, student, evaluation));
    outside.push(await accuracy(family, student, ood));
  }
  return { inside, outside };
}

async function loop(seed: number, shuffled: boolean, checked: boolean) {
  let { student } = await baseStudent();
  const steps: {
    errors: number[];
    samples: number[];
    inside: number[];
    outside: number[];
    fitMs: number;
    families: readonly FamilyReport[];
  }[] = [];
  for (const [iteration, contrast] of [true, false].entries()) {
    const rows: TrainingRow[] = [];
    const errors: number[] = [];
    const counts: number[] = [];
    for (const { family, target } of benchmarks) {
      const made = await samplesFor(family, student, target, contrast, seed);
      const random = new Random(seed, "shuffle", family, String(iteration));
      const samples = shuffled ? shuffleAnswers(family, made.samples, random) : made.samples;
      errors.push(made.errors);
      counts.push(samples.length);
      samples.forEach((sample, index) =>
        rows.push({
          id: `${family}-${iteration}-${index}`,
          family,
          prompt: evaluationPrompt(family, sample.question),
          completion: sample.completion,
        }),
      );
    }
    const held = new Random(seed, "held-out").shuffle(rows).slice(0, Math.floor(rows.length / 10));
    const heldIds = new Set(held.map((row) => row.id));
    const started = performance.now();
    const fit = fitStudent({
      start: student,
      rows: rows.filter((row) => !heldIds.has(row.id)),
      heldOut: held,
      seed,
      parameters: builtinTrainingParameters,
      checked,
    });
    let turn = fit.next();
    while (turn.done !== true) turn = fit.next();
    student = turn.value.student;
    const fitMs = Math.round(performance.now() - started);
    steps.push({ errors, samples: counts, ...(await measure(student)), fitMs, families: turn.value.families });
  }
  return steps;
}

function interval(values: readonly number[]) {
  const mean = values.reduce((total, value) => total + value, 0) / values.length;
  const variance = values.reduce((total, value) => total + (value - mean) ** 2, 0) / (values.length - 1);
  // Student's t for 4 degrees of freedom, 95 %, two-sided.
  const half = (2.776 * Math.sqrt(variance)) / Math.sqrt(values.length);
  return { mean: round(mean), interval: [round(mean - half), round(mean + half)], values: values.map(round) };
}

function round(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}

const base = await measure((await baseStudent()).student);
const report: { [name: string]: unknown } = { seeds, quota, parameters: builtinTrainingParameters, base };
const verdicts: boolean[] = [];
const started = performance.now();
const modes = [
  { name: "real", shuffled: false, checked: true },
  { name: "shuffled", shuffled: true, checked: true },
  // How much of the control's calm is due to the check on withheld rows; it decides nothing.
  { name: "shuffledWithoutCheck", shuffled: true, checked: false },
];
for (const { name, shuffled, checked } of modes) {
  const runs: Awaited<ReturnType<typeof loop>>[] = [];
  for (const seed of seeds) runs.push(await loop(seed, shuffled, checked));
  const gains = Object.fromEntries(
    families.map((family, place) => [
      family,
      {
        in: interval(runs.map((steps) => (steps.at(-1)?.inside[place] ?? 0) - (base.inside[place] ?? 0))),
        out: interval(runs.map((steps) => (steps.at(-1)?.outside[place] ?? 0) - (base.outside[place] ?? 0))),
      },
    ]),
  );
  const overall = interval(
    runs.map(
      (steps) =>
        families.reduce(
          (total, _, place) => total + (steps.at(-1)?.inside[place] ?? 0) - (base.inside[place] ?? 0),
          0,
        ) / families.length,
    ),
  );
  for (const gain of [overall, ...Object.values(gains).map((one) => one.in)]) {
    const [low = 0, high = 0] = gain.interval;
    if (checked) verdicts.push(shuffled ? low <= 0 && high >= 0 : low > 0);
  }
  report[name] = { overall, gains, firstSeed: runs[0] };
}
report["seconds"] = round((performance.now() - started) / 1000);
report["holds"] = verdicts.every((verdict) => verdict);
await runner.close();
process.stdout.write(`${JSON.stringify(report, null, 1)}\n`);
if (report["holds"] !== true) process.exitCode = 1;
