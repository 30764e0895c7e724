import path from "node:path";
import { recordsAbout } from "../adapters/project/index.js";
import type { StageName } from "../engine/iteration/index.js";
import type { RecordParser, RunReader } from "../engine/store/index.js";
import { keep, stampOf, type Kept } from "./kept.js";

/** Result files, or parts of them, kept in memory at a time: a panel looks at three or four of one run. */
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

  /**
   * Records whose field is one of these texts: of the whole file where that is at hand, else their lines alone are read.
   * Others may come along, which the caller leaves out.
   */
  async about<T>(
    run: Pick<RunReader, "stage">,
    place: { readonly iteration: number; readonly stage: StageName; readonly name: string },
    about: { readonly field: string; readonly texts: readonly string[] },
    parse: RecordParser<T>,
  ): Promise<readonly T[]> {
    const { iteration, stage, name } = place;
    const file = path.join(run.stage(iteration, stage).folder, name);
    const stamp = await stampOf([file]);
    if (this.#kept.get(file)?.stamp === stamp) return this.read(run, iteration, stage, name, parse);
    const { field, texts } = about;
    const part = [file, field, ...texts].join("\0");
    const records = keep(this.#kept, part, stamp, async () => recordsAbout(file, field, texts, parse));
    this.#touch(part);
    return records as Promise<readonly T[]>;
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
