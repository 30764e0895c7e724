import { createInterface } from "node:readline/promises";
import { estimateProject, type Project } from "../adapters/project/index.js";
import { modelNameOf } from "../engine/configuration/index.js";
import { Fault } from "../engine/fault.js";
import type { CommandContext } from "./context.js";
import { estimateText } from "./estimate.js";
import type { LoopRequest } from "./runLoop.js";

/**
 * Asks before money is spent. Runs on built-in models and on models with a price of zero start at once; `--yes` answers
 * for unattended runs. Where nobody can answer, the command ends and says so.
 */
export async function confirmSpending(
  context: CommandContext,
  project: Project,
  request: Pick<LoopRequest, "run" | "filter">,
): Promise<void> {
  if (context.options.yes === true || !spends(project)) return;
  const { budget } = project.configuration;
  context.terminal.note(estimateText(await estimateProject(project, request.filter), budget.currency));
  const caps = [
    budget.amount === undefined ? null : `${budget.amount} ${budget.currency}`,
    budget.calls === undefined ? null : `${budget.calls} calls`,
    budget.tokens === undefined ? null : `${budget.tokens} tokens`,
  ].filter((cap) => cap !== null);
  const cap = caps.length === 0 ? "no cap" : `at most ${caps.join(", ")}`;
  const question = `This ${request.run === null ? "starts a run" : `goes on with ${request.run}`} that spends money (${cap}). Start?`;
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    throw new Fault("person-needed", question, { remedy: "Add --yes to start without a question." });
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await terminal.question(`${question} [y/N] `, { signal: context.signal });
    if (!/^y(es)?$/iu.test(answer.trim())) throw new Fault("cancelled", "Nothing was started.");
  } finally {
    terminal.close();
  }
}

function spends({ configuration }: Project): boolean {
  return (["target", "instructor"] as const).some((role) => {
    const model = configuration.models[modelNameOf(configuration, role)];
    // What the editor's models cost is in nobody's price list, but it is somebody's plan that pays.
    if (model?.provider === "editor") return true;
    if (model?.provider !== "openai") return false;
    return model.price === null || model.price.input > 0 || model.price.output > 0;
  });
}
