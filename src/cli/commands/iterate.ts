import type { Command } from "commander";
import { planFacts, readRun, type Project } from "../../adapters/project/index.js";
import { planRun, stageNames, type StageName } from "../../engine/iteration/index.js";
import { Fault } from "../../engine/fault.js";
import { contextOf, type CommandContext } from "../context.js";
import { estimateLoop, estimateText } from "../estimate.js";
import { caseFilterOf, secretsOption, withCaseOptions, wholeNumber, type CaseOptions } from "../options.js";
import { exitCodeOfState, runProjectLoop, type LoopRequest, type LoopResult } from "../runLoop.js";
import { confirmSpending } from "../spending.js";
import { loopResultText } from "../loopText.js";

interface IterateOptions extends CaseOptions {
  readonly run?: string;
  readonly until?: string;
  readonly iterations?: number;
  readonly estimate?: boolean;
}

export function registerIterate(program: Command): void {
  withCaseOptions(
    program
      .command("iterate")
      .description("run the loop: select, collect, contrast, instruct, gate, train, evaluate, report")
      .option("--run <id>", "go on with this run; stages whose inputs did not change are reused")
      .option("--until <stage>", `stop after this stage of the iteration that the run is at: ${stageNames.join(", ")}`)
      .option("--iterations <n>", "run only the first n iterations of preceptor.json", wholeNumber)
      .option("--estimate", "say what is left to ask and what it may cost, and start nothing")
      .addOption(secretsOption()),
  )
    .addHelpText(
      "after",
      `
Examples:
  $ preceptor iterate                      start a new run
  $ preceptor iterate --estimate           calls, tokens and cost before anything is asked
  $ preceptor iterate --until gate         everything before training
  $ preceptor iterate --run run-3          go on, or run again what a changed configuration touches
  $ preceptor iterate --limit 50 --yes     a quick look at 50 cases of each split, without questions`,
    )
    .action(async (options: IterateOptions, command: Command) => {
      const context = contextOf(command);
      const project = await context.openProject();
      const request: LoopRequest = {
        run: options.run ?? null,
        until: stageOf(options.until),
        iterations: options.iterations ?? null,
        filter: caseFilterOf(options),
        fresh: options.fresh === true,
      };
      if (options.estimate !== true) return iterate(context, project, request);
      const estimate = await estimateLoop(project, request, context.signal);
      context.terminal.result(estimate, () => estimateText(estimate, project.configuration.budget.currency));
    });
}

/** A command that is the loop up to one of its stages. */
interface PartialLoop {
  readonly name: string;
  readonly description: string;
  readonly until: StageName;
  /** How many iterations it runs, for a new run or one to go on with. */
  readonly iterations: (project: Project, run: string | null) => Promise<number | null>;
}

const partial: readonly PartialLoop[] = [
  {
    name: "evaluate",
    description: "measure the target on the evaluation splits of all benchmarks",
    until: "evaluate",
    iterations: async () => 0,
  },
  {
    name: "train",
    description: "run the loop up to the training of the next iteration",
    until: "train",
    iterations: async (project, run) => (run === null ? 1 : nextTraining(project, run)),
  },
];

/** The first iteration of a run whose training is not there yet; null when all are. */
async function nextTraining(project: Project, run: string): Promise<number | null> {
  const readable = await readRun(project, run);
  const planned = await planRun(await planFacts(project, readable), readable.run);
  return planned.find(({ stage, plan }) => stage === "train" && plan !== "done")?.iteration ?? null;
}

export function registerPartialLoops(program: Command): void {
  for (const { name, description, until, iterations } of partial) {
    withCaseOptions(
      program
        .command(name)
        .description(description)
        .option("--run <id>", "go on with this run")
        .addOption(secretsOption()),
    )
      .addHelpText("after", `\nExample:\n  $ preceptor ${name} --limit 100`)
      .action(async (options: IterateOptions, command: Command) => {
        const context = contextOf(command);
        const project = await context.openProject();
        const run = options.run ?? null;
        await iterate(context, project, {
          run,
          until,
          iterations: await iterations(project, run),
          filter: caseFilterOf(options),
          fresh: options.fresh === true,
        });
      });
  }
}

export function registerResume(program: Command): void {
  program
    .command("resume")
    .description("go on with a run that was stopped, killed or waits for a person")
    .argument("<run>", "id of the run, as 'preceptor status' lists it")
    .addOption(secretsOption())
    .addHelpText("after", "\nExample:\n  $ preceptor resume run-2")
    .action(async (run: string, _options: unknown, command: Command) => {
      const context = contextOf(command);
      await iterate(context, await context.openProject(), {
        run,
        until: null,
        iterations: null,
        filter: null,
        fresh: false,
      });
    });
}

/** Runs the loop and prints what came of it. */
export async function iterate(context: CommandContext, project: Project, request: LoopRequest): Promise<void> {
  await confirmSpending(context, project, request);
  const result: LoopResult = await runProjectLoop(context, project, request);
  context.terminal.result(result, () => loopResultText(result, context));
  process.exitCode = exitCodeOfState(result.state);
}

function stageOf(name: string | undefined): StageName | null {
  if (name === undefined) return null;
  const stage = stageNames.find((candidate) => candidate === name);
  if (stage !== undefined) return stage;
  throw new Fault("usage", "There is no stage of this name.", {
    field: "--until",
    found: name,
    allowed: stageNames.join(", "),
    remedy: "Name the last stage that shall run.",
  });
}
