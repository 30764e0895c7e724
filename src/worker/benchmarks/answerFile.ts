import { logStart, readNewRecords, type LogPosition } from "../../adapters/store/index.js";
import type { Protocol } from "../../engine/families/index.js";
import { judgementOf, parseResponse, protocolOf, type ResponseRecord } from "../../engine/iteration/index.js";
import type { FaultView } from "../../protocol/fault.js";
import { oneLine } from "../../protocol/safeText.js";
import type { Verdict } from "../../protocol/worker/caseFilter.js";
import { toFaultView } from "../faultView.js";
import type { TextShelf } from "./textShelf.js";

/** What lists need of one answer. Its text stays in the file, and on the shelf while there is room. */
export interface Answer {
  readonly key: string;
  readonly verdict: Verdict;
  readonly outcome: string;
  readonly value: string | null;
  readonly failure: {
    readonly message: string;
    readonly expected: string | null;
    readonly actual: string | null;
  } | null;
  readonly disputed: boolean;
  readonly artefact: NonNullable<ResponseRecord["artefact"]>["reason"] | null;
  readonly tokens: number;
  readonly estimated: boolean;
  readonly cost: number | null;
}

/** Answers to one benchmark by key of the case, in the order in which they arrived. */
export type Answers = ReadonlyMap<string, Answer>;

const noAnswers: Answers = new Map();

/** The answers in one `responses.jsonl`. It is read where it was left off, so a file that grows costs what it grew. */
export class AnswerFile {
  readonly file: string;
  readonly #protocolOf: (benchmark: string) => Protocol;
  readonly #shelf: TextShelf;
  #byBenchmark = new Map<string, Map<string, Answer>>();
  #position: LogPosition = logStart;
  #reading: Promise<void> = Promise.resolve();
  #stamp: string | null = null;
  #version = 0;
  #fault: FaultView | null = null;

  constructor(file: string, protocolOf: (benchmark: string) => Protocol, shelf: TextShelf) {
    this.file = file;
    this.#protocolOf = protocolOf;
    this.#shelf = shelf;
  }

  /** Rises when answers were added; what was computed from an older version is out of date. */
  get version(): number {
    return this.#version;
  }

  /** Why the rest of the file cannot be read. */
  get fault(): FaultView | null {
    return this.#fault;
  }

  get benchmarks(): readonly string[] {
    return [...this.#byBenchmark.keys()];
  }

  /** Whether the file as it was with this stamp has been read. */
  isRead(stamp: string): boolean {
    return this.#stamp === stamp;
  }

  answers(benchmark: string): Answers {
    return this.#byBenchmark.get(benchmark) ?? noAnswers;
  }

  /** Reads what is new. A file that cannot be read keeps its answers and says why. */
  async refresh(stamp: string): Promise<void> {
    this.#reading = this.#reading.then(async () => {
      if (this.#stamp === stamp) return;
      await this.#read();
      this.#stamp = stamp;
    });
    return this.#reading;
  }

  async #read(): Promise<void> {
    try {
      const { records, position, replaced } = await readNewRecords(this.file, this.#position, parseResponse);
      if (replaced) {
        this.#byBenchmark = new Map();
        this.#shelf.drop(this.file);
      }
      for (const record of records) this.#add(record);
      this.#position = position;
      if (records.length > 0 || replaced) this.#version += 1;
      this.#fault = null;
    } catch (thrown) {
      this.#fault = toFaultView(thrown);
      this.#version += 1;
    }
  }

  #add(record: ResponseRecord): void {
    if (record.sample !== 0) return;
    const answers = this.#byBenchmark.get(record.benchmark) ?? new Map<string, Answer>();
    this.#byBenchmark.set(record.benchmark, answers);
    answers.set(record.key, answerOf(record, this.#protocolOf(record.benchmark)));
    this.#shelf.add(this.file, record.key, record.text);
  }
}

function answerOf(record: ResponseRecord, configured: Protocol): Answer {
  const judgement = judgementOf(record, protocolOf(record, configured));
  const verdict = verdictOf(record, judgement);
  const { failure, by } = judgement;
  return {
    key: record.key,
    verdict,
    outcome: verdict === "right" ? verdict : (failure?.type ?? (silent.has(by) ? verdict : by)),
    value: short(judgement.extraction.value),
    failure:
      failure === null
        ? null
        : {
            message: short(failure.message) ?? "",
            expected: short(failure.expected),
            actual: short(failure.actual),
          },
    disputed: record.disputed,
    artefact: record.correct ? null : (record.artefact?.reason ?? null),
    tokens: record.usage.completionTokens,
    estimated: record.usage.estimated,
    cost: record.cost,
  };
}

/** Deciders that tell no more than the verdict does. */
const silent: ReadonlySet<string> = new Set(["exact", "judged", "passed", "recorded"]);

function verdictOf({ correct, finish }: ResponseRecord, { extraction, failure }: ResponseRecord["paper"]): Verdict {
  if (correct) return "right";
  if (finish === "length") return "cut-off";
  return extraction.value === null && failure === null ? "no-answer" : "wrong";
}

/** The beginning of a text, in memory of its own: a part of a string keeps the whole of it alive. */
function short(text: string | null): string | null {
  return text === null ? null : Buffer.from(oneLine(text, 80), "utf8").toString("utf8");
}
