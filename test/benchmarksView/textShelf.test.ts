import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, it } from "vitest";
import { Random } from "../../src/engine/random.js";
import { TextShelf } from "../../src/worker/benchmarks/textShelf.js";
import { madeUpAnswer } from "../support/largeProject.js";

const folder = mkdtempSync(path.join(tmpdir(), "preceptor-shelf-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it("what only passes by pushes out nothing; what is searched pushes out what was searched longest ago", async () => {
  const [one, two] = ["one", "two"].map((name) => {
    const file = path.join(folder, `${name}.jsonl`);
    const key = `made-up/test/${name}`;
    const record = madeUpAnswer({ benchmark: "made-up", key, hash: "0" }, new Random(1, name), 1);
    writeFileSync(file, `${JSON.stringify(record)}\n`);
    return { file, key, length: record.text.length };
  });
  if (one === undefined || two === undefined) throw new Error("There are two files.");
  const shelf = new TextShelf(Math.max(one.length, two.length) + 1);
  const kept = await shelf.texts(one.file);
  expect((await shelf.texts(two.file, { passing: true })).text(two.key)).toContain("the answer is");
  expect(await shelf.texts(one.file)).toBe(kept);
  await shelf.texts(two.file);
  expect(await shelf.texts(one.file)).not.toBe(kept);
});
