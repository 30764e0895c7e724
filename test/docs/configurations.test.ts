import { describe, expect, it } from "vitest";
import { benchmarks } from "../../src/engine/benchmarks/index.js";
import { parseConfiguration } from "../../src/engine/configuration/index.js";
import { families } from "../../src/engine/families/index.js";
import { strategies } from "../../src/engine/instructor/index.js";
import { blocksOf, documents } from "./documents.js";

/** Blocks that show a whole preceptor.json say so in their first line. */
const shown = documents.flatMap((document) =>
  blocksOf(document)
    .filter(({ language, text }) => language === "jsonc" && text.startsWith("// preceptor.json"))
    .map(({ text }, index) => [`${document.name}, configuration ${index + 1}`, text] as const),
);

it("finds configurations in the documents", () => {
  expect(shown.length).toBeGreaterThan(0);
});

describe.each(shown)("%s", (name, text) => {
  it("passes the check of preceptor.json, and names benchmarks and strategies that exist", () => {
    const { iterations } = parseConfiguration(text, name, null, {
      families: Object.keys(families),
      benchmarks: benchmarks.map((benchmark) => benchmark.name),
      strategies: strategies.map((strategy) => strategy.name),
    });
    expect(iterations.length).toBeGreaterThan(0);
  });
});
