import type { Command } from "commander";
import { openRun, type Project } from "../../adapters/project/index.js";
import { runLoop, tryErrors, type TriedError, type TryOut } from "../../engine/iteration/index.js";
import { costText, percent } from "../../engine/report/index.js";
import { contextOf, type CommandContext } from "../context.js";
import { exitCodes } from "../exit.js";
import { watchRun } from "../live.js";
import { colours } from "../terminal.js";
import { caseFilterOf, iterate, positiveInteger, withCaseOptions } from "./iterate.js";

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
  { terminal, signal }: CommandContext,
  project: Project,
  request: Pick<Parameters<typeof openRun>[1], "run" | "filter" | "fresh">,
  count: number,
): Promise<void> {
  const strategies = project.configuration.iterations.map(({ strategy }) => strategy);
  const watcher = watchRun(terminal, strategies, () => performance.now());
  const open = await openRun(project, { ...request, watcher, signal });
  try {
    const { services } = open;
    const state = await runLoop(services, { until: "contrast", iterations: 1 });
    watcher.end();
    if (state.state !== "done") {
      terminal.note(state.need?.message ?? `The run is ${state.state}.`);
      process.exitCode = state.state === "cancelled" ? exitCodes.cancelled : exitCodes.person;
      return;
    }
    const result = await tryErrors(services, 1, count);
    terminal.result({ run: services.run.id, ...result }, () => tryText(services.run.id, result, project));
  } finally {
    watcher.end();
    await open.close();
  }
}

function tryText(run: string, { tried, asked, parsed, kept, cost }: TryOut, { configuration }: Project): string {
  const { currency } = configuration.budget;
  const each = cost === null || kept === 0 ? "" : `, ${costText(cost / kept, currency)} a kept sample`;
  return [
    ...tried.map(errorText),
    `${tried.length} errors: ${asked} samples asked, ${parsed} parsed (${percent(asked === 0 ? 0 : parsed / asked)}), ${kept} kept; ${costText(cost, currency)}${each}.`,
    `The answers are kept: 'preceptor iterate --run ${run}' does not ask them again.`,
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
    ...call.faults.map((fault) => colours.yellow(`  not parsed: ${fault}`)),
    "",
  ].join("\n");
}

function indent(text: string): string {
  return text
    .trim()
    .split("\n")
    .map((line) => `     ${line}`)
    .join("\n");
}
