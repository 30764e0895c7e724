import { InvalidArgumentError, Option, type Command } from "commander";
import { allCases, type CaseFilter } from "../adapters/project/index.js";

/** Options that several commands share, and how their values are read. */

export interface CaseOptions {
  readonly limit?: number;
  readonly case?: string[];
  readonly fresh?: boolean;
}

/** Adds the options that choose cases. */
export function withCaseOptions(command: Command): Command {
  return command
    .option("--limit <n>", "at most so many cases of each split", positiveInteger)
    .option("--case <key>", "only this case (repeat for several)", collect, [])
    .option("--fresh", "ask again even where an earlier run's answer would do");
}

/** The option of commands that ask models, by which a program that starts this one hands over keys. */
export function secretsOption(): Option {
  return new Option(
    "--secrets-on-stdin",
    'for programs: first read one line {"secrets": {"NAME": "value"}} from standard input',
  );
}

/** The filter that the options ask for; null when they ask for none. */
export function caseFilterOf({ limit, case: keys = [] }: Pick<CaseOptions, "limit" | "case">): CaseFilter | null {
  if (limit === undefined && keys.length === 0) return null;
  return { limit: limit ?? allCases.limit, cases: keys.length === 0 ? null : keys };
}

/** Parses an option that takes 0 or more. */
export function wholeNumber(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 0) return value;
  throw new InvalidArgumentError("Allowed: 0, 1, 2, …");
}

/** Parses an option that takes 1 or more. */
export function positiveInteger(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new InvalidArgumentError("Allowed: 1, 2, 3, …");
}

/** Gathers an option that may be repeated. */
export function collect(value: string, earlier: readonly string[]): string[] {
  return [...earlier, value];
}
