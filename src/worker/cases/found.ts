import {
  responsesTo,
  startedWith,
  type Project,
  type ReadableRun,
  type StartedWith,
} from "../../adapters/project/index.js";
import type { Case } from "../../engine/families/index.js";
import { Fault } from "../../engine/fault.js";
import { protocolOf, type LoopBenchmark, type ResponseRecord } from "../../engine/iteration/index.js";
import type { CaseRef } from "../../protocol/worker/index.js";
import type { Projects } from "../projects.js";

/** A case of a run with the answer that the target gave. */
export interface FoundCase {
  readonly project: Project;
  readonly readable: ReadableRun;
  /** Under the protocol that the run's verdict is of. */
  readonly benchmark: LoopBenchmark;
  readonly testCase: Case;
  readonly record: ResponseRecord;
  /** Null where the run does not say. */
  readonly started: StartedWith | null;
}

/** Looks up a case and its answer. Faults with kind `usage` when either is gone, in words that a document can show. */
export async function findCase(projects: Projects, folder: string, ref: CaseRef): Promise<FoundCase> {
  const project = await projects.shown(folder);
  const readable = await projects.run(folder, ref.run);
  // A run that is still kept here may have been deleted from the disk in the meantime.
  await readable.store.readRun(ref.run);
  const { benchmark, testCase } = caseOf(readable, ref);
  const record = (await responsesTo(readable.run, ref, ref.key)).find(({ sample }) => sample === 0);
  if (record !== undefined) {
    const started = await startedWith(readable.run);
    const protocol = protocolOf(record, started?.protocolOf(benchmark.name) ?? benchmark.protocol);
    return { project, readable, benchmark: { ...benchmark, protocol }, testCase, record, started };
  }
  throw new Fault("usage", "This run has no answer to the case in this stage.", {
    found: `${ref.run}, iteration ${ref.iteration}, ${ref.stage}: ${ref.key}`,
    remedy: "The stage was run anew without it, or its files were deleted.",
  });
}

function caseOf(
  { benchmarks }: Pick<ReadableRun, "benchmarks">,
  { stage, key }: Pick<CaseRef, "stage" | "key">,
): { readonly benchmark: LoopBenchmark; readonly testCase: Case } {
  for (const benchmark of benchmarks) {
    const testCase = casesOf(benchmark, stage).find((candidate) => candidate.key === key);
    if (testCase !== undefined) return { benchmark, testCase };
  }
  throw new Fault("usage", "The project no longer has this case.", {
    found: key,
    remedy: "Its benchmark was removed from preceptor.json, or the benchmark's files changed.",
  });
}

/** The cases that a stage asks, in the order of the benchmark. */
export function casesOf({ target, evaluation }: LoopBenchmark, stage: CaseRef["stage"]): readonly Case[] {
  return stage === "collect" ? target : evaluation;
}
