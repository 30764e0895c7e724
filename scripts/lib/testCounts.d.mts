/** What a run of vitest left. */
export interface TestReport {
  readonly files: readonly {
    readonly file: string;
    readonly failed: boolean;
    readonly tests: readonly { readonly name: string; readonly state: string }[];
  }[];
  readonly faults: readonly string[];
}

export interface TestRun {
  readonly report: TestReport | null;
  readonly status: number;
}

export interface TestCounts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: readonly string[];
  readonly flaky: readonly { readonly file: string; readonly name: string | null }[];
  /** What failed: names of tests with their files, and sentences. */
  readonly failures: readonly string[];
  readonly notes: readonly string[];
  /** How many tests each file has. */
  readonly files: ReadonlyMap<string, number>;
}

export declare function readReport(file: string): TestReport | null;
export declare function failedFiles(report: TestReport | null): string[];
export declare function countTests(what: string, first: TestRun, second?: TestRun): TestCounts;
