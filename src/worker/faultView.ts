import { toFault } from "../engine/fault.js";
import type { FaultView } from "../protocol/fault.js";

/** What was thrown, as it crosses to the extension host: without its cause, which is for the log. */
export function toFaultView(thrown: unknown): FaultView {
  const { kind, message, details } = toFault(thrown);
  const { cause: _cause, ...place } = details;
  return { kind, message, ...place };
}
