/**
 * Composition root of the command line, which is also the detached runner that the editor starts. It knows every
 * command by name and nothing of what they do.
 */
import { Command, CommanderError } from "commander";
import { toFault } from "../engine/fault.js";
import { commands } from "./commands/index.js";
import { exitCodeOf, exitCodes, faultJson, faultText } from "./exit.js";

async function main(argv: readonly string[]): Promise<number> {
  const program = new Command("preceptor")
    .description("Improve a language model by letting a stronger one teach it from its own errors.")
    .version(__PRECEPTOR_VERSION__)
    .option("--project <folder>", "folder with preceptor.json", ".")
    .option("--json", "print one JSON document on standard output; messages go to standard error")
    .option("--debug", "show stack traces of faults")
    .option("--yes", "answer every question with yes (unattended runs)")
    .showHelpAfterError("Run with --help for examples.")
    .exitOverride();
  for (const register of commands) register(program);
  try {
    await program.parseAsync(argv, { from: "user" });
    return typeof process.exitCode === "number" ? process.exitCode : exitCodes.done;
  } catch (thrown) {
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? exitCodes.done : exitCodes.usage;
    const { json, debug } = program.opts<{ json?: boolean; debug?: boolean }>();
    if (json === true) process.stdout.write(`${JSON.stringify(faultJson(thrown), null, 2)}\n`);
    process.stderr.write(`${faultText(thrown, debug === true)}\n`);
    return exitCodeOf(toFault(thrown));
  }
}

process.exitCode = await main(process.argv.slice(2));
