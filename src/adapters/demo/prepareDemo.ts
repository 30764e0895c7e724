import { cp, mkdir, readdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import type { ConfigurationInput } from "../../engine/configuration/index.js";
import { Fault } from "../../engine/fault.js";
import { configurationFile } from "../project/index.js";
import { onDisk } from "../store/faults.js";

/** Marks a folder that a demo made and may empty again. */
const marker = ".preceptor-demo";

/**
 * Makes the demo project: a configuration and a copy of the demo benchmarks. A folder that an earlier demo made is made
 * anew, so that nothing of an earlier run is reused; any other folder that is not empty is left alone.
 *
 * @returns the absolute path of the project.
 */
export async function prepareDemo(options: {
  readonly folder: string;
  readonly data: string;
  readonly seed: number;
  readonly control: boolean;
}): Promise<string> {
  const folder = path.resolve(options.folder);
  const present = await list(folder);
  if (present.length > 0 && !present.includes(marker)) {
    throw new Fault("usage", "The folder for the demo is not empty, and no demo made it.", {
      file: folder,
      remedy: "Name another folder (`--folder` on the command line), or move what is in this one.",
    });
  }
  const configuration = demoConfiguration(options.seed, options.control);
  await onDisk(folder, async () => {
    for (const name of present) await rm(path.join(folder, name), { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    await writeFile(path.join(folder, marker), "");
    await cp(options.data, path.join(folder, "benchmarks"), { recursive: true });
    await writeFile(path.join(folder, configurationFile), `${JSON.stringify(configuration, null, 2)}\n`);
  });
  return folder;
}

/** Whether a demo made this folder, and its project is still there. */
export async function isDemo(folder: string): Promise<boolean> {
  const present = await list(path.resolve(folder));
  return present.includes(marker) && present.includes(configurationFile);
}

async function list(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (thrown) {
    if (thrown instanceof Error && "code" in thrown && thrown.code === "ENOENT") return [];
    throw new Fault("storage", "The folder for the demo cannot be used.", {
      file: folder,
      remedy: "Name a folder that may be read and written, with --folder.",
      cause: thrown,
    });
  }
}

const maps = {
  math: { id: "id", question: "question", gold: "answer", solution: "solution", group: "group" },
  choice: { id: "id", question: "question", gold: "answer", options: ["A", "B", "C", "D"], group: "group" },
  code: {
    id: "id",
    question: "question",
    // The question is the start of the program, which an answer that holds only the body needs in front.
    prompt: "question",
    entry_point: "entry_point",
    test: "tests",
    reference: "reference",
    group: "group",
  },
};

/** The project of the demo: three families, each with a taught benchmark and one from outside its domain. */
export function demoConfiguration(seed: number, control: boolean): ConfigurationInput {
  const benchmarks: ConfigurationInput["benchmarks"] = {};
  for (const family of ["math", "choice", "code"] as const) {
    const file = (benchmark: string, split: string): string => `benchmarks/demo-${benchmark}/${split}.jsonl`;
    benchmarks[`demo-${family}`] = {
      use: {
        family,
        files: { target: file(family, "target"), evaluation: file(family, "evaluation") },
        map: maps[family],
      },
      domain: "in",
      target: "target",
      evaluation: "evaluation",
    };
    benchmarks[`demo-${family}-ood`] = {
      use: {
        family,
        files: { evaluation: file(`${family}-ood`, "evaluation") },
        map: maps[family],
      },
      domain: "out",
      evaluation: "evaluation",
    };
  }
  return {
    version: 1,
    benchmarks,
    models: {
      student: { provider: "builtin", name: "student" },
      instructor: { provider: "builtin", name: "instructor" },
    },
    target: "student",
    instructor: "instructor",
    iterations: ["LEC", "LE"],
    quota: 150,
    training: control ? { control: "shuffled-labels" } : {},
    // The demo's own programs are ours, so they may run where no sandbox exists; the run says so.
    sandbox: { consent: "process" },
    seed,
  };
}
