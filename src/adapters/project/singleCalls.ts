import {
  Budget,
  parseStoredAnswer,
  type BudgetCap,
  type LedgerEntry,
  type StoredAnswer,
} from "../../engine/asking/index.js";
import { chatParametersOf } from "../../engine/configuration/index.js";
import { Fault } from "../../engine/fault.js";
import type { ChatAnswer, ChatMessage, ChatParameters, Checkpoint, CodeRunner } from "../../engine/seams/index.js";
import type { KeyedCache, KeyedClaims } from "../../engine/store/index.js";
import { createBuiltinServers } from "../builtin/index.js";
import { openProjectStore } from "../store/index.js";
import { Models } from "./models.js";
import type { Project } from "./project.js";

/** Calls of one window when nothing else bounds them, for models whose price is unknown. */
const mostCalls = 500;

/** One question to one of the project's models. */
export interface SingleQuestion {
  /** Name in `models` of the configuration. */
  readonly model: string;
  /** Checkpoint of the target; null asks the model as it is configured. */
  readonly checkpoint: Checkpoint | null;
  readonly messages: readonly ChatMessage[];
  /** Changes to the parameters that a run would ask this model with. */
  readonly parameters: Partial<ChatParameters>;
  /** Which of several answers to the same question, from 0. */
  readonly sample: number;
}

export interface SingleAnswer {
  readonly answer: ChatAnswer;
  /** Content address of the answer in the project's cache. */
  readonly key: string;
  readonly cached: boolean;
  /** What this call cost: 0 when the answer was stored, null when the price is unknown. */
  readonly cost: number | null;
}

/**
 * Calls that a person makes one by one from an editor. Their answers go into the project's cache, so that none is paid
 * twice, and they have a cap of their own: what all of them cost together since this was made.
 */
export class SingleCalls {
  readonly #entries: LedgerEntry[] = [];
  #budget: Budget | null = null;

  /**
   * Asks once. `cap` is in the currency of the project's budget. Faults with kind `budget` when the call might pass it.
   */
  async ask(
    project: Project,
    question: SingleQuestion,
    cap: number,
    signal: AbortSignal,
    options: { readonly runner?: CodeRunner | null; readonly onText?: (piece: string) => void } = {},
  ): Promise<SingleAnswer> {
    const { configuration } = project;
    if (configuration.models[question.model] === undefined) {
      throw new Fault("usage", "The project has no model of this name.", {
        found: question.model,
        allowed: Object.keys(configuration.models).join(", "),
        remedy: "Choose one of these, or add the model to preceptor.json.",
      });
    }
    const store = await openProjectStore(project.folder);
    const cache = await store.answers(parseStoredAnswer);
    const claims = await store.claims();
    try {
      return await this.#ask(project, question, { cache, claims, budget: this.#budgetOf(cap), signal, ...options });
    } finally {
      await claims.close();
      await cache.close();
    }
  }

  /** An answer that the project has, by its content address; null when it has none of it. */
  async stored(project: Pick<Project, "folder">, key: string): Promise<StoredAnswer | null> {
    const store = await openProjectStore(project.folder, { access: "read" });
    const cache = await store.answers(parseStoredAnswer);
    try {
      return (await cache.get(key)) ?? null;
    } finally {
      await cache.close();
    }
  }

  async #ask(
    project: Project,
    { model, checkpoint, messages, parameters, sample }: SingleQuestion,
    parts: {
      readonly cache: KeyedCache<StoredAnswer>;
      readonly claims: KeyedClaims;
      readonly budget: Budget;
      readonly signal: AbortSignal;
      readonly runner?: CodeRunner | null;
      readonly onText?: (piece: string) => void;
    },
  ): Promise<SingleAnswer> {
    const { cache, claims, budget, signal, runner = null, onText } = parts;
    // Whoever is asked plays the target here: that role alone can be served at a checkpoint.
    const configuration = { ...project.configuration, target: model };
    const servers = createBuiltinServers({ runner, seed: configuration.seed });
    const settle = async (entry: LedgerEntry): Promise<void> => void this.#entries.push(entry);
    const models = new Models(
      { ...project, configuration },
      { run: "editor", cache, claims, budget, settle, fresh: false },
      servers,
    );
    try {
      const target = await models.target(checkpoint, signal);
      const request = { messages, parameters: { ...chatParametersOf(configuration, "target"), ...parameters }, sample };
      const { answer, key, cached } = await target.ask(request, signal, onText);
      return { answer, key, cached, cost: cached ? 0 : target.price(answer.usage) };
    } finally {
      await models.close();
    }
  }

  #budgetOf(currency: number): Budget {
    if (this.#budget?.cap.currency !== currency) {
      const cap: BudgetCap = { currency, calls: mostCalls, tokens: null };
      this.#budget = new Budget(cap, this.#entries);
    }
    return this.#budget;
  }
}
