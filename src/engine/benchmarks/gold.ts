/** Reading the gold answer from the forms in which benchmarks publish it. */
import { extractText } from "../families/index.js";

/** Text after the last `####`, first line, without thousands commas (GSM8K); null when there is no mark. */
export function goldAfterHashes(text: string): string | null {
  const at = text.lastIndexOf("####");
  if (at === -1) return null;
  const gold =
    text
      .slice(at + 4)
      .split("\n")[0]
      ?.trim() ?? "";
  return gold === "" ? null : (plainNumber(gold) ?? gold);
}

/**
 * A number as text without thousands commas, currency and percent signs: `2125`, `-3`, `1/4`, `0.5`; null when the text
 * is not one number.
 */
export function plainNumber(text: string): string | null {
  const plain = text
    .trim()
    .replace(/^([-−])?\s*\$\s*/u, "$1")
    .replace(/^−/u, "-")
    .replace(/\s*%$/u, "");
  if (!/^[-+]?(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d+)?(?:\/[1-9]\d*)?$/u.test(plain) || !/\d/u.test(plain)) return null;
  if (plain.startsWith("/")) return null;
  return plain.replaceAll(",", "").replace(/^\+/u, "");
}

/** Content of the last `\boxed{…}` with braces matched, or the one token after `\boxed `; null when there is none. */
export function goldInBox(text: string): string | null {
  return extractText(text, "boxed").value;
}

/** Line ends as `\n`, in the way Python reads source: upstream code has `\r\n` in most places, a lone `\r` in some. */
export function unixLines(text: string): string {
  return text.replaceAll(/\r\n?/gu, "\n");
}

/** The function of a reference program that every test calls, the last one when there are several; null when none. */
export function calledFunction(program: string, tests: readonly string[]): string | null {
  const defined = [...program.matchAll(/^def\s+([A-Za-z_]\w*)/gmu)].map((match) => match[1] ?? "");
  const called = defined.filter((name) => tests.every((test) => new RegExp(`\\b${name}\\s*\\(`, "u").test(test)));
  return called.at(-1) ?? null;
}
