import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Files share an editor, so that a run which fails can be run again only if they come in the same order each time. */
class Alphabetical extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return Promise.resolve(files.toSorted((a, b) => (a.moduleId < b.moduleId ? -1 : 1)));
  }
}

/** Tests in a real VS Code: one worker, which keeps one editor for all files (test/editor/support/README.md). */
export default defineConfig({
  test: {
    include: ["test/editor/**/*.test.ts"],
    globalSetup: ["test/editor/support/setup.ts"],
    passWithNoTests: false,
    pool: "forks",
    maxWorkers: 1,
    fileParallelism: false,
    isolate: false,
    sequence: { sequencer: Alphabetical },
    // A loaded machine may take long; a poll ends as soon as it holds.
    expect: { poll: { timeout: 30_000 } },
    testTimeout: 120_000,
    hookTimeout: 180_000,
  },
});
