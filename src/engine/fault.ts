/**
 * Software failures. A wrong answer of the target model is an *error* and never a fault; a fault is bad input, a
 * broken machine or a service that misbehaves. Every fault says what was found, where, and what to do about it.
 */

/** What kind of failure it is; the command line turns the kind into an exit code, the editor into a button. */
export type FaultKind =
  | "usage"
  | "configuration"
  | "data"
  | "template"
  | "endpoint"
  | "authentication"
  | "budget"
  | "person-needed"
  | "sandbox"
  | "storage"
  | "locked"
  | "training"
  | "cancelled"
  | "internal";

/** Where the trouble is. Everything is optional: a fault names what it knows. */
export interface FaultPlace {
  readonly file?: string;
  /** Line, counted from 1. */
  readonly line?: number;
  /** Dotted path of the field, for example `models.target.endpoint`. */
  readonly field?: string;
}

export interface FaultDetails extends FaultPlace {
  /** What was found there, shortened for show. */
  readonly found?: string;
  /** What is allowed there. */
  readonly allowed?: string;
  /**
   * What the reader can do next, as an imperative sentence. A command of Preceptor stands in backticks, as in
   * "`preceptor doctor` says why.": the command line puts in place of it what this person would type.
   */
  readonly remedy?: string;
  readonly cause?: unknown;
}

/** Faults that nobody can act on: a bug of ours, and work that was stopped on purpose. */
type KindWithoutRemedy = "internal" | "cancelled";

/** What every other fault says: also what to do about it. */
type RemediedDetails = FaultDetails & { readonly remedy: string };

export class Fault extends Error {
  override readonly name = "Fault";
  readonly kind: FaultKind;
  readonly details: FaultDetails;

  constructor(kind: KindWithoutRemedy, message: string, details?: FaultDetails);
  constructor(kind: FaultKind, message: string, details: RemediedDetails);
  constructor(kind: FaultKind, message: string, details: FaultDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.kind = kind;
    this.details = details;
  }

  /** The same fault, with what is now known of its place. */
  at(place: FaultPlace): Fault {
    // It was made with a remedy when its kind needs one.
    return new Fault(this.kind as KindWithoutRemedy, this.message, { ...this.details, ...place });
  }

  /** The fault as a person reads it: the sentence, the place, what was found and allowed, and the remedy. */
  describe(): string {
    const { file, line, field, found, allowed, remedy } = this.details;
    const place = [file === undefined ? undefined : line === undefined ? file : `${file}:${line}`, field]
      .filter((part) => part !== undefined)
      .join(" · ");
    const lines = [place === "" ? this.message : `${place}: ${this.message}`];
    if (found !== undefined) lines.push(`  found:   ${found}`);
    if (allowed !== undefined) lines.push(`  allowed: ${allowed}`);
    if (remedy !== undefined) lines.push(`  remedy:  ${remedy}`);
    return lines.join("\n");
  }
}

/** Wraps anything thrown into a fault, keeping a fault as it is; what is not known to be anybody's fault is ours. */
export function toFault(thrown: unknown, known?: { readonly kind: FaultKind; readonly remedy: string }): Fault {
  if (thrown instanceof Fault) return thrown;
  if (isAbort(thrown)) return new Fault("cancelled", "The work was cancelled.", { cause: thrown });
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  if (known === undefined) return new Fault("internal", message, { cause: thrown });
  return new Fault(known.kind, message, { remedy: known.remedy, cause: thrown });
}

/** True for the error that an aborted `AbortSignal` raises. */
export function isAbort(thrown: unknown): boolean {
  return thrown instanceof Error && thrown.name === "AbortError";
}

/** Throws the `cancelled` fault when the signal is aborted. */
export function throwIfCancelled(signal: AbortSignal): void {
  if (signal.aborted) throw new Fault("cancelled", "The work was cancelled.");
}
