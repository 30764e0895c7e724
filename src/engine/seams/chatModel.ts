/**
 * Seam 1 of 5: a conversation in, text out, streamed, with usage. Implementations: any OpenAI-compatible endpoint, and
 * the built-in student and instructor behind the same protocol.
 */

export interface ChatMessage {
  readonly role: "system" | "user" | "assistant";
  readonly content: string;
}

/** A JSON schema that the answer has to follow, where the server supports structured output. */
export interface AnswerFormat {
  readonly name: string;
  readonly schema: { readonly [key: string]: unknown };
}

/** Sampling parameters. `null` leaves a parameter out of the request: some models refuse temperature. */
export interface ChatParameters {
  readonly temperature: number | null;
  readonly topP: number | null;
  /** Upper bound of generated tokens, sent as `max_completion_tokens` (or `max_tokens` for older servers). */
  readonly maxTokens: number | null;
  readonly seed: number | null;
  readonly stop: readonly string[];
  readonly format: AnswerFormat | null;
}

export interface ChatRequest {
  readonly messages: readonly ChatMessage[];
  readonly parameters: ChatParameters;
  /** Which of several independent answers to the same messages this is, from 0. Part of the cache key. */
  readonly sample: number;
}

export interface ChatUsage {
  readonly promptTokens: number;
  /** The part of `promptTokens` that the server read from its own cache. */
  readonly cachedTokens: number;
  readonly completionTokens: number;
  /** True when the server sent no usage and the counts are ours. */
  readonly estimated: boolean;
}

export interface ChatAnswer {
  readonly text: string;
  /** Reasoning that the server sends apart from the answer; never scored. */
  readonly reasoning: string | null;
  /** `length` means that the answer was cut: it is stored, scored as it is, and badged. */
  readonly finish: "stop" | "length" | "filter" | "other";
  readonly usage: ChatUsage;
}

/**
 * Who answers. An endpoint without a revision may change under our feet, so its answers are asked again in each new run
 * (architecture, rule 5).
 */
export interface ModelIdentity {
  readonly provider: string;
  readonly endpoint: string;
  readonly name: string;
  /** Checkpoint hash where we serve it, the server's digest, or what the user states; `null` when unknown. */
  readonly revision: string | null;
}

export interface ChatModel {
  readonly identity: ModelIdentity;
  /**
   * Asks once. Rejects with a fault of kind `endpoint` or `authentication`, or `cancelled` when the signal is aborted.
   * `onText` receives pieces of the answer as they arrive.
   */
  complete(request: ChatRequest, signal: AbortSignal, onText?: (piece: string) => void): Promise<ChatAnswer>;
}
