import { Fault } from "../../engine/fault.js";
import { inspectHeader, isInspectLog, readInspect, type RecordedContent } from "../../engine/importing/index.js";
import { ZipArchive } from "./zip.js";

/**
 * An Inspect log as a `.eval` archive: `header.json` at its end, `_journal/start.json` from its beginning, so that the
 * log of an evaluation that was interrupted has the latter only, and one `samples/ID_epoch_N.json` a sample.
 */
export async function readInspectArchive(file: string): Promise<RecordedContent> {
  const archive = await ZipArchive.open(file);
  try {
    const header = (await parsed(archive, file, "header.json")) ?? (await parsed(archive, file, "_journal/start.json"));
    if (!isInspectLog(header)) throw notALog(file, archive.names);
    const samples: unknown[] = [];
    for (const name of archive.names.filter((each) => /^samples\/.+\.json$/u.test(each))) {
      samples.push(slim(await parsed(archive, file, name)));
    }
    return readInspect(inspectHeader(header), samples);
  } finally {
    archive.close();
  }
}

/** The parts of a sample that are imported: its events and messages may be a hundred times larger. */
function slim(sample: unknown): unknown {
  if (typeof sample !== "object" || sample === null) return sample;
  const kept = ["id", "epoch", "input", "choices", "target", "output", "scores", "metadata", "error", "limit"];
  const attachments = (sample as { attachments?: unknown }).attachments;
  const slimmed = Object.fromEntries(Object.entries(sample).filter(([name]) => kept.includes(name)));
  const uses = JSON.stringify([slimmed["input"], slimmed["output"]]).includes("attachment://");
  return uses ? { ...slimmed, attachments } : slimmed;
}

async function parsed(archive: ZipArchive, file: string, name: string): Promise<unknown> {
  const text = await archive.text(name);
  return text === null ? null : parsePythonJson(text, file, name);
}

/** JSON as Python writes it: `NaN` and `Infinity` stand for numbers that JSON does not have, and become null. */
export function parsePythonJson(text: string, file: string, field?: string): unknown {
  try {
    return JSON.parse(text);
  } catch (thrown) {
    const plain = text.replaceAll(/"(?:[^"\\]|\\.)*"|-?\bInfinity\b|\bNaN\b/gu, (part) =>
      part.startsWith('"') ? part : "null",
    );
    try {
      return JSON.parse(plain);
    } catch {
      // The first message is about the text as it is.
      throw new Fault("data", "This part of the log is not valid JSON.", {
        file,
        ...(field === undefined ? {} : { field }),
        found: thrown instanceof Error ? thrown.message : String(thrown),
        remedy: "Copy the log again, or write it again with its own tool.",
        cause: thrown,
      });
    }
  }
}

function notALog(file: string, names: readonly string[]): Fault {
  return new Fault("data", "This archive is not a log of Inspect.", {
    file,
    found: names.slice(0, 5).join(", ") || "an empty archive",
    allowed: "header.json or _journal/start.json, and samples/*.json",
    remedy: "Unpack it, and import the files in it.",
  });
}
