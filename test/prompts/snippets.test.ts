import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { analyse, factsOf } from "../../src/engine/prompts/index.js";

interface Snippet {
  readonly prefix: string;
  readonly body: readonly string[];
}

const file = path.resolve(import.meta.dirname, "../../snippets/preceptor-prompt.json");
const snippets = Object.values(JSON.parse(readFileSync(file, "utf8")) as { readonly [name: string]: Snippet });

/** What a snippet leaves when a person goes through it without typing, for every choice that it offers. */
function expanded(text: string): string[] {
  const choice = /\$\{\d+\|((?:\\.|[^|\\])*)\|\}/u.exec(text);
  if (choice === null) return [text.replace(/\$\{\d+:([^}]*)\}/gu, "$1").replace(/\$\d+/gu, "")];
  const options = (choice[1] ?? "").split(/(?<!\\),/u).map((option) => option.replace(/\\(.)/gu, "$1"));
  const [before, after] = [text.slice(0, choice.index), text.slice(choice.index + choice[0].length)];
  return options.flatMap((option) => expanded(`${before}${option}${after}`));
}

const head = (format: "json" | "text"): string =>
  `---\nversion: 1\nstrategy: LEC\nfamily: math\nset: clean\nformat: ${format}\n---\n`;
const form = 'Answer as {"samples": []}.\n';
const shown = "{{ question }} {{ response }} {{ samples }} {{ correct_questions | length }}\n";

/** A template in which the snippet is what it is made for. */
function around({ prefix }: Snippet, text: string): string {
  if (prefix.startsWith("template-")) return text;
  switch (prefix) {
    case "system":
      return `${head("json")}${text}${form}---user---\n${shown}`;
    case "user":
      return `${head("json")}---system---\n${form}${text}${shown}`;
    case "assistant":
      return `${head("json")}---system---\n${form}---user---\nHello.\n${text}Hello.\n---user---\n${shown}`;
    case "json":
    case "text":
      return `${head(prefix)}---user---\n${shown}${text}`;
    default:
      return `${head("json")}---user---\n${shown}${form}${text}`;
  }
}

it.each(
  snippets.flatMap((snippet) => expanded(snippet.body.join("\n")).map((text, index) => ({ snippet, text, index }))),
)("$snippet.prefix, choice $index, is a template without a problem", ({ snippet, text }) => {
  const written = around(snippet, text);
  const { diagnostics } = analyse(written, factsOf("new.prompt"));
  expect(
    diagnostics.map(({ code, message }) => `${code}: ${message}`),
    written,
  ).toEqual([]);
});

it("there is a whole template for each strategy", () => {
  expect(snippets.map(({ prefix }) => prefix).filter((prefix) => prefix.startsWith("template-"))).toEqual([
    "template-le",
    "template-lec",
    "template-auggpt",
    "template-judge",
  ]);
});
