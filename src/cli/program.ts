import { Command, CommanderError } from "commander";
import { Fault, toFault } from "../engine/fault.js";
import { commands } from "./commands/index.js";
import type { GlobalOptions } from "./context.js";
import { exitCodeOf, exitCodes, faultJson, faultText } from "./exit.js";

/** The program with all its commands; nothing runs before it is parsed. */
export function createProgram(version: string): Command {
  const program = new Command("preceptor")
    .description("Improve a language model by letting a stronger one teach it from its own errors.")
    .version(version)
    .option("--project <folder>", "folder with preceptor.json", ".")
    .option("--json", "print one JSON document on standard output; messages go to standard error")
    .option("--debug", "show stack traces of faults")
    .option("--yes", "answer every question with yes (unattended runs)")
    .addHelpText(
      "after",
      `
Examples:
  $ preceptor demo                     the whole loop offline, with built-in models
  $ preceptor init --target http://127.0.0.1:8000/v1 --target-model my-7b
  $ preceptor benchmarks fetch gsm8k
  $ preceptor generate --try 5         look before you pay
  $ preceptor iterate                  run the loop of preceptor.json
  $ preceptor status run-1             what a run did, what it would do next, and why

Exit codes: 0 done, 1 the work failed, 2 bad usage or configuration, 3 a person is needed, 130 cancelled.`,
    )
    // Faults of usage are written like all others, below.
    .configureOutput({ outputError: () => undefined })
    .exitOverride();
  for (const register of commands) register(program);
  return program;
}

/** Runs the command line and returns its exit code. Faults are written to standard error, and as JSON when asked for. */
export async function runProgram(program: Command, argv: readonly string[]): Promise<number> {
  // Read from the words themselves: a fault of usage may stand before these options.
  const words = argv.slice(0, argv.includes("--") ? argv.indexOf("--") : argv.length);
  const [json, debug] = [words.includes("--json"), words.includes("--debug")];
  try {
    await program.parseAsync(argv, { from: "user" });
    return typeof process.exitCode === "number" ? process.exitCode : exitCodes.done;
  } catch (thrown) {
    if (thrown instanceof CommanderError && thrown.exitCode === 0) return exitCodes.done;
    const fault = thrown instanceof CommanderError ? usageFault(thrown, program, words) : toFault(thrown);
    if (json) process.stdout.write(`${JSON.stringify(faultJson(fault), null, 2)}\n`);
    process.stderr.write(`${faultText(fault, debug, program.opts<GlobalOptions>().project)}\n`);
    return exitCodeOf(fault);
  }
}

/** What is wrong with the words of a command line, and which help shows them right. */
function usageFault(error: CommanderError, program: Command, words: readonly string[]): Fault {
  const command = commandOf(program, words);
  const help = `'${nameOf(command)} --help' shows its options, with examples.`;
  if (error.code === "commander.help" || error.code === "commander.helpDisplayed") {
    return new Fault("usage", "A command is missing.", {
      allowed: command.commands.map((each) => each.name()).join(", "),
      remedy: `Name one of them; ${help}`,
    });
  }
  const value =
    /^error: (?:option|command-argument value) '(?<field>[^ ']+)[^']*' argument '(?<found>.*)' is invalid\. Allowed(?: choices are)?:? (?<allowed>.*?)\.?$/su.exec(
      error.message,
    )?.groups;
  if (value !== undefined) {
    const { field = "", found = "", allowed = "" } = value;
    return new Fault("usage", "The option does not take this value.", {
      field,
      found,
      allowed,
      remedy: `Write an allowed value; ${help}`,
    });
  }
  const [message = "", ...more] = error.message.replace(/^error: /u, "").split("\n");
  const suggestion = /^\(Did you mean (?<names>.*)\?\)$/u.exec(more.join(" "))?.groups?.["names"];
  return new Fault(
    "usage",
    `${message.charAt(0).toUpperCase()}${message.slice(1)}${message.endsWith(".") ? "" : "."}`,
    {
      remedy: suggestion === undefined ? help : `Did you mean ${suggestion}? ${help}`,
    },
  );
}

/** The command that the words name, as far as they name one. */
function commandOf(program: Command, words: readonly string[]): Command {
  let command = program;
  for (const word of words) command = command.commands.find((each) => each.name() === word) ?? command;
  return command;
}

function nameOf(command: Command): string {
  return command.parent === null ? command.name() : `${nameOf(command.parent)} ${command.name()}`;
}
