import * as vscode from "vscode";
import { RequestFault } from "../../protocol/requestFault.js";
import type { LaunchView } from "../../protocol/worker/index.js";
import type { EngineClient } from "../engine/engineClient.js";
import type { Messages } from "../messages.js";
import { neverEnded } from "./followedRuns.js";
import type { Runs } from "./runsModel.js";

/** A run that a process has begun, and how it had ended before; -1 for a new one. */
export interface StartedRun {
  readonly folder: vscode.Uri;
  readonly run: string;
  readonly ended: number | null;
}

type Outcome = NonNullable<LaunchView["outcome"]>;

/**
 * What comes of processes that were started, by this window or by one that is gone: a run, which is followed from then on,
 * or nothing, which is told once over all windows.
 */
export class Launches implements vscode.Disposable {
  readonly #engine: EngineClient;
  readonly #runs: Runs;
  readonly #messages: Messages;
  readonly #log: vscode.LogOutputChannel;
  readonly #began = new vscode.EventEmitter<StartedRun>();
  readonly #listening: vscode.Disposable;
  /** Those that this window is taking or has taken. */
  readonly #taken = new Set<string>();

  constructor(parts: {
    readonly engine: EngineClient;
    readonly runs: Runs;
    readonly messages: Messages;
    readonly log: vscode.LogOutputChannel;
  }) {
    this.#engine = parts.engine;
    this.#runs = parts.runs;
    this.#messages = parts.messages;
    this.#log = parts.log;
    this.#listening = parts.runs.onDidChange(() => this.#look());
  }

  /** Fires when a run that was started is in the list of runs: it may have ended by then. */
  readonly onDidBegin = this.#began.event;

  /** Resolves when this one is not awaited any more. */
  async settled(id: string): Promise<void> {
    const isAwaited = (): boolean => this.#runs.launches.some((launch) => launch.id === id);
    if (!isAwaited()) return;
    await new Promise<void>((resolve) => {
      const listening = this.#runs.onDidChange(() => {
        if (isAwaited()) return;
        listening.dispose();
        resolve();
      });
    });
  }

  dispose(): void {
    this.#listening.dispose();
    this.#began.dispose();
  }

  #look(): void {
    const { folder } = this.#runs;
    if (folder === null) return;
    for (const launch of this.#runs.launches) {
      const { id, outcome } = launch;
      if (outcome === null || this.#taken.has(id)) continue;
      this.#taken.add(id);
      this.#take(folder, launch, outcome).catch((thrown: unknown) => {
        // The engine died in between; the next look finds it again.
        this.#taken.delete(id);
        this.#log.debug(String(thrown));
      });
    }
  }

  async #take(folder: vscode.Uri, { id, ended, log }: LaunchView, outcome: Outcome): Promise<void> {
    const { taken } = await this.#engine.call("runs/takeLaunch", { folder: folder.fsPath, launch: id });
    if (!taken) return;
    if (outcome.kind === "run") this.#began.fire({ folder, run: outcome.run, ended });
    else void this.#messages.fault(faultOfNothing(outcome, log));
  }
}

/** How a new run and one that goes on had ended before, for whoever follows it. */
export function endedBefore(runs: Runs, run: string | null): number | null {
  return run === null ? neverEnded : (runs.get(run)?.ended ?? null);
}

function faultOfNothing({ fault }: Extract<Outcome, { readonly kind: "nothing" }>, log: string): RequestFault {
  const { t } = vscode.l10n;
  if (fault === null) {
    return new RequestFault({
      kind: "internal",
      message: t("The runner ended before it began a run."),
      file: log,
    });
  }
  // Its first line never came: whoever started it was gone.
  if (fault.kind === "usage" && fault.field === "--secrets-on-stdin") {
    return new RequestFault({
      kind: "person-needed",
      message: t("The window was closed while a run was being started; nothing was begun."),
      remedy: t("Start it again."),
    });
  }
  return new RequestFault(fault);
}
