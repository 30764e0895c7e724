/** One polite live region a page: results are announced, not each step. */
export class Announcer {
  readonly #region: HTMLElement;

  constructor(parent: HTMLElement = document.body) {
    this.#region = document.createElement("div");
    this.#region.setAttribute("role", "status");
    this.#region.setAttribute("aria-live", "polite");
    this.#region.className = "announcer";
    parent.append(this.#region);
  }

  say(text: string): void {
    this.#region.textContent = text;
  }
}
