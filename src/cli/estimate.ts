import type { CostEstimate } from "../engine/asking/index.js";
import type { RunEstimate } from "../engine/iteration/index.js";
import { costText, percent } from "../engine/report/index.js";

/** The estimate as lines for a person. */
export function estimateText({ target, instructor, cost, errorShare }: RunEstimate, currency: string): string {
  const line = (name: string, { calls, promptTokens, completionTokens, cost: part }: CostEstimate): string =>
    `  ${name.padEnd(11)} ${calls.toLocaleString("en")} calls · ${millions(promptTokens + completionTokens)} tokens · ${costText(part, currency)}`;
  return [
    `Estimate: ${costText(cost, currency)} when nothing is stored yet and ${percent(errorShare)} of the answers are wrong`,
    line("target", target),
    line("instructor", instructor),
  ].join("\n");
}

function millions(tokens: number): string {
  return tokens < 100_000 ? tokens.toLocaleString("en") : `${(tokens / 1_000_000).toFixed(1)} M`;
}
