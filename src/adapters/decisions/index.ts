/** A person's decisions (`decisions/*.jsonl`) and the record of looks at evaluation sets, on the disk. */
import path from "node:path";
import * as z from "zod";
import type { Look } from "../../engine/benchmarks/index.js";
import {
  parseContrastDecision,
  parseReviewDecision,
  parseTriageDecision,
  type ContrastDecision,
  type ReviewDecision,
  type TriageDecision,
} from "../../engine/errors/index.js";
import { stableJson } from "../../engine/hash.js";
import { versioned, type DecisionLog, type ProjectStore, type RecordParser } from "../../engine/store/index.js";
import { openDecisionLog } from "../store/decisions.js";
import { ensureUnionMerge } from "./unionMerge.js";

export { personName } from "./person.js";

/** Decisions of one kind; any process may append. */
class Decisions<T> {
  readonly #log: DecisionLog<T>;
  readonly #parse: RecordParser<T>;
  #queue: Promise<void> = Promise.resolve();

  constructor(log: DecisionLog<T>, parse: RecordParser<T>) {
    this.#log = log;
    this.#parse = parse;
  }

  get file(): string {
    return this.#log.file;
  }

  /** All whole records in their order; none when there is no file yet. Faults name file and line. */
  async read(): Promise<T[]> {
    return this.#log.read();
  }

  /** Resolves when the records are durable. A record of a wrong form is refused before anything is written. */
  append(records: readonly T[]): Promise<void> {
    // One after the other: appends of one process would else wait for their own lock.
    const done = this.#queue.then(async () => {
      for (const record of records) this.#parse(record);
      await ensureUnionMerge(path.dirname(this.#log.file));
      await this.#log.appendAll(records);
    });
    // A failed append is told to its caller and does not stop later ones.
    this.#queue = done.catch(() => undefined);
    return done;
  }
}

/** The decisions of a project; made to be committed, one small file a kind. */
export class DecisionStore {
  readonly triage: Decisions<TriageDecision>;
  readonly contrast: Decisions<ContrastDecision>;
  readonly review: Decisions<ReviewDecision>;

  constructor(store: Pick<ProjectStore, "decisions">) {
    const open = <T>(name: string, parse: RecordParser<T>): Decisions<T> =>
      new Decisions(store.decisions(name, parse), parse);
    this.triage = open("triage", parseTriageDecision);
    this.contrast = open("contrast", parseContrastDecision);
    this.review = open("review", parseReviewDecision);
  }
}

const parseLook: RecordParser<Look> = versioned<Look>({
  what: "look",
  version: 1,
  schema: z.object({
    version: z.literal(1),
    benchmark: z.string().min(1),
    split: z.string().min(1),
    run: z.string().min(1),
    iteration: z.int().min(0),
    evaluation: z.string().optional(),
    when: z.string().min(1),
  }),
});

/** Appends those of the looks that are not there yet: an evaluation that goes on after a kill is counted once. */
export async function recordLooks(log: DecisionLog<Look>, looks: readonly Look[]): Promise<void> {
  const nameOf = ({ when: _when, ...look }: Look): string => stableJson(look);
  const counted = new Set((await log.read()).map(nameOf));
  for (const look of looks) if (!counted.has(nameOf(look))) await log.append(look);
}

/** The looks at evaluation sets of a project, `.preceptor/looks.jsonl`. Any process may append. */
export function openLooks(store: Pick<ProjectStore, "folder">): DecisionLog<Look> {
  return openDecisionLog(path.join(store.folder, "looks.jsonl"), path.join(store.folder, "locks"), parseLook, {});
}
