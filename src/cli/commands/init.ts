import { InvalidArgumentError, Option, type Command } from "commander";
import { initialConfiguration, usualModels, writeProject } from "../../adapters/project/index.js";
import { findBenchmark } from "../../engine/benchmarks/index.js";
import { contextOf } from "../context.js";

interface InitOptions {
  readonly target: string;
  readonly targetModel: string;
  readonly instructor: string;
  readonly instructorModel: string;
  readonly builtin?: boolean;
  readonly benchmark: string;
}

export function registerInit(program: Command): void {
  program
    .command("init")
    .description("make preceptor.json in the project's folder")
    .option("--target <address>", "address of the target's server, with its /v1", address, usualModels.target.endpoint)
    .option("--target-model <name>", "name of the target on that server", modelName, usualModels.target.name)
    .option("--instructor <address>", "address of the instructor's server", address, usualModels.instructor.endpoint)
    .option("--instructor-model <name>", "name of the instructor", modelName, usualModels.instructor.name)
    .addOption(
      new Option("--builtin", "use the built-in student and instructor instead").conflicts([
        "target",
        "targetModel",
        "instructor",
        "instructorModel",
      ]),
    )
    .option("--benchmark <name>", "benchmark whose errors are taught", "gsm8k")
    .addHelpText(
      "after",
      `
Examples:
  $ preceptor init --target http://127.0.0.1:8000/v1 --target-model my-7b
  $ preceptor init --builtin --benchmark gsm8k`,
    )
    .action(async (options: InitOptions, command: Command) => {
      const { options: globals, terminal, commandLine } = contextOf(command);
      findBenchmark(options.benchmark);
      const file = await writeProject(
        globals.project,
        initialConfiguration({
          benchmarks: { [options.benchmark]: { use: options.benchmark, domain: "in" } },
          models:
            options.builtin === true
              ? null
              : {
                  target: { endpoint: options.target, name: options.targetModel },
                  instructor: { endpoint: options.instructor, name: options.instructorModel },
                },
        }),
      );
      terminal.result({ file }, () =>
        [
          `Written: ${file}`,
          `Next: ${commandLine(`benchmarks fetch ${options.benchmark}`)}`,
          `Then: ${commandLine("doctor")}`,
          `      ${commandLine("generate --try 5")}`,
          `      ${commandLine("iterate")}`,
        ].join("\n"),
      );
    });
}

function address(text: string): string {
  const { protocol, username, password } = URL.canParse(text) ? new URL(text) : new URL("none:");
  if (/^https?:$/u.test(protocol) && username + password === "") return text;
  throw new InvalidArgumentError("Allowed: an http or https address such as http://127.0.0.1:8000/v1, without a user.");
}

function modelName(text: string): string {
  if (text.trim() !== "") return text;
  throw new InvalidArgumentError("Allowed: the name of a model as its server knows it.");
}
