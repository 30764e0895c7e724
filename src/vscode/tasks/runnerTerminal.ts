import * as vscode from "vscode";
import type { Runner } from "../runner/runner.js";
import { RunnerProcess } from "./runnerProcess.js";
import { TypedLine } from "./typedLine.js";

/** Time that the editor gets to read the last lines, in milliseconds. */
const settleMs = 300;

/**
 * A terminal that shows the command line at work, and passes on what a person answers to it. Secrets go to its standard input,
 * so that they are in no argument and in no environment; closing the terminal or Ctrl+C asks it to stop, which loses nothing.
 */
export class RunnerTerminal implements vscode.Pseudoterminal {
  readonly #process: RunnerProcess;
  readonly #words: readonly string[];
  readonly #typed = new TypedLine();
  readonly #written = new vscode.EventEmitter<string>();
  readonly #closed = new vscode.EventEmitter<number>();

  constructor(runner: Runner, project: vscode.Uri, words: readonly string[]) {
    this.#words = words;
    this.#process = new RunnerProcess({
      project: project.fsPath,
      words,
      program: async () => {
        const { node, runner: installed } = await runner.program();
        return { node, script: installed.script };
      },
      handed: async () => runner.handed(project),
    });
  }

  readonly onDidWrite = this.#written.event;
  readonly onDidClose = this.#closed.event;

  open(): void {
    this.#say(`preceptor ${this.#words.join(" ")}\n`);
    void this.#process
      .run((text) => this.#say(text))
      .catch((thrown: unknown) => {
        this.#say(`${thrown instanceof Error ? thrown.message : String(thrown)}\n`);
        return 1;
      })
      // What is written last is looked through for problems before the task counts as ended.
      .then((code) => setTimeout(() => this.#closed.fire(code), settleMs));
  }

  close(): void {
    this.#process.stop();
  }

  handleInput(data: string): void {
    if (data === "\u0003") return this.#process.stop();
    const { shown, lines } = this.#typed.take(data);
    if (shown !== "") this.#written.fire(shown);
    for (const line of lines) this.#process.answer(line);
  }

  #say(text: string): void {
    this.#written.fire(text.replaceAll(/\r?\n/gu, "\r\n"));
  }
}
