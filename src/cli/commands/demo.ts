import type { Command } from "commander";
import { environmentSecrets, openProject } from "../../adapters/project/index.js";
import { demoFolder } from "../../adapters/builtin/index.js";
import { prepareDemo } from "../../adapters/demo/index.js";
import { demoDocument } from "../demo/demoDocument.js";
import { contextOf } from "../context.js";
import { commandLine } from "../invocation.js";
import { exitCodeOfState, runProjectLoop } from "../runLoop.js";
import { needText, reportText } from "../loopText.js";
import { costText, secondsText } from "../../engine/report/index.js";
import { colours } from "../terminal.js";
import { wholeNumber } from "../options.js";

interface DemoOptions {
  readonly folder: string;
  readonly seed: number;
  readonly control?: boolean;
}

export function registerDemo(program: Command): void {
  program
    .command("demo")
    .description("run the whole loop offline with the built-in models: two iterations (LEC, then LE), about a minute")
    .option("--folder <folder>", "where the demo project is made", "preceptor-demo")
    .option("--seed <n>", "seed of every random choice", wholeNumber, 1)
    .option("--control", "negative control: the labels of the samples are shuffled, so nothing can be learned")
    .addHelpText(
      "after",
      `
Examples:
  $ preceptor demo
  $ preceptor demo --json > demo.json
  $ preceptor demo --seed 2 --folder /tmp/demo`,
    )
    .action(async (options: DemoOptions, command: Command) => {
      const context = contextOf(command);
      const { terminal } = context;
      const started = performance.now();
      const folder = await prepareDemo({ ...options, data: demoFolder(), control: options.control === true });
      const project = await openProject(folder, environmentSecrets({}));
      terminal.note(`Demo project in ${folder}\nBuilt-in student and instructor, no network, seed ${options.seed}.`);
      const result = await runProjectLoop(context, project, {
        run: null,
        until: null,
        iterations: null,
        filter: null,
        fresh: false,
      });
      const next = (args: string): string => commandLine(args, folder);
      const seconds = (performance.now() - started) / 1000;
      terminal.result(demoDocument(result.report, seconds), () =>
        [
          ...reportText(result.report),
          `Done in ${secondsText(seconds)}; cost ${costText(result.spent.currency, result.report.currency)} (${result.spent.calls} calls to built-in models).`,
          ...result.notes,
          `Results: ${result.folder}`,
          ...needText(result.run, result.state, { commandLine: next }),
          "",
          colours.bold("What to try next"),
          ...hints([
            ["the student's wrong answers", next("errors")],
            ["what the instructor writes for five of them", next("generate --try 5")],
            ["the report as one page", next("report --html report.html")],
            ["a project with your own model", commandLine("init", "my-project")],
          ]),
        ].join("\n"),
      );
      process.exitCode = exitCodeOfState(result.state);
    });
}

/** What a command does, and below it the command, ready to be copied. */
function hints(lines: readonly (readonly [what: string, command: string])[]): string[] {
  return lines.flatMap(([what, command]) => [`  ${what}`, `    ${colours.cyan(command)}`]);
}
