import { Fault } from "../fault.js";
import type { Configuration } from "./configuration.js";
import {
  lineAt,
  locate,
  merge,
  parseDocument,
  valueOf,
  type ConfigurationFile,
  type ParsedDocument,
} from "./document.js";
import { describeIssue, type Problem } from "./issues.js";
import { configurationJsonSchema } from "./jsonSchema.js";
import { crossReferences, type KnownNames } from "./references.js";
import { configurationSchema } from "./schema.js";

const correct = "Correct the file; docs/configuration.md describes each field.";

/** All problems of a configuration at once. As a fault it is the first one; `faults` lists them all. */
export class ConfigurationFault extends Fault {
  readonly faults: readonly Fault[];

  constructor(faults: readonly [Fault, ...Fault[]]) {
    super("configuration", faults[0].message, {
      ...faults[0].details,
      remedy: faults[0].details.remedy ?? correct,
    });
    this.faults = faults;
  }

  override describe(): string {
    return this.faults.map((fault) => fault.describe()).join("\n");
  }
}

/** Either a configuration or why there is none. */
export type CheckedConfiguration =
  | { readonly configuration: Configuration; readonly faults: readonly [] }
  | { readonly configuration: null; readonly faults: readonly [Fault, ...Fault[]] };

/**
 * Checks `preceptor.json`, with `preceptor.local.json` laid over it, and reports every problem with file, line, field,
 * the value found, what is allowed, and a remedy. `known` lists the families, benchmarks and strategies of the tables;
 * a list that is left out is not checked.
 */
export function checkConfiguration(
  base: ConfigurationFile,
  overlay: ConfigurationFile | null = null,
  known: KnownNames = {},
): CheckedConfiguration {
  const documents = [parseDocument(base), ...(overlay === null ? [] : [parseDocument(overlay)])];
  const syntax = documents.flatMap((document) => document.faults);
  if (isFilled(syntax)) return { configuration: null, faults: syntax };
  const raw = documents.map(({ root }) => (root === undefined ? {} : valueOf(root))).reduce(merge);
  const parsed = configurationSchema.safeParse(raw, { reportInput: true });
  const problems: Problem[] = parsed.success
    ? crossReferences(parsed.data, known)
    : parsed.error.issues.flatMap((issue) => describeIssue(issue, raw, configurationJsonSchema()));
  const files = documents.map(({ file }) => file);
  const faults = problems
    .map((problem) => toFault(problem, documents))
    .sort((a, b) => files.indexOf(a.details.file ?? "") - files.indexOf(b.details.file ?? "") || lineOf(a) - lineOf(b));
  if (isFilled(faults)) return { configuration: null, faults };
  if (!parsed.success) throw new Fault("internal", "The configuration was refused without a reason.");
  return { configuration: parsed.data, faults: [] };
}

/** The checked configuration; throws a `ConfigurationFault` with every problem. */
export function parseConfiguration(
  text: string,
  file: string,
  overlay: ConfigurationFile | null = null,
  known: KnownNames = {},
): Configuration {
  const { configuration, faults } = checkConfiguration({ file, text }, overlay, known);
  if (configuration === null) throw new ConfigurationFault(faults);
  return configuration;
}

/** A configuration that a run recorded, with every default that there is now; null where it is none. */
export function recordedConfiguration(value: unknown): Configuration | null {
  const parsed = configurationSchema.safeParse(value);
  return parsed.success ? parsed.data : null;
}

/** The place of a problem is in the last file that says something about it: the overlay wins over the base. */
function toFault({ message, path, ...details }: Problem, documents: readonly ParsedDocument[]): Fault {
  const places = documents.map((document) => ({ document, ...locate(document.root, path) }));
  const place = places.reduce((best, next) => (next.depth >= best.depth && next.depth > 0 ? next : best));
  const field = path.map(String).join(".");
  return new Fault("configuration", message, {
    file: place.document.file,
    line: lineAt(place.document.text, place.offset),
    ...(field === "" ? {} : { field }),
    ...details,
    remedy: details.remedy ?? correct,
  });
}

function lineOf({ details }: Fault): number {
  return details.line ?? 0;
}

function isFilled(faults: readonly Fault[]): faults is readonly [Fault, ...Fault[]] {
  return faults.length > 0;
}
