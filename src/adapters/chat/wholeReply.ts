import type { z } from "zod";
import { malformedFault, reportedFault, toEndpointFault, type CallContext } from "./faults.js";
import { Watch } from "./watch.js";

/** The text of a reply that is not streamed, within a time and a size. */
export async function readReply(
  call: (signal: AbortSignal) => Promise<Response>,
  context: CallContext,
  deadlineMs: number,
  signal: AbortSignal,
): Promise<string> {
  const watch = new Watch(signal, {
    idleMs: null,
    deadlineMs,
    maxBytes: 256_000_000,
  });
  try {
    return await watch.readText((await call(watch.signal)).body);
  } catch (thrown) {
    throw watch.endedBy() ?? toEndpointFault(thrown, context);
  } finally {
    watch.close();
  }
}

/** Parses the JSON of a reply; `complaint` says what JSON of another shape is. */
export function parseReply<T>(text: string, schema: z.ZodType<T>, complaint: string, context: CallContext): T {
  if (text.trim() === "") throw malformedFault("an empty body", "", context);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw malformedFault("broken JSON", text, context);
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const reported = reportedIn(value);
  if (reported !== null) throw reportedFault(reported, null, null, context);
  throw malformedFault(`JSON that is ${complaint}`, text, context);
}

/** The error in a body with status 200, in either of its two usual forms; null when there is none. */
function reportedIn(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return null;
  if ("error" in value && Boolean(value.error)) return value.error;
  return "object" in value && value.object === "error" ? value : null;
}
