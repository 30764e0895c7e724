const unspaced = "[\\p{sc=Han}\\p{sc=Hiragana}\\p{sc=Katakana}\\p{sc=Thai}\\p{sc=Lao}\\p{sc=Khmer}\\p{sc=Myanmar}]";
const word = new RegExp(`${unspaced}|(?:(?!${unspaced})[\\p{L}\\p{M}\\p{N}])+`, "gu");

/**
 * Words of a text as ROUGE counts them: lower-case runs of letters and digits. On ASCII text these are the tokens of
 * the reference package `rouge-score` without stemming. That package drops every other letter, which would leave only
 * the numbers of a Chinese question; here letters of all scripts count, and scripts without spaces give one word a
 * character.
 */
export function words(text: string): string[] {
  return text.toLowerCase().match(word) ?? [];
}
