import type { Case } from "../families/index.js";
import { importedHash, type ImportedDocument, type ImportedResponse } from "../importing/index.js";
import type { ModelIdentity } from "../seams/index.js";
import type { Asks, ModelIdentities, ModelPool, RecordedAnswer } from "./scope.js";

/** Stands where other answers have their content address: nobody was asked. */
export function importedAnswer(key: string): string {
  return `imported-${key}`;
}

/** Tells what was imported for cases; see {@link ModelIdentities.recorded}. */
export function recordedIn({ responses }: ImportedDocument): NonNullable<ModelIdentities["recorded"]> {
  return (cases: readonly Pick<Case, "key">[]) => {
    const keys = new Set(cases.map(({ key }) => key));
    const own = responses.filter(({ key }) => keys.has(key));
    return own.length === 0 ? null : importedHash({ responses: own });
  };
}

/**
 * A model pool whose base target gives the responses that another tool recorded for it. Cases without one, checkpoints
 * that were trained since, instructor and judge are asked as ever.
 */
export function withRecordedTarget(models: ModelPool, document: ImportedDocument): ModelPool {
  const responses = new Map(document.responses.map((response) => [response.key, response]));
  return {
    recorded: recordedIn(document),
    concurrency: (role) => models.concurrency(role),
    targetIdentity: (checkpoint) => models.targetIdentity(checkpoint),
    instructorIdentity: () => models.instructorIdentity(),
    judgeIdentity: () => models.judgeIdentity(),
    instructor: async (signal) => models.instructor(signal),
    judge: async (signal) => models.judge(signal),
    target: async (checkpoint, signal) => {
      if (checkpoint !== null) return models.target(checkpoint, signal);
      return new RecordedTarget(models.targetIdentity(null), responses, async () => models.target(null, signal));
    },
  };
}

/** Connects to the target only when a case without a recorded response is asked: an import works without its server. */
class RecordedTarget implements Asks {
  readonly identity: ModelIdentity;
  readonly #responses: ReadonlyMap<string, ImportedResponse>;
  readonly #connect: () => Promise<Asks>;
  #target: Promise<Asks> | null = null;
  #price: Asks["price"] = () => 0;

  constructor(identity: ModelIdentity, responses: ReadonlyMap<string, ImportedResponse>, connect: () => Promise<Asks>) {
    this.identity = identity;
    this.#responses = responses;
    this.#connect = connect;
  }

  recorded(key: string): RecordedAnswer | null {
    const response = this.#responses.get(key);
    if (response === undefined) return null;
    const usage = { promptTokens: 0, cachedTokens: 0, completionTokens: 0, estimated: true };
    const answer = { text: response.text, reasoning: null, finish: response.finish, usage };
    return { answer, key: importedAnswer(key), verdict: response.verdict };
  }

  price(usage: Parameters<Asks["price"]>[0]): number | null {
    return this.#price(usage);
  }

  async ask(...request: Parameters<Asks["ask"]>): ReturnType<Asks["ask"]> {
    const target = await (this.#target ??= this.#connect());
    this.#price = (usage) => target.price(usage);
    return target.ask(...request);
  }
}
