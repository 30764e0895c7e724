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

/** The target's answers to one case in one stage, by sample number. */
export async function responsesTo(
  run: Pick<RunReader, "stage">,
  { iteration, stage }: AnsweredStage,
  key: string,
): Promise<ResponseRecord[]> {
  return answersIn(path.join(run.stage(iteration, stage).folder, responsesFile), key);
}

/** The same of one file of responses. */
export async function answersIn(file: string, key: string): Promise<ResponseRecord[]> {
  const found = await recordsAbout(file, "key", [key], parseResponse);
  return found.filter((record) => record.key === key).sort((a, b) => a.sample - b.sample);
}

/**
 * Records of a result file whose field is one of these texts, in the order of the texts. Only the lines about them are
 * parsed: the file may hold many thousands. A record within whose objects the field is found as well comes along.
 */
export async function recordsAbout<T>(
  file: string,
  field: string,
  texts: readonly string[],
  parse: (value: unknown) => T,
): Promise<T[]> {
  const bytes = await unlessAbsent(file, null, async () => readFile(file));
  if (bytes === null) return [];
  const newline = 0x0a;
  const found: T[] = [];
  for (const text of texts) {
    // Inside the text of a response the quotes of this would be escaped, so that no model can write such a line.
    const wanted = Buffer.from(`${JSON.stringify(field)}:${JSON.stringify(text)}`, "utf8");
    for (let at = bytes.indexOf(wanted); at !== -1;) {
      const end = bytes.indexOf(newline, at);
      // What no line feed ends is torn, or being written.
      if (end === -1) break;
      const start = bytes.lastIndexOf(newline, at) + 1;
      found.push(parse(JSON.parse(bytes.toString("utf8", start, end))));
      at = bytes.indexOf(wanted, end);
    }
  }
  return found;
}
