import type { Located } from "./caseDocuments.js";

/**
 * Opens cases one after another. Keys may come faster than documents open, and two openings at once would leave the main
 * document of one beside the reference of the other; so each waits for the one before, and is left out when a later one is
 * wanted already.
 */
export class CaseOpener {
  readonly #open: (located: Located) => Promise<void>;
  #target: Located | null = null;
  #turns: Promise<void> = Promise.resolve();
  #openings: Promise<void> = Promise.resolve();

  constructor(open: (located: Located) => Promise<void>) {
    this.#open = open;
  }

  /** Opens a case, unless another one is wanted before its turn comes. */
  async show(located: Located): Promise<void> {
    this.#target = located;
    return await (this.#openings = settled(this.#openings).then(async () => {
      if (this.#target !== located) return;
      try {
        await this.#open(located);
      } finally {
        if (this.#target === located) this.#target = null;
      }
    }));
  }

  /** Opens what `next` finds from the case that is on its way, else from the one that is shown. Null opens nothing. */
  async step(shown: Located, next: (from: Located) => Promise<Located | null>): Promise<void> {
    let opened: Promise<void> | undefined;
    await (this.#turns = settled(this.#turns).then(async () => {
      const found = await next(this.#target ?? shown);
      if (found !== null) opened = this.show(found);
    }));
    await opened;
  }
}

/** The same end without its failure, which whoever asked for it is told. */
async function settled(work: Promise<void>): Promise<void> {
  await work.catch(() => undefined);
}
