/** Counts the tokens of a text. */
export type CountTokens = (text: string) => number;

/**
 * Loads the o200k vocabulary, which takes a moment and some megabytes, so only those who count pay for it. Other
 * models' tokenizers differ by some per cent: these counts are for estimates, never for what was paid.
 */
export async function loadTokenCounter(): Promise<CountTokens> {
  const { countTokens } = await import("gpt-tokenizer/encoding/o200k_base");
  // Without the empty set, a text that merely mentions <|endoftext|> makes the library throw.
  const options = { disallowedSpecial: new Set<string>() };
  return (text) => countTokens(text, options);
}
