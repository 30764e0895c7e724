import * as vscode from "vscode";
import { withoutAddresses } from "../plainText.js";
import { addressOf, type CaseDocuments, type Located } from "./caseDocuments.js";
import { caseWords } from "./caseWords.js";
import { factsOf, historyLine, promptHeading } from "./layout/details.js";

/** Characters of the prompt in a hover; the details document has it whole. */
const mostOfPrompt = 1500;

/** Points at the first line of a case document: prompt, tokens, cost, note and history, with links to more. */
export class FactsHover implements vscode.HoverProvider {
  readonly #documents: CaseDocuments;

  constructor(documents: CaseDocuments) {
    this.#documents = documents;
  }

  async provideHover(document: vscode.TextDocument, { line }: vscode.Position): Promise<vscode.Hover | null> {
    const address = addressOf(document.uri);
    if (address === null || line > 0 || !vscode.workspace.isTrusted) return null;
    if (!["case", "program", "tests", "reference"].includes(address.part)) return null;
    const words = caseWords();
    const [detail, history] = await Promise.all([this.#documents.detail(address), this.#documents.history(address)]);
    // Two kinds of strings: other people's text without links, and our links without other people's text.
    const facts = new vscode.MarkdownString();
    for (const [label, value] of factsOf(detail, words)) facts.appendText(`${label}: ${value}\n`);
    if (detail.triage !== null && detail.triage.note !== "")
      facts.appendText(`\n${words.note}: ${detail.triage.note}\n`);
    facts.value = withoutAddresses(facts.value);
    const past = new vscode.MarkdownString();
    past.appendText(`${words.history}\n`);
    for (const verdict of history.slice(-10)) past.appendText(`${historyLine(verdict, words)}\n`);
    past.value = withoutAddresses(past.value);
    const prompt = new vscode.MarkdownString();
    prompt.appendText(`${promptHeading(detail, words)}\n`);
    const whole = detail.messages.map(({ role, content }) => `[${words.role(role)}]\n${content}`).join("\n");
    prompt.appendCodeblock(whole.length > mostOfPrompt ? `${whole.slice(0, mostOfPrompt)}…` : whole, "plaintext");
    return new vscode.Hover([links(address), facts, past, prompt]);
  }
}

function links({ folder, ref }: Located): vscode.MarkdownString {
  const { t } = vscode.l10n;
  const commands = {
    "preceptor.showCaseDetails": t("Show Case Details"),
    "preceptor.openRawAnswer": t("Open Raw Answer"),
    "preceptor.addNote": t("Add Note..."),
  };
  const argument = encodeURIComponent(JSON.stringify([{ folder, ref }]));
  const text = Object.entries(commands)
    .map(([id, title]) => `[${title}](command:${id}?${argument})`)
    .join(" · ");
  const markdown = new vscode.MarkdownString(text);
  markdown.isTrusted = { enabledCommands: Object.keys(commands) };
  return markdown;
}
