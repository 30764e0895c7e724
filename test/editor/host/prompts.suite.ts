import assert from "node:assert/strict";
import { before, describe, it } from "mocha";
import * as vscode from "vscode";
import { until } from "./until.js";

const head = "---\nversion: 1\nstrategy: LEC\nfamily: code\nset: clean\nformat: json\n---\n";
const text = `${head}---system---
Answer as {"samples": []}.
---user---
# Question
{{ question }}

{% if reference %}
{{ reference | upper }}
{% endif %}
{{ response }} {{ samples }} {{ correct_questions | join(", ") }}
`;

async function template(content: string): Promise<vscode.TextDocument> {
  const document = await vscode.workspace.openTextDocument({ language: "preceptor-prompt", content });
  await vscode.window.showTextDocument(document);
  return document;
}

/** The place of a word's end in a document, where a person would go on typing. */
function after(document: vscode.TextDocument, words: string): vscode.Position {
  const at = document.getText().indexOf(words);
  assert.notEqual(at, -1, words);
  return document.positionAt(at + words.length);
}

async function complete(
  content: string,
  words: string,
): Promise<readonly (vscode.CompletionItem & { name: string })[]> {
  const document = await template(content);
  const list = await vscode.commands.executeCommand<vscode.CompletionList>(
    "vscode.executeCompletionItemProvider",
    document.uri,
    after(document, words),
  );
  return list.items.map((item) =>
    Object.assign(item, { name: typeof item.label === "string" ? item.label : item.label.label }),
  );
}

describe("templates in the editor", () => {
  before(async () => {
    await template(text);
    await until("the extension", () => vscode.extensions.getExtension("preceptor.preceptor")?.isActive, Boolean);
  });

  it("are completed with the variables and filters of their strategy and family", async () => {
    const variables = await complete(`${head}---user---\n{{ que }}`, "{{ que");
    const names = variables.map(({ name }) => name);
    for (const name of ["question", "correct_questions", "entry_point"]) assert.ok(names.includes(name), name);
    const math = await complete(`${head.replace("code", "math")}---user---\n{{ que }}`, "{{ que");
    assert.ok(!math.some(({ name }) => name === "entry_point"));
    const filters = await complete(`${head}---user---\n{{ correct_questions |}}`, "|");
    const join = filters.find(({ name }) => name === "join");
    assert.equal(join?.insertText, ' join(", ") ');
    assert.ok(!filters.some(({ name }) => name === "upper"));
    const strategies = await complete(head, "strategy: LEC");
    assert.ok(strategies.some(({ name }) => name === "AugGPT"));
  });

  it("explain their words on hover", async () => {
    const document = await template(text);
    const [hover] = await vscode.commands.executeCommand<vscode.Hover[]>(
      "vscode.executeHoverProvider",
      document.uri,
      after(document, "{{ questi"),
    );
    const shown = hover?.contents.map((part) => (typeof part === "string" ? part : part.value)).join("\n") ?? "";
    assert.match(shown, /question/u);
    assert.match(shown, /as the instructor sees it/u);
    assert.equal(hover?.range === undefined ? "" : document.getText(hover.range), "question");
  });

  it("are diagnosed at exact places, after each change", async () => {
    const document = await template(text.replace("{{ response }}", "{{ respnse }}").replaceAll("\n", "\r\n"));
    const remarks = (): vscode.Diagnostic[] => vscode.languages.getDiagnostics(document.uri);
    const found = await until("problems", remarks, (list) => list.length > 0);
    assert.deepEqual(
      found.map(({ code, range, severity }) => [code, document.getText(range), severity]),
      [
        ["missing-variable", "---user---", vscode.DiagnosticSeverity.Warning],
        ["unknown-variable", "respnse", vscode.DiagnosticSeverity.Error],
      ],
    );
    const edit = new vscode.WorkspaceEdit();
    const wrong = found[1]?.range;
    assert.ok(wrong);
    edit.replace(document.uri, wrong, "response");
    await vscode.workspace.applyEdit(edit);
    await until("no problems", remarks, (list) => list.length === 0);
  });

  it("have an outline and fold", async () => {
    const document = await template(text);
    const symbols = await vscode.commands.executeCommand<vscode.DocumentSymbol[]>(
      "vscode.executeDocumentSymbolProvider",
      document.uri,
    );
    const names = (list: readonly vscode.DocumentSymbol[]): unknown[] =>
      list.map(({ name, children }) => (children.length === 0 ? name : [name, names(children)]));
    assert.deepEqual(names(symbols), [
      ["Front matter", ["version", "strategy", "family", "set", "format"]],
      "system",
      ["user", [["Question", ["if reference"]]]],
    ]);
    const folds = await vscode.commands.executeCommand<vscode.FoldingRange[]>(
      "vscode.executeFoldingRangeProvider",
      document.uri,
    );
    const lines = text.split("\n");
    assert.ok(folds.some(({ start, end }) => lines[start] === "{% if reference %}" && end === start + 1));
  });

  it("offer their actions above the first line", async () => {
    const document = await template(text);
    const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
      "vscode.executeCodeLensProvider",
      document.uri,
      10,
    );
    const titles = lenses.map(({ command }) => command?.title ?? "");
    assert.ok(titles.some((title) => title.includes("Preview with Current Case")));
    assert.ok(titles.includes("Try on 5 Errors"));
  });

  it("keep brackets and braces closed, and comment with their own marks", async () => {
    const document = await template("");
    await vscode.commands.executeCommand("type", { text: "{" });
    await vscode.commands.executeCommand("type", { text: "{" });
    assert.equal(document.getText(), "{{}}");
    const other = await template("a word");
    await vscode.commands.executeCommand("editor.action.selectAll");
    await vscode.commands.executeCommand("editor.action.blockComment");
    assert.equal(other.getText(), "{# a word #}");
  });

  it("of the product are read-only documents", async () => {
    const uri = vscode.Uri.parse("preceptor-shipped:/clean-le-math.prompt");
    const document = await vscode.workspace.openTextDocument(uri);
    assert.equal(document.languageId, "preceptor-prompt");
    assert.match(document.getText(), /^---\nversion: 1\nname: clean-le-math/u);
  });
});
