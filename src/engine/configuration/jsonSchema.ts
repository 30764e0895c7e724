import * as z from "zod";
import { configurationSchema } from "./schema.js";

/** The part of JSON Schema that zod writes for the configuration. */
export interface SchemaNode {
  readonly title?: string;
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly properties?: { readonly [name: string]: SchemaNode };
  readonly required?: readonly string[];
  readonly additionalProperties?: SchemaNode | boolean;
  readonly items?: SchemaNode;
  readonly anyOf?: readonly SchemaNode[];
  readonly oneOf?: readonly SchemaNode[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly format?: string;
  readonly pattern?: string;
}

let made: SchemaNode | null = null;

/** JSON schema of `preceptor.json` as a person writes it (fields with a default are optional). */
export function configurationJsonSchema(): SchemaNode {
  made ??= { ...z.toJSONSchema(configurationSchema, { io: "input" }), title: "preceptor.json" } as SchemaNode;
  return made;
}

/**
 * JSON schema of `preceptor.local.json`: it is laid over the project, so that every field may be left out, but a list in it
 * replaces the other one and is whole.
 */
export function overlayJsonSchema(): SchemaNode {
  return { ...withoutRequired(configurationJsonSchema()), title: "preceptor.local.json" };
}

/** A part of a model fits several kinds of models, so that what must fit one may fit any. */
function withoutRequired({ required: _required, oneOf, anyOf, ...node }: SchemaNode): SchemaNode {
  const inner = anyOf ?? oneOf;
  const values = node.additionalProperties;
  return {
    ...node,
    ...(inner === undefined ? {} : { anyOf: inner.map(withoutRequired) }),
    ...(node.properties === undefined
      ? {}
      : {
          properties: Object.fromEntries(
            Object.entries(node.properties).map(([name, child]) => [name, withoutRequired(child)]),
          ),
        }),
    ...(typeof values === "object" ? { additionalProperties: withoutRequired(values) } : {}),
  };
}

/** The alternatives that a node stands for; a plain node stands for itself. */
function alternatives(node: SchemaNode): readonly SchemaNode[] {
  const inner = node.anyOf ?? node.oneOf;
  return inner === undefined ? [node] : inner.flatMap(alternatives);
}

/** Every node that may describe the value at a path; alternatives that contradict a constant of the value are left out. */
export function nodesAt(root: SchemaNode, path: readonly PropertyKey[], value: unknown): readonly SchemaNode[] {
  let nodes = fitting(alternatives(root), value);
  let current = value;
  for (const step of path) {
    current = isRecord(current) || Array.isArray(current) ? Reflect.get(current, step) : undefined;
    nodes = nodes.flatMap((node) => {
      const child = childOf(node, step);
      return child === undefined ? [] : alternatives(child);
    });
    nodes = fitting(nodes, current);
  }
  return nodes;
}

function childOf(node: SchemaNode, step: PropertyKey): SchemaNode | undefined {
  if (typeof step === "number") return node.items;
  const named = node.properties?.[String(step)];
  if (named !== undefined) return named;
  return typeof node.additionalProperties === "object" ? node.additionalProperties : undefined;
}

function fitting(nodes: readonly SchemaNode[], value: unknown): readonly SchemaNode[] {
  if (!isRecord(value)) return nodes;
  const fits = nodes.filter((node) =>
    Object.entries(node.properties ?? {}).every(
      ([name, child]) => child.const === undefined || value[name] === undefined || child.const === value[name],
    ),
  );
  return fits.length === 0 ? nodes : fits;
}

export function isRecord(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Type of a node in words: `whole number from 1 to 20`, `"in" or "out"`. */
export function typeInWords(node: SchemaNode): string {
  const inner = node.anyOf ?? node.oneOf;
  if (inner !== undefined) return [...new Set(inner.map(typeInWords))].join(" or ");
  if (node.const !== undefined) return JSON.stringify(node.const);
  if (node.enum !== undefined) return node.enum.map((value) => JSON.stringify(value)).join(" or ");
  if (node.type === "integer") return `whole number${range(node)}`;
  if (node.type === "number") return `number${range(node)}`;
  if (node.type === "array") return node.items === undefined ? "list" : `list of ${typeInWords(node.items)}`;
  if (node.type === "string") return node.format === "uri" ? "address" : "text";
  if (node.type === "boolean") return "true or false";
  return node.type ?? "anything";
}

function range(node: SchemaNode): string {
  const limit = (value: number | undefined): number | undefined =>
    value === undefined || Math.abs(value) >= Number.MAX_SAFE_INTEGER ? undefined : value;
  const [least, above, most, below] = [
    limit(node.minimum),
    limit(node.exclusiveMinimum),
    limit(node.maximum),
    limit(node.exclusiveMaximum),
  ];
  const low = least !== undefined ? ` from ${least}` : above !== undefined ? ` above ${above}` : "";
  const high = most !== undefined ? ` to ${most}` : below !== undefined ? ` below ${below}` : "";
  return low + high;
}
