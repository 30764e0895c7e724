import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import type { Command } from "commander";
import { configurationFile } from "../../adapters/project/index.js";
import { findBenchmark } from "../../engine/benchmarks/index.js";
import type { ConfigurationInput } from "../../engine/configuration/index.js";
import { Fault } from "../../engine/fault.js";
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
    .option("--target <address>", "address of the target's server, with its /v1", "http://127.0.0.1:8000/v1")
    .option("--target-model <name>", "name of the target on that server", "my-model")
    .option("--instructor <address>", "address of the instructor's server", "https://api.openai.com/v1")
    .option("--instructor-model <name>", "name of the instructor", "gpt-4o")
    .option("--builtin", "use the built-in student and instructor instead")
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
      const file = path.resolve(globals.project, configurationFile);
      findBenchmark(options.benchmark);
      const configuration = initialConfiguration(options);
      try {
        await mkdir(path.dirname(file), { recursive: true });
        await writeFile(file, `${JSON.stringify(configuration, null, 2)}\n`, { flag: "wx" });
      } catch (thrown) {
        const exists = thrown instanceof Error && "code" in thrown && thrown.code === "EEXIST";
        throw new Fault(
          exists ? "usage" : "storage",
          exists ? "There is a project already." : "The file cannot be written.",
          {
            file,
            remedy: exists
              ? "Edit it, or choose another folder with --project."
              : "Check that the folder may be written to.",
            cause: thrown,
          },
        );
      }
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

function initialConfiguration(options: InitOptions): ConfigurationInput {
  const builtin = options.builtin === true;
  return {
    version: 1,
    benchmarks: { [options.benchmark]: { use: options.benchmark, domain: "in" } },
    models: builtin
      ? {
          student: { provider: "builtin", name: "student" },
          instructor: { provider: "builtin", name: "instructor" },
        }
      : {
          target: modelAt(options.target, options.targetModel),
          instructor: modelAt(options.instructor, options.instructorModel),
        },
    target: builtin ? "student" : "target",
    instructor: "instructor",
    iterations: ["LEC", "LE"],
    budget: { amount: 20, currency: "USD" },
  };
}

/** An `http:` address is taken for a server of one's own: no price and no key. Others are paid, with a known price. */
function modelAt(endpoint: string, name: string): ConfigurationInput["models"][string] {
  const own = /^http:/iu.test(endpoint);
  return {
    provider: "openai",
    endpoint,
    name,
    ...(own ? { price: { input: 0, output: 0 } } : { apiKey: "${env:OPENAI_API_KEY}" }),
  };
}
