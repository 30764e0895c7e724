/** Knows texts of the engine again, in which values were filled in. This module knows nothing of the editor. */

/** What the sources say of a text: which of its placeholders are numbers, and whether it stands in values, too. */
export interface TextFacts {
  readonly numbers?: readonly number[];
  readonly value?: boolean;
}

/** `l10n/engine.json`: texts with the placeholders `{0}`, `{1}`, … */
export interface EngineCatalogue {
  readonly [template: string]: TextFacts;
}

/** A text in the person's language, with its placeholders as they are. */
export type Say = (template: string) => string;

/** `sentence`: a text of the engine as a whole. `value`: what was found or is allowed, which may be anybody's. */
export type TextKind = "sentence" | "value";

interface Pattern {
  readonly template: string;
  readonly expression: RegExp;
  /** The longest piece between placeholders: a text without it is another one. */
  readonly mark: string;
  /** Letters that are no placeholder: of two patterns that fit, the one with more of them is meant. */
  readonly weight: number;
  readonly value: boolean;
  /** A part of a text is translated only where this cannot be by chance. */
  readonly certain: boolean;
}

/** Longer texts are no sentence of ours. */
const longest = 4000;
/** Texts that are remembered; then all are forgotten. */
const mostRemembered = 5000;
/** So many letters are not there by chance. */
const fewestLetters = 10;

export class EngineTexts {
  readonly #say: Say;
  readonly #whole = new Map<string, TextFacts>();
  readonly #patterns: readonly Pattern[];
  readonly #remembered = new Map<string, string>();

  constructor(catalogue: EngineCatalogue, say: Say) {
    this.#say = say;
    const patterns: Pattern[] = [];
    for (const [template, facts] of Object.entries(catalogue)) {
      if (/\{\d+\}/u.test(template)) patterns.push(patternOf(template, facts));
      else this.#whole.set(template, facts);
    }
    this.#patterns = patterns.sort((a, b) => b.weight - a.weight);
  }

  /** The text in the person's language; as it is where it is none of the engine. */
  translate(text: string, kind: TextKind): string {
    if (text.length > longest || !/\p{L}/u.test(text)) return text;
    const key = `${kind} ${text}`;
    const known = this.#remembered.get(key);
    if (known !== undefined) return known;
    const translated = this.#match(text, kind) ?? this.#pieces(text, kind);
    if (this.#remembered.size >= mostRemembered) this.#remembered.clear();
    this.#remembered.set(key, translated);
    return translated;
  }

  /** The text as one of the catalogue; null where it is none. */
  #match(padded: string, kind: TextKind, inside = false): string | null {
    const text = padded.trim();
    const start = padded.indexOf(text);
    const [before, after] = [padded.slice(0, start), padded.slice(start + text.length)];
    const facts = text === "" ? undefined : this.#whole.get(text);
    if (facts !== undefined && (kind === "sentence" || facts.value === true))
      return `${before}${this.#say(text)}${after}`;
    for (const { template, expression, mark, value, certain } of this.#patterns) {
      if ((kind === "value" && !value) || (inside && !certain) || !text.includes(mark)) continue;
      const found = expression.exec(text);
      if (found === null) continue;
      // What is filled in may be a text of the engine, too, such as what another fault says.
      const values = found.slice(1).map((one) => this.#match(one, kind, true) ?? one);
      return `${before}${filled(this.#say(template), values)}${after}`;
    }
    return null;
  }

  /** Texts that were put together: a fault with its place in a line of its own, sentences, and parts of a list. */
  #pieces(text: string, kind: TextKind): string {
    for (const separator of ["\n", "; ", ". "]) {
      if (!text.includes(separator)) continue;
      const pieces = text.split(separator);
      const ended = separator === ". " ? "." : "";
      return pieces
        .map((piece, index) => {
          const whole = index < pieces.length - 1 ? `${piece}${ended}` : piece;
          return separator === "\n"
            ? this.translate(whole, kind)
            : (this.#match(whole, kind, true) ?? this.#behindPlace(whole, kind));
        })
        .join(separator.slice(ended.length));
    }
    return this.#behindPlace(text, kind);
  }

  /** `preceptor.json:3 · models: is missing`: what stands behind the place. */
  #behindPlace(text: string, kind: TextKind): string {
    for (let at = text.indexOf(": "); at !== -1; at = text.indexOf(": ", at + 1)) {
      const found = this.#match(text.slice(at + 2), kind, true);
      if (found !== null) return `${text.slice(0, at + 2)}${found}`;
    }
    return text;
  }
}

/** Done here, because the editor takes `{{ {0} }}` for a placeholder with a strange name. */
function filled(template: string, values: readonly string[]): string {
  return template.replace(/\{(\d+)\}/gu, (placeholder, number: string) => values[Number(number)] ?? placeholder);
}

function patternOf(template: string, { numbers = [], value = false }: TextFacts): Pattern {
  // Every second piece is the number of a placeholder; they count from 0 in the order of the text.
  const pieces = template.split(/\{(\d+)\}/u);
  const literals = pieces.filter((_, index) => index % 2 === 0);
  const source = pieces
    .map((piece, index) => {
      if (index % 2 === 0) return piece.replace(/[\\^$.*+?()[\]{}|/]/gu, "\\$&");
      return numbers.includes(Number(piece)) ? "(-?\\d[\\d.,e+-]*|NaN|-?Infinity)" : "([^]*?)";
    })
    .join("");
  const weight = literals.join("").replaceAll(/[^\p{L}\p{N}]/gu, "").length;
  return {
    template,
    expression: new RegExp(`^${source}$`, "u"),
    mark: literals.reduce((a, b) => (b.length > a.length ? b : a), ""),
    weight,
    value,
    certain: weight >= fewestLetters || numbers.length === literals.length - 1,
  };
}
