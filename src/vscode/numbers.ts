import * as vscode from "vscode";
import { moneyText } from "../protocol/money.js";

/** A number in the language of the window; with `digits`, so many behind the point. */
export function number(value: number, digits?: number): string {
  return value.toLocaleString(vscode.env.language, { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** A share as per cent with one digit: 42.4 %. */
export function percent(share: number): string {
  return vscode.l10n.t("{0} %", number(share * 100, 1));
}

/** An amount of money in the language of the window. */
export function money(amount: number, currency: string): string {
  return moneyText(amount, currency, vscode.env.language);
}
