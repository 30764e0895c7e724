import type { Command } from "commander";
import { DecisionStore, personName } from "../../adapters/decisions/index.js";
import { readRun } from "../../adapters/project/index.js";
import { openProjectStore } from "../../adapters/store/index.js";
import { applyReviews, draftInForce, type ReviewDecision, type SampleReview } from "../../engine/errors/index.js";
import { Fault } from "../../engine/fault.js";
import { parseGated, parseState, type GatedRecord } from "../../engine/iteration/index.js";
import { contextOf } from "../context.js";
import { tableText } from "../figures.js";
import { oneLine, safeText } from "../../protocol/safeText.js";
import { collect, positiveInteger, wholeNumber } from "../options.js";

interface ReviewOptions {
  readonly run?: string;
  readonly iteration?: number;
  readonly accept: readonly string[];
  readonly reject: readonly string[];
  readonly note?: string;
  readonly finish?: boolean;
  readonly dropped?: boolean;
  readonly sample?: string;
  readonly limit?: number;
}

export function registerReview(program: Command): void {
  program
    .command("review")
    .description("look at generated samples, overrule the gates, and finish a review that a run waits for")
    .option("--run <id>", "run; without it the newest one")
    .option("--iteration <n>", "iteration; without it the one that the run is at", wholeNumber)
    .option("--accept <id>", "keep this sample whatever the gates say (repeat for several)", collect, [])
    .option("--reject <id>", "drop this sample (repeat for several)", collect, [])
    .option("--note <text>", "why")
    .option("--finish", "the review of this iteration is finished: 'preceptor resume' goes on")
    .option("--dropped", "list what the gates dropped instead of what they kept")
    .option("--sample <id>", "show this sample whole")
    .option("--limit <n>", "at most so many; without it 50 lines, or all with --json", positiveInteger)
    .addHelpText(
      "after",
      "\nExamples:\n  $ preceptor review --dropped\n  $ preceptor review --accept 3fa9… --note 'the answer is right'\n  $ preceptor review --finish && preceptor resume run-2",
    )
    .action(async (options: ReviewOptions, command: Command) => {
      const { terminal, openProject } = contextOf(command);
      const project = await openProject();
      const { run } = await readRun(project, options.run ?? null);
      const iteration =
        options.iteration ?? Math.max(1, (await run.readDocument("state.json", parseState))?.iteration ?? 1);
      const records = await run.stage(iteration, "gate").readSoFar("samples.jsonl", parseGated);
      if (records.length === 0) throw noSamples(run.id, iteration);
      const before = new DecisionStore(await openProjectStore(project.folder, { access: "read" }));
      const { bySample } = applyReviews(await before.review.read());
      const decisions = decisionsOf(options, { records, bySample }, run.id, iteration, personName(project.folder));
      if (decisions.length > 0) {
        await new DecisionStore(await openProjectStore(project.folder)).review.append(decisions);
        terminal.result(
          { run: run.id, iteration, decisions },
          () => `${decisions.length} ${decisions.length === 1 ? "decision" : "decisions"} written.`,
        );
        return;
      }
      if (options.sample !== undefined) {
        const record = oneSample(options.sample, records);
        terminal.result(record, () => sampleText(record));
        return;
      }
      const shown = records.filter(({ kept }) => kept !== (options.dropped === true));
      terminal.result({ run: run.id, iteration, samples: shown.slice(0, options.limit ?? shown.length) }, () =>
        listText(shown, options.limit ?? 50),
      );
    });
}

function decisionsOf(
  { accept, reject, note, finish }: ReviewOptions,
  {
    records,
    bySample,
  }: { readonly records: readonly GatedRecord[]; readonly bySample: ReadonlyMap<string, SampleReview> },
  run: string,
  iteration: number,
  by: string,
): ReviewDecision[] {
  const twice = accept.find((id) => reject.some((other) => oneSample(other, records) === oneSample(id, records)));
  if (twice !== undefined) {
    throw new Fault("usage", "A sample cannot be accepted and rejected at once.", {
      field: "--accept",
      found: `${twice}, also with --reject`,
      remedy: "Name it with one of the two options.",
    });
  }
  const common = { version: 2, by, time: new Date().toISOString() } as const;
  const about = (id: string, decision: "accept" | "reject"): ReviewDecision => {
    const sample = oneSample(id, records).sample.id;
    const said = note === undefined ? {} : { note };
    return { ...common, sample, decision, ...draftInForce(bySample.get(sample)), ...said };
  };
  return [
    ...accept.map((id) => about(id, "accept")),
    ...reject.map((id) => about(id, "reject")),
    ...(finish === true ? [{ ...common, run, iteration, decision: "finished" } as const] : []),
  ];
}

/** The sample whose id begins with the given text. */
function oneSample(id: string, records: readonly GatedRecord[]): GatedRecord {
  const found = records.filter(({ sample }) => sample.id.startsWith(id));
  const [record] = found;
  if (record !== undefined && found.length === 1) return record;
  throw new Fault("usage", found.length === 0 ? "There is no such sample." : "Several samples begin like this.", {
    found: id,
    allowed: "the first characters of one sample's id",
    remedy: "`preceptor review` lists the samples that were kept, `preceptor review --dropped` the others.",
  });
}

function noSamples(run: string, iteration: number): Fault {
  return new Fault("usage", `The run ${run} has no samples of iteration ${iteration} yet.`, {
    remedy: "Run it up to the gates first: `preceptor generate`, or `preceptor iterate`.",
  });
}

function listText(records: readonly GatedRecord[], limit: number): string {
  if (records.length === 0) return "No sample here.";
  return tableText({
    title: `${records.length} ${records.length === 1 ? "sample" : "samples"}`,
    head: ["Sample", "From", "Question", "Gates"],
    rows: records
      .slice(0, limit)
      .map(({ sample, gates, review }) => [
        sample.id.slice(0, 8),
        sample.lineage.source,
        oneLine(sample.draft.question, 60),
        review ??
          gates.find(({ passed }) => !passed)?.reason ??
          gates.find(({ verification }) => verification !== null)?.verification ??
          "passed",
      ]),
    note: "--sample ID shows one whole; --accept and --reject overrule the gates.",
  });
}

function sampleText({ sample, gates, kept, review, edited }: GatedRecord): string {
  const { question, solution, answer, options, tests } = sample.draft;
  return [
    `${sample.id} · ${sample.strategy} · from ${sample.lineage.source} · ${kept ? "kept" : "dropped"}${review === null ? "" : ` (${review} by review${edited === true ? ", edited" : ""})`}`,
    safeText(question),
    ...(options ?? []).map(({ label, text }) => `  ${label}. ${safeText(text)}`),
    safeText(solution),
    ...(answer === null ? [] : [`Answer: ${safeText(answer)}`]),
    ...(tests ?? []).map(safeText),
    ...gates.map(({ gate, passed, reason, verification }) =>
      `${passed ? "✓" : "✗"} ${gate} ${verification ?? ""} ${reason}`.trimEnd(),
    ),
  ].join("\n");
}
