/** Embedders that run here: hashed n-grams, ONNX encoders in a worker thread; and vectors cached in the store. */
export { cachedEmbedder } from "./cachedEmbedder.js";
export { createHashedEmbedder } from "./hashedEmbedder.js";
export { createTransformersEmbedder, type TransformersOptions } from "./transformersEmbedder.js";
