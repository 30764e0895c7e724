import { parseAnswer } from "../../src/engine/instructor/index.js";
import { longAnswers } from "../../test/instructor/longAnswers.js";

/** Reads two-megabyte answers that make readers look ahead or back, and a quarter of each: the times must stay linear. */
const rows = [];
for (const family of ["math", "choice", "code"]) {
  const quarters = new Map(longAnswers(2.5));
  for (const [name, text] of longAnswers(10)) {
    const quarter = timed(quarters.get(name) ?? "", family);
    const whole = timed(text, family);
    rows.push({ family, name, characters: text.length, quarter, whole, ratio: whole / Math.max(quarter, 0.02) });
  }
}
rows.sort((a, b) => b.whole - a.whole);
const slowest = rows[0];
const steepest = rows.reduce((a, b) => (b.ratio > a.ratio ? b : a));
console.log(JSON.stringify({ answers: rows.length, slowest, steepest, linear: rows.every((row) => row.ratio < 12) }));

function timed(text: string, family: string): number {
  const start = performance.now();
  parseAnswer(text, family, "text", { asked: 1 });
  return (performance.now() - start) / 1000;
}
