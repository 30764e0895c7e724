import { Fault, type FaultKind } from "../../engine/fault.js";

/** From the embedder to its worker. */
export interface EncodeRequest {
  readonly id: number;
  readonly texts: readonly string[];
}

/** A fault as data: classes do not survive the way between threads. */
export interface FaultMessage {
  readonly kind: FaultKind;
  readonly message: string;
  readonly details: {
    readonly field?: string;
    readonly found?: string;
    readonly allowed?: string;
    readonly remedy?: string;
  };
}

/** From the worker to the embedder. */
export type EncodeReply =
  { readonly id: number; readonly vectors: Float32Array[] } | { readonly id: number; readonly fault: FaultMessage };

export function toMessage({ kind, message, details }: Fault): FaultMessage {
  const { field, found, allowed, remedy } = details;
  return {
    kind,
    message,
    details: {
      ...(field === undefined ? {} : { field }),
      ...(found === undefined ? {} : { found }),
      ...(allowed === undefined ? {} : { allowed }),
      ...(remedy === undefined ? {} : { remedy }),
    },
  };
}

export function fromMessage({ kind, message, details }: FaultMessage): Fault {
  return new Fault(kind, message, {
    ...details,
    remedy: details.remedy ?? "Resume the run; what was embedded is kept.",
  });
}
