import { contentHash, stableJson } from "../hash.js";
import type { RunReader, StageManifest, StageReader } from "../store/index.js";
import type { Stage, StageInputs, StageScope } from "./scope.js";

/** The inputs of a finished stage are kept beside its results, so that `status` can say why it would run again. */
const inputsFile = "inputs.jsonl";

interface InputsRecord {
  readonly version: 1;
  readonly stageVersion: number;
  readonly inputs: StageInputs;
}

export function fingerprintOf(stage: Stage, inputs: StageInputs): string {
  return contentHash({ stage: stage.name, version: stage.version, inputs });
}

/** Runs a stage unless its results for the same fingerprint are complete (architecture, rule 4). */
export async function runStage(scope: StageScope, stage: Stage): Promise<StageManifest> {
  const { run, iteration } = scope;
  const inputs = stage.inputs(scope);
  const fingerprint = fingerprintOf(stage, inputs);
  const store = run.stage(iteration, stage.name);
  const existing = await store.manifest();
  if (existing?.fingerprint === fingerprint) {
    await run.event("stage-reused", { iteration, stage: stage.name, counts: existing.counts });
    scope.watcher.started(iteration, stage.name);
    scope.watcher.finished(iteration, stage.name, existing.counts, true);
    return existing;
  }
  await run.event("stage-started", { iteration, stage: stage.name });
  scope.watcher.started(iteration, stage.name);
  const counts = await stage.run(scope, fingerprint);
  const record: InputsRecord = { version: 1, stageVersion: stage.version, inputs };
  await store.writeFile(inputsFile, `${stableJson(record)}\n`);
  const manifest = await store.finish(fingerprint, counts);
  await run.event("stage-finished", { iteration, stage: stage.name, counts });
  scope.watcher.finished(iteration, stage.name, counts, false);
  return manifest;
}

/** Why a stage would run: never run, or which of its inputs changed. Empty when its results are current. */
export async function reasonsToRun(
  reader: Pick<RunReader, "stage">,
  iteration: number,
  stage: Stage,
  inputs: StageInputs,
): Promise<string[]> {
  const store = reader.stage(iteration, stage.name);
  const manifest = await store.manifest();
  if (manifest === null) return ["it has not run"];
  if (manifest.fingerprint === fingerprintOf(stage, inputs)) return [];
  const before = await inputsRecord(store);
  if (before === null) return ["its inputs changed"];
  if (before.stageVersion !== stage.version) {
    return [`the stage itself changed (version ${before.stageVersion} → ${stage.version})`];
  }
  const earlier = before.inputs;
  const names = [...new Set([...Object.keys(earlier), ...Object.keys(inputs)])].sort();
  return names
    .filter((name) => stableJson(earlier[name]) !== stableJson(inputs[name]))
    .map((name) => `${name} changed (${brief(earlier[name])} → ${brief(inputs[name])})`);
}

/** Inputs from which the results in the stage's folder were made; null when there are none or another version made them. */
export async function earlierInputs(store: StageReader, stage: Stage): Promise<StageInputs | null> {
  if ((await store.manifest()) === null) return null;
  const record = await inputsRecord(store);
  return record?.stageVersion === stage.version ? record.inputs : null;
}

async function inputsRecord(store: StageReader): Promise<InputsRecord | null> {
  const [record] = await store.read(inputsFile, (value) => value as InputsRecord);
  return record ?? null;
}

function brief(value: unknown): string {
  const text = stableJson(value) as string | undefined;
  if (text === undefined) return "none";
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}
