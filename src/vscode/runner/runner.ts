import * as vscode from "vscode";
import { RequestFault } from "../../protocol/requestFault.js";
import {
  launchRunner,
  logOfLaunch,
  removeOldLogs,
  type HandedOver,
  type Launch,
  type LaunchedRunner,
  type RunnerWork,
} from "./launch.js";
import { findNode, UnusableNode, type NodeProgram } from "./node.js";
import { installRunner, removeOldRunners, type InstalledRunner } from "./runnerFolder.js";
import { requireTrust } from "./trust.js";

/** Gives what a runner of this project is handed over when it starts. */
export type HandOver = (project: vscode.Uri) => Promise<HandedOver>;

/** Starts runs in a process of their own, which outlives this window. */
export class Runner {
  readonly #built: vscode.Uri;
  readonly #storage: vscode.Uri;
  readonly #handOver: HandOver;
  readonly #log: vscode.LogOutputChannel;

  constructor(
    { extensionUri, globalStorageUri }: Pick<vscode.ExtensionContext, "extensionUri" | "globalStorageUri">,
    handOver: HandOver,
    log: vscode.LogOutputChannel,
  ) {
    this.#built = vscode.Uri.joinPath(extensionUri, "dist");
    this.#storage = globalStorageUri;
    this.#handOver = handOver;
    this.#log = log;
  }

  /** Folder of the runners' logs. */
  get logs(): vscode.Uri {
    return vscode.Uri.joinPath(this.#storage, "logs");
  }

  /** The command line as a program, for a terminal. */
  async program(): Promise<{ readonly node: NodeProgram; readonly runner: InstalledRunner }> {
    requireTrust();
    await vscode.workspace.fs.createDirectory(this.#storage);
    const runner = await installRunner(this.#built.fsPath, this.#storage.fsPath);
    return { runner, node: await this.#findNode() };
  }

  /** What a runner of this project is told on its standard input. */
  async handed(project: vscode.Uri): Promise<HandedOver> {
    return this.#handOver(project);
  }

  async start(project: vscode.Uri, work: RunnerWork, note: Launch["note"]): Promise<LaunchedRunner> {
    const { runner, node } = await this.program();
    const launched = await launchRunner({
      runner,
      node,
      project: project.fsPath,
      work,
      handed: await this.#handOver(project),
      logs: this.logs.fsPath,
      environment: process.env,
      note,
    });
    this.#log.info(`Started process ${launched.pid} (${work.command}) with Node ${node.version} at ${node.file}.`);
    void this.#tidy(this.#storage.fsPath, runner);
    return launched;
  }

  /** The log of a start; null when another program has it. */
  async logOf(launch: string): Promise<vscode.Uri | null> {
    const file = await logOfLaunch(this.logs.fsPath, launch);
    return file === null ? null : vscode.Uri.file(file);
  }

  async #findNode(): Promise<NodeProgram> {
    const configured = vscode.workspace.getConfiguration("preceptor").get("nodePath", "");
    try {
      return await findNode(configured, { file: process.execPath, version: process.versions.node });
    } catch (thrown) {
      if (!(thrown instanceof UnusableNode)) throw thrown;
      throw new RequestFault({
        kind: "configuration",
        message: vscode.l10n.t("The setting preceptor.nodePath names no Node.js that can be used."),
        field: "preceptor.nodePath",
        found: `${thrown.file}: ${thrown.found}`,
        remedy: vscode.l10n.t("Set the path of Node.js 20.12 or newer, or nothing."),
      });
    }
  }

  async #tidy(storage: string, current: Awaited<ReturnType<typeof installRunner>>): Promise<void> {
    try {
      const removed = await removeOldRunners(storage, current);
      if (removed.length > 0) this.#log.info(`Removed ${removed.join(", ")}.`);
      await removeOldLogs(this.logs.fsPath);
    } catch (thrown) {
      // Left for the next start.
      this.#log.warn(`Old files of the runner could not be removed: ${String(thrown)}`);
    }
  }
}
