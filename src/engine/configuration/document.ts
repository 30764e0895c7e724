import { parseTree, printParseErrorCode, type Node, type ParseError } from "jsonc-parser";
import { Fault } from "../fault.js";

/** One JSON file with comments, with the tree that tells where each value stands. */
export interface ConfigurationFile {
  readonly file: string;
  readonly text: string;
}

export interface ParsedDocument extends ConfigurationFile {
  readonly root: Node | undefined;
  readonly faults: readonly Fault[];
}

/** Reads JSON with comments and trailing commas; each syntax error and each key written twice is a fault with its line. */
export function parseDocument({ file, text: raw }: ConfigurationFile): ParsedDocument {
  const text = raw.startsWith("\uFEFF") ? raw.slice(1) : raw;
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { allowTrailingComma: true });
  const faults = errors.map((error) => {
    const found = text.slice(error.offset, error.offset + Math.max(1, error.length)).split("\n", 1)[0] ?? "";
    return new Fault("configuration", `is not valid JSON: ${inWords(printParseErrorCode(error.error))}`, {
      file,
      line: lineAt(text, error.offset),
      found: found === "" ? "the end of the file" : found,
      allowed: "JSON; comments and trailing commas are fine",
      remedy: "Mend the line, or the end of the line before it.",
    });
  });
  if (root === undefined && faults.length === 0) faults.push(notAnObject(file, "an empty file"));
  else if (root !== undefined && root.type !== "object" && faults.length === 0)
    faults.push(notAnObject(file, root.type));
  if (root !== undefined && faults.length === 0) collectDuplicates(file, text, root, [], faults);
  return { file, text, root, faults };
}

/** Line of an offset, from 1. */
export function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf("\n"); at !== -1 && at < offset; at = text.indexOf("\n", at + 1)) line += 1;
  return line;
}

/** The value of a node, made without touching prototypes. */
export function valueOf(node: Node): unknown {
  if (node.type === "array") return (node.children ?? []).map(valueOf);
  if (node.type !== "object") return node.value as unknown;
  return Object.fromEntries(properties(node).map(([key, child]) => [key, valueOf(child)]));
}

/** The overlay's values over the base's: objects are merged key by key, everything else is replaced. */
export function merge(base: unknown, overlay: unknown): unknown {
  if (!isPlain(base) || !isPlain(overlay)) return overlay;
  const keys = [...new Set([...Object.keys(base), ...Object.keys(overlay)])];
  return Object.fromEntries(
    keys.map((key) => {
      if (!Object.hasOwn(overlay, key)) return [key, base[key]];
      return [key, Object.hasOwn(base, key) ? merge(base[key], overlay[key]) : overlay[key]];
    }),
  );
}

/** The deepest node on the way to a path, its offset (of the key where there is one) and how many steps it covers. */
export function locate(root: Node | undefined, path: readonly PropertyKey[]): { offset: number; depth: number } {
  let node = root;
  let offset = root?.offset ?? 0;
  let depth = 0;
  for (const step of path) {
    if (node?.type === "object") {
      const property: Node | undefined = node.children?.find((child) => child.children?.[0]?.value === step);
      if (property === undefined) break;
      offset = property.offset;
      node = property.children?.[1];
    } else if (node?.type === "array" && typeof step === "number") {
      node = node.children?.[step];
      if (node === undefined) break;
      offset = node.offset;
    } else break;
    depth += 1;
  }
  return { offset, depth };
}

function properties(node: Node): [string, Node][] {
  return (node.children ?? []).flatMap((property): [string, Node][] => {
    const [key, child] = property.children ?? [];
    return key === undefined || child === undefined ? [] : [[String(key.value), child]];
  });
}

function collectDuplicates(file: string, text: string, node: Node, path: readonly string[], faults: Fault[]): void {
  if (node.type === "array") {
    for (const [index, child] of (node.children ?? []).entries()) {
      collectDuplicates(file, text, child, [...path, String(index)], faults);
    }
    return;
  }
  const seen = new Map<string, number>();
  for (const [key, child] of properties(node)) {
    const line = lineAt(text, child.offset);
    const field = [...path, key].join(".");
    const first = seen.get(key);
    if (first !== undefined) {
      faults.push(
        new Fault("configuration", `is written twice, first in line ${first}`, {
          file,
          line,
          field,
          found: JSON.stringify(key),
          allowed: "each field once",
          remedy: "Delete one of the two.",
        }),
      );
    }
    seen.set(key, line);
    if (child.type === "object" || child.type === "array") {
      collectDuplicates(file, text, child, [...path, key], faults);
    }
  }
}

function notAnObject(file: string, found: string): Fault {
  return new Fault("configuration", "is not a JSON object", {
    file,
    line: 1,
    found,
    allowed: "an object: { … }",
    remedy: "Write one with `preceptor init`.",
  });
}

function isPlain(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** `CommaExpected` → `comma expected`. */
function inWords(code: string): string {
  return code.replace(/(?<!^)([A-Z])/g, " $1").toLowerCase();
}
