const OPEN = "<think>";
const CLOSE = "</think>";

/** An answer's text and the reasoning that preceded it in tags; null when there was none. */
export interface SplitText {
  readonly text: string;
  readonly reasoning: string | null;
}

/**
 * Takes a `<think>…</think>` prefix out of a text. A prefix that was cut before its end is all reasoning. Some chat
 * templates write the opening tag themselves, so that an answer only has the closing one.
 */
export function splitReasoning(raw: string): SplitText {
  const trimmed = raw.trimStart();
  const opened = trimmed.startsWith(OPEN);
  const close = raw.indexOf(CLOSE);
  if (!opened && (close < 0 || raw.slice(0, close).includes(OPEN))) return { text: raw, reasoning: null };
  const body = opened ? trimmed.slice(OPEN.length) : raw;
  const end = body.indexOf(CLOSE);
  if (end < 0) return { text: "", reasoning: body.trim() };
  return { text: body.slice(end + CLOSE.length).trimStart(), reasoning: body.slice(0, end).trim() };
}

/** Lets pieces of a streamed answer through and holds back a `<think>…</think>` prefix. */
export class ThinkFilter {
  readonly #show: (piece: string) => void;
  #state: "start" | "thinking" | "gap" | "answer" = "start";
  #held = "";

  constructor(show: (piece: string) => void) {
    this.#show = show;
  }

  push(piece: string): void {
    this.#held += piece;
    if (this.#state === "start") {
      const begun = this.#held.trimStart();
      if (begun.startsWith(OPEN)) {
        this.#state = "thinking";
        this.#held = begun.slice(OPEN.length);
      } else if (OPEN.startsWith(begun)) {
        return;
      } else {
        this.#state = "answer";
      }
    }
    if (this.#state === "thinking") {
      const end = this.#held.indexOf(CLOSE);
      if (end < 0) {
        this.#held = this.#held.slice(-CLOSE.length);
        return;
      }
      this.#state = "gap";
      this.#held = this.#held.slice(end + CLOSE.length);
    }
    if (this.#state === "gap") {
      this.#held = this.#held.trimStart();
      if (this.#held === "") return;
      this.#state = "answer";
    }
    if (this.#held !== "") this.#show(this.#held);
    this.#held = "";
  }

  /** The answer has ended: what could still have become a tag was none. */
  end(): void {
    if (this.#state === "start" && this.#held !== "") this.#show(this.#held);
    this.#held = "";
  }
}
