import { Fault } from "../fault.js";
import { parseTemplate } from "./parseTemplate.js";
import type { Diagnostic, DiagnosticCode, Template, TemplateHead, TemplateSetName } from "./template.js";

/** Where template files come from. `shipped` files are read-only. */
export type TemplateOrigin = "project" | "shipped";

export interface TemplateFile {
  readonly origin: TemplateOrigin;
  /** Name without folder: `clean-le-math.prompt`. */
  readonly name: string;
  /** Path as faults and diagnostics show it. */
  readonly path: string;
}

/** What the library needs of the disk. The node implementation is `src/adapters/prompts`. */
export interface TemplateFiles {
  list(): Promise<readonly TemplateFile[]>;
  read(file: TemplateFile): Promise<string>;
  /** Writes into the project's `prompts/` folder; faults when the file exists and `replace` is false. */
  write(name: string, text: string, replace: boolean): Promise<TemplateFile>;
}

export interface LoadedTemplate {
  readonly file: TemplateFile;
  readonly head: TemplateHead;
  readonly template: Template | null;
  readonly diagnostics: readonly Diagnostic[];
  /** True when a template of the project serves instead of this one. */
  readonly overridden: boolean;
  /** Other files of the same origin for the same strategy, family and set: which one is meant, nobody can tell. */
  readonly twins: readonly TemplateFile[];
}

/** What a template is chosen by. */
export interface TemplateKey {
  readonly strategy: string;
  readonly family: string;
  readonly set: TemplateSetName;
}

/**
 * Reads all templates, the project's first. A template of the project stands for the shipped one with the same
 * strategy, family and set, whatever its file is called; two such templates in one project get a diagnostic each, and
 * neither serves.
 */
export async function loadTemplates(files: TemplateFiles): Promise<LoadedTemplate[]> {
  const listed = [...(await files.list())].sort((a, b) => rank(a) - rank(b) || compare(a.name, b.name));
  const parsed = await Promise.all(
    listed.map(async (file) => ({ file, ...parseTemplate(await files.read(file), file.path) })),
  );
  return parsed.map((item) => {
    const same = parsed.filter((other) => other !== item && keyOf(other.head) === keyOf(item.head));
    const twins = saysItsPurpose(item)
      ? same.filter((other) => other.file.origin === item.file.origin && saysItsPurpose(other)).map(({ file }) => file)
      : [];
    return {
      ...item,
      diagnostics: [...item.diagnostics, ...duplicates(item.file, twins)],
      overridden: item.file.origin === "shipped" && same.some(({ file }) => file.origin === "project"),
      twins,
    };
  });
}

/**
 * The project's other files for the same strategy, family and set as a text that is, or will be, the file at `path`; none
 * where there is no such file.
 */
export async function twinsOf(
  files: TemplateFiles,
  path: string,
  text: { readonly head: TemplateHead; readonly diagnostics: readonly Pick<Diagnostic, "code">[] },
): Promise<TemplateFile[]> {
  const own = (await files.list()).filter(({ origin }) => origin === "project");
  if (!saysItsPurpose(text) || !own.some((file) => file.path === path)) return [];
  const others = await Promise.all(
    own
      .filter((file) => file.path !== path)
      .map(async (file) => ({ file, ...parseTemplate(await files.read(file), file.path) })),
  );
  return others
    .filter((other) => saysItsPurpose(other) && keyOf(other.head) === keyOf(text.head))
    .map(({ file }) => file);
}

const purposeless: readonly DiagnosticCode[] = ["front-matter-missing", "front-matter-syntax", "missing-key"];

/** A file that does not say what it is for has a problem of its own, and takes no other's place. */
function saysItsPurpose({ diagnostics }: { readonly diagnostics: readonly Pick<Diagnostic, "code">[] }): boolean {
  return !diagnostics.some(({ code }) => purposeless.includes(code));
}

/** All templates for show: name, strategy, family, set, where from. */
export async function listTemplates(files: TemplateFiles): Promise<LoadedTemplate[]> {
  return loadTemplates(files);
}

/**
 * The template that serves a strategy and family of a set; one for `any` family serves where there is no exact one.
 * Faults with kind `template` when there is none or when it is broken: a broken template of the project is never
 * silently replaced by the shipped one.
 */
export function findTemplate(loaded: readonly LoadedTemplate[], key: TemplateKey): Template {
  const serving = loaded.filter((item) => !item.overridden && item.head.strategy === key.strategy);
  const ofSet = serving.filter((item) => item.head.set === key.set);
  // There is one judge for both sets, unless the project writes another.
  const candidates = ofSet.length === 0 && key.strategy === "judge" ? serving : ofSet;
  const found =
    candidates.find((item) => item.head.family === key.family) ?? candidates.find((item) => item.head.family === "any");
  if (found === undefined) {
    throw new Fault("template", `No \`${key.set}\` template for strategy ${key.strategy} and family ${key.family}.`, {
      found: `${key.set}/${key.strategy}/${key.family}`,
      allowed: loaded.map((item) => `${item.head.set}/${item.head.strategy}/${item.head.family}`).join(", "),
      remedy: "Add a file to `prompts/` whose front matter names this strategy, family and set, or choose another set.",
    });
  }
  const [twin] = found.twins;
  if (twin !== undefined) {
    const { strategy, family, set } = found.head;
    throw new Fault(
      "template",
      `\`${found.file.name}\` and \`${twin.name}\` are both for ${set}/${strategy}/${family}.`,
      {
        file: found.file.path,
        found: [found.file, ...found.twins].map(({ path }) => path).join(", "),
        allowed: "one file for each strategy, family and set",
        remedy: "Remove one of them, or change its strategy, family or set.",
      },
    );
  }
  if (found.template !== null) return found.template;
  const first = found.diagnostics.find((item) => item.severity === "error");
  throw new Fault("template", first?.message ?? "The template is broken.", {
    file: found.file.path,
    ...(first === undefined ? {} : { line: first.line }),
    remedy: first?.remedy ?? "`preceptor prompts check` lists the problems of the templates.",
  });
}

/**
 * Copies a shipped template into the project, where it can be edited and takes over. `name` is the template's name or
 * file name. Faults with kind `usage` when there is no such template; never replaces a file unless `replace`.
 */
export async function eject(files: TemplateFiles, name: string, replace = false): Promise<TemplateFile> {
  const loaded = await loadTemplates(files);
  const shipped = loaded.filter((item) => item.file.origin === "shipped");
  const wanted = name.replace(/\.prompt$/, "");
  const found = shipped.find((item) => item.head.name === wanted || item.file.name === `${wanted}.prompt`);
  if (found === undefined) {
    throw new Fault("usage", `There is no shipped template \`${name}\`.`, {
      found: name,
      allowed: shipped.map((item) => item.head.name).join(", "),
      remedy: "Name one of the shipped templates.",
    });
  }
  return files.write(found.file.name, await files.read(found.file), replace);
}

/** Diagnostics of all templates, or of those whose name or file name is given. */
export async function check(files: TemplateFiles, names: readonly string[] = []): Promise<Diagnostic[]> {
  const wanted = new Set(names.map((name) => name.replace(/\.prompt$/, "")));
  const loaded = await loadTemplates(files);
  const unknown = [...wanted].filter(
    (name) => !loaded.some((item) => item.head.name === name || item.file.name === `${name}.prompt`),
  );
  if (unknown.length > 0) {
    throw new Fault("usage", `There is no template \`${unknown.join("`, `")}\`.`, {
      allowed: [...new Set(loaded.map((item) => item.head.name))].join(", "),
      remedy: "Name one of the templates, or none to check all.",
    });
  }
  return loaded
    .filter(
      (item) => wanted.size === 0 || wanted.has(item.head.name) || wanted.has(item.file.name.replace(/\.prompt$/, "")),
    )
    .flatMap((item) => item.diagnostics);
}

function keyOf(head: TemplateHead): string {
  return JSON.stringify([head.set, head.strategy, head.family]);
}

/** The remark that each of two templates gets of which nobody can tell which one serves; none without twins. */
export function duplicates(file: Pick<TemplateFile, "path">, twins: readonly TemplateFile[]): Diagnostic[] {
  const [other] = twins;
  if (other === undefined) return [];
  return [
    {
      severity: "error",
      code: "duplicate-template",
      message: `\`${other.name}\` is for this strategy, family and set, too.`,
      file: file.path,
      line: 1,
      column: 1,
      length: 3,
      remedy: "Remove one of the two files, or change strategy, family or set.",
    },
  ];
}

function rank(file: TemplateFile): number {
  return file.origin === "project" ? 0 : 1;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
