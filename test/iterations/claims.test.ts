import { readdirSync, utimesSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterEach, expect, it } from "vitest";
import { Claims } from "../../src/vscode/status/claims.js";
import { temporaryFolder } from "../support/project.js";

const made = temporaryFolder();
const { folder } = made;
afterEach(() => made.remove());

it("of two windows that see a run end, one tells it; another ending is told again", async () => {
  const shared = path.join(folder, "notices");
  const [one, other] = [new Claims(shared), new Claims(shared)];
  await one.tidy(Date.now());
  const taken = await Promise.all([one, other].map(async (claims) => claims.take(["/project", "run-1", 9])));
  expect(taken.filter(Boolean)).toHaveLength(1);
  expect(await other.take(["/project", "run-1", 12])).toBe(true);
  expect(await one.take(["/other", "run-1", 9])).toBe(true);

  const now = Date.now();
  utimesSync(path.join(shared, readdirSync(shared)[0] ?? ""), new Date(0), new Date(0));
  await one.tidy(now);
  expect(readdirSync(shared)).toHaveLength(2);
});

it("where nothing can be written, it is told rather than lost", async () => {
  const made = temporaryFolder();
  try {
    writeFileSync(path.join(made.folder, "a-file"), "");
    expect(await new Claims(path.join(made.folder, "a-file", "inner")).take(["x"])).toBe(true);
  } finally {
    made.remove();
  }
});
