import type * as z from "zod";
import { suggest } from "./suggest.js";
import { isRecord, nodesAt, typeInWords, type SchemaNode } from "./jsonSchema.js";
import { holdsUser, secretReference } from "./modelSchema.js";

/** A problem before its line is known. */
export interface Problem {
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly found?: string;
  readonly allowed?: string;
  readonly remedy?: string;
}

type Issue = z.core.$ZodIssue;

/** What a zod issue means for a person who wrote the file. A union gives the problems of the alternative meant. */
export function describeIssue(issue: Issue, raw: unknown, schema: SchemaNode): Problem[] {
  const path = issue.path;
  const value = valueAt(raw, path);
  if (path.at(-1) === "apiKey") return [secretInFile(path)];
  if (path.at(-1) === "endpoint" && typeof value === "string" && holdsUser.test(value)) return [userInAddress(path)];
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => unknownField([...path, key], raw, schema));
    case "invalid_key":
      return [
        {
          path,
          message: "is not a name for an entry",
          found: shown(path.at(-1)),
          allowed: "letters, digits, dots, hyphens and underscores, beginning with a letter or digit",
          remedy: "Rename the entry.",
        },
      ];
    case "invalid_union":
      return describeUnion(issue, raw, schema);
    case "invalid_type":
      if (value === undefined) return [missing(path, raw, schema)];
      return [wrong(path, value, raw, schema, `is ${kindOf(value)}`)];
    case "too_small":
    case "too_big":
      return [wrong(path, value, raw, schema, issue.code === "too_small" ? tooSmall(value) : tooBig(value))];
    case "invalid_format":
      return [wrong(path, value, raw, schema, issue.message)];
    case "custom":
      return [wrong(path, value, raw, schema, issue.message)];
    case "invalid_value":
      if (path.length === 1 && path[0] === "version" && typeof value === "number" && value > 1) {
        return [
          {
            path,
            message: "is newer than this program knows",
            found: String(value),
            allowed: "1",
            remedy: "Update Preceptor.",
          },
        ];
      }
      return [wrong(path, value, raw, schema, "is none of the allowed values")];
    case "invalid_element":
    case "not_multiple_of":
      return [wrong(path, value, raw, schema, "is none of the allowed values")];
  }
}

function describeUnion(issue: Extract<Issue, { code: "invalid_union" }>, raw: unknown, schema: SchemaNode): Problem[] {
  const path = issue.path;
  const value = valueAt(raw, path);
  // The alternative meant is the one whose own type fits, so that its inner problems are worth telling.
  const meant = issue.errors.find((issues) =>
    issues.every((inner) => inner.path.length > 0 || inner.code !== "invalid_type"),
  );
  if (meant !== undefined && meant.length > 0) {
    return meant.flatMap((inner) => describeIssue({ ...inner, path: [...path, ...inner.path] }, raw, schema));
  }
  if (value === undefined) return [missing(path, raw, schema)];
  return [wrong(path, value, raw, schema, "is none of the allowed values")];
}

function unknownField(path: readonly PropertyKey[], raw: unknown, schema: SchemaNode): Problem {
  const parent = path.slice(0, -1);
  const names = new Set(nodesAt(schema, parent, raw).flatMap((node) => Object.keys(node.properties ?? {})));
  names.delete("$schema");
  const key = String(path.at(-1));
  const near = suggest(key, [...names]);
  return {
    path,
    message: near === null ? "is not a known field" : `is not a known field; did you mean \`${near}\`?`,
    found: JSON.stringify(key),
    allowed: [...names].join(", "),
    remedy: near === null ? "Delete it, or see docs/configuration.md." : `Write \`${near}\`.`,
  };
}

function missing(path: readonly PropertyKey[], raw: unknown, schema: SchemaNode): Problem {
  const description = nodesAt(schema, path, raw)[0]?.description;
  return {
    path,
    message: "is missing",
    found: "nothing",
    allowed: allowedAt(path, raw, schema),
    remedy: description === undefined ? `Add \`${String(path.at(-1))}\`.` : `Add it. ${description}`,
  };
}

function wrong(
  path: readonly PropertyKey[],
  value: unknown,
  raw: unknown,
  schema: SchemaNode,
  message: string,
): Problem {
  const allowed = allowedAt(path, raw, schema);
  const choices = nodesAt(schema, path, raw).flatMap((node) => [...(node.enum ?? []), node.const]);
  const near =
    typeof value === "string"
      ? suggest(
          value,
          choices.filter((item) => typeof item === "string"),
        )
      : null;
  return {
    path,
    message: near === null ? message : `${message}; did you mean \`${near}\`?`,
    found: shown(value),
    allowed,
    remedy: near === null ? "Write an allowed value; docs/configuration.md describes each field." : `Write "${near}".`,
  };
}

/** The found value is not repeated: it may be a working key. */
function secretInFile(path: readonly PropertyKey[]): Problem {
  return {
    path,
    message: "holds something else than a reference to a secret",
    found: "a text that is not shown, because it may be a key",
    allowed: "${env:NAME} or ${secret:NAME}",
    remedy:
      "Put the key into an environment variable and write ${env:NAME}. If this file was shared or committed, withdraw the key.",
  };
}

/** The address is not repeated, because its password may be a working one. */
function userInAddress(path: readonly PropertyKey[]): Problem {
  return {
    path,
    message: "holds a user or a password",
    found: "an address that is not shown, because it may hold a password",
    allowed: "an http or https address such as http://127.0.0.1:8000/v1",
    remedy: "Take the user out of the address, and give a key as `apiKey`: ${env:NAME}.",
  };
}

function allowedAt(path: readonly PropertyKey[], raw: unknown, schema: SchemaNode): string {
  const words = [...new Set(nodesAt(schema, path, raw).map(typeInWords))];
  return words.length === 0 ? "see docs/configuration.md" : words.join(" or ");
}

function valueAt(raw: unknown, path: readonly PropertyKey[]): unknown {
  let value = raw;
  for (const step of path) {
    if (!isRecord(value) && !Array.isArray(value)) return undefined;
    value = Object.hasOwn(value, step) ? Reflect.get(value, step) : undefined;
  }
  return value;
}

/** A value as JSON, shortened; a text under a key that could name a secret is not shown. */
function shown(value: unknown): string {
  if (value === undefined) return "nothing";
  const text = JSON.stringify(value, (key, inner: unknown) =>
    /key|token$|secret|password/i.test(key) && typeof inner === "string" && !secretReference.test(inner) ? "…" : inner,
  );
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "an object";
  if (typeof value === "string") return "a text";
  if (typeof value === "boolean") return String(value);
  return typeof value === "number" && !Number.isInteger(value) ? "a number with a fraction" : "a number";
}

function tooSmall(value: unknown): string {
  return typeof value === "number" ? "is too small" : "is empty or too short";
}

function tooBig(value: unknown): string {
  return typeof value === "number" ? "is too large" : "is too long";
}
