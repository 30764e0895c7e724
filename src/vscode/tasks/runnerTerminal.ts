import { spawn, type ChildProcess } from "node:child_process";
import * as vscode from "vscode";
import { handedLine, runnerEnvironment } from "../runner/launch.js";
import type { Runner } from "../runner/runner.js";

/** Commands that ask models, and therefore read their keys from standard input. */
const asking: readonly string[] = ["iterate", "resume", "evaluate", "train", "generate", "import"];

/** Time that the editor gets to read the last lines, in milliseconds. */
const settleMs = 300;

export interface RunnerCall {
  readonly project: vscode.Uri;
  /** Words of the command line, without the program. */
  readonly words: readonly string[];
}

/**
 * A terminal that shows the command line at work. Keys go to its standard input, so that they are in no argument and in
 * no environment; closing the terminal or Ctrl+C asks it to stop, which loses nothing.
 */
export class RunnerTerminal implements vscode.Pseudoterminal {
  readonly #runner: Runner;
  readonly #call: RunnerCall;
  readonly #written = new vscode.EventEmitter<string>();
  readonly #closed = new vscode.EventEmitter<number>();
  #child: ChildProcess | null = null;

  constructor(runner: Runner, call: RunnerCall) {
    this.#runner = runner;
    this.#call = call;
  }

  readonly onDidWrite = this.#written.event;
  readonly onDidClose = this.#closed.event;

  open(): void {
    this.#start().catch((thrown: unknown) => {
      this.#say(`${thrown instanceof Error ? thrown.message : String(thrown)}\n`);
      this.#closed.fire(1);
    });
  }

  close(): void {
    this.#child?.kill("SIGINT");
  }

  handleInput(data: string): void {
    if (data === "\u0003") this.#child?.kill("SIGINT");
  }

  async #start(): Promise<void> {
    const { project, words } = this.#call;
    const { node, runner } = await this.#runner.program();
    const asks = asking.includes(words[0] ?? "");
    const own = asks ? ["--secrets-on-stdin"] : [];
    this.#say(`preceptor ${words.join(" ")}\n`);
    const child = spawn(node.file, [runner.script, ...words, "--project", project.fsPath, ...own], {
      cwd: project.fsPath,
      windowsHide: true,
      stdio: ["pipe", "pipe", "pipe"],
      env: runnerEnvironment(process.env, node),
    });
    this.#child = child;
    child.stdout.setEncoding("utf8").on("data", (text: string) => this.#say(text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => this.#say(text));
    child.on("error", ({ message }) => this.#say(`${message}\n`));
    // What is written last is looked through for problems before the task counts as ended.
    child.on("close", (code) => setTimeout(() => this.#closed.fire(code ?? 1), settleMs));
    // A program that ended at once reads nothing; its exit tells why.
    child.stdin.on("error", () => undefined);
    child.stdin.end(asks ? handedLine(await this.#runner.handed(project)) : "");
  }

  #say(text: string): void {
    this.#written.fire(text.replaceAll(/\r?\n/gu, "\r\n"));
  }
}
