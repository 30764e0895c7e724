import type { ChatRequest, ChatUsage, ModelIdentity } from "../seams/index.js";

/** Currency units per million tokens. */
export interface Price {
  readonly input: number;
  /** Price of the prompt tokens that the server read from its own cache. */
  readonly cached: number;
  readonly output: number;
  /** Day of a list price, ISO 8601; absent where the user gave the price. */
  readonly asOf?: string;
}

/** What a model costs that runs on a machine of one's own. */
export const FREE: Price = { input: 0, cached: 0, output: 0 };

/** Money is counted in whole billionths, so that a sum does not depend on the order of its terms. */
export const NANO = 1_000_000_000;

/** When the table below was last compared with the providers' public list prices (US dollars). */
const PRICES_DATE = "2025-08-31";

const OPENAI = "api.openai.com";
const DEEPSEEK = "api.deepseek.com";
const MISTRAL = "api.mistral.ai";
const GEMINI = "generativelanguage.googleapis.com";

/** Host, model, input, cached input, output. Prices change: the configuration overrides every row. */
const LIST_PRICES: readonly (readonly [string, string, number, number, number])[] = [
  [OPENAI, "gpt-5", 1.25, 0.125, 10],
  [OPENAI, "gpt-5-mini", 0.25, 0.025, 2],
  [OPENAI, "gpt-5-nano", 0.05, 0.005, 0.4],
  [OPENAI, "gpt-4.1", 2, 0.5, 8],
  [OPENAI, "gpt-4.1-mini", 0.4, 0.1, 1.6],
  [OPENAI, "gpt-4.1-nano", 0.1, 0.025, 0.4],
  [OPENAI, "gpt-4o", 2.5, 1.25, 10],
  [OPENAI, "gpt-4o-mini", 0.15, 0.075, 0.6],
  [OPENAI, "o3", 2, 0.5, 8],
  [OPENAI, "o3-mini", 1.1, 0.55, 4.4],
  [OPENAI, "o4-mini", 1.1, 0.275, 4.4],
  [OPENAI, "gpt-4-turbo", 10, 10, 30],
  [OPENAI, "gpt-4-turbo-preview", 10, 10, 30],
  [OPENAI, "gpt-4-0125-preview", 10, 10, 30],
  [OPENAI, "gpt-4-1106-preview", 10, 10, 30],
  [OPENAI, "gpt-4", 30, 30, 60],
  [OPENAI, "gpt-3.5-turbo", 0.5, 0.5, 1.5],
  [DEEPSEEK, "deepseek-chat", 0.27, 0.07, 1.1],
  [DEEPSEEK, "deepseek-reasoner", 0.55, 0.14, 2.19],
  [MISTRAL, "mistral-large-latest", 2, 2, 6],
  [MISTRAL, "mistral-small-latest", 0.1, 0.1, 0.3],
  [GEMINI, "gemini-2.5-pro", 1.25, 0.31, 10],
  [GEMINI, "gemini-2.5-flash", 0.3, 0.075, 2.5],
];

/**
 * The list price of a well-known model at its own provider, null when unknown. The same name at another host may cost
 * anything, so the host must match; a dated name (`gpt-4o-2024-08-06`) has the price of the undated one.
 */
export function defaultPrice(identity: ModelIdentity): Price | null {
  if (!URL.canParse(identity.endpoint)) return null;
  const host = new URL(identity.endpoint).hostname;
  const undated = identity.name.replace(/-\d{4}-\d{2}-\d{2}$/, "");
  const row = LIST_PRICES.find(([atHost, name]) => atHost === host && (name === identity.name || name === undated));
  if (row === undefined) return null;
  const [, , input, cached, output] = row;
  return { input, cached, output, asOf: PRICES_DATE };
}

/** Cost of a usage in billionths of the currency, rounded up so that a cap is never passed by rounding. */
export function costInNano(usage: ChatUsage, price: Price): number {
  const cached = Math.min(usage.cachedTokens, usage.promptTokens);
  const perMillion =
    (usage.promptTokens - cached) * price.input + cached * price.cached + usage.completionTokens * price.output;
  // The bound below zero turns the -0 of a free answer into 0.
  return Math.max(0, Math.ceil((perMillion / 1_000_000) * NANO - 1e-6));
}

/** Cost of a usage in the currency of the price: whole billionths, as the budget and the ledger have it. */
export function costOf(usage: ChatUsage, price: Price): number {
  return costInNano(usage, price) / NANO;
}

/** The tokens of a conversation by the usual convention: the texts, 4 for each message, 3 for the answer's start. */
export function promptTokens(request: ChatRequest, countTokens: (text: string) => number): number {
  return request.messages.reduce((sum, message) => sum + countTokens(message.content) + 4, 3);
}

export interface CostEstimate {
  readonly calls: number;
  readonly promptTokens: number;
  readonly completionTokens: number;
  /** In the price's currency; null when the price is unknown. */
  readonly cost: number | null;
}

/**
 * What a set of planned requests will cost when nothing is cached.
 * `expectedCompletion` is the expected number of tokens of an answer: a number, or a function of the request.
 */
export function estimateCost(
  requests: Iterable<ChatRequest>,
  price: Price | null,
  countTokens: (text: string) => number,
  expectedCompletion: number | ((request: ChatRequest) => number),
): CostEstimate {
  let calls = 0;
  let prompt = 0;
  let completion = 0;
  for (const request of requests) {
    calls += 1;
    prompt += promptTokens(request, countTokens);
    completion += typeof expectedCompletion === "number" ? expectedCompletion : expectedCompletion(request);
  }
  const usage: ChatUsage = { promptTokens: prompt, cachedTokens: 0, completionTokens: completion, estimated: true };
  return {
    calls,
    promptTokens: prompt,
    completionTokens: completion,
    cost: price === null ? null : costOf(usage, price),
  };
}
