import type { VariableDoc } from "./variables.js";

/** What a value is while filters work on it. */
export type ValueType = "text" | "number" | "list";

/** A filter of the template language, documented for completion and hover. */
export interface FilterDoc {
  readonly name: string;
  /** Types of values that it works on; on others the interpreter fails. */
  readonly on: readonly ValueType[];
  /** Type of what it gives; `same` gives the type that it got. */
  readonly gives: ValueType | "same";
  /** Arguments in brackets as one writes them, or null where it takes none. */
  readonly call: string | null;
  /** True when it fails without its brackets. */
  readonly needsCall: boolean;
  readonly description: string;
}

const every: readonly ValueType[] = ["text", "number", "list"];

function filter(
  name: string,
  on: readonly ValueType[],
  gives: FilterDoc["gives"],
  description: string,
  call: string | null = null,
  needsCall = false,
): FilterDoc {
  return { name, on, gives, call, needsCall, description };
}

/**
 * Every filter that works on a value which a template can have. The interpreter knows more (`map`, `selectattr`,
 * `items`), which work on objects; no variable is one.
 */
export const filters: readonly FilterDoc[] = [
  filter("abs", ["number"], "same", "The number without its sign."),
  filter("capitalize", ["text"], "text", "First letter upper case, the others lower case."),
  filter("default", every, "same", "Another value where this one is empty.", '("none", true)', true),
  filter("first", ["list"], "text", "The first item of the list."),
  filter("float", ["text", "number"], "number", "The text as a number; 0 where it is none."),
  filter("indent", ["text"], "text", "Moves all lines but the first to the right.", "(4)"),
  filter("int", ["text", "number"], "number", "The text as a whole number; 0 where it is none."),
  filter("join", ["text", "list"], "text", "The items of the list as one text, with a separator between.", '(", ")'),
  filter("last", ["list"], "text", "The last item of the list."),
  filter("length", ["text", "list"], "number", "Number of characters, or of items."),
  filter("list", ["list"], "list", "The list as it is."),
  filter("lower", ["text"], "text", "All letters lower case."),
  filter("replace", ["text"], "text", "Replaces each occurrence of a text by another.", '("old", "new")', true),
  filter("reverse", ["list"], "list", "The items from the last to the first."),
  filter("safe", every, "same", "The value as it is; nothing is escaped here."),
  filter("sort", ["list"], "list", "The items in alphabetical order."),
  filter("string", every, "text", "The value as a text."),
  filter("title", ["text"], "text", "The first letter of each word upper case."),
  filter("tojson", every, "text", "The value as JSON, texts in quotes and escaped."),
  filter("trim", ["text"], "text", "The text without white space at both ends."),
  filter("unique", ["list"], "list", "Each item once."),
  filter("upper", ["text"], "text", "All letters upper case."),
];

/** Names of all filters. */
export const filterNames: readonly string[] = filters.map(({ name }) => name);

const byName = new Map(filters.map((item) => [item.name, item]));

export function filterNamed(name: string): FilterDoc | null {
  return byName.get(name) ?? null;
}

/** The type that filters see of a documented variable. */
export function valueType(type: VariableDoc["type"]): ValueType {
  if (type === "list of texts") return "list";
  return type === "whole number" ? "number" : "text";
}

/** Words for people. */
export const typeTitles: { readonly [type in ValueType]: string } = {
  text: "a text",
  number: "a number",
  list: "a list",
};
