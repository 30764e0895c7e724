import path from "node:path";
import type { StageName } from "../engine/iteration/index.js";
import type { RecordParser, RunReader } from "../engine/store/index.js";
import { keep, stampOf, type Kept } from "./kept.js";

/** Result files kept in memory at a time: a panel looks at three or four of one run. */
const mostKept = 12;

/** Result files of runs, read again only when they changed; the ones that were not asked for longest are dropped. */
export class RunRecords {
  readonly #kept = new Map<string, Kept<readonly unknown[]>>();

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
    const stamp = await stampOf([file]);
    // A file has one kind of record, so what is kept of it is of this parser's kind.
    const records = keep(this.#kept, file, stamp, async () => reader.readSoFar(name, parse)) as Promise<readonly T[]>;
    this.#touch(file);
    return records;
  }

  #touch(file: string): void {
    const kept = this.#kept.get(file);
    if (kept === undefined) return;
    this.#kept.delete(file);
    this.#kept.set(file, kept);
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= mostKept) break;
      this.#kept.delete(oldest);
    }
  }
}
