import { diffWordsWithSpace } from "diff";
import type { Case } from "../../engine/families/index.js";
import type { LoopBenchmark } from "../../engine/iteration/index.js";
import type { MarkedText } from "../../protocol/worker/index.js";
import { once } from "../kept.js";

/** Characters of two questions together up to which words are compared in their order: beyond, that takes long. */
const mostInOrder = 4000;

/** Characters of one question whose words are compared: the panel shows no more of it. */
const mostCompared = 20_000;

export interface Marked {
  readonly own: MarkedText;
  readonly other: MarkedText;
}

/** What was compared with a case stays as it is while k changes. */
const comparedWith = once((_error: Case) => new Map<Case, Marked>());

/** The questions of two cases in pieces: what only one of them has is marked in it. Blanks alone are never marked. */
export function marked(error: Case, neighbour: Case, family: LoopBenchmark["family"]): Marked {
  const compared = comparedWith(error);
  const present = compared.get(neighbour);
  if (present !== undefined) return present;
  const made = compareTexts(family.questionText(error), family.questionText(neighbour));
  compared.set(neighbour, made);
  return made;
}

/**
 * Two texts in pieces. Short ones are compared word by word in their order; in long ones, a word is marked that the other
 * text does not have anywhere.
 */
export function compareTexts(own: string, other: string): Marked {
  if (own.length + other.length > mostInOrder) return { own: lacking(own, other), other: lacking(other, own) };
  const parts = diffWordsWithSpace(own, other);
  const pieces = (skip: "added" | "removed"): MarkedText =>
    parts
      .filter((part) => !part[skip])
      .map(({ value, added, removed }) => ({ text: value, differs: (added || removed) && value.trim() !== "" }));
  return { own: pieces("added"), other: pieces("removed") };
}

const word = /[\p{L}\p{N}\p{M}_]+|[^\p{L}\p{N}\p{M}_\s]/gu;

function lacking(text: string, other: string): MarkedText {
  const compared = text.slice(0, mostCompared);
  const there = new Set(other.match(word) ?? []);
  const pieces: { text: string; differs: boolean }[] = [];
  const add = (piece: string, differs: boolean): void => {
    if (piece === "") return;
    const last = pieces.at(-1);
    if (last?.differs === differs) last.text += piece;
    else pieces.push({ text: piece, differs });
  };
  let end = 0;
  for (const { 0: found, index } of compared.matchAll(word)) {
    add(compared.slice(end, index), false);
    add(found, !there.has(found));
    end = index + found.length;
  }
  add(text.slice(end), false);
  return pieces;
}
