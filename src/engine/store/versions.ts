import type { z } from "zod";
import { Fault } from "../fault.js";
import type { RecordParser } from "./ports.js";

/** A JSON object as it comes from the disk, before anything is known about it. */
export type RawRecord = { readonly [field: string]: unknown };

/** Turns a record of version n into one of version n + 1. */
export type Migration = (record: RawRecord) => RawRecord;

export interface RecordFormat<T> {
  /** What a record is called in a fault, for example `evaluation`. */
  readonly what: string;
  /** The version that this program writes. */
  readonly version: number;
  readonly schema: z.ZodType<T>;
  /** `migrations[n]` brings a record from version n to n + 1. */
  readonly migrations?: { readonly [from: number]: Migration };
}

/**
 * A parser of versioned records: refuses what a newer Preceptor wrote, migrates what an older one wrote step by step, and
 * checks the result by schema.
 *
 * @throws Fault `storage` for a newer version, `data` for everything else that is wrong; file and line are added by
 * whoever reads the file.
 */
export function versioned<T>(format: RecordFormat<T>): RecordParser<T> {
  return (value) => {
    const record = migrate(requireVersion(value, format.what), format);
    const parsed = format.schema.safeParse(record);
    if (parsed.success) return parsed.data;
    const issue = parsed.error.issues[0];
    const path = (issue?.path ?? []).map(String);
    throw new Fault("data", `This ${format.what} record does not have the expected form.`, {
      ...(path.length === 0 ? {} : { field: path.join(".") }),
      found: shorten(valueAt(record, path)),
      allowed: issue?.message ?? "what docs/data-format.md describes",
      remedy: "Restore the file from a backup, or move it away so that its stage runs again.",
      cause: parsed.error,
    });
  };
}

/** The record when it is an object with a whole-number `version`, as every record of the store must be. */
export function requireVersion(value: unknown, what: string): RawRecord & { readonly version: number } {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new Fault("data", `A ${what} record is one JSON object.`, {
      found: shorten(value),
      allowed: "a JSON object",
      remedy: "Restore the file from a backup, or move it away so that its stage runs again.",
    });
  }
  const version: unknown = "version" in value ? value.version : undefined;
  if (typeof version !== "number" || !Number.isInteger(version) || version < 1) {
    throw new Fault("data", `A ${what} record says which version of the format it has.`, {
      field: "version",
      found: shorten(version),
      allowed: "a whole number from 1",
      remedy: "Restore the file from a backup, or move it away.",
    });
  }
  return { ...value, version };
}

function migrate<T>(record: RawRecord & { readonly version: number }, format: RecordFormat<T>): RawRecord {
  if (record.version > format.version) throw newerVersion(format.what, record.version, format.version);
  let current: RawRecord = record;
  for (let from = record.version; from < format.version; from += 1) {
    const step = format.migrations?.[from];
    if (step === undefined) {
      throw new Fault("storage", `This ${format.what} record has a version that cannot be read any more.`, {
        field: "version",
        found: String(record.version),
        allowed: `${format.version}`,
        remedy:
          "Open the project once with the Preceptor that wrote it, or move the file away so that its stage runs again.",
      });
    }
    current = { ...step(current), version: from + 1 };
  }
  return current;
}

/** The fault for a record that this program is too old for. */
function newerVersion(what: string, found: number, known: number): Fault {
  return new Fault("storage", `This ${what} record was written by a newer Preceptor.`, {
    field: "version",
    found: String(found),
    allowed: `at most ${known}`,
    remedy: "Install the newer Preceptor, or work in another project folder.",
  });
}

function valueAt(record: unknown, path: readonly string[]): unknown {
  let value = record;
  for (const name of path) {
    if (typeof value !== "object" || value === null) return undefined;
    value = Object.entries(value).find(([key]) => key === name)?.[1];
  }
  return value;
}

function shorten(value: unknown): string {
  const text = value === undefined ? "nothing" : JSON.stringify(value);
  return text.length <= 80 ? text : `${text.slice(0, 77)}...`;
}
