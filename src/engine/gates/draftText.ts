import type { SampleDraft } from "../families/index.js";

/** The question of a draft as it is compared with others: with its options, where it has some. */
export function questionWithOptions({ question, options }: SampleDraft): string {
  if (options === null || options.length === 0) return question;
  return [question, ...options.map(({ label, text }) => `${label}. ${text}`)].join("\n");
}

/** A text in which case, spaces and typographic variants do not count. */
export function normalised(text: string): string {
  return text.normalize("NFKC").toLowerCase().replace(/[“”„]/g, '"').replace(/[‘’]/g, "'").replace(/\s+/g, " ").trim();
}
