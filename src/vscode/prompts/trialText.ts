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
  readonly price: (cost: number | null, currency: string) => string;
  readonly error: string;
  readonly keptOf: (kept: number, parsed: number, asked: number) => string;
  readonly same: string;
  readonly priceOfKept: string;
  readonly samplesOf: (error: string) => string;
  readonly noSamples: string;
  readonly sampleKept: string;
  readonly sampleDropped: (gate: string) => string;
}

type TrialSample = TemplateTrial["errors"][number]["samples"][number];

/** The outcome of a try as Markdown: sums and errors with the templates side by side, then the samples of each error. */
export function trialText({ run, edited, previous, currency }: TemplateTrials, words: TrialWords): string {
  const trials = [
    { title: words.edited, trial: edited },
    ...(previous === null ? [] : [{ title: words.previous, trial: previous }]),
  ];
  const row = (cells: readonly string[]): string => `| ${cells.map(cell).join(" | ")} |`;
  const rule = `| --- |${" ---: |".repeat(trials.length)}`;
  const each = (value: (trial: TemplateTrial) => string): string[] => trials.map(({ trial }) => value(trial));
  const lines = [
    `# ${cell(words.title(edited.template, run))}`,
    "",
    row(["", ...trials.map(({ title }) => title)]),
    rule,
    row([words.asked, ...each(({ asked }) => String(asked))]),
    row([words.parsed, ...each(({ parsed }) => String(parsed))]),
    row([
      words.parseYield,
      ...each(({ asked, parsed }) => (asked === 0 ? "–" : `${((100 * parsed) / asked).toFixed(0)} %`)),
    ]),
    row([words.kept, ...each(({ kept }) => String(kept))]),
    row([words.cost, ...each((trial) => words.price(trial.cost, currency))]),
    row([
      words.priceOfKept,
      ...each(({ cost, kept }) => (kept === 0 || cost === null ? "–" : words.price(cost / kept, currency))),
    ]),
    ...(previous === null ? ["", cell(words.same)] : []),
    "",
    row([words.error, ...trials.map(({ title }) => title)]),
    rule,
    ...edited.errors.map(({ key }, number) =>
      row([
        key,
        ...each(({ errors }) => {
          const error = errors[number];
          return error === undefined ? "–" : words.keptOf(error.kept, error.parsed, error.asked);
        }),
      ]),
    ),
  ];
  for (const [number, { key }] of edited.errors.entries()) {
    lines.push("", `## ${cell(words.samplesOf(key))}`);
    for (const { title, trial } of trials) {
      const { samples = [], problems = [] } = trial.errors[number] ?? {};
      lines.push("", `### ${cell(title)}`);
      for (const problem of problems) lines.push("", cell(problem));
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
