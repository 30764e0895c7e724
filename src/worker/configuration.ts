import { checkProjectFiles, initialConfiguration, writeProject, type NewModel } from "../adapters/project/index.js";
import { findBenchmark } from "../engine/benchmarks/index.js";
import type { Handlers } from "../protocol/rpc.js";
import type { configurationRequests, NewModelView } from "../protocol/worker/index.js";
import { toFaultView } from "./faultView.js";
import type { Projects } from "./projects.js";

/** Requests about `preceptor.json` itself: what is wrong with it, a first one, and what its secrets are. */
export function configurationHandlers(
  projects: Projects,
): Handlers<{ readonly requests: typeof configurationRequests; readonly events: Record<never, never> }> {
  return {
    "configuration/check": async ({ base, overlay }) => ({
      faults: checkProjectFiles(base, overlay).faults.map(toFaultView),
    }),
    "project/create": async ({ folder, target, instructor, benchmarks, budget }) => {
      const entries = benchmarks.map((name) => {
        const { target: taught } = findBenchmark(name);
        return [name, { use: name, domain: taught.length > 0 ? ("in" as const) : ("out" as const) }] as const;
      });
      const configuration = initialConfiguration({
        benchmarks: Object.fromEntries(entries),
        models: { target: modelOf(target), instructor: modelOf(instructor) },
        budget,
      });
      return { file: await writeProject(folder, configuration) };
    },
    "project/hand": async ({ secrets, bridge }) => {
      projects.handOver(secrets, bridge);
      return {};
    },
  };
}

function modelOf(model: NewModelView): NewModel {
  if (model.kind === "builtin") return "builtin";
  if (model.kind === "editor") return { editor: model.name };
  const { endpoint, name, secret } = model;
  return { endpoint, name, apiKey: secret === null ? null : `\${secret:${secret}}` };
}
