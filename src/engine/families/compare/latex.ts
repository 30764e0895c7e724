import { closingBrace } from "../extract/boxed.js";
import { sameValue } from "./expression.js";

/**
 * Answers of MATH are LaTeX; two of them are equal when they mean the same: `\frac12` and `\dfrac{1}{2}`, `0.5` and
 * `\frac{1}{2}`, `10\%` and `10`, `x=5` and `5`, `(1, 2)` and `\left(1,2\right)`, `\text{(A)}` and `A`.
 */
export function sameLatex(answer: string, gold: string): boolean {
  const a = normaliseLatex(answer);
  const b = normaliseLatex(gold);
  if (a === b) return true;
  if (a === "" || b === "") return false;
  const left = parts(a);
  const right = parts(b);
  if (left.items.length !== right.items.length || left.brackets !== right.brackets) return false;
  if (left.items.length === 1 && left.brackets === "") return sameItem(a, b);
  return sameItems(left.items, right.items, left.brackets === "\\{\\}" || left.brackets === "");
}

function sameItems(left: readonly string[], right: readonly string[], anyOrder: boolean): boolean {
  if (!anyOrder) return left.every((item, index) => sameItem(item, right[index] ?? ""));
  const rest = [...right];
  for (const item of left) {
    const at = rest.findIndex((other) => sameItem(item, other));
    if (at === -1) return false;
    rest.splice(at, 1);
  }
  return true;
}

function sameItem(a: string, b: string): boolean {
  if (a === b) return true;
  const left = withoutName(a);
  const right = withoutName(b);
  return left === right || left.toLowerCase() === right.toLowerCase() || sameValue(left, right);
}

/** `x=5`, `x\in[1,2]` and `f(x)=3x` name what the answer is of; the name is no part of it. */
function withoutName(text: string): string {
  return text.replace(/^[A-Za-z](?:_\{?\w+\}?)?(?:\([A-Za-z]\))?(?:=|\\in(?![A-Za-z]))/, "");
}

/** Splits a tuple, an interval, a set or a bare list at its outer commas. */
function parts(text: string): { items: string[]; brackets: string } {
  const bare = withoutName(text);
  const open = /^(?:\\\{|[([])/.exec(bare)?.[0];
  const close = /(?:\\\}|[)\]])$/.exec(bare)?.[0];
  if (open !== undefined && close !== undefined && matching(bare)) {
    const items = splitOuter(bare.slice(open.length, bare.length - close.length));
    if (items.length > 1 || open === "\\{") return { items, brackets: open + close };
  }
  const items = splitOuter(text);
  return { items, brackets: "" };
}

/** Whether the first bracket closes only at the end. */
function matching(text: string): boolean {
  let depth = 0;
  for (let index = 0; index < text.length; index += 1) {
    if ("([{".includes(text[index] ?? "")) depth += 1;
    if (")]}".includes(text[index] ?? "")) depth -= 1;
    if (depth === 0 && index < text.length - 1 && text[index] !== "\\") return false;
  }
  return true;
}

function splitOuter(text: string): string[] {
  const items: string[] = [];
  let depth = 0;
  let from = 0;
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index] ?? "";
    if ("([{".includes(character)) depth += 1;
    else if (")]}".includes(character)) depth -= 1;
    else if (character === "," && depth === 0) {
      items.push(text.slice(from, index));
      from = index + 1;
    }
  }
  return [...items, text.slice(from)];
}

const fullWords: readonly (readonly [RegExp, string])[] = [
  [/\\(?:left|right|displaystyle|textstyle|big|Big|bigg|Bigg|limits)(?![A-Za-z])/g, ""],
  [/\\(?:[,;:!> ]|quad(?![A-Za-z])|qquad(?![A-Za-z]))/g, ""],
  [/\\[dtc]frac(?![A-Za-z])/g, "\\frac"],
  [/\\(?:leq|le|leqslant)(?![A-Za-z])|≤/g, "\\le "],
  [/\\(?:geq|ge|geqslant)(?![A-Za-z])|≥/g, "\\ge "],
  [/\\(?:neq|ne)(?![A-Za-z])|≠/g, "\\ne "],
  [/\\(?:cdot|times|ast)(?![A-Za-z])|[×·⋅]/g, "*"],
  [/\\div(?![A-Za-z])|÷/g, "/"],
  [/π/g, "\\pi "],
  [/∞/g, "\\infty "],
  [/[−–]/g, "-"],
  [/\\lbrace(?![A-Za-z])/g, "\\{"],
  [/\\rbrace(?![A-Za-z])/g, "\\}"],
  [/\^\{?\\circ\}?|°|\\degree(?![A-Za-z])/g, ""],
  [/\\?%/g, ""],
  [/\\?\$/g, ""],
];

/** One spelling for each answer: no spacing, sizing, units, currency, degrees or percent; fractions and roots braced. */
function normaliseLatex(source: string): string {
  let text = source
    .trim()
    .replace(/^\\[([]|\\[)\]]$/g, "")
    .replace(/\.+$/, "");
  for (const [pattern, replacement] of fullWords) text = text.replace(pattern, replacement);
  text = unwrapWords(text);
  text = text.replace(/\s+/g, "");
  text = text.replace(/(?<![\d.,])(\d{1,3}(?:(?:,|\{,\})\d{3})+)(?![\d,])/g, (number) => number.replace(/[,{}]/g, ""));
  text = braceArguments(text);
  text = text
    .replace(/(?<!\d)\.(\d)/g, "0.$1")
    .replace(/(\d)\.0+(?!\d)/g, "$1")
    .replace(/(\.\d*?[1-9])0+(?!\d)/g, "$1");
  text = text.replace(/^\(([A-Za-z])\)$/, "$1").replace(/^\{(.*)\}$/, "$1");
  return text.replace(/\.+$/, "");
}

/** Text boxes after a number are units and go; elsewhere their words stay. */
function unwrapWords(source: string): string {
  let text = source;
  for (let guard = 0; guard < 50; guard += 1) {
    const match = /\\(?:text(?:bf|it|rm|sf|tt|normal)?|mbox|hbox|mathrm|mathbf|mathit|operatorname)\s*(?=\{)/.exec(
      text,
    );
    if (match === null) break;
    const open = match.index + match[0].length;
    const close = closingBrace(text, open);
    if (close === null) break;
    const words = text.slice(open + 1, close);
    const before = text.slice(0, match.index).trimEnd();
    const isUnit = /[\d})]$/.test(before) && !/^\s*(?:and|or|to)\b/.test(words) && /[A-Za-z]/.test(words);
    const after = text.slice(close + 1).replace(isUnit ? /^\s*\^\s*\{?\d\}?/ : /^$/, "");
    const list = /^\s*(?:and|or)\s*$/.test(words) ? "," : words;
    text = `${before}${isUnit ? "" : list}${after}`;
  }
  return text.replace(/(\d)\s+(?!and\b|or\b|to\b)[A-Za-z]{2,}(?:\s+[A-Za-z]+)*\.?$/, "$1");
}

/** `\frac12`, `\frac1{2}`, `\sqrt2`, `x^12` with their arguments in braces; `a/b` of whole numbers as a fraction. */
function braceArguments(source: string): string {
  let text = source.replace(/\\frac(?![{A-Za-z])(\d)(\d)/g, "\\frac{$1}{$2}");
  text = text.replace(/\\frac(\d)\{/g, "\\frac{$1}{").replace(/(\\frac\{[^{}]*\})(\d|[a-z])(?!\})/g, "$1{$2}");
  text = text.replace(/\\sqrt(\d|[a-z](?![a-z]))/g, "\\sqrt{$1}").replace(/\^\{(\w)\}/g, "^$1");
  return text.replace(/^(-?)(\d+)\/(\d+)$/, "$1\\frac{$2}{$3}").replace(/\\frac\{-(\w+)\}/, "-\\frac{$1}");
}
