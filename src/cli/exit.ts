import { ConfigurationFault } from "../engine/configuration/index.js";
import { toFault, type Fault, type FaultKind } from "../engine/fault.js";
import { commandLine, withCommandLines } from "./invocation.js";
import { safeText } from "../protocol/safeText.js";

/** Exit codes of the command line, documented in `docs/command-line.md`. */
export const exitCodes = { done: 0, failed: 1, usage: 2, person: 3, cancelled: 130 } as const;

const codeOfKind: { readonly [kind in FaultKind]: number } = {
  usage: exitCodes.usage,
  configuration: exitCodes.usage,
  data: exitCodes.usage,
  template: exitCodes.usage,
  endpoint: exitCodes.failed,
  authentication: exitCodes.person,
  budget: exitCodes.person,
  "person-needed": exitCodes.person,
  sandbox: exitCodes.failed,
  storage: exitCodes.failed,
  locked: exitCodes.failed,
  training: exitCodes.failed,
  cancelled: exitCodes.cancelled,
  internal: exitCodes.failed,
};

export function exitCodeOf(fault: Fault): number {
  return codeOfKind[fault.kind];
}

/**
 * A fault as it is written to standard error; the stack only with `--debug`. `project` is the folder that the command
 * was given, for the commands that the fault names.
 */
export function faultText(thrown: unknown, debug: boolean, project = "."): string {
  const fault = toFault(thrown);
  const described = withCommandLines(fault.describe(), (args) => commandLine(args, project));
  // What was found may be anything that a file or a server holds.
  const text = safeText(`${fault.kind === "internal" ? "Internal fault: " : ""}${described}`, 8000);
  if (!debug) return text;
  const stacks = [fault.stack ?? ""];
  for (let cause = fault.cause; cause instanceof Error; cause = cause.cause)
    stacks.push(`caused by ${cause.stack ?? ""}`);
  return [text, ...stacks].join("\n");
}

/** A fault as the JSON document that `--json` prints; a file's further problems are `others` of its first one. */
export function faultJson(thrown: unknown): { fault: FaultFields & { others?: readonly FaultFields[] } } {
  const fault = toFault(thrown);
  const [, ...others] = fault instanceof ConfigurationFault ? fault.faults : [fault];
  return { fault: { ...fieldsOf(fault), ...(others.length === 0 ? {} : { others: others.map(fieldsOf) }) } };
}

interface FaultFields {
  readonly kind: FaultKind;
  readonly message: string;
  readonly [detail: string]: unknown;
}

function fieldsOf({ kind, message, details }: Fault): FaultFields {
  const { cause: _cause, ...rest } = details;
  return { kind, message, ...rest };
}
