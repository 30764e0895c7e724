import type { TemplateTrial, TemplateTrials } from "../../protocol/worker/index.js";

/** Sentences of a try, made where the language of the window is known. */
export interface TrialWords {
  readonly title: (template: string, run: string) => string;
  readonly edited: string;
  readonly previous: string;
  readonly asked: string;
  readonly parsed: string;
  readonly kept: string;
  readonly parseYield: string;
  readonly cost: string;
  readonly price: (trial: TemplateTrial, currency: string) => string;
  readonly error: string;
  readonly rejectedBy: string;
  readonly same: string;
}

/** The outcome of a try as Markdown: one table of sums, one of errors. */
export function trialText({ run, edited, previous, currency }: TemplateTrials, words: TrialWords): string {
  const trials = [
    { title: words.edited, trial: edited },
    ...(previous === null ? [] : [{ title: words.previous, trial: previous }]),
  ];
  const row = (cells: readonly string[]): string => `| ${cells.map(cell).join(" | ")} |`;
  const lines = [
    `# ${cell(words.title(edited.template, run))}`,
    "",
    row(["", words.asked, words.parsed, words.parseYield, words.kept, words.cost]),
    "| --- | ---: | ---: | ---: | ---: | ---: |",
    ...trials.map(({ title, trial }) =>
      row([
        title,
        String(trial.asked),
        String(trial.parsed),
        trial.asked === 0 ? "–" : `${((100 * trial.parsed) / trial.asked).toFixed(0)} %`,
        String(trial.kept),
        words.price(trial, currency),
      ]),
    ),
    ...(previous === null ? ["", cell(words.same)] : []),
  ];
  for (const { title, trial } of trials) {
    lines.push(
      "",
      `## ${cell(title)}`,
      "",
      row([words.error, words.asked, words.parsed, words.kept, words.rejectedBy]),
    );
    lines.push("| --- | ---: | ---: | ---: | --- |");
    for (const { key, asked, parsed, kept, rejectedBy, problems } of trial.errors) {
      const notes = [...rejectedBy, ...problems].join("; ");
      lines.push(row([key, String(asked), String(parsed), String(kept), notes]));
    }
  }
  return `${lines.join("\n")}\n`;
}

/** Text of others as one cell: nothing of it is Markdown. */
function cell(text: string): string {
  return text.replace(/\s+/gu, " ").replace(/[\\`*_{}[\]<>()#+!|$~]/gu, "\\$&");
}
