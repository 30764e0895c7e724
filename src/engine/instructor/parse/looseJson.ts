/**
 * Reads JSON as language models write it: trailing and missing commas, comments, single and curly quotes, unescaped line
 * breaks and quotes, triple quotes, bare keys, NaN, None, missing closing brackets. Never throws and reads every
 * character a bounded number of times.
 */

export type LooseObject = { [key: string]: LooseValue };
export type LooseValue = null | boolean | number | string | LooseValue[] | LooseObject;

export interface LooseValuePlace {
  readonly key: string;
  readonly start: number;
  readonly end: number;
}

export interface LooseResult {
  readonly value: LooseValue;
  readonly end: number;
  /** Start and end of each object in the text. */
  readonly spans: ReadonlyMap<LooseObject, readonly [number, number]>;
  /** Where the values of each object stand, without the white space around them. */
  readonly values: ReadonlyMap<LooseObject, readonly LooseValuePlace[]>;
  /** Objects whose last value was cut off by the end of the text. */
  readonly cut: ReadonlySet<LooseObject>;
}

const maxDepth = 64;
/** How far the reader looks ahead to decide whether a quote closes a string. */
const lookahead = 160;
const closing: { readonly [open: string]: string } = {
  '"': '"',
  "'": "'",
  "`": "`",
  "\u201C": "\u201D",
  "\u2018": "\u2019",
};
const keyAhead =
  /[\s,]*(?:["'\u201C\u2018][^"'\u201C\u201D\u2018\u2019\n]{1,60}["'\u201D\u2019]|[A-Za-z_]\w{0,60})\s{0,20}:/y;

/** Reads one value that starts at `start` (white space before it is skipped). */
export function readLooseJson(text: string, start: number): LooseResult {
  return new LooseReader(text, start).result();
}

class LooseReader {
  readonly #text: string;
  #at: number;
  readonly #spans = new Map<LooseObject, readonly [number, number]>();
  readonly #values = new Map<LooseObject, LooseValuePlace[]>();
  readonly #cut = new Set<LooseObject>();
  /** True once the end of the text interrupted a string, a number or a word. */
  #interrupted = false;

  constructor(text: string, start: number) {
    this.#text = text;
    this.#at = start;
  }

  result(): LooseResult {
    const value = this.#value(0, "top");
    return { value, end: this.#at, spans: this.#spans, values: this.#values, cut: this.#cut };
  }

  #value(depth: number, inside: "object" | "array" | "top"): LooseValue {
    this.#space();
    const char = this.#text[this.#at];
    if (char === undefined) {
      this.#interrupted = true;
      return null;
    }
    if (char === "{" && depth < maxDepth) return this.#object(depth);
    if (char === "[" && depth < maxDepth) return this.#array(depth);
    if (closing[char] !== undefined) return this.#string(inside);
    return this.#bare(inside);
  }

  #object(depth: number): LooseObject {
    const start = this.#at;
    const result: LooseObject = Object.create(null) as LooseObject;
    const places: LooseValuePlace[] = [];
    this.#at += 1;
    for (;;) {
      this.#separators();
      const char = this.#text[this.#at];
      if (char === undefined) break;
      if (char === "}") {
        this.#at += 1;
        break;
      }
      if (char === "]") break;
      const before = this.#at;
      const key = closing[char] === undefined ? this.#bareKey() : this.#key();
      this.#space();
      if (this.#text[this.#at] === ":" || this.#text[this.#at] === "=") {
        this.#at += this.#text.startsWith("=>", this.#at) ? 2 : 1;
        this.#space();
        const valueStart = this.#at;
        result[key] = this.#value(depth + 1, "object");
        places.push({ key, start: valueStart, end: this.#at });
      } else if (this.#at === before) {
        this.#at += 1;
      } else if (this.#at >= this.#text.length) {
        this.#interrupted = true;
      }
    }
    this.#spans.set(result, [start, this.#at]);
    this.#values.set(result, places);
    if (this.#interrupted) this.#cut.add(result);
    // Only the innermost object lost its last value; the ones around it merely lack brackets.
    this.#interrupted = false;
    return result;
  }

  #array(depth: number): LooseValue[] {
    const result: LooseValue[] = [];
    this.#at += 1;
    for (;;) {
      this.#separators();
      const char = this.#text[this.#at];
      if (char === undefined) return result;
      if (char === "]") {
        this.#at += 1;
        return result;
      }
      if (char === "}") return result;
      const before = this.#at;
      result.push(this.#value(depth + 1, "array"));
      if (this.#at === before) this.#at += 1;
    }
  }

  #separators(): void {
    this.#space();
    while (this.#text[this.#at] === "," || this.#text[this.#at] === ";") {
      this.#at += 1;
      this.#space();
    }
  }

  /** Skips white space and comments. */
  #space(): void {
    for (;;) {
      while (/\s/.test(this.#text[this.#at] ?? "")) this.#at += 1;
      if (this.#text.startsWith("//", this.#at) || this.#text[this.#at] === "#") {
        const end = this.#text.indexOf("\n", this.#at);
        this.#at = end === -1 ? this.#text.length : end;
      } else if (this.#text.startsWith("/*", this.#at)) {
        const end = this.#text.indexOf("*/", this.#at);
        this.#at = end === -1 ? this.#text.length : end + 2;
      } else {
        return;
      }
    }
  }

  #key(): string {
    const close = closing[this.#text[this.#at] ?? ""] ?? '"';
    const start = this.#at + 1;
    const near = this.#text.slice(start, start + lookahead);
    const end = near.indexOf(close);
    const line = near.indexOf("\n");
    if (end === -1 || (line !== -1 && line < end)) return this.#bareKey();
    this.#at = start + end + 1;
    return near.slice(0, end);
  }

  #bareKey(): string {
    const start = this.#at;
    while (this.#at < this.#text.length && !/[:=,{}[\]\n]/.test(this.#text[this.#at] ?? "")) this.#at += 1;
    return this.#text.slice(start, this.#at).replace(/["'\s]+/g, "");
  }

  /** A number, a word or text without quotes, up to the next separator. */
  #bare(inside: "object" | "array" | "top"): LooseValue {
    const start = this.#at;
    const stop = inside === "object" ? /[,}\n]/ : /[,\]}\n]/;
    while (this.#at < this.#text.length && !stop.test(this.#text[this.#at] ?? "")) this.#at += 1;
    if (this.#at >= this.#text.length) this.#interrupted = true;
    const word = this.#text
      .slice(start, this.#at)
      .replace(/\s*\/\/.*$/, "")
      .trim();
    if (/^[+-]?(?:\d{1,3}(?:_\d{3})+|\d+)(?:\.\d*)?(?:[eE][+-]?\d+)?$/.test(word))
      return Number(word.replaceAll("_", ""));
    switch (word.toLowerCase()) {
      case "true":
        return true;
      case "false":
        return false;
      case "":
      case "null":
      case "none":
      case "undefined":
      case "nan":
        return null;
      default:
        return word;
    }
  }

  #string(inside: "object" | "array" | "top"): string {
    const open = this.#text[this.#at] ?? '"';
    const triple = open.repeat(3);
    if (open !== "`" && this.#text.startsWith(triple, this.#at)) {
      const end = this.#text.indexOf(triple, this.#at + 3);
      const stop = end === -1 ? this.#text.length : end;
      const raw = this.#text.slice(this.#at + 3, stop);
      this.#interrupted = end === -1;
      this.#at = end === -1 ? stop : end + 3;
      return raw.replace(/^\n/, "");
    }
    const close = closing[open] ?? open;
    let result = "";
    let parens = 0;
    this.#at += 1;
    for (;;) {
      const char = this.#text[this.#at];
      if (char === undefined) {
        this.#interrupted = true;
        return result;
      }
      if (char === "\\") {
        result += this.#escape();
        continue;
      }
      if (char === close && this.#closes(inside, parens > 0)) {
        this.#at += 1;
        return result;
      }
      if (char === "(") parens += 1;
      else if (char === ")") parens -= 1;
      result += char;
      this.#at += 1;
    }
  }

  /** Whether the quote here ends the string, judged by what follows it. */
  #closes(inside: "object" | "array" | "top", openParen: boolean): boolean {
    const ahead = this.#text.slice(this.#at + 1, this.#at + 1 + lookahead);
    const rest = ahead.replace(/^(?:\s+|\/\/[^\n]*\n?)+/, "");
    const next = rest[0];
    if (next === undefined) return true;
    const newLine = /^[^\S\n]*\n/.test(ahead);
    if (inside === "object") {
      if (next === "}" || next === "]") return /^[}\]\s,;`]*(?:$|["'{[\u201C`\n,]|[A-Za-z#/-])/.test(rest);
      if (next === ",") return this.#keyFollows() || /^,\s*(?:[}\]]|$|\/[/*]|\{)/.test(rest);
      return newLine && this.#keyFollows();
    }
    if (next === "]" || next === "}") return !openParen || newLine || /^\]\s*[,}]/.test(rest);
    if (next === ",")
      return !openParen && /^,\s*(?:["'\u201C\u2018`{[\]}\d-]|$|\/[/*]|None|null|true|false)/i.test(rest);
    return newLine && !openParen && closing[next] !== undefined;
  }

  #keyFollows(): boolean {
    keyAhead.lastIndex = this.#at + 1;
    return keyAhead.test(this.#text);
  }

  #escape(): string {
    const next = this.#text[this.#at + 1];
    this.#at += 2;
    switch (next) {
      case undefined:
        this.#interrupted = true;
        return "";
      case "n":
        return "\n";
      case "t":
        return "\t";
      case "r":
        return "\r";
      case "b":
        return "\b";
      case "f":
        return "\f";
      case "u": {
        const hex = this.#text.slice(this.#at, this.#at + 4);
        if (!/^[0-9a-fA-F]{4}$/.test(hex)) return "\\u";
        this.#at += 4;
        return String.fromCharCode(Number.parseInt(hex, 16));
      }
      case '"':
      case "'":
      case "/":
      case "\\":
      case "`":
        return next;
      case "\n":
        return "\n";
      default:
        // An escape that JSON does not know is nearly always LaTeX: keep the backslash.
        return `\\${next}`;
    }
  }
}
