import type { Configuration } from "../configuration/index.js";
import type { Case, ExtractorName, Family, Protocol } from "../families/index.js";
import { strategyNamed, type Strategy } from "../instructor/index.js";
import type { Decisions } from "./decisions.js";
import type { TemplateSource } from "./templates.js";
import type {
  ChatAnswer,
  ChatRequest,
  Checkpoint,
  CodeRunner,
  Embedder,
  ModelIdentity,
  Trainer,
} from "../seams/index.js";
import type { RunStore, StageManifest } from "../store/index.js";

export type StageName = "select" | "collect" | "contrast" | "instruct" | "gate" | "train" | "evaluate" | "report";
export const stageNames: readonly StageName[] = [
  "select",
  "collect",
  "contrast",
  "instruct",
  "gate",
  "train",
  "evaluate",
  "report",
];

/** An answer with the key under which it is paid for once. */
export interface Asked {
  readonly answer: ChatAnswer;
  readonly key: string;
  readonly cached: boolean;
}

/** A response that another tool recorded, with that tool's verdict where it is to count. */
export interface RecordedAnswer {
  readonly answer: ChatAnswer;
  readonly key: string;
  readonly verdict: boolean | null;
}

/** Somebody who answers, with cache, budget and policy behind it. */
export interface Asks {
  readonly identity: ModelIdentity;
  /** Price of a usage in the budget's currency; null when the price is unknown. */
  price(usage: ChatAnswer["usage"]): number | null;
  ask(request: ChatRequest, signal: AbortSignal, onText?: (piece: string) => void): Promise<Asked>;
  /** The response that was imported for a case, so that nobody is asked; null where there is none. */
  recorded?(caseKey: string): RecordedAnswer | null;
}

/** Who answers, without serving or asking anybody: what fingerprints need. */
export interface ModelIdentities {
  targetIdentity(checkpoint: Checkpoint | null): ModelIdentity;
  instructorIdentity(): ModelIdentity;
  judgeIdentity(): ModelIdentity;
  /** Hash of the base target's responses to these cases that were imported; null, or absent, where none were. */
  readonly recorded?: ((cases: readonly Pick<Case, "key">[]) => string | null) | undefined;
}

/** The models of a run. A served checkpoint is a resource: stages that follow each other share one server. */
export interface ModelPool extends ModelIdentities {
  /** How many requests of a role may be under way. */
  concurrency(role: "target" | "instructor" | "judge"): number;
  target(checkpoint: Checkpoint | null, signal: AbortSignal): Promise<Asks>;
  instructor(signal: AbortSignal): Promise<Asks>;
  judge(signal: AbortSignal): Promise<Asks>;
}

/** A benchmark as the loop sees it: its cases by role. */
export interface LoopBenchmark {
  readonly name: string;
  readonly family: Family;
  readonly domain: "in" | "out";
  readonly protocol: Protocol;
  readonly extractor: ExtractorName | null;
  /** Answers a case: 1, or n of pass@k for benchmarks whose verdicts come from running code. */
  readonly samples: number;
  /** All cases of the target splits; empty for out-of-domain benchmarks. Errors come from here. */
  readonly target: readonly Case[];
  /** Selected cases of the evaluation splits. They never reach the instructor or the trainer. */
  readonly evaluation: readonly Case[];
}

/** How far a stage is. */
export interface Progress {
  readonly iteration: number;
  readonly stage: StageName;
  readonly done: number;
  readonly total: number;
  readonly note: string;
}

/** Watches a run. A watcher only shows; nothing is decided by it. */
export interface RunWatcher {
  started(iteration: number, stage: StageName): void;
  progress(progress: Progress): void;
  finished(iteration: number, stage: StageName, counts: StageCounts, reused: boolean): void;
  /** A call to the instructor begins; what is returned hears its answer arrive. */
  answering?(call: AnsweringCall): { readonly onText: (piece: string) => void; readonly end: () => void };
}

/** Which call of which round is answered. */
export interface AnsweringCall {
  readonly iteration: number;
  readonly benchmark: string;
  readonly error: string;
  readonly round: number;
  readonly number: number;
}

/** Everything that a run needs from outside, made once by a composition root. */
export interface LoopServices {
  readonly run: RunStore;
  readonly configuration: Configuration;
  readonly benchmarks: readonly LoopBenchmark[];
  readonly models: ModelPool;
  readonly embedder: () => Promise<Embedder>;
  readonly runner: CodeRunner | null;
  readonly trainer: Trainer | null;
  readonly templates: TemplateSource;
  readonly decisions: Decisions;
  /** Strategies by whose names iterations are looked up; those of the product when left out. */
  readonly strategies?: readonly Strategy[];
  /** Counts one look at every evaluation set. */
  readonly looked: (iteration: number, evaluation: string) => Promise<void>;
  readonly watcher: RunWatcher;
  readonly signal: AbortSignal;
}

/** What fingerprints are made from: nothing that needs a lock, a server or a sandbox. */
export interface StageFacts extends Pick<LoopServices, "strategies"> {
  readonly configuration: Configuration;
  readonly benchmarks: readonly LoopBenchmark[];
  readonly models: ModelIdentities;
  readonly trainer: Pick<Trainer, "identity"> | null;
  readonly templates: TemplateSource;
  readonly decisions: Decisions;
  readonly iteration: number;
  /** Checkpoint that the iteration starts from; null is the base model. */
  readonly start: Checkpoint | null;
  /** Manifest of an earlier stage of this iteration. Throws when that stage has not ended. */
  readonly upstream: (stage: StageName) => StageManifest;
}

/** One iteration as its stages see it. Iteration 0 holds only the evaluation of the base model. */
export interface StageScope extends LoopServices, Pick<StageFacts, "iteration" | "start" | "upstream"> {}

/** What a stage depends on: the configuration keys it reads, templates, identities, hashes of upstream manifests. */
export type StageInputs = { readonly [name: string]: unknown };
export type StageCounts = { readonly [name: string]: number };

/** A build step: it runs when its inputs or its version differ from those of its manifest. */
export interface Stage {
  readonly name: StageName;
  /** Raised when the code of the stage changes results. */
  readonly version: number;
  inputs(facts: StageFacts): StageInputs;
  run(scope: StageScope, fingerprint: string): Promise<StageCounts>;
}

/** The strategy of the scope's iteration. Faults with kind `configuration` for an unknown name. */
export function strategyOf(facts: Pick<StageFacts, "configuration" | "iteration" | "strategies">): Strategy {
  return strategyNamed(facts.configuration.iterations[facts.iteration - 1]?.strategy ?? "", facts.strategies);
}
