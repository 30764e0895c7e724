import { Template as JinjaTemplate } from "@huggingface/jinja";
import { filterNamed, filterNames, typeTitles, type ValueType } from "./filters.js";
import { segments, words, type OpenTag, type Segment, type Word } from "./segments.js";
import type { Diagnostic, DiagnosticCode } from "./template.js";

/** A remark about a section before its place in the file is known. */
export interface Remark {
  readonly severity: Diagnostic["severity"];
  readonly code: DiagnosticCode;
  readonly message: string;
  readonly start: number;
  readonly length: number;
  readonly remedy: string;
}

/** A variable that a section reads or sets, and where. */
export interface Use {
  readonly name: string;
  readonly start: number;
}

/** A block from its opening tag to its end tag, or to the end of the section where that is missing. */
export interface Block {
  readonly name: "if" | "for";
  readonly open: Segment;
  /** Where its end tag starts. */
  readonly close: number;
  readonly end: number;
  /** Names that the block binds, with the type of their values where it is known. */
  readonly bound: ReadonlyMap<string, ValueType | null>;
}

/** What is known of one section; all places are offsets in its source. */
export interface BodyCheck {
  readonly parts: readonly Segment[];
  /** A tag that is never closed. */
  readonly open: OpenTag | null;
  readonly remarks: readonly Remark[];
  /** Variables that are read and bound nowhere in the section. */
  readonly uses: readonly Use[];
  /** Variables that `set` makes. */
  readonly assigned: readonly Use[];
  /** In order of their opening tags. */
  readonly blocks: readonly Block[];
}

/** Types of the variables that a template may read. */
export type VariableTypes = ReadonlyMap<string, ValueType>;

/** Statements with what they mean. Macros and inclusion are left out: a template is read from top to bottom. */
export const statementDocs: { readonly [name: string]: string } = {
  if: "Shows what follows only when the value is not empty, not 0 and not nothing: {% if reference %} … {% endif %}",
  elif: "Another condition, tried when those before it were false.",
  else: "What is shown when no condition held, or when the list was empty.",
  endif: "Ends the `if`.",
  for: "Repeats what follows for each item of a list: {% for item in correct_questions %} … {% endfor %}",
  endfor: "Ends the `for`.",
  set: "Gives a value a name: {% set first = correct_questions | first %}",
};
export const statementNames: readonly string[] = Object.keys(statementDocs);

const reserved = new Set([
  "and", "or", "not", "in", "is", "if", "else", "true", "false", "none", "True", "False", "None", "loop",
]); // prettier-ignore

interface OpenBlock extends Block {
  close: number;
  end: number;
}

/** Checks one section: block structure, syntax of each tag, statements and filters; collects the free variables. */
export function checkBody(source: string, types: VariableTypes = new Map()): BodyCheck {
  const { segments: parts, open } = segments(source);
  const checker = new BodyChecker(parts, open, types);
  if (open !== null) {
    const closing = open.opening === "{{" ? "}}" : open.opening === "{%" ? "%}" : "#}";
    checker.remark(
      "syntax",
      `\`${open.opening}\` is never closed.`,
      open.start,
      2,
      `Close it with \`${closing}\`; literal braces are written {{ "${open.opening}" }}.`,
    );
  }
  for (const part of parts) checker.visit(part);
  checker.finish(source.length);
  return checker;
}

class BodyChecker implements BodyCheck {
  readonly parts: readonly Segment[];
  readonly open: OpenTag | null;
  readonly remarks: Remark[] = [];
  readonly uses: Use[] = [];
  readonly assigned: Use[] = [];
  readonly blocks: OpenBlock[] = [];
  readonly #types: VariableTypes;
  readonly #stack: OpenBlock[] = [];

  constructor(parts: readonly Segment[], open: OpenTag | null, types: VariableTypes) {
    this.parts = parts;
    this.open = open;
    this.#types = types;
  }

  remark(
    code: DiagnosticCode,
    message: string,
    start: number,
    length: number,
    remedy: string,
    severity: Diagnostic["severity"] = "error",
  ): void {
    this.remarks.push({ severity, code, message, start, length: Math.max(1, length), remedy });
  }

  visit(part: Segment): void {
    if (part.kind === "expression") this.#expression(part);
    else if (part.kind === "statement") this.#statement(part);
  }

  finish(end: number): void {
    for (const block of this.#stack) {
      block.close = end;
      block.end = end;
      this.remark(
        "unclosed-block",
        `\`{% ${block.name} %}\` is not closed in this turn.`,
        block.open.start,
        block.open.end - block.open.start,
        `Add \`{% end${block.name} %}\` before the next role line; a block cannot reach over one.`,
      );
    }
  }

  #expression(part: Segment): void {
    if (this.#parses(part, `{{${part.inner}}}`)) this.#reads(words(part.inner, part.innerStart));
  }

  #statement(part: Segment): void {
    const [head, ...rest] = words(part.inner, part.innerStart);
    const name = head?.text ?? "";
    const place = [part.start, part.end - part.start] as const;
    switch (name) {
      case "if":
        if (this.#parses(part, `{%${part.inner}%}{% endif %}`)) this.#reads(rest);
        this.#begin(name, part, new Map());
        return;
      case "elif":
        this.#inside("if", name, place);
        if (this.#parses(part, `{% if x %}{%${part.inner}%}{% endif %}`)) this.#reads(rest);
        return;
      case "else":
        if (this.#stack.length === 0) this.#inside("if", name, place);
        return;
      case "for": {
        const split = rest.findIndex((word) => word.text === "in");
        const names = rest.slice(0, Math.max(0, split)).filter((word) => word.kind === "name");
        const list = rest[split + 1];
        const item = names.length === 1 && list !== undefined && this.#typeOf(list) === "list" ? "text" : null;
        const fine = this.#parses(part, `{%${part.inner}%}{% endfor %}`);
        // The condition of `for x in xs if x` may read x; a list cannot, and reading it there is rare enough to allow.
        this.#begin(name, part, new Map(names.map((word) => [word.text, item])));
        if (fine) this.#reads(rest.slice(split + 1));
        return;
      }
      case "set":
        if (this.#parses(part, `{%${part.inner}%}`)) {
          const split = rest.findIndex((word) => word.text === "=");
          if (split === -1) {
            this.remark("unknown-statement", "`{% set %}` has no value.", ...place, "Write {% set name = value %}.");
          }
          this.#reads(rest.slice(split + 1));
          for (const word of rest.slice(0, Math.max(0, split))) {
            if (word.kind === "name") this.assigned.push({ name: word.text, start: word.start });
          }
        }
        return;
      case "endif":
      case "endfor": {
        const wanted = name === "endif" ? "if" : "for";
        if (!this.#inside(wanted, name, place)) return;
        const block = this.#stack.pop();
        if (block === undefined) return;
        block.close = part.start;
        block.end = part.end;
        return;
      }
      default:
        this.remark(
          "unknown-statement",
          `\`{% ${name} %}\` is not a statement of the template language.`,
          ...place,
          `Use one of: ${statementNames.join(", ")}; literal braces are written {{ "{%" }}.`,
        );
    }
  }

  #begin(name: Block["name"], open: Segment, bound: Block["bound"]): void {
    const block: OpenBlock = { name, open, close: open.end, end: open.end, bound };
    this.#stack.push(block);
    this.blocks.push(block);
  }

  #inside(wanted: "if" | "for", name: string, place: readonly [number, number]): boolean {
    const block = this.#stack.at(-1);
    if (block?.name === wanted) return true;
    const message =
      block === undefined
        ? `\`{% ${name} %}\` closes nothing.`
        : `\`{% ${name} %}\` stands where \`{% end${block.name} %}\` is expected.`;
    this.remark("unexpected-block-end", message, ...place, "Open the block before it, or remove the tag.");
    return false;
  }

  #parses(part: Segment, source: string): boolean {
    try {
      new JinjaTemplate(source);
      return true;
    } catch (thrown) {
      const message = thrown instanceof Error ? thrown.message : String(thrown);
      const remedy = "Correct the tag: names, filters behind |, texts in quotes, comparisons.";
      this.remark("syntax", `The tag cannot be read: ${message}`, part.start, part.end - part.start, remedy);
      return false;
    }
  }

  /** Collects free variables and checks filters in the words of an expression. */
  #reads(list: readonly Word[]): void {
    list.forEach((word, index) => {
      const before = list[index - 1]?.text;
      const after = list[index + 1]?.text;
      if (after === "|" && before !== "." && before !== "|") this.#filters(list, index);
      if (word.kind !== "name") return;
      if (before === "|") {
        if (!filterNames.includes(word.text)) {
          const remedy = `Use one of: ${filterNames.join(", ")}.`;
          this.remark("unknown-filter", `Unknown filter \`${word.text}\`.`, word.start, word.text.length, remedy);
        }
        return;
      }
      if (before === "." || before === "is" || (before === "not" && list[index - 2]?.text === "is")) return;
      if (after === "=" && list[index + 2]?.text !== "=") return;
      if (reserved.has(word.text) || this.assigned.some(({ name }) => name === word.text)) return;
      if (this.#stack.some((block) => block.bound.has(word.text))) return;
      this.uses.push({ name: word.text, start: word.start });
    });
  }

  /** Follows the type of a value through its filters; one that does not fit fails when the template is filled. */
  #filters(list: readonly Word[], index: number): void {
    const first = list[index];
    let type = first === undefined ? null : this.#typeOf(first);
    for (let at = index + 1; type !== null && list[at]?.text === "|";) {
      const word = list[at + 1];
      const filter = word === undefined ? null : filterNamed(word.text);
      if (word === undefined || filter === null) return;
      const called = list[at + 2]?.text === "(";
      if (!filter.on.includes(type)) {
        const fitting = filterNames.filter((name) => filterNamed(name)?.on.includes(type ?? "text"));
        const message = `The filter \`${filter.name}\` does not work on ${typeTitles[type]}.`;
        this.remark(
          "wrong-filter",
          message,
          word.start,
          word.text.length,
          `Here one of these fits: ${fitting.join(", ")}.`,
        );
        return;
      }
      if (filter.needsCall && !called) {
        const message = `The filter \`${filter.name}\` needs values in brackets.`;
        const remedy = `Write ${filter.name}${filter.call ?? "()"}, for example.`;
        this.remark("wrong-filter", message, word.start, word.text.length, remedy);
        return;
      }
      type = filter.gives === "same" ? type : filter.gives;
      at = called ? closingBracket(list, at + 2) + 1 : at + 2;
    }
  }

  #typeOf(word: Word): ValueType | null {
    if (word.kind === "string") return "text";
    if (word.kind !== "name" || this.assigned.some(({ name }) => name === word.text)) return null;
    const block = this.#stack.findLast(({ bound }) => bound.has(word.text));
    return block === undefined ? (this.#types.get(word.text) ?? null) : (block.bound.get(word.text) ?? null);
  }
}

/** Index of the word that closes the bracket at `index`, or of the last word. */
function closingBracket(list: readonly Word[], index: number): number {
  let depth = 0;
  for (let at = index; at < list.length; at += 1) {
    if (list[at]?.text === "(") depth += 1;
    if (list[at]?.text === ")") depth -= 1;
    if (depth === 0) return at;
  }
  return list.length - 1;
}
