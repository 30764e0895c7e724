/** Of several windows that see the same, one tells it. This module knows nothing of the editor. */
import { mkdir, readdir, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { createHash } from "node:crypto";

const monthMs = 30 * 24 * 3_600_000;

/** Claims in a folder that the windows of this machine share: a file that only one of them can make. */
export class Claims {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Whether this one is to tell it: true for the first that asks, false for every other. */
  async take(what: readonly (string | number | null)[]): Promise<boolean> {
    const name = createHash("sha256").update(JSON.stringify(what)).digest("hex").slice(0, 32);
    try {
      await mkdir(this.#folder, { recursive: true });
      await writeFile(path.join(this.#folder, name), "", { flag: "wx" });
      return true;
    } catch (thrown) {
      // Where nothing can be written, told twice is better than never.
      return !(thrown instanceof Error && "code" in thrown && thrown.code === "EEXIST");
    }
  }

  /** Forgets claims of which nobody will ask again. */
  async tidy(now: number): Promise<void> {
    for (const name of await namesIn(this.#folder)) {
      const file = path.join(this.#folder, name);
      const { mtimeMs } = await stat(file);
      if (now - mtimeMs > monthMs) await rm(file, { force: true });
    }
  }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch {
    // Nothing was ever claimed.
    return [];
  }
}
