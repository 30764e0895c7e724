/** Which rule decides verdicts: `paper` as the published systems did, `clean` the careful version. */
export type Protocol = "paper" | "clean";
export const protocols: readonly Protocol[] = ["paper", "clean"];

/**
 * One question of a benchmark with its reference (the paper's d = (q, a_ref), section 2.1). `Data` is what the family
 * needs beyond the question; it was validated by the family's schema when the case was loaded.
 */
export interface Case<Data = unknown> {
  /** `benchmark/split/id`, unique in a project. */
  readonly key: string;
  readonly benchmark: string;
  readonly split: string;
  /** Upstream id, or the row number from 0 where the upstream file has none. */
  readonly id: string;
  /** Content hash of family, question and data: imports are matched by it first. */
  readonly hash: string;
  readonly family: string;
  /** Subject, task or perturbation type, for grouping and stratification; null when the benchmark has none. */
  readonly group: string | null;
  /** The question alone, without options or instructions: what is embedded and compared. */
  readonly question: string;
  readonly data: Data;
}

export interface Option {
  /** Always a capital letter, also where the upstream label is a number. */
  readonly label: string;
  readonly text: string;
}

/** GSM8K, GSM-PLUS, SVAMP, MATH. */
export interface MathData {
  /** `number` compares numerically; `latex` compares normalised LaTeX; `none` means that the question cannot be answered. */
  readonly answerKind: "number" | "latex" | "none";
  /** The gold answer as text: `2125`, `1/4`, `\frac{1}{2}`; `None` for unanswerable questions. */
  readonly gold: string;
  /** Worked solution with `<<48/2=24>>` annotations where the benchmark has them; null when there is none. */
  readonly solution: string | null;
}

/** MMLU, ARC-Challenge. */
export interface ChoiceData {
  readonly options: readonly Option[];
  /** Label of the right option, a capital letter. */
  readonly gold: string;
}

/** MBPP, HumanEval. Tests are in the form of `CodeTests`. */
export interface CodeData {
  readonly entryPoint: string | null;
  /** Code that a body-only completion needs in front (HumanEval's prompt with imports and helpers); null when none. */
  readonly prefix: string | null;
  readonly tests: {
    readonly imports: readonly string[];
    readonly setup: string;
    readonly kind: "assertions" | "check";
    readonly code: readonly string[];
  };
  /** A complete reference program; null when the benchmark has none (`mbpp-paper`). */
  readonly reference: string | null;
}

/** BIG-bench Hard. */
export interface BigBenchData {
  readonly task: string;
  readonly gold: string;
  /** The official 3-shot chain-of-thought prompt without its canary; null for zero-shot. */
  readonly shots: string | null;
}

/** A user's benchmark without an exact metric: the instructor judges (Algorithm 1, line 5). */
export interface JudgedData {
  readonly reference: string;
}
