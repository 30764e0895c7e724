import { readFile, readdir } from "node:fs/promises";
import path from "node:path";
import { parseResponse, type ResponseRecord } from "../../engine/iteration/index.js";
import type { RunReader } from "../../engine/store/index.js";
import { unlessAbsent } from "../store/faults.js";

export type AnswerStage = "collect" | "evaluate";
const responsesFile = "responses.jsonl";

/** A stage that has answers of the target, or will have. */
export interface AnsweredStage {
  readonly iteration: number;
  readonly stage: AnswerStage;
}

/** The stages of a run with answers, in the order in which a run goes through them. */
export async function answeredStages(run: Pick<RunReader, "folder">): Promise<AnsweredStage[]> {
  const folder = path.join(run.folder, "stages");
  const names = await unlessAbsent(folder, [], async () => readdir(folder));
  return names
    .flatMap((name) => {
      const match = /^(\d+)-(collect|evaluate)$/u.exec(name);
      return match === null ? [] : [{ iteration: Number(match[1]), stage: match[2] as AnswerStage }];
    })
    .sort((a, b) => a.iteration - b.iteration || a.stage.localeCompare(b.stage, "en"));
}

/**
 * The target's answers to one case in one stage, by sample number. Only the lines about the case are parsed: the file may
 * hold many thousands.
 */
export async function responsesTo(
  run: Pick<RunReader, "stage">,
  { iteration, stage }: AnsweredStage,
  key: string,
): Promise<ResponseRecord[]> {
  return answersIn(path.join(run.stage(iteration, stage).folder, responsesFile), key);
}

/** The same of one file of responses. */
export async function answersIn(file: string, key: string): Promise<ResponseRecord[]> {
  const bytes = await unlessAbsent(file, null, async () => readFile(file));
  if (bytes === null) return [];
  // Inside the text of a response the quotes of this would be escaped, so that no model can write such a line.
  const wanted = Buffer.from(`"key":${JSON.stringify(key)}`, "utf8");
  const newline = 0x0a;
  const found: ResponseRecord[] = [];
  for (let at = bytes.indexOf(wanted); at !== -1;) {
    const end = bytes.indexOf(newline, at);
    // What no line feed ends is torn, or being written.
    if (end === -1) break;
    const start = bytes.lastIndexOf(newline, at) + 1;
    const record = parseResponse(JSON.parse(bytes.toString("utf8", start, end)));
    if (record.key === key) found.push(record);
    at = bytes.indexOf(wanted, end);
  }
  return found.sort((a, b) => a.sample - b.sample);
}
