import { fenced } from "../../protocol/safeText.js";
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
  readonly priceOfKept: string;
  readonly samplesOf: (error: string) => string;
  readonly noSamples: string;
  readonly sampleKept: string;
  readonly sampleDropped: (gate: string) => string;
}

type TrialSample = TemplateTrial["errors"][number]["samples"][number];

/** The outcome of a try as Markdown: tables of sums and of errors, then what each error taught, template by template. */
export function trialText({ run, edited, previous, currency }: TemplateTrials, words: TrialWords): string {
  const trials = [
    { title: words.edited, trial: edited },
    ...(previous === null ? [] : [{ title: words.previous, trial: previous }]),
  ];
  const row = (cells: readonly string[]): string => `| ${cells.map(cell).join(" | ")} |`;
  const lines = [
    `# ${cell(words.title(edited.template, run))}`,
    "",
    row(["", words.asked, words.parsed, words.parseYield, words.kept, words.cost, words.priceOfKept]),
    "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ...trials.map(({ title, trial }) =>
      row([
        title,
        String(trial.asked),
        String(trial.parsed),
        trial.asked === 0 ? "–" : `${((100 * trial.parsed) / trial.asked).toFixed(0)} %`,
        String(trial.kept),
        words.price(trial, currency),
        trial.kept === 0 || trial.cost === null
          ? "–"
          : words.price({ ...trial, cost: trial.cost / trial.kept }, currency),
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
  for (const [number, { key }] of edited.errors.entries()) {
    lines.push("", `## ${cell(words.samplesOf(key))}`);
    for (const { title, trial } of trials) {
      const samples = trial.errors[number]?.samples ?? [];
      lines.push("", `### ${cell(title)}`);
      if (samples.length === 0) lines.push("", cell(words.noSamples));
      for (const [index, sample] of samples.entries()) lines.push("", ...sampleLines(sample, index + 1, words));
    }
  }
  return `${lines.join("\n")}\n`;
}

/** One sample: what became of it, gate by gate, and its text, which is nobody's Markdown. */
function sampleLines(
  { question, options, solution, answer, tests, gates }: TrialSample,
  number: number,
  words: TrialWords,
): string[] {
  const rejected = gates.find(({ passed }) => !passed);
  const verdict = rejected === undefined ? `✓ ${words.sampleKept}` : `✗ ${words.sampleDropped(rejected.gate)}`;
  const told = gates.map(
    ({ gate, passed, reason }) => `${passed ? "✓" : "✗"} ${gate}${reason === "" ? "" : `: ${reason}`}`,
  );
  const parts = [
    [question, ...options.map(({ label, text }) => `${label}. ${text}`)].join("\n"),
    solution,
    ...(answer === null || solution.includes(answer) ? [] : [answer]),
    tests.join("\n"),
  ].filter((part) => part !== "");
  return [`**${number}. ${cell(verdict)}** ${cell(told.join(" · "))}`, "", fenced(parts.join("\n\n"))];
}

/** Text of others as one cell: nothing of it is Markdown. */
function cell(text: string): string {
  return text.replace(/\s+/gu, " ").replace(/[\\`*_{}[\]<>()#+!|$~]/gu, "\\$&");
}
