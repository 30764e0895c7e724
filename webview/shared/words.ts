import { moneyText } from "../../src/protocol/money.js";

/** Fills `{0}`, `{1}`, … of a text that the extension host sent. */
export function filled(text: string, ...values: readonly (string | number)[]): string {
  return text.replace(/\{(\d)\}/gu, (whole, index: string) => String(values[Number(index)] ?? whole));
}

/** A number as a person reads it. */
export function figure(value: number): string {
  return value.toLocaleString(document.documentElement.lang || undefined);
}

/** Tokens of prompts and answers; with `≈` where no server counted them. */
export function tokenFigure({
  promptTokens,
  completionTokens,
  estimated,
}: {
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly estimated: boolean;
}): string {
  const count = figure(promptTokens + completionTokens);
  return estimated ? `≈ ${count}` : count;
}

/** An amount of money in the language of the page. */
export function money(value: number, currency: string): string {
  return moneyText(value, currency, document.documentElement.lang || undefined);
}
