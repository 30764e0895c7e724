import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { leaveEvidence, sharedEditor } from "./fixture.js";
import { bundleSuites } from "../../../scripts/lib/editor/suites.mjs";

/** One test as `hostRunner.cjs` leaves it. */
interface HostTest {
  readonly title: string;
  readonly state: "passed" | "failed" | "skipped";
  readonly error?: { readonly message: string; readonly stack: string };
}

// All suites run in one window, before vitest knows their tests; then each test of theirs is one of vitest's.
const { code, tests } = await runSuites();

for (const { title, state, error } of tests) {
  test.skipIf(state === "skipped")(title, () => {
    if (state === "failed") throw Object.assign(new Error(error?.message), { stack: error?.stack });
  });
}

test("the suites in the extension host end as their exit code says", () => {
  expect(tests.length).toBeGreaterThan(0);
  expect(code).toBe(tests.some(({ state }) => state === "failed") ? 1 : 0);
});

async function runSuites(): Promise<{ code: number; tests: readonly HostTest[] }> {
  const editor = await sharedEditor();
  const word = process.env["PRECEPTOR_TEST_SUITE"];
  if ((await bundleSuites(editor.server.suites, word)) === 0) {
    throw new Error(`No file test/editor/host/**/*.suite.ts has ${JSON.stringify(word)} in its path.`);
  }
  const { window, code } = await editor.runSuites(path.join(import.meta.dirname, "hostRunner.cjs"));
  const results = path.join(editor.server.suites, "results.json");
  if (!existsSync(results)) {
    await leaveEvidence(editor, "in-host suites");
    throw new Error(`The extension host ended with code ${code} before its suites did.\n${window.consoleText()}`);
  }
  const found = JSON.parse(readFileSync(results, "utf8")) as HostTest[];
  if (found.some(({ state }) => state === "failed")) await leaveEvidence(editor, "in-host suites");
  await window.close();
  return { code, tests: found };
}
