import { z } from "zod";
import { connect, type Endpoint } from "./connection.js";
import type { CallContext } from "./faults.js";
import { parseReply, readReply } from "./wholeReply.js";

const listSchema = z.object({ data: z.array(z.object({ id: z.string() })) });

/**
 * The names of the models that an endpoint serves, sorted.
 * @param deadlineMs longest time of the call in milliseconds.
 * Faults: kind `endpoint` or `authentication`, `cancelled` when aborted.
 */
export async function listModels(endpoint: Endpoint, signal: AbortSignal, deadlineMs = 15_000): Promise<string[]> {
  const context: CallContext = { ...endpoint, model: null, answeredBefore: false };
  const text = await readReply(
    (ownSignal) => connect(endpoint).get("/models", { signal: ownSignal }).asResponse(),
    context,
    deadlineMs,
    signal,
  );
  return parseReply(text, listSchema, "no list of models", context)
    .data.map(({ id }) => id)
    .sort();
}
