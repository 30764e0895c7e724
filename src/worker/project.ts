import path from "node:path";
import type { Project } from "../adapters/project/index.js";
import { openProjectStore } from "../adapters/store/index.js";
import { definitionOf } from "../engine/benchmarks/index.js";
import { modelNameOf, type ModelRole } from "../engine/configuration/index.js";
import { familyOf } from "../engine/families/index.js";
import type { projectRequests, ProjectSummary } from "../protocol/worker/index.js";
import { toFaultView } from "./faultView.js";
import type { Projects } from "./projects.js";
import type { Handlers } from "../protocol/rpc.js";

export function projectHandlers(
  projects: Projects,
): Handlers<{ readonly requests: typeof projectRequests; readonly events: Record<never, never> }> {
  return {
    "project/open": async ({ folder }) => {
      try {
        return { state: "ready", project: await summaryOf(await projects.open(folder)) };
      } catch (thrown) {
        return { state: "broken", fault: toFaultView(thrown) };
      }
    },
  };
}

const roles = ["target", "instructor", "judge"] as const satisfies readonly ModelRole[];

async function summaryOf(project: Project): Promise<ProjectSummary> {
  const { configuration, folder } = project;
  const store = await openProjectStore(folder, { access: "read" });
  const runs = [...(await store.runIds())].sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
  return {
    folder,
    name: path.basename(folder),
    benchmarks: Object.entries(configuration.benchmarks).map(([name, entry]) => {
      const family = familyOf(entry.judged ? "judged" : definitionOf(name, entry).family);
      return { name, family: family.name, familyTitle: family.title, domain: entry.domain };
    }),
    models: Object.keys(configuration.models),
    editorModels: Object.values(configuration.models).flatMap((model) =>
      model.provider === "editor" ? [model.name] : [],
    ),
    askedEditorModels: roles.flatMap((role) => {
      const model = configuration.models[modelNameOf(configuration, role)];
      return model?.provider === "editor" ? [{ role, name: model.name }] : [];
    }),
    target: configuration.target,
    instructor: configuration.instructor,
    iterations: configuration.iterations.map(({ strategy }) => strategy),
    protocol: configuration.protocol,
    currency: configuration.budget.currency,
    runs,
  };
}
