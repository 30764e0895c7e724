import { chatParametersOf } from "../../configuration/index.js";
import { askCases, promptsHash } from "../ask.js";
import { parseResponse, type ResponseRecord } from "../records.js";
import type { Case } from "../../families/index.js";
import type { ModelIdentities, Stage, StageScope } from "../scope.js";
import { selectedCases, taught } from "./select.js";

/** Result collection (section 2.2): the target's responses to the selected cases, with verdicts under both protocols. */
export const collectStage: Stage = {
  name: "collect",
  version: 1,
  inputs: (scope) => ({
    selection: scope.upstream("select").hash,
    target: scope.models.targetIdentity(scope.start),
    parameters: chatParametersOf(scope.configuration, "target"),
    ...(scope.start === null
      ? recordedInput(
          scope.models,
          taught(scope.benchmarks).flatMap(({ target }) => target),
        )
      : {}),
    codeSeconds: scope.configuration.evaluation.codeSeconds,
    ...Object.fromEntries(
      taught(scope.benchmarks).map(({ name, protocol, extractor }) => [`verdicts of ${name}`, { protocol, extractor }]),
    ),
    prompts: taught(scope.benchmarks).map((benchmark) => promptsHash(benchmark, benchmark.target)),
  }),
  async run(scope, fingerprint) {
    const selected = await selectedCases(scope);
    const groups = taught(scope.benchmarks).map((benchmark) => ({
      benchmark: { ...benchmark, samples: 1 },
      cases: selected.get(benchmark.name) ?? [],
    }));
    const target = await scope.models.target(scope.start, scope.signal);
    const { asked, correct, ...marks } = await askCases(scope, "collect", fingerprint, groups, target);
    return { asked, correct, errors: asked - correct, ...marks };
  },
};

/** The input of a stage that takes imported responses. Absent where there are none, so that other fingerprints stay. */
export function recordedInput(
  { recorded }: Pick<ModelIdentities, "recorded">,
  cases: readonly Case[],
): { readonly recorded?: string } {
  const hash = recorded?.(cases) ?? null;
  return hash === null ? {} : { recorded: hash };
}

/** Responses of the collect stage by case key. */
export async function collectedResponses(scope: StageScope): Promise<Map<string, ResponseRecord>> {
  const records = await scope.run.stage(scope.iteration, "collect").read("responses.jsonl", parseResponse);
  return new Map(records.map((record) => [record.key, record]));
}
