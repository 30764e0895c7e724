import * as vscode from "vscode";
import type { FaultView } from "../../protocol/fault.js";
import type { PlanProblem, RunPlan } from "../../protocol/worker/index.js";
import { describeFault } from "../messages.js";
import { plainLine } from "../plainText.js";
import { downloadWords } from "../project/benchmarkRow.js";
import { blockerOf, nextLimit } from "./startRules.js";
import { duration, joined, stageLabel, tokens } from "./runText.js";
import { money, number, percent } from "../numbers.js";

/** What a person chose on the start screen. */
export type StartChoice =
  | { readonly choice: "start"; readonly askAgainFrom: number | null }
  | { readonly choice: "problem"; readonly problem: PlanProblem };

interface Row extends vscode.QuickPickItem {
  readonly act?: "start" | "remember";
  readonly problem?: PlanProblem;
}

/** A plan that takes longer than this many milliseconds says that it is being made. */
const planningMs = 400;

/** Works on a plan, which may take a while for many cases: Escape gives it up, wherever it was asked for. */
export async function whilePlanning<T>(work: (token: vscode.CancellationToken) => Promise<T>): Promise<T> {
  const cancelling = new vscode.CancellationTokenSource();
  const pick = vscode.window.createQuickPick();
  pick.title = vscode.l10n.t("Run Iteration");
  pick.placeholder = vscode.l10n.t("Reading the cases and making the plan; Escape gives it up");
  // What takes the focus meanwhile, as a view that was just clicked on, must not give it up.
  pick.ignoreFocusOut = true;
  pick.busy = true;
  pick.onDidHide(() => cancelling.cancel());
  const timer = setTimeout(() => pick.show(), planningMs);
  try {
    return await work(cancelling.token);
  } finally {
    clearTimeout(timer);
    pick.dispose();
    cancelling.dispose();
  }
}

/** One screen: what will be done, what is reused, what it may cost, what is wrong. Enter starts, Escape leaves it. */
export async function showStartScreen(
  plan: RunPlan,
  title = plan.run === null ? vscode.l10n.t("Run Iteration") : vscode.l10n.t("Resume {0}", plan.run),
): Promise<StartChoice | null> {
  const pick = vscode.window.createQuickPick<Row>();
  const blocker = blockerOf(plan);
  const limit = nextLimit(plan.estimate);
  let remember = false;
  const show = (active?: Row["act"]): void => {
    pick.items = rowsOf(plan, blocker, limit, remember);
    const row = pick.items.find(({ act }) => act !== undefined && act === active);
    if (row !== undefined) pick.activeItems = [row];
  };
  pick.title = title;
  pick.placeholder =
    blocker === null
      ? vscode.l10n.t("Enter starts, Escape leaves everything as it is")
      : vscode.l10n.t("This cannot start yet; Enter opens what is in the way");
  // It stays until it is answered: one may look into a view or a file first.
  pick.ignoreFocusOut = true;
  pick.matchOnDescription = true;
  show();
  try {
    return await new Promise<StartChoice | null>((resolve) => {
      pick.onDidAccept(() => {
        // Enter may come before the editor has told which row is active; without a filter it is the first one.
        const unfiltered = pick.value === "" ? pick.items[0] : undefined;
        const row = pick.activeItems[0] ?? unfiltered;
        if (row?.problem !== undefined) return resolve({ choice: "problem", problem: row.problem });
        if (row?.act === "start") return resolve({ choice: "start", askAgainFrom: remember ? limit : null });
        if (row?.act !== "remember") return;
        remember = !remember;
        show("remember");
      });
      pick.onDidTriggerItemButton(({ item: { problem } }) => {
        if (problem !== undefined) resolve({ choice: "problem", problem });
      });
      pick.onDidHide(() => resolve(null));
      pick.show();
    });
  } finally {
    pick.dispose();
  }
}

function rowsOf(plan: RunPlan, blocker: PlanProblem | null, limit: number | null, remember: boolean): Row[] {
  const problems = plan.problems.map((problem) => problemRow(problem, plan));
  const start: Row = {
    label: vscode.l10n.t("{0} Start", "$(play)"),
    description: costText(plan),
    act: "start",
  };
  const known = plan.stages.length > 0;
  return [
    ...(blocker === null ? [start] : problems),
    ...(known ? [separator(vscode.l10n.t("Plan")), ...planRows(plan), ...besideRows(plan)] : []),
    ...(blocker === null && problems.length > 0 ? [separator(vscode.l10n.t("Good to know first")), ...problems] : []),
    ...(blocker === null && limit !== null ? [separator(""), rememberRow(limit, plan.budget.currency, remember)] : []),
  ];
}

function separator(label: string): Row {
  return { label, kind: vscode.QuickPickItemKind.Separator };
}

function planRows(plan: RunPlan): Row[] {
  const { target, instructor, judge, ...estimate } = plan.estimate;
  const stored = target.stored + instructor.stored + judge.stored;
  const reused = joined([
    stagesText(plan, true),
    stored > 0 ? vscode.l10n.t("{0} stored answers", number(stored)) : null,
  ]);
  const time =
    estimate.seconds === null
      ? vscode.l10n.t("no earlier run to tell the time from")
      : vscode.l10n.t("about {0}", duration(Math.max(1, estimate.seconds)));
  const left = target.tokens + instructor.tokens + judge.tokens;
  return [
    { label: vscode.l10n.t("Will do"), description: stagesText(plan, false), detail: callsText(plan) },
    {
      label: vscode.l10n.t("Reused"),
      description: reused === "" ? vscode.l10n.t("nothing yet") : reused,
      ...(stored > 0 ? { detail: storedText(plan) } : {}),
    },
    {
      label: vscode.l10n.t("Estimate"),
      description: joined([costText(plan), vscode.l10n.t("{0} tokens", tokens(left)), time]),
      detail: basisText(plan),
    },
  ];
}

/** One line about the runs that go on already. */
function besideRows({ running }: RunPlan): Row[] {
  if (running.length === 0) return [];
  return [
    {
      label: vscode.l10n.t("Beside"),
      description: plainLine(running.join(", "), 120),
      detail: vscode.l10n.t("Running now, and goes on; an answer that one run has is not asked for by the other."),
    },
  ];
}

/** What is left to ask of whom. */
function callsText({ estimate: { target, instructor, judge } }: RunPlan): string {
  if (target.calls + instructor.calls + judge.calls === 0) return vscode.l10n.t("no calls: nothing is left to ask");
  return joined([
    vscode.l10n.t("{0} calls to the target", number(target.calls)),
    vscode.l10n.t("{0} calls to the instructor", number(instructor.calls)),
    judge.calls > 0 ? vscode.l10n.t("{0} calls to the judge", number(judge.calls)) : null,
  ]);
}

/** Whose answers are there. */
function storedText({ estimate: { target, instructor, judge } }: RunPlan): string {
  return joined([
    target.stored > 0 ? vscode.l10n.t("{0} of the target", number(target.stored)) : null,
    instructor.stored > 0 ? vscode.l10n.t("{0} of the instructor", number(instructor.stored)) : null,
    judge.stored > 0 ? vscode.l10n.t("{0} of the judge", number(judge.stored)) : null,
  ]);
}

/** What the number of calls is told from. */
function basisText({ estimate: { basis, measured, errorShare } }: RunPlan): string {
  switch (basis) {
    case "counted":
      return vscode.l10n.t("all calls counted");
    case "errors":
      return vscode.l10n.t("errors as a run collected them; how often the instructor tops up is estimated");
    case "shares":
      return measured
        ? vscode.l10n.t("{0} of the answers wrong, as measured last", percent(errorShare))
        : vscode.l10n.t("{0} of the answers taken as wrong", percent(errorShare));
  }
}

/** Stages by name: those of one iteration, or how many of how many iterations. */
function stagesText({ stages }: RunPlan, done: boolean): string {
  const wanted = stages.filter(({ plan }) => (plan === "done") === done);
  const names = [...new Set(wanted.map(({ stage }) => stage))].map((stage) => stageLabel({ stage }).toLowerCase());
  if (names.length === 0) return "";
  const iterations = [...new Set(wanted.flatMap(({ strategy }) => strategy ?? []))];
  const whole = names.length > 5 ? vscode.l10n.t("base, {0}", iterations.join(" → ")) : names.join(", ");
  return plainLine(whole, 120);
}

/** `$10.40 of at most $50.00`, `$10.40 to $31.20 of at most $50.00`. */
function costText({
  estimate: { cost, most },
  budget: { amount, calls, tokens: mostTokens, currency },
}: RunPlan): string {
  const price =
    cost === null
      ? vscode.l10n.t("price unknown")
      : most === null || most <= cost
        ? money(cost, currency)
        : vscode.l10n.t("{0} to {1}", money(cost, currency), money(most, currency));
  if (amount !== null) return vscode.l10n.t("{0} of at most {1}", price, money(amount, currency));
  if (calls !== null) return vscode.l10n.t("{0}, at most {1} calls", price, number(calls));
  if (mostTokens !== null) return vscode.l10n.t("{0}, at most {1} tokens", price, tokens(mostTokens));
  return price;
}

function rememberRow(limit: number, currency: string, remember: boolean): Row {
  const icon = remember ? "$(pass-filled)" : "$(circle-large-outline)";
  return {
    label: vscode.l10n.t("{0} Don't ask again while the estimate stays under {1}", icon, money(limit, currency)),
    description: remember ? vscode.l10n.t("on") : vscode.l10n.t("off"),
    act: "remember",
  };
}

function problemRow(problem: PlanProblem, plan: RunPlan): Row {
  const { label, detail, action } = problemText(problem, plan);
  const icon =
    problem.kind === "review" || problem.kind === "overlap" || problem.kind === "training" ? "$(info)" : "$(warning)";
  return {
    label: `${icon} ${label}`,
    ...(detail === undefined ? {} : { detail }),
    problem,
    buttons: [{ iconPath: new vscode.ThemeIcon(action.icon), tooltip: action.tooltip }],
  };
}

interface ProblemText {
  readonly label: string;
  readonly detail?: string;
  readonly action: { readonly icon: string; readonly tooltip: string };
}

function problemText(problem: PlanProblem, { budget: { currency } }: RunPlan): ProblemText {
  const configure = { icon: "go-to-file", tooltip: vscode.l10n.t("Open preceptor.json") };
  switch (problem.kind) {
    case "artefacts":
      return {
        label: vscode.l10n.t(
          "{0} errors of {1} look like artefacts and would be taught",
          number(problem.cases),
          plainLine(problem.benchmark, 60),
        ),
        detail: vscode.l10n.t("Review them, or start and teach them anyway."),
        action: { icon: "search", tooltip: vscode.l10n.t("Review") },
      };
    case "price":
      return {
        label: vscode.l10n.t("The price of {0} is unknown", plainLine(problem.name, 60)),
        detail: vscode.l10n.t(
          "Set models.{0}.price (0 for a server of your own), or a cap in calls.",
          plainLine(problem.model, 60),
        ),
        action: configure,
      };
    case "secret":
      return { ...faultText(problem.fault), action: { icon: "key", tooltip: vscode.l10n.t("Set the Key") } };
    case "sandbox":
      return {
        label: problem.plainProcess
          ? vscode.l10n.t("No sandbox works here: programs run as plain processes, as the project allows")
          : vscode.l10n.t("No sandbox works here, and programs of a model must be run"),
        detail: plainLine(problem.reasons.join(" "), 300),
        action: configure,
      };
    case "budget":
      return {
        label: vscode.l10n.t("The estimate passes the cap of {0}", money(problem.cap, currency)),
        detail: vscode.l10n.t("The run stops there and can be resumed with another cap."),
        action: configure,
      };
    case "training":
      return {
        label: vscode.l10n.t("The run stops before training: this target is trained outside"),
        action: configure,
      };
    case "review":
      return { label: vscode.l10n.t("The run stops for your review of the samples"), action: configure };
    case "overlap":
      return {
        label: vscode.l10n.t(
          "{0} cases of {1} are evaluated, too, and are not taught",
          number(problem.cases),
          plainLine(problem.benchmark, 60),
        ),
        action: configure,
      };
    case "files":
      return {
        ...downloadWords(problem.benchmarks),
        action: { icon: "cloud-download", tooltip: vscode.l10n.t("Download") },
      };
    case "fault":
      return { ...faultText(problem.fault), action: configure };
  }
}

function faultText(fault: FaultView): { readonly label: string; readonly detail: string } {
  return { label: plainLine(fault.message, 120), detail: plainLine(describeFault(fault), 300) };
}
