import type { Span } from "../../../protocol/worker/index.js";

/** How a piece of a document is marked. Each has a shape or words beside its colour. */
export type MarkStyle =
  | "verdictRight"
  | "verdictWrong"
  | "heading"
  | "right"
  | "wrong"
  | "extracted"
  | "gold"
  | "chosen"
  | "step"
  | "note"
  | "passed"
  | "failed";

/** What the Problems view says of a place. */
export interface Problem {
  readonly message: string;
  readonly severity: "error" | "information" | "hint";
  /** The place in another document of the case that explains it. */
  readonly related: {
    readonly part: "tests" | "program" | "reference";
    readonly span: Span;
    readonly message: string;
  } | null;
}

export interface Mark {
  /** Offsets in the document. */
  readonly span: Span;
  readonly style: MarkStyle;
  /** A few words right behind the span. */
  readonly after?: string;
  /** Words at the end of the span's line. They may be long: the line wraps with them. */
  readonly atLineEnd?: string;
  /** Explains the mark when it is pointed at. */
  readonly hover?: string;
  readonly problem?: Problem;
  /** Number of the step whose partner is marked with the same number in the document beside. */
  readonly step?: number;
}

/** A document about a case: its text and what is marked in it. */
export interface CaseText {
  readonly text: string;
  readonly marks: readonly Mark[];
  /** Offset of the response's heading, where the document has one. */
  readonly responseAt: number | null;
}

/** Puts a document together and keeps where its parts went. */
export class TextBuilder {
  readonly #parts: string[] = [];
  readonly #marks: Mark[] = [];
  #length = 0;
  #responseAt: number | null = null;

  get length(): number {
    return this.#length;
  }

  add(text: string): Span {
    const start = this.#length;
    this.#parts.push(text);
    this.#length += text.length;
    return [start, this.#length];
  }

  line(text = ""): Span {
    const span = this.add(text);
    this.add("\n");
    return span;
  }

  /** A heading on a line of its own, with an empty line before it unless it is the first. */
  heading(text: string, after?: string): void {
    if (this.#length > 0) this.line();
    const span = this.line(text);
    this.mark({ span, style: "heading", ...(after === undefined ? {} : { atLineEnd: after }) });
  }

  responseHeading(text: string, after?: string): void {
    // The heading stands behind the empty line that it brings.
    this.#responseAt = this.#length + (this.#length > 0 ? 1 : 0);
    this.heading(text, after);
  }

  /** A text of other people, ended by a line feed; returns where its offset 0 is. */
  block(text: string): number {
    const start = this.#length;
    this.add(text.endsWith("\n") ? text : `${text}\n`);
    return start;
  }

  mark(mark: Mark): void {
    this.#marks.push(mark);
  }

  done(): CaseText {
    return { text: this.#parts.join(""), marks: this.#marks, responseAt: this.#responseAt };
  }
}

export function shifted(span: Span, by: number): Span {
  return [span[0] + by, span[1] + by];
}
