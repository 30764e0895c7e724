import { choiceDraft } from "./choiceDraft.js";
import { codeDraft } from "./codeDraft.js";
import type { Normaliser } from "./fields.js";
import { mathDraft } from "./mathDraft.js";

/** Normalisers by name of the family. */
export const normalisers: { readonly [family: string]: Normaliser } = {
  math: mathDraft,
  choice: choiceDraft,
  code: codeDraft,
};

/** The normaliser of a family; one without its own is read as question, solution and answer. */
export function normaliserOf(family: string): Normaliser {
  return (Object.hasOwn(normalisers, family) ? normalisers[family] : undefined) ?? mathDraft;
}
