import { pricesOf } from "../../adapters/project/index.js";
import { costOf, promptTokens } from "../../engine/asking/index.js";
import { quotaOf } from "../../engine/configuration/index.js";
import type { StoredNeighbour } from "../../engine/contrast/index.js";
import type { InstructorCall } from "../../engine/instructor/index.js";
import { firstCalls, requestOf, strategyInput, strategyOf, taughtErrors } from "../../engine/iteration/index.js";
import type { ContrastMessage, UnsentReason } from "../../protocol/worker/index.js";
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

function plannedCall(found: FoundError, chosen: readonly StoredNeighbour[]): InstructorCall | UnsentReason {
  const { ref, project, readable, benchmark, testCase, responses } = found;
  const { configuration } = project;
  const { iteration } = ref;
  if (ref.stage !== "collect") return "evaluation";
  if (configuration.iterations[iteration - 1] === undefined) return "iteration";
  const strategy = strategyOf({ configuration, iteration });
  // What was selected is what was answered: reading the answers again and again would not find more.
  const cases = benchmark.target.filter(({ key }) => responses.has(key));
  const errors = taughtErrors(readable, cases, responses);
  const sets = new Map([[testCase.key, chosen]]);
  const calls = firstCalls(strategy, strategyInput({ configuration, iteration }, benchmark, { cases, errors, sets }));
  const call = calls.find(({ error }) => error.testCase.key === testCase.key);
  if (call !== undefined) return call;
  if (quotaOf(configuration, benchmark.name, iteration - 1) === 0) return "quota";
  if (calls.length === 0 && errors.length > 0) return "strategy";
  if (responses.get(testCase.key)?.correct === true) return "right";
  return readable.decisions.teaches(testCase.key) ? "undrawn" : "triage";
}
