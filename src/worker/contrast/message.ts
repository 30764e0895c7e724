import { pricesOf } from "../../adapters/project/index.js";
import { costOf, promptTokens } from "../../engine/asking/index.js";
import type { StoredNeighbour } from "../../engine/contrast/index.js";
import type { InstructorCall } from "../../engine/instructor/index.js";
import { callAbout, requestOf, strategyOf, type UnsentReason } from "../../engine/iteration/index.js";
import type { ContrastMessage } from "../../protocol/worker/index.js";
import { keptTemplates } from "../templates.js";
import { tokenCounter } from "../tokenCounter.js";
import type { FoundError } from "./found.js";

/**
 * The exact messages of the call that the iteration's own strategy makes about an error, were it taught with these
 * neighbours; or why it makes none.
 */
export async function messageOf(
  found: FoundError,
  chosen: readonly StoredNeighbour[],
): Promise<Pick<ContrastMessage, "message" | "unsent">> {
  const call = plannedCall(found, chosen);
  if (typeof call === "string") return { message: null, unsent: call };
  const { project, benchmark, ref } = found;
  const { configuration } = project;
  const request = requestOf({ configuration, templates: await keptTemplates(project) }, benchmark, call);
  const tokens = promptTokens(request, await tokenCounter());
  const { instructor } = pricesOf(project);
  const usage = {
    promptTokens: tokens,
    cachedTokens: 0,
    completionTokens: request.parameters.maxTokens ?? 0,
    estimated: true,
  };
  const message = {
    strategy: strategyOf({ configuration, iteration: ref.iteration }).name,
    neighbours: call.neighbours.length,
    template: request.template.name,
    origin: request.template.set,
    samples: call.samples,
    messages: request.messages.map(({ role, content }) => ({ role, content })),
    tokens,
    cost: instructor === null ? null : costOf(usage, instructor),
  };
  return { message, unsent: null };
}

function plannedCall(
  { ref, project, readable, ...found }: FoundError,
  neighbours: readonly StoredNeighbour[],
): InstructorCall | UnsentReason {
  if (ref.stage !== "collect") return "evaluation";
  const scope = { configuration: project.configuration, decisions: readable.decisions, iteration: ref.iteration };
  return callAbout(scope, { ...found, neighbours });
}
