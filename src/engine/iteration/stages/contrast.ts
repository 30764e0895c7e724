import type { Configuration } from "../../configuration/index.js";
import { chooseNeighbours, findContrastSets, type StoredNeighbour } from "../../contrast/index.js";
import { stableJson } from "../../hash.js";
import { parseContrast, parseNearest, type ContrastRecord } from "../records.js";
import { earlierInputs } from "../runStage.js";
import { strategyOf, type Stage, type StageInputs, type StageScope } from "../scope.js";
import { collectedResponses } from "./collect.js";
import { selectedCases, taught } from "./select.js";

/**
 * Contrast sets of LEC (Eq. 2). The 20 nearest right cases of every error are stored beside the chosen k. A strategy
 * without contrast leaves the stage empty.
 */
export const contrastStage: Stage = {
  name: "contrast",
  version: 2,
  inputs: (scope) => {
    if (!strategyOf(scope).needsContrast) return { needed: false };
    return {
      needed: true,
      responses: scope.upstream("collect").hash,
      search: searchOf(scope.configuration),
      k: contrastSize(scope),
      triage: scope.decisions.triageHash,
      choices: scope.decisions.contrastHash,
    };
  },
  async run(scope, fingerprint) {
    const store = scope.run.stage(scope.iteration, "contrast");
    const known = await storedSets(scope);
    const nearest = await store.log("neighbours.jsonl", fingerprint, parseNearest);
    const chosen = await store.log("contrast.jsonl", fingerprint, parseContrast);
    try {
      if (!strategyOf(scope).needsContrast) return { errors: 0 };
      const found = new Map(nearest.records.map((record) => [record.error, record.nearest]));
      for (const [benchmark, sets] of known ?? (await search(scope))) {
        const missing = sets.filter(({ error }) => !found.has(error));
        for (const { error, neighbours } of sets) found.set(error, [...neighbours]);
        await Promise.all(
          missing.map(({ error, neighbours }) =>
            nearest.append({ version: 1, benchmark, error, nearest: [...neighbours] }),
          ),
        );
        const written = new Set(chosen.records.map(({ error }) => error));
        await Promise.all(
          sets
            .filter(({ error }) => !written.has(error))
            .map(({ error, neighbours }) => chosen.append(contrastRecord(scope, benchmark, error, neighbours))),
        );
      }
      const fallbacks = chosen.records.filter(({ fallback }) => fallback).length;
      return { errors: chosen.records.length, "without right neighbours": fallbacks };
    } finally {
      await Promise.all([nearest.close(), chosen.close()]);
    }
  },
};

function searchOf({ contrast }: Pick<Configuration, "contrast">): object {
  const { k: _k, ...search } = contrast;
  return search;
}

/**
 * Whether an earlier stage searched the same responses in the same way: then its neighbours are still the nearest ones,
 * whatever a person decided since.
 */
export function sameSearch(
  earlier: StageInputs,
  configuration: Pick<Configuration, "contrast">,
  responses: string,
): boolean {
  return earlier["responses"] === responses && stableJson(earlier["search"]) === stableJson(searchOf(configuration));
}

function contrastSize({ configuration, iteration }: Pick<StageScope, "configuration" | "iteration">): number {
  return configuration.iterations[iteration - 1]?.k ?? configuration.contrast.k;
}

/** The nearest right cases of every error, by benchmark. */
type ContrastSets = ReadonlyMap<string, readonly ErrorNeighbours[]>;

interface ErrorNeighbours {
  readonly error: string;
  readonly neighbours: readonly StoredNeighbour[];
}

/** What an earlier search stored, when nothing but k has changed since; null when it has to be made anew. */
async function storedSets(scope: StageScope): Promise<ContrastSets | null> {
  const store = scope.run.stage(scope.iteration, "contrast");
  const earlier = await earlierInputs(store, contrastStage);
  const now = contrastStage.inputs(scope);
  if (earlier?.["needed"] !== true || stableJson({ ...earlier, k: now["k"] }) !== stableJson(now)) return null;
  const sets = new Map<string, ErrorNeighbours[]>();
  for (const { benchmark, error, nearest } of await store.read("neighbours.jsonl", parseNearest)) {
    const own = sets.get(benchmark) ?? [];
    own.push({ error, neighbours: nearest });
    sets.set(benchmark, own);
  }
  return sets;
}

async function search(scope: StageScope): Promise<ContrastSets> {
  const [selected, responses] = [await selectedCases(scope), await collectedResponses(scope)];
  const embedder = await scope.embedder();
  const { iteration, watcher, decisions, configuration, signal } = scope;
  const { vector, sameGroup, floor } = configuration.contrast;
  const sets = new Map<string, readonly ErrorNeighbours[]>();
  for (const { name } of taught(scope.benchmarks)) {
    const answered = (selected.get(name) ?? []).flatMap((testCase) => {
      const response = responses.get(testCase.key);
      // Artefacts, bad golds and ignored cases are neither taught nor used as contrast.
      if (response === undefined || !decisions.teaches(testCase.key)) return [];
      return [{ testCase, response: response.text, correct: response.correct }];
    });
    const found = await findContrastSets(
      answered.filter(({ correct }) => !correct),
      answered.filter(({ correct }) => correct),
      embedder,
      {
        vector,
        sameGroup,
        floor,
        pinned: (error) => decisions.contrast(error).pinned,
        onProgress: (done, total) => {
          watcher.progress({ iteration, stage: "contrast", done, total, note: name });
        },
      },
      signal,
    );
    sets.set(name, found);
  }
  return sets;
}

/** The contrast set of an error, chosen from its stored neighbours by k and a person's decisions. */
export function contrastRecord(
  scope: Pick<StageScope, "configuration" | "iteration" | "decisions">,
  benchmark: string,
  error: string,
  stored: readonly StoredNeighbour[],
): ContrastRecord {
  const { pinned, excluded } = scope.decisions.contrast(error);
  const neighbours = chooseNeighbours(stored, contrastSize(scope), pinned, excluded);
  return { version: 1, benchmark, error, neighbours, fallback: neighbours.length === 0 };
}

/** Contrast sets by error key; empty for strategies without contrast. */
export async function contrastSets(scope: StageScope): Promise<Map<string, ContrastRecord["neighbours"]>> {
  if (!strategyOf(scope).needsContrast) return new Map();
  const records = await scope.run.stage(scope.iteration, "contrast").read("contrast.jsonl", parseContrast);
  return new Map(records.map(({ error, neighbours }) => [error, neighbours]));
}
