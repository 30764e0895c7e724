import { TemplateFolder } from "../../adapters/prompts/index.js";
import type { Project } from "../../adapters/project/index.js";
import { Fault } from "../../engine/fault.js";
import { loadTemplates, normalised, type LoadedTemplate, type TemplateHead } from "../../engine/prompts/index.js";
import type { TemplateEntry } from "../../protocol/worker/index.js";

/** All templates of a project, shipped ones and its own. */
export async function listOf({ folder, configuration }: Project): Promise<TemplateEntry[]> {
  const files = new TemplateFolder(folder);
  const loaded = await loadTemplates(files);
  const entries: TemplateEntry[] = [];
  for (const { file, head, diagnostics, overridden } of loaded) {
    const shipped = shippedLike(loaded, head);
    const own = file.origin === "project";
    const { name, strategy, family, set, description } = head;
    entries.push({
      name,
      strategy,
      family,
      set,
      description,
      origin: file.origin,
      path: file.path,
      fileName: file.name,
      overridden,
      shipped: shipped?.file.name ?? null,
      changed: own && shipped !== null && differs(await files.read(file), await files.read(shipped.file)),
      errors: diagnostics.filter(({ severity }) => severity === "error").length,
      warnings: diagnostics.filter(({ severity }) => severity === "warning").length,
      inUse: set === configuration.prompts || strategy === "judge",
    });
  }
  return entries;
}

/** The text of a shipped template. Faults with kind `usage` when there is none of this name. */
export async function shippedText(fileName: string): Promise<string> {
  const files = new TemplateFolder(null);
  const file = (await files.list()).find(({ name }) => name === fileName);
  if (file !== undefined) return files.read(file);
  throw new Fault("usage", "There is no shipped template of this name.", {
    found: fileName,
    remedy: "`preceptor prompts list` names the shipped templates.",
  });
}

/** The shipped counterparts of texts that are being edited; they are part of the product and do not change. */
export class Shipped {
  #loaded: Promise<readonly LoadedTemplate[]> | null = null;

  /** Name of the shipped file that a template stands for, and whether its text differs from it. */
  async of(head: TemplateHead, text: string): Promise<{ readonly shipped: string | null; readonly changed: boolean }> {
    this.#loaded ??= loadTemplates(new TemplateFolder(null));
    const found = shippedLike(await this.#loaded, head);
    if (found === null) return { shipped: null, changed: false };
    return { shipped: found.file.name, changed: differs(text, await shippedText(found.file.name)) };
  }
}

function shippedLike(
  loaded: readonly LoadedTemplate[],
  { strategy, family, set }: TemplateHead,
): LoadedTemplate | null {
  const same = ({ file, head }: LoadedTemplate): boolean =>
    file.origin === "shipped" && head.strategy === strategy && head.family === family && head.set === set;
  return loaded.find(same) ?? null;
}

function differs(a: string, b: string): boolean {
  return normalised(a) !== normalised(b);
}
