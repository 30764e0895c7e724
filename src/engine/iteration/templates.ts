import { findTemplate, type LoadedTemplate, type Template, type TemplateSetName } from "../prompts/index.js";

/** The templates of a project, as the loop asks for them. */
export class TemplateSource {
  readonly #loaded: readonly LoadedTemplate[];
  readonly #set: TemplateSetName;

  constructor(loaded: readonly LoadedTemplate[], set: TemplateSetName) {
    this.#loaded = loaded;
    this.#set = set;
  }

  /** The template of a strategy and family. Faults with kind `template` when there is none or when it is broken. */
  template(strategy: string, family: string): Template {
    return findTemplate(this.#loaded, { strategy, family, set: this.#set });
  }

  /**
   * Hashes of what the strategies' templates for a family say, for fingerprints. A strategy without a template of its
   * own has none here.
   */
  hashes(strategies: readonly string[], family: string): readonly string[] {
    return strategies
      .filter((strategy) =>
        this.#loaded.some(
          ({ head }) => head.strategy === strategy && head.set === this.#set && [family, "any"].includes(head.family),
        ),
      )
      .map((strategy) => this.template(strategy, family).hash);
  }

  /** The template by which the instructor judges where no exact metric exists (Algorithm 1, line 5). */
  judge(): Template {
    return findTemplate(this.#loaded, { strategy: "judge", family: "any", set: this.#set });
  }
}
