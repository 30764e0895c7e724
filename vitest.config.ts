import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // These need an editor; see vitest.editor.config.ts.
    exclude: ["test/editor/**"],
    // Tests of the command line run the bundle, so it is built once before them.
    globalSetup: ["test/support/build.ts"],
    setupFiles: ["test/support/seed.ts"],
    passWithNoTests: false,
    // A loaded machine may take long; a poll ends as soon as it holds.
    expect: { poll: { timeout: 15_000 } },
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
