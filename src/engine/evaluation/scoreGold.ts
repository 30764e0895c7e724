import { extractText } from "../families/index.js";

/**
 * The gold answer of a word problem in any form in which it is recorded: `None`, a bare number or fraction, the number
 * after `####`, else after the last `A:`, else the last number. Null when there is none.
 */
export function goldNumber(text: string): string | null {
  const plain = text.trim();
  if (/^none$/i.test(plain)) return "None";
  if (/^[-+]?\$?(?:[\d,]*\.?\d+|[\d,]+\.?)(?:\/\d+)?%?$/.test(plain)) return tidy(plain);
  const hashes = extractText(plain, "after-hashes").value;
  if (hashes !== null) return /^none\b/i.test(hashes) ? "None" : (lastNumberOf(hashes) ?? null);
  const stated = [...plain.matchAll(/^\s*A:\s*(.+)$/gm)].at(-1)?.[1];
  return lastNumberOf(stated ?? plain) ?? lastNumberOf(plain);
}

function tidy(number: string): string {
  return number.replace(/[$,%+]/g, "").replace(/\.$/, "");
}

function lastNumberOf(text: string): string | null {
  const fraction = /^[-+]?\d+\/\d+$/.exec(text.trim())?.[0];
  return fraction ?? extractText(text, "last-number").value;
}

/** The gold answer of a MATH problem: the last box of a solution, else the text itself. */
export function boxedGold(text: string): string {
  return extractText(text, "boxed").value ?? text.trim();
}
