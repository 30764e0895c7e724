/**
 * ROUGE-L F1 beside the reference package `rouge-score` (without stemming) on texts with punctuation, numbers and
 * letters outside ASCII. The package goes into a temporary virtual environment; where that cannot be made, nothing is
 * compared and the reason is told. On ASCII texts every score must be equal; on the others our words keep all letters,
 * so scores may differ, and are counted.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { rougeL } from "../../src/engine/gates/rouge.js";
import { Random } from "../../src/engine/random.js";

const random = new Random(5, "soak rouge");
const asciiWords = [
  ..."the a Tom Ann's buys sells 3 12 1,200 $4.50 apples pens box-cutter each, how many? under_score e.g. x=y+2 50%".split(
    " ",
  ),
  ..."HELLO hello (twice) \"quoted\" semi;colon tab\there new\nline ... -- don't it's #1 7/8 a.b.c".split(" "),
];
const otherWords = ["café", "naïve", "Straße", "小明", "有5个", "Привет", "½", "x²", "İstanbul", "ﬁne"];

function text(words: readonly string[]): string {
  return Array.from({ length: random.integer(0, 60) }, () => random.pick(words)).join(random.pick([" ", "  ", " , "]));
}

/** A text with some words dropped, added and moved, so that scores take all values. */
function edited(original: string, words: readonly string[]): string {
  const kept = original.split(" ").filter(() => random.next() < 0.8);
  for (let count = random.integer(0, 8); count > 0; count -= 1) {
    kept.splice(random.integer(0, kept.length), 0, random.pick(words));
  }
  return (random.next() < 0.2 ? random.shuffle(kept) : kept).join(" ");
}

function pairs(count: number, words: readonly string[]): [string, string][] {
  return Array.from({ length: count }, () => {
    const first = text(words);
    return [first, random.next() < 0.7 ? edited(first, words) : text(words)];
  });
}

const program = `
import json, sys
from rouge_score import rouge_scorer
scorer = rouge_scorer.RougeScorer(["rougeL"], use_stemmer=False)
pairs = json.load(open(sys.argv[1]))
print(json.dumps([scorer.score(a, b)["rougeL"].fmeasure for a, b in pairs]))
`;

function reference(all: readonly [string, string][]): number[] | string {
  const folder = mkdtempSync(path.join(tmpdir(), "preceptor-rouge-"));
  try {
    const made = spawnSync("python3", ["-m", "venv", folder], { encoding: "utf8" });
    if (made.status !== 0) return `python3 -m venv failed: ${made.stderr || String(made.error)}`;
    const python = path.join(folder, "bin", "python");
    const installed = spawnSync(python, ["-m", "pip", "install", "--quiet", "rouge-score"], { encoding: "utf8" });
    if (installed.status !== 0) return `rouge-score could not be installed: ${installed.stderr.slice(0, 300)}`;
    const file = path.join(folder, "pairs.json");
    writeFileSync(file, JSON.stringify(all));
    const run = spawnSync(python, ["-c", program, file], { encoding: "utf8", maxBuffer: 1 << 28 });
    if (run.status !== 0) throw new Error(run.stderr);
    return JSON.parse(run.stdout) as number[];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const ascii = pairs(5000, asciiWords);
const others = pairs(1000, [...asciiWords, ...otherWords]);
const scores = reference([...ascii, ...others]);
if (typeof scores === "string") {
  console.log(JSON.stringify({ name: "rouge", skipped: scores }));
} else {
  const differences = [...ascii, ...others].map(([a, b], index) =>
    Math.abs(rougeL(a, b) - (scores[index] ?? Number.NaN)),
  );
  const largest = Math.max(...differences.slice(0, ascii.length));
  const otherDiffer = differences.slice(ascii.length).filter((difference) => difference > 1e-9).length;
  console.log(
    JSON.stringify({
      name: "rouge",
      asciiPairs: ascii.length,
      largestDifference: largest,
      distinctScores: new Set(scores.slice(0, ascii.length)).size,
      otherPairs: others.length,
      otherPairsThatDiffer: otherDiffer,
    }),
  );
  process.exitCode = largest <= 1e-9 ? 0 : 1;
}
