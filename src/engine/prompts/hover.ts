import type { TemplateAnalysis } from "./analyse.js";
import { statementDocs } from "./checkBody.js";
import { filterNamed, typeTitles } from "./filters.js";
import { frontMatterKeys, frontMatterValues, parameterKeys } from "./frontMatter.js";
import { placeAt, type TagPlace } from "./place.js";
import { roleLine } from "./parseTemplate.js";
import type { TemplateValue } from "./template.js";
import { variablesOf } from "./variables.js";
import { loopDocs, roleDocs, testDocs } from "./words.js";

/** What a word of a template is. */
export interface TemplateHover {
  readonly kind: "variable" | "local" | "filter" | "statement" | "test" | "property" | "key" | "value" | "role";
  readonly name: string;
  /** Type or arguments; may be empty. */
  readonly detail: string;
  readonly description: string;
  /** The variable's value on the current case; absent where there is no case, or the word is no variable. */
  readonly value?: TemplateValue;
  /** Range of the word in the text; the end is exclusive. */
  readonly start: number;
  readonly end: number;
}

/** What stands at an offset of the text, or null for plain text. */
export function hoverAt(analysis: TemplateAnalysis, offset: number): TemplateHover | null {
  const place = placeAt(analysis, offset);
  const { source, places } = analysis;
  const hover = (
    kind: TemplateHover["kind"],
    [start, end]: readonly [number, number],
    description: string | undefined,
    more: { readonly name?: string; readonly detail?: string; readonly value?: TemplateValue } = {},
  ): TemplateHover | null => {
    if (description === undefined || start === end) return null;
    const name = more.name ?? source.slice(start, end);
    const { detail = "", value } = more;
    const shown = { kind, name, detail, description, start: places.toText(start), end: places.toText(end) };
    return value === undefined ? shown : { ...shown, value };
  };
  const word = source.slice(...place.word);
  switch (place.kind) {
    case "key":
      return hover("key", place.word, own(place.below === null ? frontMatterKeys : parameterKeys, word));
    case "value":
      return hover("value", place.word, own(own(frontMatterValues, place.path) ?? {}, word));
    case "role": {
      const role = roleLine.exec(word)?.[1]?.toLowerCase() ?? "";
      return hover("role", place.word, own(roleDocs, role), { name: role });
    }
    case "tag":
      return tagHover(analysis, place, word, hover);
    case "text":
    case "comment":
      return null;
  }
}

type Hover = (
  kind: TemplateHover["kind"],
  range: readonly [number, number],
  description: string | undefined,
  more?: { readonly detail?: string; readonly value?: TemplateValue },
) => TemplateHover | null;

function tagHover(analysis: TemplateAnalysis, place: TagPlace, word: string, hover: Hover): TemplateHover | null {
  const { before, locals, statement } = place;
  if (place.inString) return null;
  const last = before.at(-1);
  if (statement && last === undefined) return hover("statement", place.word, own(statementDocs, word));
  if (last?.text === "|") {
    const filter = filterNamed(word);
    return hover("filter", place.word, filter?.description, { detail: filter?.call ?? "" });
  }
  if (last?.text === ".") {
    return hover("property", place.word, before.at(-2)?.text === "loop" ? own(loopDocs, word) : undefined);
  }
  if (last?.text === "is" || (last?.text === "not" && before.at(-2)?.text === "is")) {
    return hover("test", place.word, own(testDocs, word));
  }
  if (locals.has(word)) {
    const type = locals.get(word) ?? null;
    const description = word === "loop" ? "The loop around this place." : "A name that this template makes.";
    return hover("local", place.word, description, { detail: type === null ? "" : typeTitles[type] });
  }
  const { head, facts } = analysis;
  const doc = variablesOf(head.strategy, head.family).find(({ name }) => name === word);
  if (doc === undefined) return null;
  const value = facts.values === null ? undefined : own(facts.values, word);
  return hover("variable", place.word, doc.description, {
    detail: doc.required ? `${doc.type}, required` : doc.type,
    ...(value === undefined ? {} : { value }),
  });
}

/** An entry of a table by a word that somebody wrote: `constructor` is none. */
function own<T>(table: { readonly [name: string]: T }, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}
