import type { TemplateAnalysis } from "./analyse.js";
import { statementDocs } from "./checkBody.js";
import { placeAt, type TagPlace } from "./place.js";
import { filters, filterNamed, typeTitles, type ValueType } from "./filters.js";
import { frontMatterKeys, frontMatterValues, parameterKeys } from "./frontMatter.js";
import { loopDocs, roleDocs, testDocs } from "./words.js";
import { variablesOf } from "./variables.js";

/** Where in the language an offset stands; `string` and `comment` are inside of tags. */
export type CompletionContext =
  | "front-matter-key"
  | "front-matter-value"
  | "role"
  | "text"
  | "expression"
  | "filter"
  | "test"
  | "property"
  | "statement"
  | "string"
  | "comment"
  | "name";

/** Something that can be written at a place. */
export interface Completion {
  readonly kind:
    "key" | "value" | "role" | "variable" | "local" | "filter" | "test" | "property" | "statement" | "snippet";
  readonly label: string;
  /** Type or short remark; may be empty. */
  readonly detail: string;
  readonly description: string;
  /** What is written; in a snippet `${1:word}` and `$0` are places to fill in. */
  readonly insert: string;
  readonly snippet: boolean;
}

export interface Completions {
  readonly context: CompletionContext;
  /** Range of the text that a completion replaces; the end is exclusive. */
  readonly start: number;
  readonly end: number;
  readonly items: readonly Completion[];
}

/** What can be written at an offset of the text: only what a template of this strategy and family really has there. */
export function completionsAt(analysis: TemplateAnalysis, offset: number): Completions {
  const place = placeAt(analysis, offset);
  const { places } = analysis;
  const answer = (
    context: CompletionContext,
    items: readonly Completion[],
    [start, end]: readonly [number, number] = place.word,
  ): Completions => ({ context, start: places.toText(start), end: places.toText(end), items });
  switch (place.kind) {
    case "key":
      return answer("front-matter-key", keys(analysis, place.below));
    case "value":
      return answer("front-matter-value", values(analysis, place.path), place.whole);
    case "role":
      return answer("role", roles(analysis), place.word);
    case "text":
      return answer("text", snippets(analysis));
    case "comment":
      return answer("comment", []);
    case "tag":
      return tag(analysis, place, answer);
  }
}

function item(
  kind: Completion["kind"],
  label: string,
  description: string,
  detail = "",
  insert = label,
  snippet = false,
): Completion {
  return { kind, label, detail, description, insert, snippet };
}

function keys({ read }: TemplateAnalysis, below: string | null): Completion[] {
  const present = new Set(read.front.entries.map(({ path }) => path));
  const docs = below === null ? frontMatterKeys : below === "parameters" ? parameterKeys : {};
  return Object.entries(docs)
    .filter(([key]) => !present.has(below === null ? key : `${below}.${key}`))
    .map(([key, description]) =>
      item("key", key, description, "", key === "parameters" ? "parameters:\n  " : `${key}: `),
    );
}

function values({ facts }: TemplateAnalysis, path: string): Completion[] {
  if (path === "name") {
    const stem = facts.file.replace(/^.*[\\/]/, "").replace(/\.prompt$/, "");
    return [item("value", stem, "The name of the file.")];
  }
  if (path.startsWith("parameters.")) return [item("value", "null", "Leaves the parameter to the configuration.")];
  const known = Object.hasOwn(frontMatterValues, path) ? frontMatterValues[path] : undefined;
  return Object.entries(known ?? {}).map(([value, description]) => item("value", value, description));
}

function roles({ read }: TemplateAnalysis): Completion[] {
  return Object.entries(roleDocs)
    .filter(([role]) => role !== "system" || !read.sections.some((section) => section.role === "system"))
    .map(([role, description]) => item("role", `---${role}---`, description));
}

/** Whole tags where there is none yet. */
function snippets({ head }: TemplateAnalysis): Completion[] {
  return variablesOf(head.strategy, head.family).flatMap((doc) => {
    const show = item("snippet", `{{ ${doc.name} }}`, doc.description, doc.type);
    if (doc.type === "list of texts") {
      const each = `{% for item in ${doc.name} %}\n{{ loop.index }}. {{ item }}$0\n{% endfor %}`;
      return [item("snippet", `{% for item in ${doc.name} %}`, "Each item of the list.", doc.type, each, true)];
    }
    if (doc.type !== "text or nothing") return [show];
    const block = `{% if ${doc.name} %}\n$0{{ ${doc.name} }}\n{% endif %}`;
    return [show, item("snippet", `{% if ${doc.name} %}`, "Only where there is one.", doc.type, block, true)];
  });
}

type Answer = (context: CompletionContext, items: readonly Completion[]) => Completions;

function tag(analysis: TemplateAnalysis, place: TagPlace, answer: Answer): Completions {
  const { before, statement } = place;
  if (place.inString) return answer("string", []);
  const last = before.at(-1);
  if (statement && last === undefined) return answer("statement", statements(place));
  const head = statement ? before[0]?.text : "";
  if (last?.text === "|") return answer("filter", filtersFor(chainType(analysis, place)));
  if (last?.text === ".") {
    const loop = before.at(-2)?.text === "loop" && place.blocks.some(({ name }) => name === "for");
    return answer("property", loop ? documented("property", loopDocs) : []);
  }
  if (last?.text === "is" || (last?.text === "not" && before.at(-2)?.text === "is")) {
    return answer("test", documented("test", testDocs));
  }
  const split = before.findIndex(({ text }) => text === "in");
  if (head === "for" && split === -1) {
    // Between the new name and the list there is one word that fits.
    return answer("name", before.length > 1 ? [item("statement", "in", "The list follows.", "", "in ")] : []);
  }
  if (head === "set" && !before.some(({ text }) => text === "=")) return answer("name", []);
  if (head === "else" || head === "endif" || head === "endfor") return answer("name", []);
  return answer("expression", variables(analysis, place, head === "for" && before.length === split + 1));
}

function documented(kind: Completion["kind"], docs: { readonly [name: string]: string }): Completion[] {
  return Object.entries(docs).map(([name, description]) => item(kind, name, description));
}

/** Statements that may stand here: an end only inside of its block. */
function statements({ blocks }: TagPlace): Completion[] {
  const inner = blocks.at(-1)?.name;
  const allowed = [
    "if", "for", "set",
    ...(inner === "if" ? ["elif", "else", "endif"] : []),
    ...(inner === "for" ? ["else", "endfor"] : []),
  ]; // prettier-ignore
  const plain = ["else", "endif", "endfor"];
  return allowed.map((name) =>
    item("statement", name, statementDocs[name] ?? "", "", plain.includes(name) ? name : `${name} `),
  );
}

function variables({ head }: TemplateAnalysis, place: TagPlace, listsFirst: boolean): Completion[] {
  const locals = [...place.locals].map(([name, type]) =>
    item(
      "local",
      name,
      name === "loop" ? "The loop around this place." : "A name of this template.",
      type === null ? "" : typeTitles[type],
    ),
  );
  const docs = variablesOf(head.strategy, head.family).filter(({ name }) => !place.locals.has(name));
  const known = docs.map((doc) =>
    item("variable", doc.name, doc.description, doc.required ? `${doc.type}, required` : doc.type),
  );
  if (!listsFirst) return [...locals, ...known];
  const list = (completion: Completion): boolean => completion.detail.includes("list");
  return [...known.filter(list), ...locals];
}

/** Filters that work on a value of this type; all of them where the type is not known. */
function filtersFor(type: ValueType | null): Completion[] {
  return filters
    .filter(({ on }) => type === null || on.includes(type))
    .map(({ name, description, call, needsCall, gives }) => {
      const result = gives === "same" ? "" : `gives ${typeTitles[gives]}`;
      const separator = name === "join";
      return item("filter", name, description, result, needsCall || separator ? `${name}${call ?? "()"}` : name);
    });
}

/** Type of the value before the `|` that stands last, or null. */
function chainType(analysis: TemplateAnalysis, { before, locals }: TagPlace): ValueType | null {
  let at = before.length - 2;
  const chain: string[] = [];
  for (;;) {
    if (before[at]?.text === ")") {
      let depth = 0;
      for (; at >= 0; at -= 1) {
        if (before[at]?.text === ")") depth += 1;
        if (before[at]?.text === "(") depth -= 1;
        if (depth === 0) break;
      }
      at -= 1;
    }
    if (before[at - 1]?.text !== "|") break;
    chain.unshift(before[at]?.text ?? "");
    at -= 2;
  }
  const first = before[at];
  if (first === undefined || before[at - 1]?.text === ".") return null;
  let type: ValueType | null;
  if (first.kind === "string") type = "text";
  else if (locals.has(first.text)) type = locals.get(first.text) ?? null;
  else type = analysis.read.types.get(first.text) ?? null;
  for (const name of chain) {
    const gives = filterNamed(name)?.gives;
    if (gives === undefined) return null;
    if (gives !== "same") type = gives;
  }
  return type;
}
