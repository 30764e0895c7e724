import OpenAI from "openai";
import { z } from "zod";
import { cancelledFault, EndpointFault, type EndpointTrouble } from "../../engine/asking/index.js";
import { Fault } from "../../engine/fault.js";

/** What the words of a fault need to know about the call. */
export interface CallContext {
  readonly baseUrl: string;
  /** The model that was asked, null for calls without one. */
  readonly model: string | null;
  /** The key, so that it can be taken out of whatever the server says. */
  readonly apiKey: string | null;
  /** Whether this endpoint has answered before: then a refused connection may pass. */
  readonly answeredBefore: boolean;
}

const errorBody = z.object({
  message: z.string().nullish().catch(null),
  code: z.union([z.string(), z.number()]).nullish().catch(null),
  type: z.string().nullish().catch(null),
  param: z.string().nullish().catch(null),
});

/** An error as servers report it: in the body of a status, in a 200, or as an event of a stream. */
interface ReportedError {
  readonly status: number | null;
  readonly message: string;
  readonly code: string;
  readonly type: string;
  readonly param: string;
  readonly headers: Headers | null;
}

/** Turns whatever a call threw into the fault that it means. */
export function toEndpointFault(thrown: unknown, context: CallContext): Fault {
  if (thrown instanceof Fault) return thrown;
  if (thrown instanceof OpenAI.APIUserAbortError) return cancelledFault();
  if (thrown instanceof OpenAI.APIConnectionError) return connectionFault(thrown, context);
  if (thrown instanceof OpenAI.APIError) {
    const headers: unknown = thrown.headers;
    const known = headers instanceof Headers ? headers : null;
    const status = typeof thrown.status === "number" ? thrown.status : null;
    return reportedFault(thrown.error ?? thrown.message, status, known, context);
  }
  if (thrown instanceof SyntaxError) return malformedFault("broken JSON", "", context);
  return connectionFault(thrown, context);
}

/** The fault that a reported error means. */
export function reportedFault(
  body: unknown,
  status: number | null,
  headers: Headers | null,
  context: CallContext,
): EndpointFault {
  // Some servers put the text of the error where others put an object, or a list of faults of the request.
  const parsed = errorBody.safeParse(body).data;
  const raw = parsed?.message ?? (typeof body === "string" ? body : body === undefined ? "" : JSON.stringify(body));
  const error: ReportedError = {
    status: status ?? statusFromCode(parsed?.code),
    message: scrub(raw, context.apiKey),
    code: String(parsed?.code ?? ""),
    type: parsed?.type ?? "",
    param: parsed?.param ?? "",
    headers,
  };
  return explain(error, context);
}

function explain(error: ReportedError, context: CallContext): EndpointFault {
  const { status } = error;
  const who = context.model === null ? context.baseUrl : `${context.model} at ${context.baseUrl}`;
  const fault = (
    trouble: EndpointTrouble,
    message: string,
    remedy: string,
    retry: "yes" | "no" = "no",
  ): EndpointFault =>
    new EndpointFault(trouble, message, {
      ...(error.message === "" ? {} : { found: shorten(error.message) }),
      remedy,
      retry,
      retryAfterMs: retry === "yes" ? retryAfter(error.headers) : null,
      status,
    });
  const says = `${error.code} ${error.type} ${error.message}`.toLowerCase();

  if (status === 401 || status === 403) {
    return fault(
      "authentication",
      context.apiKey === null || context.apiKey === ""
        ? `${context.baseUrl} wants an API key, and none is configured.`
        : status === 401
          ? `${context.baseUrl} does not accept the API key.`
          : `The API key may not use ${who}.`,
      "Check the model's apiKey (for example ${env:NAME}) and that it belongs to this endpoint, then try again.",
    );
  }
  if (status === 402 || /insufficient_quota|insufficient.{0,10}balance|billing_hard_limit/.test(says)) {
    return fault(
      "quota",
      `The account at ${context.baseUrl} has no credit left.`,
      "Add credit or use another key, then resume the run.",
    );
  }
  if (status === 429) {
    return fault("rate-limit", `${who} answers that it is asked too often.`, "Lower the endpoint's limits.", "yes");
  }
  if (status !== null && status >= 300 && status < 400) {
    const target = error.headers?.get("location") ?? "another address";
    return fault(
      "not-an-endpoint",
      `${context.baseUrl} redirects to ${scrub(target, context.apiKey)}.`,
      "Write the address that it redirects to as the model's endpoint.",
    );
  }
  if (
    /model_not_found|model.{0,120}(does not exist|not found|not exist|is not available)|(unknown|no such|invalid) model/.test(
      says,
    ) &&
    (status === 404 || status === 400 || status === null)
  ) {
    return fault(
      "unknown-model",
      `${context.baseUrl} has no model named ${context.model ?? "that"}.`,
      "Correct the model's name; `preceptor doctor` lists the models of the endpoint.",
    );
  }
  if (status === 404 || status === 405 || status === 501) {
    return fault(
      "not-an-endpoint",
      `There is no OpenAI-compatible endpoint at ${context.baseUrl}.`,
      "Check the address; it usually ends with /v1.",
    );
  }
  if (
    status === 413 ||
    /context_length_exceeded|maximum context length|context (window|length|size)|too many tokens|prompt is too long|too large|at most \d+/.test(
      says,
    )
  ) {
    return fault(
      "too-long",
      `The request is longer than ${who} can take.`,
      "Lower maxTokens, shorten the prompt, or use a model with a longer context.",
    );
  }
  if (status === 408 || status === 409 || status === 425 || (status !== null && status >= 500)) {
    return fault(
      "server",
      `${who} answers with an error of its own (HTTP ${status}).`,
      "Check the server's log.",
      "yes",
    );
  }
  const parameter = refusedParameter(error);
  if (parameter !== null) {
    return new EndpointFault("unsupported-parameter", `${who} does not take the parameter ${parameter}.`, {
      field: parameter,
      found: shorten(error.message),
      remedy: PARAMETER_REMEDIES[parameter] ?? "Leave the parameter out.",
      retry: "no",
      status,
      parameter,
    });
  }
  if (status === null)
    return fault("server", `${who} broke its answer off with an error.`, "Check the server's log.", "yes");
  return fault("refused", `${who} refuses the request (HTTP ${status}).`, "Correct the request as the server says.");
}

/** The parameters of a request that servers are known to refuse; longer names before those that they contain. */
const PARAMETERS = [
  "max_completion_tokens",
  "max_tokens",
  "stream_options",
  "response_format",
  "json_schema",
  "temperature",
  "top_p",
  "seed",
  "stop",
  "stream",
] as const;

const PARAMETER_REMEDIES: { readonly [name: string]: string } = {
  temperature: "Set the temperature of this model to null, so that it is left out.",
  top_p: "Set topP of this model to null, so that it is left out.",
  seed: "Set the seed of this model to null, so that it is left out.",
  stop: "Give this model no stop texts.",
  max_tokens: "Set maxTokens of this model to null, so that it is left out.",
  max_completion_tokens: "Set maxTokens of this model to null, so that it is left out.",
};

const REFUSAL =
  /unsupported|not supported|unknown|unrecognized|unrecognised|unexpected|extra (inputs|fields|parameters)|not permitted|not allowed|forbidden|does(n't| not) support|no longer supported|invalid|only the default|must be|cannot/;

/** Which parameter a 400 or 422 refuses, by the field the server names or else by the first name in its words. */
function refusedParameter(error: ReportedError): string | null {
  if (error.status !== 400 && error.status !== 422) return null;
  const says = `${error.code} ${error.message}`.toLowerCase();
  const named = PARAMETERS.find((name) => new RegExp(`(^|\\W)${name}($|\\W)`).test(error.param.toLowerCase()));
  if (named !== undefined) return canonical(named);
  if (!REFUSAL.test(says)) return null;
  const found = PARAMETERS.map((name) => ({ name, at: says.search(new RegExp(`(^|[^a-z_])${name}([^a-z_]|$)`)) }))
    .filter(({ at }) => at >= 0)
    .sort((a, b) => a.at - b.at)[0];
  if (found !== undefined) return canonical(found.name);
  return /streaming/.test(says) ? "stream" : null;
}

function canonical(name: string): string {
  return name === "json_schema" ? "response_format" : name;
}

/** A reply with status 200 that is no reply. */
export function malformedFault(what: string, found: string, context: CallContext): EndpointFault {
  const html = /^\s*</.test(found);
  return new EndpointFault(
    html ? "not-an-endpoint" : "malformed",
    html
      ? `${context.baseUrl} answers with a web page instead of a reply.`
      : `${context.baseUrl} sent ${what} instead of a reply.`,
    {
      ...(found === "" ? {} : { found: shorten(scrub(found, context.apiKey)) }),
      remedy: html
        ? "Check the address (it usually ends with /v1) and whether a proxy or sign-in page answers in its place."
        : "Check that the server speaks the OpenAI chat-completions protocol, and its log.",
      retry: "yes",
      status: 200,
    },
  );
}

const CONNECTION_WORDS: { readonly [code: string]: { readonly says: string; readonly remedy: string } } = {
  ECONNREFUSED: {
    says: "Nothing listens at",
    remedy: "Start the server, or correct the address and port.",
  },
  ENOTFOUND: {
    says: "There is no host of the name in",
    remedy: "Correct the host name, or check the network connection.",
  },
};

/** A connection that could not be made or that broke. */
function connectionFault(thrown: unknown, context: CallContext): EndpointFault {
  const code = codeOf(thrown);
  const words = CONNECTION_WORDS[code];
  if (words !== undefined) {
    return new EndpointFault("unreachable", `${words.says} ${context.baseUrl}.`, {
      found: code,
      remedy: words.remedy,
      // A server that answered a moment ago may be restarting; one that never did is probably not there.
      retry: context.answeredBefore ? "yes" : "no",
    });
  }
  if (/CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ERR_TLS|ERR_SSL|EPROTO/.test(code)) {
    return new EndpointFault("unreachable", `The encrypted connection to ${context.baseUrl} cannot be trusted.`, {
      found: code,
      remedy: "Check http or https in the address; name your own authority's certificate in NODE_EXTRA_CA_CERTS.",
      retry: "no",
    });
  }
  const message = thrown instanceof Error ? innermost(thrown).message : String(thrown);
  if (message === "bad port") {
    return new EndpointFault("unreachable", `The port of ${context.baseUrl} is reserved for another protocol.`, {
      found: "a port that no web client connects to",
      remedy: "Let the server listen at another port, such as 8000.",
      retry: "no",
    });
  }
  return new EndpointFault("interrupted", `The connection to ${context.baseUrl} broke.`, {
    found: scrub(code === "" ? message : `${code}: ${message}`, context.apiKey),
    remedy: "Check the server's log and the network.",
    retry: "yes",
  });
}

function innermost(error: Error): Error {
  let inner = error;
  for (let depth = 0; depth < 8 && inner.cause instanceof Error; depth += 1) inner = inner.cause;
  return inner;
}

function codeOf(thrown: unknown): string {
  let code = "";
  let current: unknown = thrown;
  for (let depth = 0; depth < 8 && current instanceof Error; depth += 1) {
    if ("code" in current && typeof current.code === "string") code = current.code;
    current = current.cause;
  }
  return code;
}

function statusFromCode(code: string | number | null | undefined): number | null {
  const status = Number(code ?? NaN);
  return Number.isInteger(status) && status >= 400 && status < 600 ? status : null;
}

/** `Retry-After` in milliseconds: seconds, a date, or `retry-after-ms`. A date in the past is no wait. */
function retryAfter(headers: Headers | null, now: number = Date.now()): number | null {
  const ms = headers?.get("retry-after-ms") ?? null;
  if (ms !== null && /^\d+(\.\d+)?$/.test(ms.trim())) return Math.ceil(Number(ms));
  const value = headers?.get("retry-after")?.trim() ?? null;
  if (value === null) return null;
  if (/^\d+(\.\d+)?$/.test(value)) return Math.ceil(Number(value) * 1000);
  const date = Date.parse(value);
  return Number.isNaN(date) ? null : Math.max(0, date - now);
}

/** Takes keys out of a text: the one in use, and whatever looks like one. */
function scrub(text: string, apiKey: string | null): string {
  const known = apiKey === null || apiKey.length < 4 ? text : text.replaceAll(apiKey, "[key]");
  return known
    .replace(/\b(sk|pk|gsk|hf|xai|key)[-_][A-Za-z0-9_*-]{8,}/g, "[key]")
    .replace(/Bearer\s+\S+/gi, "Bearer [key]");
}

function shorten(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length <= 300 ? line : `${line.slice(0, 299)}…`;
}
