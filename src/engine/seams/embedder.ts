/**
 * Seam 2 of 5: texts in, unit vectors out. Implementations: a BERT-like encoder by transformers.js in a worker, an
 * OpenAI-compatible `/v1/embeddings` endpoint, built-in hashed n-grams.
 */
export interface Embedder {
  /** Names the encoder and everything that changes its vectors; part of the cache key of every vector. */
  readonly identity: string;
  /** One L2-normalised vector a text, in the order of the texts, all of the same length. */
  embed(texts: readonly string[], signal: AbortSignal): Promise<Float32Array[]>;
  close(): Promise<void>;
}
