import type { Checkpoint } from "../seams/index.js";
import type { RunReader, StageManifest } from "../store/index.js";
import { parseCheckpoint } from "./records.js";
import { reasonsToRun } from "./runStage.js";
import type { Stage, StageFacts, StageName } from "./scope.js";
import { evaluateStage } from "./stages/evaluate.js";
import { stages } from "./stages/index.js";
import { taught } from "./stages/select.js";

/** What one stage of a run would do now. */
export interface PlannedStage {
  readonly iteration: number;
  readonly stage: StageName;
  /** `done`: its results are current. `run`: it would run. `wait`: a stage before it would run first. */
  readonly plan: "done" | "run" | "wait";
  /** Why it would run: the inputs that changed, or that it has not run. */
  readonly reasons: readonly string[];
  readonly counts: StageManifest["counts"] | null;
}

/** What fingerprints of a whole run are made from. */
export type RunFacts = Omit<StageFacts, "iteration" | "start" | "upstream">;

/** Says what a run would do and why, from the results on the disk and the configuration as it is now. */
export async function planRun(facts: RunFacts, run: Pick<RunReader, "folder" | "stage">): Promise<PlannedStage[]> {
  const planned: PlannedStage[] = [];
  let stale = false;
  let start: Checkpoint | null = null;
  // Where nothing may be taught, as of answers to evaluation splits that were imported, nothing follows the base.
  const last = taught(facts.benchmarks).length === 0 ? 0 : facts.configuration.iterations.length;
  for (let iteration = 0; iteration <= last; iteration += 1) {
    const manifests = new Map<StageName, StageManifest>();
    const upstream = (stage: StageName): StageManifest => {
      const manifest = manifests.get(stage);
      if (manifest === undefined) throw new Error(`Stage ${stage} has not ended.`);
      return manifest;
    };
    for (const stage of iteration === 0 ? [evaluateStage] : stages) {
      const manifest = await run.stage(iteration, stage.name).manifest();
      const entry = { iteration, stage: stage.name, counts: manifest?.counts ?? null };
      if (stale) {
        planned.push({ ...entry, plan: "wait", reasons: [] });
        continue;
      }
      const reasons = await reasonsOf(run, iteration, stage, { ...facts, iteration, start, upstream });
      planned.push({ ...entry, plan: reasons.length === 0 ? "done" : "run", reasons });
      if (manifest !== null) manifests.set(stage.name, manifest);
      // The evaluation of the base stands apart: later stages do not depend on it.
      stale = reasons.length > 0 && iteration > 0;
    }
    if (iteration > 0 && !stale) start = await checkpointOf(run, iteration);
  }
  return planned;
}

async function reasonsOf(
  run: Pick<RunReader, "stage">,
  iteration: number,
  stage: Stage,
  facts: StageFacts,
): Promise<readonly string[]> {
  return reasonsToRun(run, iteration, stage, stage.inputs(facts));
}

/** The checkpoint that an iteration of a run trained; null before that. */
export async function checkpointOf(
  run: Pick<RunReader, "folder" | "stage">,
  iteration: number,
): Promise<Checkpoint | null> {
  const [checkpoint] = await run.stage(iteration, "train").read("checkpoint.jsonl", parseCheckpoint);
  return checkpoint === undefined ? null : { hash: checkpoint.hash, path: `${run.folder}/${checkpoint.path}` };
}
