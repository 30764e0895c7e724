import type { LitElement } from "lit";
import type { FaultView } from "../../src/protocol/fault.js";
import type { InstructorHost, InstructorPage, InstructorStrings } from "../../src/protocol/panels/instructor.js";
import type { Peer } from "../../src/protocol/rpc.js";
import { Announcer } from "../shared/announcer.js";
import { faultOf } from "../shared/host.js";

/** The extension host, which answers what the page asks. */
export type Host = Peer<InstructorHost, InstructorPage>;

/** What the parts of the panel do to their page: paint it again, show a fault, say a result, move what is in sight. */
export class Page {
  /** In the person's language; null until the host sent them. */
  words: InstructorStrings | null = null;
  /** The fault in sight. */
  fault: FaultView | null = null;
  /** What was said last, to be read by everybody. */
  notice = "";
  #faultOf: "reading" | "action" = "action";
  readonly #element: LitElement;
  readonly #announcer = new Announcer();

  constructor(element: LitElement) {
    this.#element = element;
  }

  /** Something of what is shown is another one now. */
  changed(): void {
    this.#element.requestUpdate();
  }

  fail(thrown: unknown, of: "reading" | "action" = "action"): void {
    this.fault = faultOf(thrown);
    this.#faultOf = of;
    this.changed();
  }

  /** What is shown was read. While a run goes on that happens all the time, so why an action failed stays in sight. */
  read(): void {
    if (this.#faultOf === "reading") this.fault = null;
    this.changed();
  }

  recovered(): void {
    this.fault = null;
    this.changed();
  }

  /** Shows what goes wrong, but for what was cancelled. */
  async guard(work: () => Promise<void>, of: "reading" | "action" = "action"): Promise<void> {
    try {
      await work();
    } catch (thrown) {
      if (faultOf(thrown).kind !== "cancelled") this.fail(thrown, of);
    }
  }

  /** A result, in the person's language: read out, and in sight until the next one. */
  say(text: (words: InstructorStrings) => string): void {
    if (this.words === null) return;
    this.notice = text(this.words);
    this.#announcer.say(this.notice);
    this.changed();
  }

  /** Focuses an element once it is painted. */
  focus(selector: string): void {
    void this.#painted(selector).then((element) => element?.focus());
  }

  /** Scrolls to an element once it is painted. */
  reveal(selector: string): void {
    void this.#painted(selector).then((element) => element?.scrollIntoView({ block: "nearest" }));
  }

  async #painted(selector: string): Promise<HTMLElement | null> {
    await this.#element.updateComplete;
    return this.#element.renderRoot.querySelector<HTMLElement>(selector);
  }
}
