import type { CostEstimate } from "../engine/asking/index.js";
import type { RunEstimate } from "../engine/iteration/index.js";
import { costText, percent } from "../engine/report/index.js";

/** The estimate as lines for a person. */
export function estimateText(
  { target, instructor, judge, cost, most, errorShare }: RunEstimate,
  currency: string,
): string {
  const line = (name: string, { calls, promptTokens, completionTokens, cost: part }: CostEstimate): string =>
    `  ${name.padEnd(11)} ${calls.toLocaleString("en")} calls · ${millions(promptTokens + completionTokens)} tokens · ${costText(part, currency)}`;
  return [
    `Estimate: ${rangeText(cost, most, currency)} when nothing is stored yet and ${percent(errorShare)} of the answers are wrong`,
    line("target", target),
    line("instructor", instructor),
    ...(judge.calls > 0 ? [line("judge", judge)] : []),
  ].join("\n");
}

/** The likely cost, and the most where the instructor may have to top up in further rounds. */
function rangeText(cost: number | null, most: number | null, currency: string): string {
  const likely = costText(cost, currency);
  return cost === null || most === null || most <= cost ? likely : `${likely}, at most ${costText(most, currency)}`;
}

function millions(tokens: number): string {
  return tokens < 100_000 ? tokens.toLocaleString("en") : `${(tokens / 1_000_000).toFixed(1)} M`;
}
