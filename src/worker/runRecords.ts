import { stat } from "node:fs/promises";
import path from "node:path";
import type { StageName } from "../engine/iteration/index.js";
import type { RecordParser, RunReader } from "../engine/store/index.js";

interface Kept {
  readonly stamp: string;
  readonly records: Promise<readonly unknown[]>;
}

/** Result files kept in memory at a time: a panel looks at three or four of one run. */
const mostKept = 12;

/** Result files of runs, read again only when they changed; the ones that were not asked for longest are dropped. */
export class RunRecords {
  readonly #kept = new Map<string, Kept>();

  /** Whole records of a result file, also of a stage that still goes on; none when the file is not there. */
  async read<T>(
    run: Pick<RunReader, "stage">,
    iteration: number,
    stage: StageName,
    name: string,
    parse: RecordParser<T>,
  ): Promise<readonly T[]> {
    const reader = run.stage(iteration, stage);
    const file = path.join(reader.folder, name);
    const stamp = await stampOf(file);
    const present = this.#kept.get(file);
    // A file has one kind of record, so what is kept of it is of this parser's kind.
    if (present?.stamp === stamp) return this.#touch(file, present) as Promise<readonly T[]>;
    const records = reader.readSoFar(name, parse);
    void this.#touch(file, { stamp, records });
    // What failed is read again the next time; the caller gets the fault.
    void records.catch(() => this.#kept.delete(file));
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= mostKept) break;
      this.#kept.delete(oldest);
    }
    return records;
  }

  #touch(file: string, kept: Kept): Promise<readonly unknown[]> {
    this.#kept.delete(file);
    this.#kept.set(file, kept);
    return kept.records;
  }
}

async function stampOf(file: string): Promise<string> {
  try {
    const { size, mtimeMs, ino } = await stat(file);
    return `${size}:${mtimeMs}:${ino}`;
  } catch {
    // Whoever reads the file tells what is wrong with it.
    return "-";
  }
}
