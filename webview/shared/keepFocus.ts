import type { LitElement, ReactiveController } from "lit";

const focusable = "a[href], button, input, select, textarea, summary, [tabindex]";

/**
 * Whoever uses the keyboard stays where they are: when an update takes away or disables what has the focus, the focus goes
 * to the element that `otherwise` names, else to the nearest one that is left. Without it, the next Tab begins at the top.
 */
export class KeepFocus implements ReactiveController {
  readonly #host: LitElement;
  readonly #otherwise: string | null;
  #had: Element | null = null;
  /** What could have the focus instead: what followed, then what came before, nearest first. */
  #around: readonly HTMLElement[] = [];

  constructor(host: LitElement, otherwise: string | null = null) {
    this.#host = host;
    this.#otherwise = otherwise;
    host.addController(this);
  }

  hostUpdate(): void {
    this.#had = this.#host.shadowRoot?.activeElement ?? null;
    if (this.#had === null) return;
    const all = [...this.#host.renderRoot.querySelectorAll<HTMLElement>(focusable)];
    const place = all.findIndex((element) => element === this.#had);
    this.#around = [...all.slice(place + 1), ...all.slice(0, Math.max(0, place)).reverse()];
  }

  hostUpdated(): void {
    if (this.#had === null || this.#canHaveIt(this.#had)) return;
    const otherwise =
      this.#otherwise === null ? null : this.#host.renderRoot.querySelector<HTMLElement>(this.#otherwise);
    const next = otherwise ?? this.#around.find((element) => this.#canHaveIt(element));
    this.#had = null;
    this.#around = [];
    next?.focus();
  }

  #canHaveIt(element: Element): boolean {
    return element.isConnected && !element.matches(":disabled") && element.checkVisibility();
  }
}
