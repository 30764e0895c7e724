import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import { openProjectStore } from "../../adapters/store/index.js";
import type { ProjectStore } from "../../engine/store/index.js";
import type { FaultView } from "../../protocol/fault.js";
import { toFaultView } from "../faultView.js";

/** A file of answers as it lies on the disk now. */
export interface FoundAnswers {
  readonly run: string;
  readonly iteration: number;
  readonly stage: "collect" | "evaluate";
  readonly file: string;
  /** Changes whenever the file does. */
  readonly stamp: string;
}

export interface Scan {
  readonly store: ProjectStore;
  /** Ids of all runs, the newest first. */
  readonly runs: readonly string[];
  /** The newest run first, in it the last iteration first, and what was evaluated before what was collected. */
  readonly found: readonly FoundAnswers[];
  readonly problems: readonly { readonly run: string | null; readonly fault: FaultView }[];
}

const stageName = /^(\d{1,6})-(collect|evaluate)$/u;

/** Looks for answers in the runs of a project. Reads no file but asks for sizes, so it is cheap enough for each second. */
export async function scanRuns(folder: string): Promise<Scan> {
  const store = await openProjectStore(folder, { access: "read" });
  const runs = [...(await store.runIds())].sort((a, b) => b.localeCompare(a, "en", { numeric: true }));
  const problems: { run: string; fault: FaultView }[] = [];
  const found = await Promise.all(
    runs.map(async (run) => {
      try {
        return await answersOf(run, (await store.readRun(run)).folder);
      } catch (thrown) {
        problems.push({ run, fault: toFaultView(thrown) });
        return [];
      }
    }),
  );
  return { store, runs, found: found.flat(), problems };
}

async function answersOf(run: string, folder: string): Promise<FoundAnswers[]> {
  const names = await readdir(path.join(folder, "stages")).catch(absent<string[]>([]));
  const found = await Promise.all(
    names.map(async (name): Promise<FoundAnswers[]> => {
      const [, iteration, stage] = stageName.exec(name) ?? [];
      if (iteration === undefined || (stage !== "collect" && stage !== "evaluate")) return [];
      const file = path.join(folder, "stages", name, "responses.jsonl");
      const stamp = await fileStamp(file);
      return stamp === null ? [] : [{ run, iteration: Number(iteration), stage, file, stamp }];
    }),
  );
  return found.flat().sort((a, b) => b.iteration - a.iteration || (a.stage < b.stage ? 1 : -1));
}

/** Changes whenever the file does; null when it is not there. */
export async function fileStamp(file: string): Promise<string | null> {
  const found = await stat(file).catch(absent(null));
  return found === null ? null : `${found.size}:${found.mtimeMs}:${found.ino}`;
}

/** The value for what is not there; every other failure goes on. */
function absent<T>(value: T): (thrown: unknown) => T {
  return (thrown) => {
    if (thrown instanceof Error && "code" in thrown && (thrown.code === "ENOENT" || thrown.code === "ENOTDIR")) {
      return value;
    }
    throw thrown;
  };
}
