import { createInterface } from "node:readline/promises";
import path from "node:path";
import type { Readable } from "node:stream";
import { configurationFile, requireTemplates, unknownPrices, type Project } from "../adapters/project/index.js";
import { modelNameOf, type ModelRole } from "../engine/configuration/index.js";
import { Fault } from "../engine/fault.js";
import { stageNames } from "../engine/iteration/index.js";
import type { CommandContext } from "./context.js";
import { estimateLoop, estimateText } from "./estimate.js";
import type { LoopRequest } from "./runLoop.js";

/**
 * Asks before money is spent, and refuses what would fail only after some of it is spent. Runs on built-in models, on models
 * with a price of zero, and where nothing is left to ask start at once; `--yes` answers for unattended runs. Where nobody
 * can answer, the command ends and says so.
 */
export async function confirmSpending(context: CommandContext, project: Project, request: LoopRequest): Promise<void> {
  const roles = rolesAsked(request);
  requirePrices(project, roles);
  if (roles.includes("instructor")) await requireTemplates(project);
  if (context.options.yes === true || !spends(project, roles)) return;
  const { budget } = project.configuration;
  const estimate = await estimateLoop(project, request, context.signal);
  context.terminal.note(estimateText(estimate, budget.currency));
  const { target, instructor, judge } = estimate;
  // Every call was counted, and all answers are there: there is nothing to agree to.
  if (estimate.basis === "counted" && target.calls + instructor.calls + judge.calls === 0) return;
  const caps = [
    budget.amount === undefined ? null : `${budget.amount} ${budget.currency}`,
    budget.calls === undefined ? null : `${budget.calls} calls`,
    budget.tokens === undefined ? null : `${budget.tokens} tokens`,
  ].filter((cap) => cap !== null);
  const cap = caps.length === 0 ? "no cap" : `at most ${caps.join(", ")}`;
  const question = `This ${request.run === null ? "starts a run" : `goes on with ${request.run}`} that spends money (${cap}). Start?`;
  const isTerminal = process.stdin.isTTY && process.stderr.isTTY;
  if (!isTerminal && (await context.handed()).answers !== true) {
    throw new Fault("person-needed", question, { remedy: "Add --yes to start without a question." });
  }
  const answer = await answerTo(`${question} [y/N] `, context.signal);
  if (!/^y(es)?$/iu.test(answer.trim())) throw new Fault("cancelled", "Nothing was started.");
}

/** What a person answers; nothing where the input ends, because a terminal was closed. */
async function answerTo(question: string, signal: AbortSignal): Promise<string> {
  const input: Readable & { readonly ref?: () => void; readonly unref?: () => void } = process.stdin;
  // Reading secrets from it left it as one that nobody waits for.
  input.ref?.();
  const terminal = createInterface({ input, output: process.stderr });
  try {
    const ended = new Promise<string>((resolve) => terminal.once("close", () => resolve("")));
    return await Promise.race([terminal.question(question, { signal }), ended]);
  } finally {
    terminal.close();
    input.unref?.();
  }
}

/** A model whose spending nothing bounds is refused before another one is paid, and not when its turn comes. */
function requirePrices(project: Project, roles: readonly ModelRole[]): void {
  const asked = roles.map((role) => modelNameOf(project.configuration, role));
  const unknown = unknownPrices(project).find(({ model }) => asked.includes(model));
  if (unknown === undefined) return;
  throw new Fault("configuration", `The price of ${unknown.name} is unknown.`, {
    file: path.join(project.folder, configurationFile),
    field: `models.${unknown.model}.price`,
    found: "no price, and no cap in calls or tokens",
    allowed: "prices of a million input and output tokens, or a cap",
    remedy: "Set the price (0 for a server of your own), or `budget.calls` or `budget.tokens`.",
  });
}

/** Who is asked before the run stops: an evaluation and what comes before the instructor ask the target alone. */
function rolesAsked({ iterations, until }: Pick<LoopRequest, "iterations" | "until">): readonly ModelRole[] {
  const inOneIteration = iterations === null || iterations <= 1;
  const stopsBefore = until !== null && stageNames.indexOf(until) < stageNames.indexOf("instruct") && inOneIteration;
  const teaches = iterations !== 0 && !stopsBefore;
  return teaches ? ["target", "instructor"] : ["target"];
}

function spends({ configuration }: Project, roles: readonly ModelRole[]): boolean {
  return roles.some((role) => {
    const model = configuration.models[modelNameOf(configuration, role)];
    // What the editor's models cost is in nobody's price list, but it is somebody's plan that pays.
    if (model?.provider === "editor") return true;
    if (model?.provider !== "openai") return false;
    return model.price === null || model.price.input > 0 || model.price.output > 0;
  });
}
