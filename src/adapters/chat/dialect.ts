import type OpenAI from "openai";
import type { EndpointFault } from "../../engine/asking/index.js";
import type { ChatRequest } from "../../engine/seams/index.js";

/** What a server was found to take of the protocol. */
export interface Dialect {
  readonly stream: boolean;
  /** `stream_options.include_usage`. */
  readonly streamUsage: boolean;
  /** `response_format` with a JSON schema. */
  readonly format: boolean;
  readonly maxTokens: "max_completion_tokens" | "max_tokens";
  /** Whether the other name of `maxTokens` was refused already. */
  readonly maxTokensChanged: boolean;
}

export function firstDialect(stream: boolean, useLegacyMaxTokens: boolean): Dialect {
  return {
    stream,
    streamUsage: true,
    format: true,
    maxTokens: useLegacyMaxTokens ? "max_tokens" : "max_completion_tokens",
    maxTokensChanged: false,
  };
}

/** The body of a request in a dialect. Parameters that are null are left out. */
export function requestBody(
  model: string,
  request: ChatRequest,
  dialect: Dialect,
  extraBody: { readonly [key: string]: unknown } | undefined,
): OpenAI.ChatCompletionCreateParams {
  const { temperature, topP, maxTokens, seed, stop, format } = request.parameters;
  return {
    ...extraBody,
    model,
    messages: request.messages.map(({ role, content }) => ({ role, content })),
    ...(temperature === null ? {} : { temperature }),
    ...(topP === null ? {} : { top_p: topP }),
    ...(maxTokens === null ? {} : { [dialect.maxTokens]: maxTokens }),
    // Independent answers to the same messages need different seeds, or a server that honours them sends one answer.
    ...(seed === null ? {} : { seed: seed + request.sample }),
    ...(stop.length === 0 ? {} : { stop: [...stop] }),
    ...(format === null || !dialect.format
      ? {}
      : {
          response_format: {
            type: "json_schema",
            json_schema: { name: format.name, schema: { ...format.schema }, strict: true },
          },
        }),
    stream: dialect.stream,
    ...(dialect.stream && dialect.streamUsage ? { stream_options: { include_usage: true } } : {}),
  };
}

/** The dialect that avoids what the server refused, null when the refused parameter is the caller's to change. */
export function downgraded(dialect: Dialect, fault: EndpointFault): Dialect | null {
  switch (fault.parameter) {
    case "stream_options":
      return dialect.streamUsage ? { ...dialect, streamUsage: false } : null;
    case "stream":
      return dialect.stream ? { ...dialect, stream: false } : null;
    case "response_format":
      return dialect.format ? { ...dialect, format: false } : null;
    case "max_tokens":
    case "max_completion_tokens": {
      if (dialect.maxTokensChanged || fault.parameter !== dialect.maxTokens) return null;
      const other = dialect.maxTokens === "max_tokens" ? "max_completion_tokens" : "max_tokens";
      return { ...dialect, maxTokens: other, maxTokensChanged: true };
    }
    case null:
    default:
      return null;
  }
}
