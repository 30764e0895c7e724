/** Chat models and embeddings behind OpenAI-compatible endpoints, and the node parts of asking. */
export type { Endpoint } from "./connection.js";
export { listModels } from "./models.js";
export { nodeClock } from "./nodeClock.js";
export { createOpenAiChatModel, type OpenAiChatModelOptions } from "./openAiChatModel.js";
export { createOpenAiEmbedder, type OpenAiEmbedderOptions } from "./openAiEmbedder.js";
export { loadTokenCounter, type CountTokens } from "./tokens.js";
