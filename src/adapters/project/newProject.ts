import { stat, writeFile } from "node:fs/promises";
import path from "node:path";
import type { ConfigurationInput } from "../../engine/configuration/index.js";
import { Fault } from "../../engine/fault.js";
import { unlessAbsent } from "../store/faults.js";
import { ensureFolder } from "../store/files.js";
import { configurationFile } from "./project.js";

/** A model behind an address with its `/v1`. */
interface ModelAddress {
  readonly endpoint: string;
  readonly name: string;
  /** Reference to the key; null for none. Without it, an address that is not one's own gets the usual variable. */
  readonly apiKey?: string | null;
}

/** A model of a new project: on a server, one of the editor's by its name, or the one that plays its part offline. */
export type NewModel = ModelAddress | { readonly editor: string } | "builtin";

/** Calls that a new project allows where no price bounds them. */
const callsWithoutPrice = 500;

export interface NewProject {
  readonly benchmarks: ConfigurationInput["benchmarks"];
  /** Null for the built-in student and instructor. */
  readonly models: { readonly target: NewModel; readonly instructor: NewModel } | null;
  readonly protocol?: "paper" | "clean" | undefined;
  /** Most USD that a run may spend. */
  readonly budget?: number | undefined;
}

/** Where a new project looks for its models until somebody says otherwise. */
export const usualModels = {
  target: { endpoint: "http://127.0.0.1:8000/v1", name: "my-model" },
  instructor: { endpoint: "https://api.openai.com/v1", name: "gpt-4o" },
} as const;

/** The configuration that a project begins with: two iterations, LEC and LE, within 20 USD unless told otherwise. */
export function initialConfiguration({ benchmarks, models, protocol, budget = 20 }: NewProject): ConfigurationInput {
  const { target, instructor } = models ?? { target: "builtin", instructor: "builtin" };
  // The built-in student has its name in all projects; any other model is named by its part.
  const taught = target === "builtin" ? "student" : "target";
  return {
    version: 1,
    benchmarks,
    models: { [taught]: modelAt(target, "student"), instructor: modelAt(instructor, "instructor") },
    target: taught,
    instructor: "instructor",
    iterations: ["LEC", "LE"],
    ...(protocol === undefined ? {} : { protocol }),
    budget: {
      amount: budget,
      currency: "USD",
      ...(isLent(target) || isLent(instructor) ? { calls: callsWithoutPrice } : {}),
    },
  };
}

function isLent(model: NewModel): model is { readonly editor: string } {
  return typeof model === "object" && "editor" in model;
}

/** An `http:` address is taken for a server of one's own: no price and no key. Others are paid, with a known price. */
function modelAt(model: NewModel, part: "student" | "instructor"): ConfigurationInput["models"][string] {
  if (model === "builtin") return { provider: "builtin", name: part };
  if (isLent(model)) return { provider: "editor", name: model.editor };
  const { endpoint, name } = model;
  const own = /^http:/iu.test(endpoint);
  const apiKey = model.apiKey === undefined ? (own ? null : "${env:OPENAI_API_KEY}") : model.apiKey;
  return {
    provider: "openai",
    endpoint,
    name,
    ...(own ? { price: { input: 0, output: 0 } } : {}),
    ...(apiKey === null ? {} : { apiKey }),
  };
}

/** Faults with kind `usage` where a folder is a project already. */
export async function requireNoProject(folder: string): Promise<void> {
  const file = path.join(path.resolve(folder), configurationFile);
  if (await unlessAbsent(file, false, async () => (await stat(file)).isFile())) throw projectThere(file);
}

function projectThere(file: string): Fault {
  return new Fault("usage", "There is a project already.", {
    file,
    remedy: "Edit it, or choose another folder.",
  });
}

/** Writes `preceptor.json` into a folder that has none, and returns its path. Faults with kind `usage` where there is one. */
export async function writeProject(folder: string, configuration: ConfigurationInput): Promise<string> {
  const file = path.join(path.resolve(folder), configurationFile);
  try {
    await ensureFolder(path.dirname(file));
    await writeFile(file, `${JSON.stringify(configuration, null, 2)}\n`, { flag: "wx" });
    return file;
  } catch (thrown) {
    if (thrown instanceof Fault) throw thrown;
    if (thrown instanceof Error && "code" in thrown && thrown.code === "EEXIST") throw projectThere(file);
    throw new Fault("storage", "The file cannot be written.", {
      file,
      remedy: "Check that the folder may be written to.",
      cause: thrown,
    });
  }
}
