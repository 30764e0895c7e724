import { definitionOf } from "../../engine/benchmarks/index.js";
import { familyOf } from "../../engine/families/index.js";
import { templatesOf, type Project } from "./project.js";

/**
 * Checks the templates that the iterations of a project use, so that a broken one is found before anything is asked.
 * Faults with kind `template`, at the first problem of the first of them.
 */
export async function requireTemplates(project: Project): Promise<void> {
  const { benchmarks, iterations } = project.configuration;
  const templates = await templatesOf(project);
  // An error without right neighbours is taught by LE, whatever the strategy.
  const strategies = [...new Set([...iterations.map(({ strategy }) => strategy), "LE"])];
  for (const [name, entry] of Object.entries(benchmarks)) {
    if (entry.domain === "out") continue;
    templates.hashes(strategies, familyOf(entry.judged ? "judged" : definitionOf(name, entry).family).name);
    if (entry.judged) templates.judge();
  }
}
