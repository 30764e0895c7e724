import { TemplateFolder } from "../adapters/prompts/index.js";
import { templatesOf, type Project } from "../adapters/project/index.js";
import type { TemplateSource } from "../engine/iteration/index.js";
import { keep, stampOf, type Kept } from "./kept.js";

const kept = new WeakMap<Project, Kept<TemplateSource>>();

/** Templates of a project, read again only when one of its own changed: those of the product stay as they are. */
export async function keptTemplates(project: Project): Promise<TemplateSource> {
  const files = await new TemplateFolder(project.folder).list();
  const own = files.filter(({ origin }) => origin === "project").map(({ path }) => path);
  const stamp = `${own.join("|")}#${await stampOf(own)}`;
  return keep(kept, project, stamp, async () => templatesOf(project));
}
