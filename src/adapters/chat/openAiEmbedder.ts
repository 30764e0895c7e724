import { z } from "zod";
import { EndpointFault, type Pacer } from "../../engine/asking/index.js";
import type { Embedder } from "../../engine/seams/index.js";
import { connect, type Endpoint } from "./connection.js";
import type { CallContext } from "./faults.js";
import { parseReply, readReply } from "./wholeReply.js";

export interface OpenAiEmbedderOptions extends Endpoint {
  readonly model: string;
  /** What tells two states of the model apart, part of the identity; null when unknown. */
  readonly revision: string | null;
  /** Texts of one request. */
  readonly batchSize?: number;
  /** Longest time of one request in milliseconds. */
  readonly deadlineMs?: number;
  /** The policy of the endpoint; without one, each request is tried once. */
  readonly pacer?: Pacer;
}

const replySchema = z.object({
  data: z.array(z.object({ index: z.number().int().nonnegative(), embedding: z.array(z.number()) })),
});

/**
 * Embeds by an endpoint's `/v1/embeddings`. Vectors come in the order of the texts and L2-normalised; a reply with
 * another number of vectors, or vectors of unequal length, is a fault.
 */
export function createOpenAiEmbedder(options: OpenAiEmbedderOptions): Embedder {
  const { baseUrl, apiKey, model, revision, batchSize = 64, deadlineMs = 120_000, pacer } = options;
  const client = connect(options);
  let answeredBefore = false;
  let dimension: number | null = null;

  const ask = async (texts: readonly string[], signal: AbortSignal): Promise<Float32Array[]> => {
    const context: CallContext = { baseUrl, apiKey, model, answeredBefore };
    const body = { model, input: [...texts], encoding_format: "float" as const };
    const text = await readReply(
      // The package asks for base64 unless told otherwise, which not every server has.
      (ownSignal) => client.post("/embeddings", { body, signal: ownSignal }).asResponse(),
      context,
      deadlineMs,
      signal,
    );
    const { data } = parseReply(text, replySchema, "no list of vectors", context);
    const vectors = inOrder(data, texts.length, baseUrl).map((vector) => normalised(vector, baseUrl));
    for (const vector of vectors) {
      dimension ??= vector.length;
      if (vector.length !== dimension) {
        throw broken(baseUrl, `vectors of ${dimension} and of ${vector.length} numbers`, "vectors of one length");
      }
    }
    answeredBefore = true;
    return vectors;
  };

  return {
    identity: `${model}@${baseUrl}${revision === null ? "" : `#${revision}`}`,
    async embed(texts, signal) {
      const vectors: Float32Array[] = [];
      for (let at = 0; at < texts.length; at += batchSize) {
        const batch = texts.slice(at, at + batchSize);
        const reserve = batch.reduce((sum, text) => sum + Math.ceil(text.length / 4), 0);
        const call = (ownSignal: AbortSignal): Promise<Float32Array[]> => ask(batch, ownSignal);
        vectors.push(
          ...(pacer === undefined ? await call(signal) : await pacer.run(reserve, call, () => reserve, signal)),
        );
      }
      return vectors;
    },
    close: async () => undefined,
  };
}

function inOrder(
  data: readonly { readonly index: number; readonly embedding: readonly number[] }[],
  count: number,
  baseUrl: string,
): (readonly number[])[] {
  const byIndex = new Map(data.map(({ index, embedding }) => [index, embedding]));
  const ordered = Array.from({ length: count }, (_, index) => byIndex.get(index));
  const complete = ordered.filter((vector) => vector !== undefined);
  if (data.length === count && complete.length === count) return complete;
  throw broken(baseUrl, `${data.length} vectors for ${count} texts`, "one vector a text, by index");
}

function normalised(vector: readonly number[], baseUrl: string): Float32Array {
  const norm = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
  if (!(norm > 0)) throw broken(baseUrl, "a vector of length 0", "vectors with a direction");
  return Float32Array.from(vector, (value) => value / norm);
}

function broken(baseUrl: string, found: string, allowed: string): EndpointFault {
  return new EndpointFault("malformed", `The embeddings of ${baseUrl} cannot be used.`, {
    found,
    allowed,
    remedy: "Check that the model is an embedding model and that the server serves it whole.",
    retry: "yes",
    status: 200,
  });
}
