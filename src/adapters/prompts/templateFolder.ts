import { mkdir, readdir, readFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Fault } from "../../engine/fault.js";
import type { TemplateFile, TemplateFiles, TemplateOrigin } from "../../engine/prompts/index.js";
import { writeAtomic } from "../store/index.js";

/** Template files on disk: the project's `prompts/` folder over the folder that comes with the program. */
export class TemplateFolder implements TemplateFiles {
  readonly #project: string | null;
  readonly #shipped: string;

  /** `project` is the folder of `preceptor.json`, or null outside of a project. */
  constructor(project: string | null, shipped: string = shippedFolder()) {
    this.#project = project === null ? null : join(project, "prompts");
    this.#shipped = shipped;
  }

  async list(): Promise<TemplateFile[]> {
    const own = this.#project === null ? [] : await entries(this.#project, "project");
    const shipped = await entries(this.#shipped, "shipped");
    if (shipped.length > 0) return [...own, ...shipped];
    throw new Fault("internal", "The program's own prompt templates are missing.", {
      file: this.#shipped,
      remedy: "Build or install the program again.",
    });
  }

  async read(file: TemplateFile): Promise<string> {
    try {
      const bytes = await readFile(file.path);
      return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    } catch (thrown) {
      const encoding = thrown instanceof TypeError;
      throw new Fault("template", encoding ? "The template is not UTF-8." : "The template cannot be read.", {
        file: file.path,
        remedy: encoding ? "Save the file as UTF-8." : "Check that the file exists and may be read.",
        cause: thrown,
      });
    }
  }

  async write(name: string, text: string, replace: boolean): Promise<TemplateFile> {
    if (this.#project === null) {
      throw new Fault("usage", "There is no project to write the template into.", {
        remedy: "Run `preceptor init` first, or change into a project.",
      });
    }
    if (!/^[\w.-]+\.prompt$/.test(name)) {
      throw new Fault("usage", "The template's file name is not plain.", {
        found: name,
        allowed: "letters, digits, `-`, `_`, ending in .prompt",
        remedy: "Choose another name.",
      });
    }
    const path = join(this.#project, name);
    if (!replace && existsSync(path)) {
      throw new Fault("usage", "The project already has this template.", {
        file: path,
        remedy: "Edit that file, remove it, or allow replacing it.",
      });
    }
    try {
      await mkdir(this.#project, { recursive: true });
      await writeAtomic(path, text);
    } catch (thrown) {
      const remedy = "Check that the folder may be written to and that the disk has space.";
      throw new Fault("storage", "The template cannot be written.", { file: path, remedy, cause: thrown });
    }
    return { origin: "project", name, path };
  }
}

async function entries(folder: string, origin: TemplateOrigin): Promise<TemplateFile[]> {
  let names: string[];
  try {
    names = await readdir(folder);
  } catch (thrown) {
    if (thrown instanceof Error && "code" in thrown && thrown.code === "ENOENT") return [];
    const remedy = "Check that the folder may be read.";
    throw new Fault("storage", "The folder of templates cannot be read.", { file: folder, remedy, cause: thrown });
  }
  const wanted = names.filter((name) => name.endsWith(".prompt") && !name.startsWith(".")).sort();
  return wanted.map((name) => ({ origin, name, path: join(folder, name) }));
}

/**
 * The folder that comes with the program: `prompts/` beside the bundle, or in the first folder above this module that
 * has one with our templates (running from sources).
 */
export function shippedFolder(module: string = import.meta.url): string {
  const start = dirname(fileURLToPath(module));
  for (let folder = start; ; folder = dirname(folder)) {
    const candidate = join(folder, "prompts");
    if (existsSync(join(candidate, "judge.prompt"))) return candidate;
    if (dirname(folder) === folder) return join(start, "prompts");
  }
}
