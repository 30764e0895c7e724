import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createCodeRunner } from "../../src/adapters/sandbox/index.js";
import type { CodeRunner } from "../../src/engine/seams/index.js";
import { HAS_SHARED, humanEval, ldb, mbpp, mistral, type Recorded, sanitizedMbpp } from "./recorded.js";

// Every tenth row of the large sets; `npm run soak sandbox` runs all of them.
const part = (rows: Recorded[]): Recorded[] => rows.filter((_, index) => index % 10 === 0);

/** Rows whose tests build objects, whose functions are builtins, or whose setup comes after the program. */
const SPECIAL = ["MBPP/367", "MBPP/927", "MBPP/601", "MBPP/126"];

describe("benchmarks and recorded programs", () => {
  let runner: CodeRunner;
  beforeAll(async () => {
    if (HAS_SHARED) runner = await createCodeRunner({ allow: ["bubblewrap", "landlock", "process"] });
  });
  afterAll(async () => {
    if (HAS_SHARED) await runner.close();
  });

  const sets: [string, number, () => Recorded[]][] = [
    ["HumanEval references", 164, humanEval],
    ["MBPP references", 101, () => mbpp().filter(({ id }, index) => index % 10 === 0 || SPECIAL.includes(id))],
    ["sanitized MBPP references", 43, () => part(sanitizedMbpp())],
    ["recorded programs of GPT-4 on HumanEval", 17, () => part(ldb("humaneval", "gpt-4-1106-preview"))],
    ["recorded programs of CodeLlama on MBPP", 50, () => part(ldb("mbpp", "codellama"))],
    ["recorded programs of Mistral on MBPP", 47, () => part(mistral())],
  ];
  it.skipIf(!HAS_SHARED).each(sets)(
    "%s get their published verdicts (needs ../shared/data)",
    async (_, count, load) => {
      const rows = load();
      const { signal } = new AbortController();
      const verdicts = await Promise.all(rows.map(({ task }) => runner.run(task, signal)));
      const different = rows.filter(({ passes }, index) => (verdicts[index]?.outcome === "passed") !== passes);
      expect(different.map(({ id }) => id)).toEqual([]);
      expect(rows).toHaveLength(count);
      expect(verdicts.filter(({ forgeable }) => forgeable)).toEqual([]);
    },
  );
});
