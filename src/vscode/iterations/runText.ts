/** Words for runs, iterations and stages: what people read in trees, the status bar and notifications. */
import * as vscode from "vscode";
import type { IterationView, RunView, StageView } from "../../protocol/worker/index.js";
import { money, number, percent } from "../numbers.js";
import { plainLine } from "../plainText.js";
import { isOpen } from "./followedRuns.js";

/** `5.9 M`, `12,300`. */
export function tokens(count: number): string {
  return count < 100_000 ? number(count) : `${(count / 1_000_000).toFixed(1)} M`;
}

/** `1 h 12 m`, `18 min`, `34 s`. */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return vscode.l10n.t("{0} s", whole);
  const minutes = Math.round(whole / 60);
  if (minutes < 60) return vscode.l10n.t("{0} min", minutes);
  return vscode.l10n.t("{0} h {1} m", Math.floor(minutes / 60), minutes % 60);
}

export function bytes(count: number): string {
  if (count < 1_000_000) return `${(count / 1000).toFixed(0)} kB`;
  return count < 1e9 ? `${(count / 1e6).toFixed(1)} MB` : `${(count / 1e9).toFixed(1)} GB`;
}

/** The stage at which a run stands: the one at work, else the one where it stopped. */
export function currentStage(run: RunView): { readonly iteration: IterationView; readonly stage: StageView } | null {
  for (const wanted of [["running"], ["needs-person", "failed", "stopped"]]) {
    for (const iteration of run.iterations) {
      const stage = iteration.stages.find(({ state }) => wanted.includes(state));
      if (stage !== undefined) return { iteration, stage };
    }
  }
  return null;
}

export function runStateText(run: RunView): string {
  switch (run.state) {
    case "new":
      return vscode.l10n.t("not begun");
    case "running":
      return vscode.l10n.t("running");
    case "done":
      return isOpen(run) ? vscode.l10n.t("done so far") : vscode.l10n.t("done");
    case "failed":
      return vscode.l10n.t("failed");
    case "cancelled":
      return vscode.l10n.t("cancelled");
    case "stopped":
      return vscode.l10n.t("stopped");
    case "needs-person":
      return run.need === null ? vscode.l10n.t("needs you") : needText(run.need.kind);
    case "unreadable":
      return vscode.l10n.t("cannot be read");
  }
}

export function needText(kind: NonNullable<RunView["need"]>["kind"]): string {
  switch (kind) {
    case "review":
      return vscode.l10n.t("waits for your review");
    case "budget":
      return vscode.l10n.t("budget is spent");
    case "secret":
      return vscode.l10n.t("needs a key");
    case "editor":
      return vscode.l10n.t("the editor's models do not answer; resume it to go on");
    case "training":
      return vscode.l10n.t("ready to be trained outside");
  }
}

/** `running · mistral-7b · LEC → LE · $11.20`; that a run is done is the rule and not said. */
export function runDescription(run: RunView): string {
  return joined([run.state === "done" && !isOpen(run) ? null : runStateText(run), runFacts(run)]);
}

/** `mistral-7b · LEC → LE · $11.20`. */
export function runFacts(run: RunView): string {
  const strategies = run.iterations.flatMap(({ strategy }) => strategy ?? []).join(" → ");
  return joined([
    run.target === "" ? null : plainLine(run.target, 40),
    strategies === "" ? null : plainLine(strategies, 60),
    costText(run.spent.currency, run.currency),
    run.seconds >= 1 ? duration(run.seconds) : null,
  ]);
}

export function iterationLabel({ iteration, strategy }: IterationView): string {
  if (iteration === 0) return vscode.l10n.t("Base");
  return strategy === null
    ? vscode.l10n.t("Iteration {0}", iteration)
    : vscode.l10n.t("Iteration {0} · {1}", iteration, plainLine(strategy, 40));
}

/** `32.8 % → 57.1 % on average · $4.02 · 3 min`. */
export function iterationDescription({ accuracy, seconds, cost }: IterationView, currency: string): string {
  return joined([
    accuracy === null ? null : accuracyText(accuracy),
    costText(cost, currency),
    seconds >= 1 ? duration(seconds) : null,
  ]);
}

function costText(cost: number, currency: string): string | null {
  return cost > 0 ? money(cost, currency) : null;
}

export function accuracyText({ before, after }: NonNullable<IterationView["accuracy"]>): string {
  return before === null
    ? vscode.l10n.t("{0} on average", percent(after))
    : vscode.l10n.t("{0} → {1} on average", percent(before), percent(after));
}

export function stageLabel({ stage }: Pick<StageView, "stage">): string {
  switch (stage) {
    case "select":
      return vscode.l10n.t("Select");
    case "collect":
      return vscode.l10n.t("Collect");
    case "contrast":
      return vscode.l10n.t("Contrast");
    case "instruct":
      return vscode.l10n.t("Instruct");
    case "gate":
      return vscode.l10n.t("Gate");
    case "train":
      return vscode.l10n.t("Train");
    case "evaluate":
      return vscode.l10n.t("Evaluate");
    case "report":
      return vscode.l10n.t("Report");
  }
}

export function stageStateText(state: StageView["state"]): string {
  switch (state) {
    case "planned":
      return vscode.l10n.t("planned");
    case "waiting":
      return vscode.l10n.t("waits for the stage before");
    case "running":
      return vscode.l10n.t("running");
    case "done":
      return vscode.l10n.t("done");
    case "reused":
      return vscode.l10n.t("done before, reused");
    case "stopped":
      return vscode.l10n.t("stopped");
    case "failed":
      return vscode.l10n.t("failed");
    case "needs-person":
      return vscode.l10n.t("needs you");
  }
}

/** What a stage did, or how far it is: `2,114 / 4,301 · $4.02 · 12 min · 18 min left`. */
export function stageDescription(stage: StageView, currency: string): string {
  const { state, progress, seconds } = stage;
  const cost = costText(stage.cost, currency);
  const took = seconds !== null && seconds >= 1 ? duration(seconds) : null;
  switch (state) {
    case "running":
      return joined([
        progress === null || progress.total === 0 ? null : progressText(progress),
        cost,
        took,
        progress?.secondsLeft !== undefined && progress.secondsLeft !== null && progress.secondsLeft >= 1
          ? leftText(progress.secondsLeft)
          : null,
        progress === null || progress.note === "" ? null : plainLine(progress.note, 40),
      ]);
    case "done":
      return joined([countsText(stage), cost, took]);
    case "reused":
      return joined([countsText(stage), cost, vscode.l10n.t("reused")]);
    case "stopped":
    case "failed":
    case "needs-person":
      return joined([
        progress === null || progress.total === 0 ? null : progressText(progress),
        cost,
        stageStateText(state),
      ]);
    case "planned":
    case "waiting":
      return "";
  }
}

export function progressText({ done, total }: Pick<NonNullable<StageView["progress"]>, "done" | "total">): string {
  return `${number(done)} / ${number(total)}`;
}

export function leftText(seconds: number): string {
  return vscode.l10n.t("{0} left", duration(seconds));
}

/** The counts of a stage that has ended, in the words of that stage. */
function countsText({ stage, counts }: StageView): string {
  const of = (name: string): string => number(counts[name] ?? 0);
  switch (stage) {
    case "select":
      return Object.values(counts)
        .map((count) => number(count))
        .join(" + ");
    case "collect":
      return vscode.l10n.t("{0} of {1} wrong", of("errors"), of("asked"));
    case "instruct":
      return vscode.l10n.t("{0} calls · {1} samples", of("calls"), of("generated"));
    case "gate":
      return vscode.l10n.t("{0} of {1} kept", of("kept"), of("generated"));
    case "train":
      return vscode.l10n.t("{0} rows · {1} steps", of("rows"), of("steps"));
    case "evaluate":
      return vscode.l10n.t("{0} of {1} right", of("correct"), of("asked"));
    case "contrast":
      return vscode.l10n.t("{0} errors", of("errors"));
    case "report":
      return vscode.l10n.t("{0} benchmarks", of("benchmarks"));
  }
}

export function joined(parts: readonly (string | null)[]): string {
  return parts.filter((part) => part !== null && part !== "").join(" · ");
}
