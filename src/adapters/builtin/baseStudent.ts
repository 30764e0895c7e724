import { join } from "node:path";
import { sha256 } from "../../engine/hash.js";
import type { TrainingParameters } from "../../engine/seams/index.js";
import { checkpointText } from "./checkpointFile.js";
import { demoFolder } from "./demoFolder.js";
import { fitStudent } from "./fit.js";
import { Student } from "./student.js";
import { readTrainingRows } from "./trainingRows.js";

/** Parameters that suit the built-in student; a demo or a new project starts from them. */
export const builtinTrainingParameters: TrainingParameters = { learningRate: 0.2, epochs: 8, batchSize: 16 };

/** Revision of the base student. A test fails when what it answers from changes and this does not. */
export const studentRevision = "base-1";

export interface BaseStudent {
  readonly student: Student;
  /** Hash of what a checkpoint of it would hold. */
  readonly hash: string;
}

let loaded: Promise<BaseStudent> | null = null;

/** The base student: a blank one fitted once a process to the small generic set in `demo/pretraining.jsonl`. */
export function baseStudent(): Promise<BaseStudent> {
  loaded ??= pretrain();
  return loaded;
}

async function pretrain(): Promise<BaseStudent> {
  const rows = await readTrainingRows(join(demoFolder(), "pretraining.jsonl"));
  // Fitted until its own rows have nothing left to give, so that meeting them again in later fits is no gain by itself.
  const parameters = { ...builtinTrainingParameters, epochs: 30 };
  const fit = fitStudent({ start: Student.blank(), rows, heldOut: [], seed: 0, parameters });
  for (let turn = fit.next(); ; turn = fit.next()) {
    if (turn.done !== true) continue;
    return { student: turn.value.student, hash: sha256(checkpointText(turn.value.student, null)) };
  }
}
