import type { Command } from "commander";
import { environmentSecrets, openProject, type Project } from "../adapters/project/index.js";
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
  readonly signal: AbortSignal;
  readonly openProject: () => Promise<Project>;
}

/** Makes the context of a running command from the program's global options. */
export function contextOf(command: Command): CommandContext {
  const options = command.optsWithGlobals<GlobalOptions>();
  const terminal = createTerminal({ json: options.json === true, debug: options.debug === true });
  return {
    options,
    terminal,
    signal: interruptSignal(terminal),
    openProject: async () => openProject(options.project, environmentSecrets(process.env)),
  };
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
