import { Fault, type FaultDetails, type FaultPlace } from "../fault.js";

/** What went wrong with an endpoint, for programs; the message says it for people. */
export type EndpointTrouble =
  | "unreachable"
  | "not-an-endpoint"
  | "authentication"
  | "unknown-model"
  | "unsupported-parameter"
  | "too-long"
  | "refused"
  | "quota"
  | "rate-limit"
  | "server"
  | "interrupted"
  | "malformed"
  | "silent"
  | "endless"
  | "wrong-model";

export interface EndpointFaultDetails extends FaultDetails {
  readonly remedy: string;
  /** Whether asking again, unchanged, may help. */
  readonly retry: "yes" | "no";
  /** How long the server asks to wait, in milliseconds; null when it does not say. */
  readonly retryAfterMs?: number | null;
  /** HTTP status, where there was an answer. */
  readonly status?: number | null;
  /** The request parameter that the server does not know, by its name in the request body. */
  readonly parameter?: string | null;
}

/** A fault of an endpoint: kind `authentication` when the key is the trouble, else `endpoint`. */
export class EndpointFault extends Fault {
  readonly trouble: EndpointTrouble;
  readonly retry: "yes" | "no";
  readonly retryAfterMs: number | null;
  readonly status: number | null;
  readonly parameter: string | null;

  constructor(trouble: EndpointTrouble, message: string, details: EndpointFaultDetails) {
    const { retry, retryAfterMs, status, parameter, ...rest } = details;
    super(trouble === "authentication" ? "authentication" : "endpoint", message, rest);
    this.trouble = trouble;
    this.retry = retry;
    this.retryAfterMs = retryAfterMs ?? null;
    this.status = status ?? null;
    this.parameter = parameter ?? null;
  }

  override at(place: FaultPlace): EndpointFault {
    return this.#again(this.message, place);
  }

  /** The same fault as the end of the matter: not to be retried, with what was tried and what to do now. */
  final(note: string, remedy?: string): EndpointFault {
    return this.#again(`${this.message} ${note}`, {
      ...(remedy === undefined ? {} : { remedy }),
      retry: "no",
      cause: this,
    });
  }

  #again(message: string, change: Partial<EndpointFaultDetails>): EndpointFault {
    const { trouble, retry, retryAfterMs, status, parameter, details } = this;
    const remedy = details.remedy ?? "Check the server's log.";
    return new EndpointFault(trouble, message, {
      ...details,
      remedy,
      retry,
      retryAfterMs,
      status,
      parameter,
      ...change,
    });
  }
}
