import { configurationJsonSchema, typeInWords, type SchemaNode } from "./jsonSchema.js";

/** `docs/configuration.md`: every field with its type, default and meaning, made from the schema. */
export function configurationMarkdown(): string {
  const root = configurationJsonSchema();
  const sections = Object.entries(root.properties ?? {}).filter(([name]) => name !== "$schema");
  const plain = sections.filter(([, node]) => childrenOf(node).length === 0);
  const nested = sections.filter(([, node]) => childrenOf(node).length > 0);
  const required = new Set(root.required);
  return [
    "# preceptor.json",
    "",
    "This file is made from the schema by `scripts/makeConfigurationDocs.ts`; a test fails when it is stale.",
    "",
    "`preceptor.json` may hold comments and trailing commas. Beside it, `preceptor.local.json` is laid over it: objects are",
    "merged field by field, everything else is replaced. The overlay is for what is private to a machine (paths, endpoints)",
    "and belongs into `.gitignore`. Keys of models are never written into either: `${env:NAME}` names an environment",
    "variable, `${secret:NAME}` a secret of the editor (`PRECEPTOR_SECRET_NAME` for the command line).",
    "",
    "The extension for VS Code completes and checks both files by itself. Another editor can do so when its settings, or a",
    "`$schema` in the file, name `schemas/preceptor.schema.json` of this repository (it is also beside the command line), and",
    "`schemas/preceptor.local.schema.json` for the overlay, in which every field may be left out.",
    "",
    "A field without a default and without *required* may be left out.",
    "",
    "## Plain fields",
    "",
    ...table(plain.map(([name, node]) => row(name, node, required.has(name)))),
    ...nested.flatMap(([name, node]) => [
      "",
      `## ${name}`,
      "",
      node.description ?? "",
      "",
      ...table(childrenOf(node).flatMap((child) => rows(`${name}${child.separator}${child.name}`, child))),
    ]),
    "",
  ].join("\n");
}

interface Child {
  readonly separator: string;
  readonly name: string;
  readonly node: SchemaNode;
  readonly required: boolean;
}

/** Fields of an object, of the values of a record, of the items of a list, and of each alternative of a union. */
function childrenOf(node: SchemaNode): readonly Child[] {
  const own = Object.entries(node.properties ?? {}).map(([name, child]) => ({
    separator: ".",
    name,
    node: child,
    required: node.required?.includes(name) ?? false,
  }));
  const values = node.additionalProperties;
  const entries =
    typeof values === "object" && childrenOf(values).length > 0
      ? [{ separator: ".", name: "NAME", node: values, required: false }]
      : [];
  const items = node.items !== undefined && childrenOf(node.items).length > 0 ? childrenOf(node.items) : [];
  const inner = (node.anyOf ?? node.oneOf ?? []).flatMap(childrenOf);
  return [...own, ...entries, ...items.map((child) => ({ ...child, separator: "[]." })), ...inner];
}

function rows(path: string, { node, required }: Child): readonly string[] {
  const children = childrenOf(node);
  const simple = children.length === 0 || (node.anyOf ?? node.oneOf)?.some((one) => childrenOf(one).length === 0);
  const own = simple === true ? [row(path, node, required)] : [];
  return [...own, ...children.flatMap((child) => rows(`${path}${child.separator}${child.name}`, child))];
}

function row(path: string, node: SchemaNode, required: boolean): string {
  const value = node.default === undefined ? (required ? "*required*" : "") : `\`${JSON.stringify(node.default)}\``;
  const cells = [`\`${path}\``, typeInWords(node), value, node.description ?? ""];
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

function table(lines: readonly string[]): string[] {
  return ["| Field | Type | Default | Meaning |", "| --- | --- | --- | --- |", ...lines];
}
