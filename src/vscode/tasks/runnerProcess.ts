/** The command line as a process of a terminal. This module knows nothing of the editor. */
import { spawn, type ChildProcess } from "node:child_process";
import { handedLine, runnerEnvironment, type HandedOver } from "../runner/launch.js";
import type { NodeProgram } from "../runner/node.js";
import { readsKeys } from "./commandLine.js";

export interface RunnerCall {
  /** Folder of the project. */
  readonly project: string;
  /** Words of the command line, without the program. */
  readonly words: readonly string[];
  readonly program: () => Promise<{ readonly node: NodeProgram; readonly script: string }>;
  /** What it is told on its standard input, when it is a command that asks models. */
  readonly handed: () => Promise<HandedOver>;
}

/** Exit code of a command that was stopped before it began, as the command line has it for a cancelled one. */
const cancelledCode = 130;

export class RunnerProcess {
  readonly #call: RunnerCall;
  #child: ChildProcess | null = null;
  #stopped = false;

  constructor(call: RunnerCall) {
    this.#call = call;
  }

  /** Runs the command to its end, and resolves to its exit code. `say` gets what it writes. */
  async run(say: (text: string) => void): Promise<number> {
    const { project, words, program, handed } = this.#call;
    const { node, script } = await program();
    const asks = readsKeys(words);
    // Before it starts: a keyring may ask the person, and the process waits only ten seconds for its line.
    const line = asks ? handedLine({ ...(await handed()), answers: true }) : "";
    if (this.#stopped) return cancelledCode;
    const own = asks ? ["--secrets-on-stdin"] : [];
    const child = spawn(node.file, [script, ...words, "--project", project, ...own], {
      cwd: project,
      windowsHide: true,
      stdio: ["pipe", "pipe", "pipe"],
      env: runnerEnvironment(process.env, node),
    });
    this.#child = child;
    child.stdout.setEncoding("utf8").on("data", say);
    child.stderr.setEncoding("utf8").on("data", say);
    child.on("error", ({ message }) => say(`${message}\n`));
    // A program that ended at once reads nothing; its exit tells why.
    child.stdin.on("error", () => undefined);
    child.stdin.write(line);
    // Behind the line come answers of the person. What asks no models asks nothing.
    if (!asks) child.stdin.end();
    return new Promise((resolve) => child.on("close", (code) => resolve(code ?? 1)));
  }

  /** Passes a line on that the person typed. */
  answer(line: string): void {
    if (this.#child?.stdin?.writable === true) this.#child.stdin.write(`${line}\n`);
  }

  /** Asks it to stop, which loses nothing; before it began it never begins. */
  stop(): void {
    this.#stopped = true;
    this.#child?.kill("SIGINT");
  }
}
