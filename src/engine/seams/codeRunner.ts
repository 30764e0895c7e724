/**
 * Seam 5 of 5: run a program with limits and decide its verdict outside the process that runs it. Implementations:
 * bubblewrap + seccomp + Landlock; Landlock + seccomp; a plain process to which the user consented.
 */

/** The layer in force, strongest first. */
export type SandboxLayer = "bubblewrap" | "landlock" | "process";

export interface CodeTests {
  /** Import lines of the benchmark that the assertions need, run after the program (MBPP sanitized: `test_imports`). */
  readonly imports: readonly string[];
  /** Code that runs after the program and before the assertions (MBPP: `test_setup_code`); "" for none. */
  readonly setup: string;
  /**
   * `assertions`: top-level `assert …` statements about names of the program (MBPP).
   * `check`: a module that defines `check(candidate)`, called with the entry point (HumanEval form); a module that
   * already calls `check(entry_point)` itself is understood, too.
   */
  readonly kind: "assertions" | "check";
  readonly code: readonly string[];
}

export interface CodeTask {
  /** The whole program of the candidate: Python source. Model output, so hostile until shown otherwise. */
  readonly program: string;
  readonly entryPoint: string | null;
  readonly tests: CodeTests;
  /** Wall-clock limit of the task in milliseconds. */
  readonly timeoutMs: number;
}

export type CodeOutcome =
  | "passed"
  | "assertion"
  | "exception"
  | "syntax"
  | "missing-entry-point"
  | "timeout"
  | "memory"
  | "output"
  | "killed"
  | "forbidden";

/** The first failing assertion or the exception, for a diagnostic at its line. */
export interface CodeFailure {
  /** Python type of the exception, for example `NameError`. */
  readonly type: string;
  readonly message: string;
  /** Index of the failing assertion in the order in which assertions ran, from 0; null when the program itself failed. */
  readonly test: number | null;
  /** Source of the failing assertion. */
  readonly assertion: string | null;
  /** `repr` of both sides when the assertion is a comparison. */
  readonly expected: string | null;
  readonly actual: string | null;
  /** Line in the program, from 1, when the traceback has one. */
  readonly line: number | null;
}

export interface CodeVerdict {
  readonly outcome: CodeOutcome;
  readonly failure: CodeFailure | null;
  /** True when the assertions had to run inside the candidate's process, so that the program could forge them. */
  readonly forgeable: boolean;
  /** Why the test needed live objects; null when not forgeable. */
  readonly forgeableBecause: string | null;
  /** First part of what the program printed. */
  readonly output: string;
  readonly seconds: number;
}

/** Expressions evaluated against a program, for example to recompute the expected values of generated tests. */
export interface CodeEvaluation {
  readonly program: string;
  readonly expressions: readonly string[];
  readonly timeoutMs: number;
}

/** `repr` of a plain value, or why there is none. */
export type CodeValue = { readonly repr: string } | { readonly fault: string };

export interface CodeRunner {
  readonly layer: SandboxLayer;
  /** Resolves with a verdict. Rejects with a fault of kind `sandbox` when the harness itself failed: never a verdict. */
  run(task: CodeTask, signal: AbortSignal): Promise<CodeVerdict>;
  /** One value an expression, in order; a program that fails gives the same fault for each. */
  evaluate(task: CodeEvaluation, signal: AbortSignal): Promise<CodeValue[]>;
  close(): Promise<void>;
}
