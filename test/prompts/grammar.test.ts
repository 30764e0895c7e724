import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import * as oniguruma from "vscode-oniguruma";
import * as textmate from "vscode-textmate";
import { beforeAll, describe, expect, it } from "vitest";

const root = path.resolve(import.meta.dirname, "../..");
const require = createRequire(import.meta.url);

/** Stands for the editor's own grammars, which are not ours to test: a scope for each word. */
function standIn(scopeName: string, name: string): textmate.IRawGrammar {
  const words = { name, match: "[^\\s{}]+" };
  return textmate.parseRawGrammar(
    JSON.stringify({ scopeName, patterns: [words], repository: { inline: { patterns: [words] } } }),
    `${scopeName}.json`,
  );
}

const standIns: { readonly [scope: string]: string } = {
  "source.yaml": "embedded.yaml",
  "source.python": "embedded.python",
  "text.html.markdown": "embedded.markdown",
};

interface Token {
  readonly line: number;
  readonly start: number;
  readonly end: number;
  readonly text: string;
  readonly scopes: readonly string[];
}

async function load(file: string, scope: string): Promise<textmate.IGrammar> {
  const registry = new textmate.Registry({
    onigLib: Promise.resolve({
      createOnigScanner: (patterns) => new oniguruma.OnigScanner(patterns),
      createOnigString: (text) => new oniguruma.OnigString(text),
    }),
    loadGrammar: async (name) => {
      const embedded = standIns[name];
      if (embedded !== undefined) return standIn(name, embedded);
      if (name !== scope) return null;
      const full = path.join(root, "syntaxes", file);
      return textmate.parseRawGrammar(readFileSync(full, "utf8"), full);
    },
  });
  const grammar = await registry.loadGrammar(scope);
  if (grammar === null) throw new Error(`No grammar ${scope}.`);
  return grammar;
}

function tokens(grammar: textmate.IGrammar, text: string): Token[] {
  const found: Token[] = [];
  let state: textmate.StateStack | null = textmate.INITIAL;
  text.split("\n").forEach((line, index) => {
    const result = grammar.tokenizeLine(line, state);
    for (const { startIndex, endIndex, scopes } of result.tokens) {
      const end = Math.min(endIndex, line.length);
      const piece = line.slice(startIndex, end);
      if (piece !== "") found.push({ line: index + 1, start: startIndex, end, text: piece, scopes: scopes.slice(1) });
    }
    state = result.ruleStack;
  });
  return found;
}

let grammar: textmate.IGrammar;

beforeAll(async () => {
  const wasm = readFileSync(require.resolve("vscode-oniguruma/release/onig.wasm"));
  await oniguruma.loadWASM(wasm.buffer.slice(wasm.byteOffset, wasm.byteOffset + wasm.byteLength));
  grammar = await load("preceptor-prompt.tmLanguage.json", "text.preceptor-prompt");
});

describe("the grammar of templates", () => {
  it("reads every construct of the language", async () => {
    const text = readFileSync(path.join(import.meta.dirname, "grammar", "everything.prompt"), "utf8");
    const lines = text.split("\n");
    const shown = tokens(grammar, text)
      .filter(({ text: piece }) => piece.trim() !== "")
      .map(({ line, text: piece, scopes }) => `${line}\t${JSON.stringify(piece)}\t${scopes.join(" ")}`);
    expect(lines.length).toBeGreaterThan(40);
    await expect(`${shown.join("\n")}\n`).toMatchFileSnapshot("golden/grammar.golden.txt");
  });

  const folder = path.join(root, "prompts");
  it.each(readdirSync(folder))("leaves nothing unknown in %s", (name) => {
    const all = tokens(grammar, readFileSync(path.join(folder, name), "utf8"));
    expect(all.filter(({ scopes }) => scopes.some((scope) => scope.startsWith("invalid")))).toEqual([]);
    const bare = all.filter(({ text, scopes }) => text.trim() !== "" && scopes.every((s) => s.startsWith("meta.")));
    // Braces are all that the stand-in for Markdown leaves out.
    expect(bare.filter(({ text }) => !/^[\s{}]+$/.test(text))).toEqual([]);
    const roles = all.filter(({ scopes }) => scopes.includes("entity.name.section.role.preceptor-prompt"));
    expect(roles.map(({ text }) => text)).toEqual(["system", "user"]);
    expect(all.filter(({ scopes }) => scopes.includes("embedded.yaml")).length).toBeGreaterThan(5);
    expect(all.filter(({ text }) => text === "question").map(({ scopes }) => scopes.at(-1))).toContain(
      "variable.other.jinja",
    );
  });

  it("starts anew at each role line, whatever was left open", () => {
    for (const open of ["{{ a", "{% if", "{# x", "```python\ndef f(", "**bold", '{{ "x']) {
      const all = tokens(grammar, `---\nversion: [1\n---\n---system---\n${open}\n---user---\n{{ question }}`);
      const last = all.filter(({ line }) => line === open.split("\n").length + 6);
      expect(last.map(({ text, scopes }) => [text.trim(), scopes.at(-1)])).toContainEqual([
        "question",
        "variable.other.jinja",
      ]);
    }
  });

  it("shows messages as plain text below their headings", async () => {
    const messages = await load("preceptor-messages.tmLanguage.json", "text.preceptor-messages");
    const all = tokens(messages, "▎ 12 tokens\n━━━ system\n{{ question }} **bold**");
    expect(all.map(({ line, scopes }) => [line, scopes.at(-1)])).toEqual([
      [1, "comment.line.preceptor-messages"],
      [2, "punctuation.definition.role.preceptor-messages"],
      [2, "markup.heading.role.preceptor-messages"],
      [2, "entity.name.section.role.preceptor-messages"],
      [3, undefined],
    ]);
  });
});
