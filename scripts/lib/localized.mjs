// The texts that are shown in the person's language, read from the sources of the extension and of the engine.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { engineTexts } from "./engineTexts.mjs";
import { root } from "./prepare.mjs";

/** The files of `l10n/` that are made of the sources, by their names. */
export function localizedFiles() {
  const ofEngine = engineTexts();
  const texts = [...new Set([...extensionTexts(), ...ofEngine.map(({ template }) => template)])].sort();
  return {
    /** What translators begin with: each text is its own key. */
    "bundle.l10n.json": fileOf(texts.map((text) => [text, JSON.stringify(text)])),
    /** By what the editor knows a text of the engine again. */
    "engine.json": fileOf(ofEngine.map((text) => [text.template, factsOf(text)])),
  };
}

/** An entry a line, so that a change of one is a change of one line. */
function fileOf(entries) {
  return `{\n${entries.map(([key, value]) => `  ${JSON.stringify(key)}: ${value}`).join(",\n")}\n}\n`;
}

function factsOf({ numbers, value }) {
  const facts = [
    ...(numbers.length === 0 ? [] : [`"numbers": [${numbers.join(", ")}]`]),
    ...(value ? ['"value": true'] : []),
  ];
  return facts.length === 0 ? "{}" : `{ ${facts.join(", ")} }`;
}

/** Every text that `vscode.l10n.t` is called with. A call whose text cannot be read off the source is a fault. */
function extensionTexts() {
  const folder = join(root, "src", "vscode");
  const texts = new Set();
  for (const name of readdirSync(folder, { recursive: true })) {
    if (!name.endsWith(".ts")) continue;
    const file = join(folder, name);
    const source = ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.Latest, true);
    for (const text of textsIn(source)) texts.add(text);
  }
  return [...texts];
}

/** A text as a reader of no language sees it: longer, marked at both ends, with its placeholders, links and icons whole. */
export function pseudo(text) {
  const letters = { a: "á", e: "é", i: "í", o: "ó", u: "ú", A: "Á", E: "É", I: "Í", O: "Ó", U: "Ú" };
  const parts = text.split(/(\{\d+\}|\]\([^)]*\)|\$\([^)]*\)|`[^`]*`)/u);
  const changed = parts.map((part, index) =>
    index % 2 === 1 ? part : part.replace(/[aeiouAEIOU]/gu, (one) => letters[one]),
  );
  // Lines of a welcome text are paragraphs and buttons of their own.
  return changed
    .join("")
    .split("\n")
    .map((line) => (/^\[.*\]\(.*\)$/u.test(line) ? line.replace(/^\[(.*?)\]/u, "[⟦$1⟧]") : `⟦${line}~~⟧`))
    .join("\n");
}

function textsIn(source) {
  const texts = [];
  const destructured = /\{ t \} = vscode\.l10n/u.test(source.text);
  const visit = (node) => {
    if (ts.isCallExpression(node) && isTranslation(node.expression, destructured)) {
      const [first] = node.arguments;
      if (first !== undefined && ts.isStringLiteralLike(first)) texts.push(first.text);
      else {
        const { line } = source.getLineAndCharacterOfPosition(node.getStart());
        throw new Error(`${source.fileName}:${line + 1}: a text to be translated has to be a literal.`);
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return texts;
}

function isTranslation(callee, destructured) {
  if (ts.isIdentifier(callee)) return destructured && callee.text === "t";
  return (
    ts.isPropertyAccessExpression(callee) &&
    callee.name.text === "t" &&
    /(?:^|\.)l10n$/u.test(callee.expression.getText())
  );
}
