import type { Rational } from "./rational.js";
import { type Token, tokens } from "./equationTokens.js";
import { readings } from "./equationValue.js";

/** One side of an equation. */
export interface Segment {
  readonly start: number;
  readonly end: number;
  readonly operators: number;
  /** Values under each sensible reading of percent; the first is the plain one. Empty when the side has no value. */
  readonly values: readonly Rational[];
  readonly decimals: number;
  readonly approximate: boolean;
  readonly firstOperand: Rational | null;
  /** `1/3` and nothing else. */
  readonly isPlainFraction: boolean;
}

/** Chains of sides around equals signs. A chain has at least two sides. */
export function segmentsOf(text: string): Segment[][] {
  const all = tokens(text);
  const chains: Segment[][] = [];
  let at = 0;
  while (at < all.length) {
    if (all[at]?.kind !== "equals") {
      at += 1;
      continue;
    }
    const chain: Segment[] = [];
    const left = sideBefore(all, at);
    if (left !== null) chain.push(left);
    let next = at;
    while (all[next]?.kind === "equals") {
      const side = sideAfter(all, next);
      if (side === null) break;
      const segment = toSegment(all.slice(next + 1, side), all[next]?.approximate === true);
      if (segment === null) break;
      chain.push(segment);
      next = side;
    }
    if (left !== null && chain.length > 1) chains.push(chain);
    at = Math.max(next, at + 1);
  }
  return chains;
}

/** Index after the last token of the side that begins after the equals sign at `equals`; null when none begins there. */
function sideAfter(all: readonly Token[], equals: number): number | null {
  let end = equals + 1;
  let depth = 0;
  let wantsOperand = true;
  let last = equals;
  while (end < all.length) {
    const token = all[end];
    if (token === undefined) break;
    if (token.kind === "number" && wantsOperand) wantsOperand = false;
    else if (token.kind === "open" && wantsOperand) depth += token.text.length;
    else if (token.kind === "close" && !wantsOperand && depth > 0) depth -= token.text.length;
    else if (token.kind === "operator" && (!wantsOperand || token.text === "-")) {
      // A spaced dash after a complete side may be punctuation; it is an operator only when a number follows.
      const following = all[end + 1];
      if (following === undefined || !["number", "open", "operator"].includes(following.kind)) break;
      wantsOperand = true;
    } else if (token.kind === "word" && !wantsOperand) {
      const skipped = unitWords(all, end);
      const after = all[skipped];
      const goesOn = after?.kind === "equals" || (after?.kind === "operator" && all[skipped + 1]?.kind === "number");
      if (!goesOn) break;
      end = skipped;
      continue;
    } else break;
    end += 1;
    if (!wantsOperand && depth === 0) last = end;
  }
  const [edge, next] = [all[last - 1], all[last]];
  const goesOn = next !== undefined && edge?.end === next.start && ["word", "open", "number"].includes(next.kind);
  return last === equals || goesOn ? null : skipUnits(all, last);
}

/** Unit words after a side belong to it when another equals sign follows: `9 eggs = …`. */
function skipUnits(all: readonly Token[], from: number): number {
  const skipped = unitWords(all, from);
  return all[skipped]?.kind === "equals" ? skipped : from;
}

/** Index after at most three lower-case words. */
function unitWords(all: readonly Token[], from: number): number {
  let at = from;
  while (at < from + 3 && all[at]?.kind === "word" && /^\p{Ll}/u.test(all[at]?.text ?? "")) at += 1;
  return at;
}

/** The side that ends at the equals sign: as far left as the text is arithmetic. */
function sideBefore(all: readonly Token[], equals: number): Segment | null {
  let start = equals;
  let depth = 0;
  let complete = equals;
  let needsOperand = true;
  while (start > 0) {
    let token = all[start - 1];
    let skipped = 0;
    while (token?.kind === "word" && needsOperand && skipped < 3 && /^\p{Ll}/u.test(token.text)) {
      skipped += 1;
      token = all[start - 1 - skipped];
    }
    if (skipped > 0 && token?.kind !== "number") break;
    if (token === undefined) break;
    if (token.kind === "number" && needsOperand) needsOperand = false;
    else if (token.kind === "close" && needsOperand) depth += token.text.length;
    else if (token.kind === "open" && depth > 0 && (!needsOperand || isSign(all[start]))) {
      depth -= token.text.length;
      needsOperand = false;
    } else if (token.kind === "operator" && !needsOperand) needsOperand = true;
    else break;
    start -= 1 + skipped;
    if (!needsOperand && depth === 0) complete = start;
  }
  // A dash that touches the first number is its sign; one with a space after it is a bullet.
  if (depth === 0 && start === complete - 1 && isSign(all[start])) complete = start;
  if (complete === equals || isCutOff(all, complete) || isConversion(all, complete, equals)) return null;
  return toSegment(all.slice(complete, equals), false);
}

/** Whether the side goes on to the left in a way that is not understood: `f(2)-6`, `1,0000/10`, `80 000 x 2`. */
function isCutOff(all: readonly Token[], from: number): boolean {
  const before = all[from - 1];
  const first = all[from];
  if (before === undefined || first === undefined) return false;
  if (before.kind === "number" || before.kind === "close") return !/[.\n]/.test(before.text);
  if (before.kind === "operator") return before.text !== "-" && before.text !== "*";
  const touches = before.end === first.start;
  return touches && before.kind !== "equals" && !/^[<>:"'“‘`([*~\n]/.test(before.text);
}

/** `2 kg = 2 * 1000` says how much something is; it is no claim that 2 is 2000. */
function isConversion(all: readonly Token[], from: number, equals: number): boolean {
  const side = all.slice(from, equals);
  return side.filter((token) => token.kind !== "word").length === 1 && side.length > 1;
}

function isSign(token: Token | undefined): boolean {
  return token?.kind === "operator" && token.text === "-" && token.touchesNext;
}

function toSegment(side: readonly Token[], approximate: boolean): Segment | null {
  const parts = side.filter((token) => token.kind !== "word");
  const [first] = parts;
  const last = parts.at(-1);
  if (first === undefined || last === undefined) return null;
  const values = [...readings(parts), ...afterLabel(parts)];
  if (values.length === 0) return null;
  const count = parts.filter((token, index) => token.kind === "operator" && index > 0).length;
  return {
    start: first.start,
    end: last.end,
    operators: count,
    values,
    decimals: last.decimals,
    approximate,
    firstOperand: first.kind === "number" ? first.value : null,
    isPlainFraction: count === 1 && parts.some((token) => token.text === "/" || token.text === ")/("),
  };
}

/** In `Day 2 - $40 + $5 = $45` the first number may be a label; the rest is one more reading. */
function afterLabel(parts: readonly Token[]): Rational[] {
  const [first, dash, next] = parts;
  const isLabel = first?.kind === "number" && /^\d{1,2}$/.test(first.text) && dash?.text === "-" && !dash.touchesNext;
  return isLabel && next?.kind === "number" && parts.length > 3 ? readings(parts.slice(2)) : [];
}
