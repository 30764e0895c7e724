import { parseSecretReference, type Configuration } from "../configuration/index.js";
import { Fault, throwIfCancelled, toFault } from "../fault.js";
import type { Checkpoint } from "../seams/index.js";
import type { StageManifest } from "../store/index.js";
import { PersonNeeded } from "./personNeeded.js";
import { planRun } from "./plan.js";
import type { RunState } from "./records.js";
import { runStage } from "./runStage.js";
import { stageNames, type LoopServices, type StageName, type StageScope } from "./scope.js";
import { evaluateStage, trainedCheckpoint } from "./stages/evaluate.js";
import { stages } from "./stages/index.js";
import { requireTaught } from "./stages/select.js";

export interface LoopOptions {
  /** Last stage to run, in the last iteration that runs; null runs everything. */
  readonly until: StageName | null;
  /**
   * How many iterations to run. Null runs all that the configuration names, or with `until` ends in the iteration that
   * the run is at: nobody who says where to stop means what follows that stage in an earlier iteration.
   */
  readonly iterations: number | null;
  /**
   * Whether the base is evaluated also where the loop ends before anything is trained and compared with it, as after an
   * import of answers to both kinds of splits. It is one run all the same, with one end in its journal.
   */
  readonly withBase?: boolean;
}

/**
 * The loop (Algorithm 1): select → collect → contrast → instruct → gate → train → evaluate → report, n iterations. Every
 * stage that is complete for the same inputs is reused, so that running, resuming and re-running are one and the same.
 * A run never waits: where a person must act it ends in a named state.
 */
export async function runLoop(services: LoopServices, options: LoopOptions): Promise<RunState> {
  const { run } = services;
  // What a run has done stays as it is where nothing can follow.
  requireTaught(services, options.iterations);
  const position = { iteration: 0, stage: null as StageName | null };
  const save = async (state: Omit<RunState, "version" | "iteration" | "stage">): Promise<RunState> => {
    const document: RunState = { version: 1, ...position, ...state };
    await run.writeDocument("state.json", document);
    await run.event(`run-${state.state}`, { ...position, need: state.need, fault: state.fault });
    return document;
  };
  await save({ state: "running", need: null, fault: null });
  try {
    const last = await lastIteration(services, options);
    await runIterations(services, { ...options, last }, (iteration, stage) => {
      throwIfCancelled(services.signal);
      position.iteration = iteration;
      position.stage = stage;
    });
    const whole = position.stage === "report" && position.iteration === services.configuration.iterations.length;
    const partial = !whole && (await planRun(services, run)).some(({ plan }) => plan !== "done");
    return await save({ state: "done", partial, need: null, fault: null });
  } catch (thrown) {
    return await endOf(services, thrown, save);
  }
}

async function endOf(
  { signal, configuration }: LoopServices,
  thrown: unknown,
  save: (state: Omit<RunState, "version" | "iteration" | "stage">) => Promise<RunState>,
): Promise<RunState> {
  // An aborted signal says why it was aborted: cancelled by a person, or the run's lock was lost.
  const reason = signal.aborted && signal.reason instanceof Fault ? signal.reason : null;
  const fault = reason ?? toFault(thrown);
  if (fault.kind === "locked") throw fault;
  if (thrown instanceof PersonNeeded) {
    return save({ state: "needs-person", need: { kind: thrown.need, message: thrown.describe() }, fault: null });
  }
  if (fault.kind === "budget") {
    return save({ state: "needs-person", need: { kind: "budget", message: fault.describe() }, fault: null });
  }
  if (fault.kind === "authentication") {
    const secret = secretAt(configuration, fault.details.field);
    const need = { kind: "secret" as const, message: fault.describe(), ...(secret === null ? {} : { secret }) };
    return save({ state: "needs-person", need, fault: null });
  }
  if (fault.kind === "cancelled") return save({ state: "cancelled", need: null, fault: null });
  // What stopped the run may refuse its state as well (a full disk); then the cause is still what is told.
  await save({ state: "failed", need: null, fault: fault.describe() }).catch(() => undefined);
  throw fault;
}

/** The secret behind a field `models.NAME.apiKey`; null for any other field, and for a key of the environment. */
function secretAt({ models }: Configuration, field: string | undefined): string | null {
  const name = /^models\.(.+)\.apiKey$/u.exec(field ?? "")?.[1];
  const model = name === undefined || !Object.hasOwn(models, name) ? undefined : models[name];
  if (model?.provider !== "openai" || model.apiKey === undefined) return null;
  const reference = parseSecretReference(model.apiKey);
  return reference?.kind === "secret" ? reference.name : null;
}

async function lastIteration(services: LoopServices, { until, iterations }: LoopOptions): Promise<number> {
  const all = services.configuration.iterations.length;
  if (until === null || iterations !== null) return Math.min(iterations ?? all, all);
  const plan = await planRun(services, services.run);
  return plan.find((stage) => stage.iteration > 0 && stage.plan !== "done")?.iteration ?? all;
}

async function runIterations(
  services: LoopServices,
  { until, withBase = false, last }: Pick<LoopOptions, "until" | "withBase"> & { readonly last: number },
  at: (iteration: number, stage: StageName) => void,
): Promise<void> {
  // The base is measured first, unless nothing will be trained and compared with it.
  if (withBase || until === null || stageNames.indexOf(until) >= stageNames.indexOf("evaluate")) {
    at(0, "evaluate");
    await runStage(scopeOf(services, 0, null, new Map()), evaluateStage);
  }
  let start: Checkpoint | null = null;
  for (let iteration = 1; iteration <= last; iteration += 1) {
    const done = new Map<StageName, StageManifest>();
    const scope = scopeOf(services, iteration, start, done);
    for (const stage of stages) {
      at(iteration, stage.name);
      done.set(stage.name, await runStage(scope, stage));
      if (iteration === last && stage.name === until) return;
    }
    start = await trainedCheckpoint(scope);
  }
}

function scopeOf(
  services: LoopServices,
  iteration: number,
  start: Checkpoint | null,
  done: ReadonlyMap<StageName, StageManifest>,
): StageScope {
  return {
    ...services,
    iteration,
    start,
    upstream: (stage) => {
      const manifest = done.get(stage);
      if (manifest === undefined) throw new Error(`Stage ${stage} of iteration ${iteration} has not ended.`);
      return manifest;
    },
  };
}

/** The scope of an iteration whose stages have run so far, for work beside the loop. */
export async function scopeAt(services: LoopServices, iteration: number): Promise<StageScope> {
  const done = new Map<StageName, StageManifest>();
  for (const name of stageNames) {
    const manifest = await services.run.stage(iteration, name).manifest();
    if (manifest !== null) done.set(name, manifest);
  }
  return scopeOf(services, iteration, null, done);
}
