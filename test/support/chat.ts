import type { ChatParameters, ChatRequest } from "../../src/engine/seams/index.js";

/** Parameters that leave everything out but a bound on the answer. */
const PLAIN: ChatParameters = {
  temperature: null,
  topP: null,
  maxTokens: 64,
  seed: null,
  stop: [],
  format: null,
};

/** A request of one user turn. */
export function question(content: string, parameters: Partial<ChatParameters> = {}, sample = 0): ChatRequest {
  return { messages: [{ role: "user", content }], parameters: { ...PLAIN, ...parameters }, sample };
}

/** An answer that depends on the last message alone: a greeting and the message backwards. */
export function reversed({ messages }: { readonly messages: readonly { readonly content: string }[] }): string {
  return `Backwards, this is: ${[...(messages.at(-1)?.content ?? "")].reverse().join("")}`;
}
