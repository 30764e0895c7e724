/** What is shown in the person's language can be translated, whole and in every place (ux 60, 62). */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { localizedFiles, pseudo } from "../../scripts/lib/localized.mjs";
import { root, words } from "./support.js";

const files = localizedFiles();
const texts = Object.keys(JSON.parse(files["bundle.l10n.json"]) as { readonly [text: string]: string });
const placeholders = (text: string): string[] => [...text.matchAll(/\{\d+\}/gu)].map(([whole]) => whole).sort();
const targets = (text: string): string[] => [...text.matchAll(/\]\(([^)]*)\)/gu)].map(([, target = ""]) => target);

describe("texts of the code", () => {
  it("are all in the files of l10n/, and none there is left over (else run npm run l10n)", () => {
    for (const [name, text] of Object.entries(files)) expect(readFileSync(join(root, "l10n", name), "utf8")).toBe(text);
  });

  it("number their placeholders from 0 without a gap", () => {
    for (const text of texts) {
      const numbers = new Set(placeholders(text).map((one) => Number(one.slice(1, -1))));
      expect([...numbers].sort(), text).toEqual([...numbers.keys()].map((_, index) => index));
    }
  });

  it("are whole: none begins or ends with a space, as a piece of a sentence would (ux 60)", () => {
    for (const text of texts) expect(text, JSON.stringify(text)).toBe(text.trim());
  });

  it("say no number of things without a word for one of them", () => {
    for (const text of texts) {
      // A count at the beginning, as in "{0} errors", has its own text for one.
      const [, noun] = /^\{0\} ([a-z]+)s$/u.exec(text) ?? [];
      if (noun !== undefined && plurals.has(noun)) expect(texts, text).toContain(`1 ${noun}`);
    }
  });
});

/** Nouns that views count; figures in tables and of models are read as figures. */
const plurals = new Set(["error", "case"]);

describe("a pseudo-locale", () => {
  it("keeps placeholders, commands of links and icons of every text", () => {
    for (const text of [...texts, ...Object.values(words)]) {
      const changed = pseudo(text);
      expect(changed).not.toBe(text);
      expect(placeholders(changed), text).toEqual(placeholders(text));
      expect(targets(changed), text).toEqual(targets(text));
    }
  });
});
