import OpenAI from "openai";
import { Fault } from "../../engine/fault.js";

/** Where an endpoint is and how to be let in. */
export interface Endpoint {
  /** Address up to the version, for example `http://127.0.0.1:8000/v1`. */
  readonly baseUrl: string;
  /** Null or empty for a server that asks for none. */
  readonly apiKey: string | null;
  /** Further headers that a gateway wants. */
  readonly headers?: { readonly [name: string]: string };
  /** Replaces the global `fetch`. */
  readonly fetch?: typeof globalThis.fetch;
}

/** Keeps the whole body of an error: the package only keeps its `error` field, and several servers have none. */
class Client extends OpenAI {
  protected override makeStatusError(
    ...[status, body, message, headers]: Parameters<OpenAI["makeStatusError"]>
  ): ReturnType<OpenAI["makeStatusError"]> {
    const hasField = typeof body === "object" && body !== null && "error" in body && Boolean(body.error);
    return super.makeStatusError(status, hasField ? body : { error: body }, message, headers);
  }
}

/** Timers of ours end a call; the package's own, which is off at its largest value, would not say why. */
const NO_TIMEOUT_MS = 2_147_483_647;

/**
 * A client of the `openai` package with every default that would act behind our back switched off: its retries, its
 * log, and what it reads from the environment (key, address, organisation, project, admin key, and custom headers).
 * The headers of every request are therefore written here and nowhere else.
 */
export function connect(endpoint: Endpoint): OpenAI {
  const baseURL = checkedAddress(endpoint.baseUrl);
  const key = checkedKey(endpoint.apiKey);
  const headers: Record<string, string> = {
    accept: "application/json, text/event-stream",
    "content-type": "application/json",
    "user-agent": "preceptor",
    ...(key === null ? {} : { authorization: `Bearer ${key}` }),
    ...endpoint.headers,
  };
  const send = endpoint.fetch ?? globalThis.fetch;
  return new Client({
    apiKey: key ?? "none",
    adminAPIKey: null,
    baseURL,
    organization: null,
    project: null,
    webhookSecret: null,
    maxRetries: 0,
    timeout: NO_TIMEOUT_MS,
    logLevel: "off",
    // A redirected POST arrives as a GET without its body, so a redirect is reported instead of followed.
    fetch: (url, init) => send(url, { ...init, headers, redirect: "manual" }),
  });
}

function checkedAddress(baseUrl: string): string {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : null;
  const usable = url !== null && /^https?:$/.test(url.protocol) && url.username === "" && url.password === "";
  if (usable) return baseUrl.replace(/\/+$/, "");
  throw new Fault("configuration", "The endpoint's address cannot be used.", {
    field: "baseUrl",
    // An address that holds a password is not shown.
    found: url !== null && url.username + url.password !== "" ? "an address with a user or password in it" : baseUrl,
    allowed: "an http or https address such as http://127.0.0.1:8000/v1, without a user or password",
    remedy: "Correct the address; give a key as the endpoint's apiKey.",
  });
}

function checkedKey(apiKey: string | null): string | null {
  if (apiKey === null || apiKey === "") return null;
  if (/^[\x21-\x7e]+$/.test(apiKey)) return apiKey;
  throw new Fault("configuration", "The API key has characters that no key has, such as a space or a line end.", {
    field: "apiKey",
    allowed: "printable ASCII characters without spaces",
    remedy: "Copy the key again, without quotes or line ends around it.",
  });
}
