import path from "node:path";
import { expect, it } from "vitest";
import { isReadByRuns } from "../../src/vscode/iterations/projectFile.js";

const folder = path.resolve("a folder");

it.each([
  ["preceptor.json", true],
  ["preceptor.local.json", true],
  ["prompts/mine le.prompt", true],
  ["prompts/older/mine.prompt", false],
  ["notes.prompt", false],
  ["preceptor.json.bak", false],
  ["inner/preceptor.json", false],
  ["../other/preceptor.json", false],
  ["../other/prompts/mine.prompt", false],
])("%s is read by a run: %s", (file, read) => {
  expect(isReadByRuns(folder, path.resolve(folder, file))).toBe(read);
});
