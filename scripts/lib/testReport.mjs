// A reporter of vitest that leaves what `testCounts.mjs` counts in the file that PRECEPTOR_TEST_REPORT names. Vitest's own
// report as JSON has no word of faults outside of every test, which make a run fail as well.
import { writeFileSync } from "node:fs";

export default class TestReport {
  onTestRunEnd(modules, unhandledErrors) {
    const files = modules.map((module) => ({
      file: module.moduleId,
      failed: module.state() === "failed",
      tests: [...module.children.allTests()].map((test) => ({ name: test.fullName, state: test.result().state })),
    }));
    const faults = unhandledErrors.map(({ message }) => String(message));
    writeFileSync(process.env.PRECEPTOR_TEST_REPORT, JSON.stringify({ files, faults }));
  }
}
