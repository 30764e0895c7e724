import type { Command } from "commander";
import { openRun, type CaseFilter, type Project } from "../../adapters/project/index.js";
import {
  requireTaught,
  runLoop,
  tryErrors,
  type LoopBenchmark,
  type TriedError,
  type TryOut,
} from "../../engine/iteration/index.js";
import { costText, percent } from "../../engine/report/index.js";
import { contextOf, type CommandContext } from "../context.js";
import { watchRun } from "../live.js";
import { endingText, needText } from "../loopText.js";
import { exitCodeOfState } from "../runLoop.js";
import { safeText } from "../../protocol/safeText.js";
import { confirmSpending } from "../spending.js";
import { colours } from "../terminal.js";
import { iterate } from "./iterate.js";
import { caseFilterOf, positiveInteger, secretsOption, withCaseOptions } from "../options.js";

interface GenerateOptions {
  readonly run?: string;
  readonly try?: number;
  readonly limit?: number;
  readonly case?: string[];
  readonly fresh?: boolean;
}

export function registerGenerate(program: Command): void {
  withCaseOptions(
    program
      .command("generate")
      .description("let the instructor write samples and send them through the gates")
      .option("--run <id>", "go on with this run")
      .addOption(secretsOption())
      .option(
        "--try <n>",
        "only n errors: shows samples, gates, yield and the price of a kept sample",
        positiveInteger,
      ),
  )
    .addHelpText(
      "after",
      "\nExamples:\n  $ preceptor generate --try 5     look before you pay\n  $ preceptor generate --run run-1",
    )
    .action(async (options: GenerateOptions, command: Command) => {
      const context = contextOf(command);
      const project = await context.openProject();
      const request = { run: options.run ?? null, filter: caseFilterOf(options), fresh: options.fresh === true };
      if (options.try === undefined) await iterate(context, project, { ...request, until: "gate", iterations: 1 });
      else await tryOut(context, project, request, options.try);
    });
}

async function tryOut(
  context: CommandContext,
  project: Project,
  request: { readonly run: string | null; readonly filter: CaseFilter | null; readonly fresh: boolean },
  count: number,
): Promise<void> {
  const { terminal, signal } = context;
  await confirmSpending(context, project, { ...request, iterations: 1, until: null });
  const strategies = project.configuration.iterations.map(({ strategy }) => strategy);
  const watcher = watchRun(terminal, strategies, () => performance.now());
  const mayBegin = async (benchmarks: readonly LoopBenchmark[]): Promise<void> =>
    requireTaught({ ...project, benchmarks }, 1);
  const open = await openRun(project, { ...request, watcher, mayBegin, signal });
  try {
    const { services } = open;
    const state = await runLoop(services, { until: "contrast", iterations: 1 });
    watcher.end();
    if (state.state !== "done") {
      const { id } = services.run;
      terminal.result({ run: id, state }, () =>
        [`${endingText(id, state)}.`, ...needText(id, state, context)].join("\n"),
      );
      process.exitCode = exitCodeOfState(state);
      return;
    }
    const result = await tryErrors(services, 1, count);
    terminal.result({ run: services.run.id, ...result }, () => tryText(services.run.id, result, project, context));
  } finally {
    watcher.end();
    await open.close();
  }
}

function tryText(
  run: string,
  { tried, asked, parsed, kept, cost }: TryOut,
  { configuration }: Project,
  { commandLine }: Pick<CommandContext, "commandLine">,
): string {
  const { currency } = configuration.budget;
  const each = cost === null || kept === 0 ? "" : `, ${costText(cost / kept, currency)} a kept sample`;
  return [
    ...tried.map(errorText),
    `${tried.length} errors: ${asked} samples asked, ${parsed} parsed (${percent(asked === 0 ? 0 : parsed / asked)}), ${kept} kept; ${costText(cost, currency)}${each}.`,
    `The answers are kept: '${commandLine(`iterate --run ${run}`)}' does not ask them again.`,
  ].join("\n");
}

function errorText({ error, call, samples }: TriedError): string {
  return [
    colours.bold(`${error} (${call.template})`),
    ...samples.flatMap(({ sample, results, rejectedBy }) => {
      const last = results.at(-1);
      const verdict =
        rejectedBy === null ? colours.green("kept") : colours.red(`dropped by ${rejectedBy}: ${last?.reason ?? ""}`);
      return [
        `  ${sample.lineage.index + 1}. ${verdict}`,
        indent(sample.draft.question),
        indent(colours.dim(sample.draft.solution)),
      ];
    }),
    ...call.faults.map((fault) => colours.yellow(`  not parsed: ${safeText(fault, 500)}`)),
    "",
  ].join("\n");
}

function indent(text: string): string {
  return safeText(text, 4000)
    .trim()
    .split("\n")
    .map((line) => `     ${line}`)
    .join("\n");
}
