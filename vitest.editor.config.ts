import { defineConfig } from "vitest/config";

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
    testTimeout: 120_000,
    hookTimeout: 180_000,
  },
});
