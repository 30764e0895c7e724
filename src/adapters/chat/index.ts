/** Chat models and embeddings behind OpenAI-compatible endpoints, and the node parts of asking. */
export { listModels } from "./models.js";
export { nodeClock } from "./nodeClock.js";
export { createOpenAiChatModel, type OpenAiChatModelOptions } from "./openAiChatModel.js";
export { createOpenAiEmbedder } from "./openAiEmbedder.js";
export { loadTokenCounter } from "./tokens.js";
