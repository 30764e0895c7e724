import { readFile } from "node:fs/promises";
import { Fault } from "../../engine/fault.js";
import type { TrainingRow } from "../../engine/seams/index.js";
import { trainingRow } from "./checkpointFile.js";

/** Reads chat JSONL, one training row a line. Blank lines are skipped; a bad one is a fault with its line. */
export async function readTrainingRows(file: string): Promise<TrainingRow[]> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (cause) {
    throw new Fault("training", "The training rows cannot be read.", {
      file,
      found: cause instanceof Error ? cause.message : String(cause),
      remedy: "Run the gate stage again, which writes this file.",
      cause,
    });
  }
  const rows: TrainingRow[] = [];
  text.split("\n").forEach((line, index) => {
    if (line.trim() !== "") rows.push(parseRow(line, file, index + 1));
  });
  return rows;
}

function parseRow(line: string, file: string, number: number): TrainingRow {
  const place = { file, line: number, found: line.slice(0, 80) };
  const remedy = "Each line is an object with id, family, prompt (messages) and completion.";
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (cause) {
    throw new Fault("training", "A training row is not valid JSON.", { ...place, remedy, cause });
  }
  const parsed = trainingRow.safeParse(value);
  if (parsed.success) return parsed.data;
  const field = parsed.error.issues[0]?.path.join(".") ?? "";
  throw new Fault("training", "A training row lacks a field.", { ...place, field, remedy, cause: parsed.error });
}
