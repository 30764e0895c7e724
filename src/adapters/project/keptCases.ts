import { mkdir, readdir, readFile, rm, stat } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { filePath, splitOf } from "../../engine/benchmarks/index.js";
import type { Case } from "../../engine/families/index.js";
import { contentHash } from "../../engine/hash.js";
import { stampOf, writeAtomic } from "../store/index.js";
import { readSplit, type ReadSplit } from "./benchmarks.js";

/** Splits that are kept; those that were written longest ago are let go. */
const mostKept = 60;
/** How long after a split was read it is written down, in milliseconds: whoever waits for it comes first. */
const writingPause = 1000;

/**
 * Cases of splits in a folder of the program's own. To read what became of a benchmark's files takes a seventh of the time
 * that reading the files takes, which a window would do anew each time that it opens. What is kept counts as long as the
 * files and the code that reads them are what they were; it may be deleted at any time.
 */
export class KeptCases {
  readonly #folder: string;
  readonly #code: string;

  /** @param code names the code that reads files: cases that another one made are not used. */
  constructor(folder: string, code: string) {
    this.#folder = folder;
    this.#code = code;
  }

  readonly read: ReadSplit = async (source) => {
    const { entry, definition, split, folder } = source;
    const files = splitOf(definition, split).files.map((file) => filePath(folder, file));
    const file = path.join(this.#folder, `${contentHash({ name: definition.name, entry, split, folder })}.json`);
    const stamp = JSON.stringify([this.#code, await stampOf(files)]);
    const kept = await readKept(file, stamp);
    if (kept !== null) return kept;
    const cases = await readSplit(source);
    void this.#write(file, stamp, cases);
    return cases;
  };

  async #write(file: string, stamp: string, cases: readonly Case[]): Promise<void> {
    try {
      await sleep(writingPause, undefined, { ref: false });
      await mkdir(this.#folder, { recursive: true });
      await writeAtomic(file, `${stamp}\n${JSON.stringify(cases)}\n`);
      await this.#letGo();
    } catch {
      // Where nothing can be kept (a full disk, a folder that may not be written to), the files are read the next time.
    }
  }

  async #letGo(): Promise<void> {
    const names = await readdir(this.#folder);
    if (names.length <= mostKept) return;
    const dated = await Promise.all(
      names.map(async (name) => {
        const file = path.join(this.#folder, name);
        return { file, written: (await stat(file)).mtimeMs };
      }),
    );
    dated.sort((a, b) => b.written - a.written);
    for (const { file } of dated.slice(mostKept)) await rm(file, { force: true });
  }
}

/** The cases that were kept of files with this stamp; null when there are none. */
async function readKept(file: string, stamp: string): Promise<readonly Case[] | null> {
  try {
    const text = await readFile(file, "utf8");
    return text.startsWith(`${stamp}\n`) ? (JSON.parse(text.slice(stamp.length)) as Case[]) : null;
  } catch {
    // Nothing was kept, or half of it: the files have everything.
    return null;
  }
}
