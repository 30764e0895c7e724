import type { Command } from "commander";
import { environmentSecrets, openProject, type Project } from "../adapters/project/index.js";
import type { SecretLookup } from "../engine/configuration/index.js";
import { nothingHanded, readHanded, type Handed } from "./handed.js";
import { commandLine } from "./invocation.js";
import { createTerminal, type Terminal } from "./terminal.js";

/** Options that every command understands. */
export interface GlobalOptions {
  readonly project: string;
  readonly json?: boolean;
  readonly debug?: boolean;
  readonly yes?: boolean;
  /** Only commands that ask models have it. */
  readonly secretsOnStdin?: boolean;
}

/** What a command works with: its terminal, its project when it needs one, and the signal of Ctrl+C. */
export interface CommandContext {
  readonly options: GlobalOptions;
  readonly terminal: Terminal;
  /** Commands that never look at it end at the first Ctrl+C. */
  readonly signal: AbortSignal;
  /** What the program that started this one handed over; read from standard input once, when first asked for. */
  readonly handed: () => Promise<Handed>;
  readonly secrets: () => Promise<SecretLookup>;
  readonly openProject: () => Promise<Project>;
  /** A command line of this program that works from where the person stands, for hints. */
  readonly commandLine: (args: string) => string;
}

const stopsWork = "Stopping; what was paid for is kept. Press Ctrl+C again to end at once.";

/**
 * Makes the context of a running command from the program's global options.
 * @param stopping what the first Ctrl+C says.
 */
export function contextOf(command: Command, stopping = stopsWork): CommandContext {
  const options = command.optsWithGlobals<GlobalOptions>();
  const terminal = createTerminal({ json: options.json === true, debug: options.debug === true });
  let signal: AbortSignal | null = null;
  let reading: Promise<Handed> | null = null;
  const handed = async (): Promise<Handed> =>
    (reading ??= options.secretsOnStdin === true ? readHanded(process.stdin) : Promise.resolve(nothingHanded));
  const secrets = async (): Promise<SecretLookup> => environmentSecrets(process.env, (await handed()).secrets);
  return {
    options,
    terminal,
    get signal() {
      return (signal ??= interruptSignal(terminal, stopping));
    },
    handed,
    secrets,
    openProject: async () => openProject(options.project, await secrets(), (await handed()).bridge ?? null),
    commandLine: (args) => commandLine(args, options.project),
  };
}

/** The first Ctrl+C asks the work to stop, which loses nothing; the second one ends the process. */
function interruptSignal(terminal: Terminal, stopping: string): AbortSignal {
  const controller = new AbortController();
  const stop = (): void => {
    if (controller.signal.aborted) process.exit(130);
    terminal.note(stopping);
    controller.abort();
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  return controller.signal;
}
