import { isUtf8 } from "node:buffer";
import { readFile } from "node:fs/promises";
import path from "node:path";
import {
  checkConfiguration,
  parseConfiguration,
  type CheckedConfiguration,
  type Configuration,
  type ConfigurationFile,
  type SecretLookup,
} from "../../engine/configuration/index.js";
import { benchmarks, mappedFamilies } from "../../engine/benchmarks/index.js";
import { families } from "../../engine/families/index.js";
import { Fault } from "../../engine/fault.js";
import { strategies } from "../../engine/instructor/index.js";
import { loadTemplates } from "../../engine/prompts/index.js";
import { TemplateSource } from "../../engine/iteration/index.js";
import { TemplateFolder } from "../prompts/index.js";
import { readText } from "../rows/index.js";
import type { EditorBridge } from "./editorModel.js";

/** Name of the project's configuration, and of the overlay that stays on this machine. */
export const configurationFile = "preceptor.json";
export const overlayFile = "preceptor.local.json";

/** A user's project: a folder with `preceptor.json`. */
export interface Project {
  /** Absolute path. */
  readonly folder: string;
  readonly configuration: Configuration;
  readonly secrets: SecretLookup;
  /** Where models of the editor answer; absent or null where there is none. */
  readonly bridge?: EditorBridge | null;
}

/**
 * Opens the project of a folder. Faults with kind `usage` when there is none, `configuration` with every problem of its
 * file at once.
 */
export async function openProject(
  folder: string,
  secrets: SecretLookup,
  bridge: EditorBridge | null = null,
): Promise<Project> {
  const absolute = path.resolve(folder);
  const base = await readOptional(path.join(absolute, configurationFile));
  if (base === null) {
    throw new Fault("usage", "There is no project here.", {
      file: path.join(absolute, configurationFile),
      remedy: "Run `preceptor init` to make one, or name the project's folder with --project.",
    });
  }
  const overlay = await readOptional(path.join(absolute, overlayFile));
  const configuration = parseConfiguration(base.text, base.file, overlay, knownNames());
  return { folder: absolute, configuration, secrets, bridge };
}

/** All problems of a project's files, for whoever has their texts; nothing is read. */
export function checkProjectFiles(base: ConfigurationFile, overlay: ConfigurationFile | null): CheckedConfiguration {
  return checkConfiguration(base, overlay, knownNames());
}

/** Names that a configuration may use. */
function knownNames(): NonNullable<Parameters<typeof checkConfiguration>[2]> {
  return {
    families: Object.keys(families).filter((name) => mappedFamilies.includes(name)),
    benchmarks: benchmarks.map(({ name }) => name),
    strategies: strategies.map(({ name }) => name),
  };
}

async function readOptional(file: string): Promise<ConfigurationFile | null> {
  try {
    const bytes = await readFile(file);
    // Data files are read by a function that says where the first wrong byte is.
    return { file, text: isUtf8(bytes) ? bytes.toString("utf8") : await readText(file) };
  } catch (thrown) {
    if (thrown instanceof Error && "code" in thrown && ["ENOENT", "ENOTDIR"].includes(String(thrown.code))) return null;
    if (thrown instanceof Fault) {
      throw new Fault("configuration", thrown.message, { ...thrown.details, remedy: "Save it as UTF-8." });
    }
    throw new Fault("configuration", "The file cannot be read.", {
      file,
      remedy: "Check that it is a file that may be read.",
      cause: thrown,
    });
  }
}

/** Templates of the project over those that come with the product. */
export async function templatesOf({ folder, configuration }: Project): Promise<TemplateSource> {
  return new TemplateSource(await loadTemplates(new TemplateFolder(folder)), configuration.prompts);
}

/**
 * Secrets of the command line: `${env:NAME}` from the environment, `${secret:NAME}` from `PRECEPTOR_SECRET_NAME`, or
 * what the editor handed over on standard input.
 */
export function environmentSecrets(
  environment: { readonly [name: string]: string | undefined },
  handed: { readonly [name: string]: string } = {},
): SecretLookup {
  return ({ kind, name }) => {
    if (kind === "env") return environment[name];
    return Object.hasOwn(handed, name) ? handed[name] : environment[`PRECEPTOR_SECRET_${name}`];
  };
}
