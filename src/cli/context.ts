import type { Command } from "commander";
import { environmentSecrets, openProject, type Project } from "../adapters/project/index.js";
import { fromWhereYouStand, programCall } from "./invocation.js";
import { createTerminal, type Terminal } from "./terminal.js";

/** Options that every command understands. */
export interface GlobalOptions {
  readonly project: string;
  readonly json?: boolean;
  readonly debug?: boolean;
  readonly yes?: boolean;
}

/** What a command works with: its terminal, its project when it needs one, and the signal of Ctrl+C. */
export interface CommandContext {
  readonly options: GlobalOptions;
  readonly terminal: Terminal;
  /** Commands that never look at it end at the first Ctrl+C. */
  readonly signal: AbortSignal;
  readonly openProject: () => Promise<Project>;
  /** A command line of this program that works from where the person stands, for hints. */
  readonly commandLine: (args: string) => string;
}

/** Makes the context of a running command from the program's global options. */
export function contextOf(command: Command): CommandContext {
  const options = command.optsWithGlobals<GlobalOptions>();
  const terminal = createTerminal({ json: options.json === true, debug: options.debug === true });
  let signal: AbortSignal | null = null;
  return {
    options,
    terminal,
    get signal() {
      return (signal ??= interruptSignal(terminal));
    },
    openProject: async () => openProject(options.project, environmentSecrets(process.env)),
    commandLine: (args) => commandLine(args, options.project),
  };
}

/** `args` with the program in front and the project behind, unless the person stands in it. */
export function commandLine(args: string, project: string): string {
  const folder = fromWhereYouStand(project);
  return `${programCall(process.argv[1])} ${args}${folder === "." ? "" : ` --project ${folder}`}`;
}

/** The first Ctrl+C asks the work to stop, which loses nothing; the second one ends the process. */
function interruptSignal(terminal: Terminal): AbortSignal {
  const controller = new AbortController();
  const stop = (): void => {
    if (controller.signal.aborted) process.exit(130);
    terminal.note("Stopping; what was paid for is kept. Press Ctrl+C again to end at once.");
    controller.abort();
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  return controller.signal;
}
