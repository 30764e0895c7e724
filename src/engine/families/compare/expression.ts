import { closingBrace } from "../extract/boxed.js";

/**
 * Whether two normalised LaTeX expressions have the same value: numbers, fractions, roots, powers, `\pi`, and letters,
 * which are tried at several fixed places. False when either is no such expression.
 */
export function sameValue(a: string, b: string): boolean {
  if (holdsWords(a) || holdsWords(b)) return false;
  let compared = 0;
  for (const seed of [0.37, 1.13, 2.71, 3.91]) {
    const left = evaluate(a, seed);
    const right = evaluate(b, seed);
    if (left === null || right === null) return false;
    if (!Number.isFinite(left) || !Number.isFinite(right)) continue;
    const scale = Math.max(1, Math.abs(left), Math.abs(right));
    if (Math.abs(left - right) > 1e-9 * scale) return false;
    compared += 1;
  }
  return compared >= 2;
}

/** Words are not products of letters: `cat` is not `act`. */
function holdsWords(text: string): boolean {
  return /[a-zA-Z]{3}/.test(text.replace(/\\[a-zA-Z]+/g, " "));
}

/** Value of the letter at a place; letters differ so that `x - y` is not `y - x`. */
function letterValue(letter: string, seed: number): number {
  return seed * (1 + letter.charCodeAt(0) / 61) + 0.1;
}

function evaluate(text: string, seed: number): number | null {
  if (text.length > 400) return null;
  const reader = new Reader(text, seed);
  const value = reader.sum();
  return value !== null && reader.done ? value : null;
}

/** Recursive descent over `sum → product → power → atom`; every method gives null when the text is no expression. */
class Reader {
  readonly #text: string;
  readonly #seed: number;
  #at = 0;

  constructor(text: string, seed: number) {
    this.#text = text;
    this.#seed = seed;
  }

  get done(): boolean {
    return this.#at === this.#text.length;
  }

  sum(): number | null {
    let total = this.#take("-") ? negated(this.#product()) : (this.#take("+"), this.#product());
    while (total !== null) {
      if (this.#take("+")) total = joined(total, this.#product(), (x, y) => x + y);
      else if (this.#take("-")) total = joined(total, this.#product(), (x, y) => x - y);
      else break;
    }
    return total;
  }

  #product(): number | null {
    let total = this.#power();
    while (total !== null && !this.done) {
      if (this.#take("*")) total = joined(total, this.#power(), (x, y) => x * y);
      else if (this.#take("/")) total = joined(total, this.#power(), (x, y) => x / y);
      else if (this.#startsAtom()) total = this.#beside(total);
      else break;
    }
    return total;
  }

  /** Two things side by side are multiplied, except a whole number before a fraction: a mixed number. */
  #beside(left: number): number | null {
    const mixed = /\d$/.test(this.#text.slice(0, this.#at)) && this.#text.startsWith("\\frac{", this.#at);
    const right = this.#power();
    return joined(left, right, (x, y) => (mixed && y < 1 ? x + y : x * y));
  }

  #power(): number | null {
    const base = this.#atom();
    if (base === null || !this.#take("^")) return base;
    const exponent = this.#take("-") ? negated(this.#atom()) : this.#atom();
    return joined(base, exponent, (x, y) => x ** y);
  }

  #startsAtom(): boolean {
    return /^(?:[\da-zA-Z({]|\\(?:frac|sqrt|pi))/.test(this.#text.slice(this.#at));
  }

  #atom(): number | null {
    const rest = this.#text.slice(this.#at);
    const number = /^(?:\d+(?:\.\d+)?)/.exec(rest)?.[0];
    if (number !== undefined) return this.#skip(number.length, Number(number));
    if (rest.startsWith("\\pi")) return this.#skip(3, Math.PI);
    if (rest.startsWith("\\frac")) return this.#fraction();
    if (rest.startsWith("\\sqrt")) return this.#root();
    if (rest.startsWith("{")) return this.#group();
    if (this.#take("(")) {
      const inner = this.sum();
      return inner !== null && this.#take(")") ? inner : null;
    }
    const letter = /^[a-zA-Z]/.exec(rest)?.[0];
    return letter === undefined ? null : this.#skip(1, letterValue(letter, this.#seed));
  }

  #fraction(): number | null {
    this.#at += "\\frac".length;
    return joined(this.#group(), this.#group(), (x, y) => x / y);
  }

  #root(): number | null {
    this.#at += "\\sqrt".length;
    const degree = /^\[(\d+)\]/.exec(this.#text.slice(this.#at));
    if (degree !== null) this.#at += degree[0].length;
    const inner = this.#group();
    return inner === null ? null : inner ** (1 / Number(degree?.[1] ?? 2));
  }

  #group(): number | null {
    if (this.#text[this.#at] !== "{") return null;
    const end = closingBrace(this.#text, this.#at);
    if (end === null) return null;
    const value = evaluate(this.#text.slice(this.#at + 1, end), this.#seed);
    this.#at = end + 1;
    return value;
  }

  #take(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at += 1;
    return true;
  }

  #skip(length: number, value: number): number {
    this.#at += length;
    return value;
  }
}

function negated(value: number | null): number | null {
  return value === null ? null : -value;
}

function joined(a: number | null, b: number | null, combine: (x: number, y: number) => number): number | null {
  return a === null || b === null ? null : combine(a, b);
}
