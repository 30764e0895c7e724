import { Template as JinjaTemplate } from "@huggingface/jinja";
import { segments, words, type Segment, type Word } from "./segments.js";
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

/** A variable that a section reads, and where. */
export interface Use {
  readonly name: string;
  readonly start: number;
}

export interface BodyCheck {
  readonly remarks: readonly Remark[];
  readonly uses: readonly Use[];
}

/** Filters of the interpreter, for completion; a name outside this list fails when the template is rendered. */
export const filterNames: readonly string[] = [
  "capitalize", "default", "first", "float", "indent", "int", "items", "join", "last", "length", "list", "lower", "map",
  "reject", "rejectattr", "replace", "reverse", "safe", "select", "selectattr", "sort", "string", "title", "tojson",
  "trim", "unique", "upper",
]; // prettier-ignore

/** Statements of the template language. Macros and inclusion are left out: a template is read from top to bottom. */
export const statementNames: readonly string[] = ["if", "elif", "else", "endif", "for", "endfor", "set"];

const reserved = new Set([
  "and", "or", "not", "in", "is", "if", "else", "true", "false", "none", "True", "False", "None", "loop",
]); // prettier-ignore

interface Block {
  readonly name: "if" | "for";
  readonly segment: Segment;
  /** Names that the block binds. */
  readonly bound: ReadonlySet<string>;
}

/** Checks one section: block structure, syntax of each tag, statements and filters; collects the free variables. */
export function checkBody(source: string): BodyCheck {
  const checker = new BodyChecker();
  const { segments: parts, open } = segments(source);
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
  checker.finish();
  return checker;
}

class BodyChecker implements BodyCheck {
  readonly remarks: Remark[] = [];
  readonly uses: Use[] = [];
  readonly #blocks: Block[] = [];
  readonly #assigned = new Set<string>();

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

  finish(): void {
    for (const block of this.#blocks) {
      this.remark(
        "unclosed-block",
        `\`{% ${block.name} %}\` is not closed in this turn.`,
        block.segment.start,
        block.segment.end - block.segment.start,
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
        this.#blocks.push({ name, segment: part, bound: new Set() });
        return;
      case "elif":
        this.#inside("if", name, place);
        if (this.#parses(part, `{% if x %}{%${part.inner}%}{% endif %}`)) this.#reads(rest);
        return;
      case "else":
        if (this.#blocks.length === 0) this.#inside("if", name, place);
        return;
      case "for": {
        const split = rest.findIndex((word) => word.text === "in");
        const bound = new Set(
          rest.slice(0, Math.max(0, split)).flatMap((word) => (word.kind === "name" ? word.text : [])),
        );
        const block: Block = { name, segment: part, bound };
        const fine = this.#parses(part, `{%${part.inner}%}{% endfor %}`);
        // The condition of `for x in xs if x` may read x; a list cannot, and reading it there is rare enough to allow.
        this.#blocks.push(block);
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
          for (const word of rest.slice(0, Math.max(0, split))) if (word.kind === "name") this.#assigned.add(word.text);
        }
        return;
      case "endif":
      case "endfor": {
        const wanted = name === "endif" ? "if" : "for";
        if (this.#inside(wanted, name, place)) this.#blocks.pop();
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

  #inside(wanted: "if" | "for", name: string, place: readonly [number, number]): boolean {
    const block = this.#blocks.at(-1);
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
      if (word.kind !== "name") return;
      const before = list[index - 1]?.text;
      const after = list[index + 1]?.text;
      if (before === "|") {
        if (!filterNames.includes(word.text)) {
          const remedy = `Use one of: ${filterNames.join(", ")}.`;
          this.remark("unknown-filter", `Unknown filter \`${word.text}\`.`, word.start, word.text.length, remedy);
        }
        return;
      }
      if (before === "." || before === "is" || (before === "not" && list[index - 2]?.text === "is")) return;
      if (after === "=" && list[index + 2]?.text !== "=") return;
      if (reserved.has(word.text) || this.#assigned.has(word.text)) return;
      if (this.#blocks.some((block) => block.bound.has(word.text))) return;
      this.uses.push({ name: word.text, start: word.start });
    });
  }
}
