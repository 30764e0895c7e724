import { answerKey, type StoredAnswer } from "../asking/index.js";
import { Fault } from "../fault.js";
import type { ImportedDocument } from "../importing/index.js";
import type { ChatRequest, Checkpoint, ModelIdentity } from "../seams/index.js";
import type { KeyedCache, RunReader, StageManifest, StageReader } from "../store/index.js";
import { checkpointOf, type RunFacts } from "./plan.js";
import { parseCall, parseGated, parseNearest, parseResponse, type CallRecord, type ResponseRecord } from "./records.js";
import { earlierInputs, fingerprintOf } from "./runStage.js";
import { strategyOf, type Stage, type StageFacts, type StageInputs, type StageName } from "./scope.js";
import { contrastRecord, contrastStage, sameSearch } from "./stages/contrast.js";
import { stages } from "./stages/index.js";

/**
 * What a project's runs made and paid for. Stages and answers are addressed by what went into them, so whatever a run
 * would make or ask again can be found here, whichever run it is of.
 */
export interface EarlierWork {
  /** The run that goes on; null for a new one. */
  readonly run: string | null;
  /** All runs: the one that goes on first, then the newest first. */
  readonly runs: readonly Pick<RunReader, "id" | "folder" | "stage">[];
  readonly answers: Pick<KeyedCache<StoredAnswer>, "get" | "has">;
  /** Responses of the base target that were imported into the run that goes on. */
  readonly imported: ImportedDocument | null;
}

/** Where an answer is that a run would ask for; null where no answer of another run counts. */
export function addressOf(
  { run }: Pick<EarlierWork, "run">,
  identity: ModelIdentity,
  request: ChatRequest,
): string | null {
  if (identity.revision !== null) return answerKey(identity, request, null);
  return run === null ? null : answerKey(identity, request, run);
}

/** Results of a stage that were made, or begun, from the inputs that it would have. */
interface KnownStage {
  readonly run: Pick<RunReader, "id" | "folder" | "stage">;
  readonly store: StageReader;
  /** Null where the stage was begun and not ended. */
  readonly manifest: StageManifest | null;
}

/** What is known of an iteration before it runs. */
export interface KnownIteration {
  readonly stages: ReadonlyMap<StageName, KnownStage>;
  /** The checkpoint that it trains; undefined where no run trained it yet. */
  readonly trained: Checkpoint | undefined;
}

export const nothingKnown: KnownIteration = { stages: new Map(), trained: undefined };

/**
 * Follows the stages of an iteration up to its training, each through the run that made it from the same inputs, until
 * one has not been made.
 *
 * @param start checkpoint that the iteration starts from; null is the base.
 */
export async function knownIteration(
  facts: RunFacts,
  { runs }: EarlierWork,
  iteration: number,
  start: Checkpoint | null,
): Promise<KnownIteration> {
  const known = new Map<StageName, KnownStage>();
  const scope: StageFacts = {
    ...facts,
    iteration,
    start,
    upstream: (name) => {
      const manifest = known.get(name)?.manifest;
      if (manifest === undefined || manifest === null) throw new Error(`Stage ${name} is not known.`);
      return manifest;
    },
  };
  for (const stage of stages) {
    const found = await sameStage(runs, iteration, stage, () => stage.inputs(scope));
    if (found === null) break;
    known.set(stage.name, found);
    if (stage.name === "train" || found.manifest === null) break;
  }
  const train = known.get("train");
  const trained = train?.manifest ? await readable(checkpointOf(train.run, iteration)) : null;
  return { stages: known, trained: trained ?? undefined };
}

/** A stage with the same fingerprint, complete where there is one. */
async function sameStage(
  runs: EarlierWork["runs"],
  iteration: number,
  stage: Stage,
  inputs: () => StageInputs,
): Promise<KnownStage | null> {
  const begun = await Promise.all(
    runs.map(async (run) => {
      const store = run.stage(iteration, stage.name);
      return { run, store, fingerprint: await readable(store.begun()) };
    }),
  );
  const some = begun.filter(({ fingerprint }) => fingerprint !== null);
  // Inputs of thousands of cases take their time.
  if (some.length === 0) return null;
  const wanted = fingerprintOf(stage, inputs());
  let unfinished: KnownStage | null = null;
  for (const { run, store, fingerprint } of some) {
    if (fingerprint !== wanted) continue;
    const manifest = await readable(store.manifest());
    if (manifest !== null) return { run, store, manifest };
    unfinished ??= { run, store, manifest };
  }
  return unfinished;
}

/**
 * Whether every call of the instructor in an iteration was made by a run from the same inputs and its answer is there; how
 * many those are, or null where it is not so.
 */
export async function answeredCalls(
  { run, answers }: EarlierWork,
  instructor: ModelIdentity,
  { stages: known }: KnownIteration,
): Promise<number | null> {
  const instruct = known.get("instruct");
  if (instruct === undefined || instruct.manifest === null) return null;
  // Without a revision, what another run was answered is not what this one would be.
  if (instructor.revision === null && instruct.run.id !== run) return null;
  const keys = await readable(instruct.store.readSoFar("calls.jsonl", answerOf));
  if (keys === null) return null;
  for (const key of keys) if (!(await answers.has(key))) return null;
  return keys.length;
}

/** Of a call that nobody looks at, only its answer counts. */
function answerOf(value: unknown): string {
  return typeof value === "object" && value !== null && "answer" in value ? String(value.answer) : "";
}

/** Errors with what stands beside them, as the instructor would be asked about them, and what came of it so far. */
export interface KnownErrors {
  readonly responses: ReadonlyMap<string, ResponseRecord>;
  readonly sets: ReadonlyMap<string, readonly { readonly key: string; readonly distance: number }[]>;
  /** Calls that were answered under the same inputs. */
  readonly calls: readonly CallRecord[];
  /** Whether the gates kept a sample, by its id, under the same inputs. */
  readonly kept: ReadonlyMap<string, boolean>;
}

/**
 * The errors of an iteration, from the run that collected the same responses; null where none did. Neighbours are those
 * of an equal search with the present decisions laid over them: what was decided since changes which are shown.
 */
export async function knownErrors(
  facts: RunFacts,
  { runs }: EarlierWork,
  iteration: number,
  { stages: known }: KnownIteration,
): Promise<KnownErrors | null> {
  const collect = known.get("collect");
  if (collect === undefined || collect.manifest === null) return null;
  const { hash } = collect.manifest;
  const instruct = known.get("instruct")?.store;
  return readable(
    (async () => {
      const sets = strategyOf({ ...facts, iteration }).needsContrast
        ? await knownSets(facts, runs, iteration, hash)
        : new Map<string, never>();
      if (sets === null) return null;
      const responses = await collect.store.readSoFar("responses.jsonl", parseResponse);
      const gated = (await instruct?.readSoFar("gated.jsonl", parseGated)) ?? [];
      return {
        responses: new Map(responses.map((record) => [record.key, record])),
        sets,
        calls: (await instruct?.readSoFar("calls.jsonl", parseCall)) ?? [],
        kept: new Map(gated.map(({ sample, kept }) => [sample.id, kept])),
      };
    })(),
  );
}

async function knownSets(
  facts: RunFacts,
  runs: EarlierWork["runs"],
  iteration: number,
  responses: string,
): Promise<KnownErrors["sets"] | null> {
  for (const run of runs) {
    const store = run.stage(iteration, "contrast");
    const inputs = await readable(earlierInputs(store, contrastStage));
    if (inputs === null || !sameSearch(inputs, facts.configuration, responses)) continue;
    const nearest = await store.readSoFar("neighbours.jsonl", parseNearest);
    return new Map(
      nearest.map(({ benchmark, error, nearest: stored }) => {
        const usable = stored.filter(({ key }) => facts.decisions.teaches(key));
        return [error, contrastRecord({ ...facts, iteration }, benchmark, error, usable).neighbours];
      }),
    );
  }
  return null;
}

/** A file that cannot be read is one that nothing is known from; whoever needs it says what is wrong with it. */
async function readable<T>(reading: Promise<T>): Promise<T | null> {
  try {
    return await reading;
  } catch (thrown) {
    if (thrown instanceof Fault && (thrown.kind === "data" || thrown.kind === "storage")) return null;
    throw thrown;
  }
}
