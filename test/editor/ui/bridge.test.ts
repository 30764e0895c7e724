import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { makeProject, readRecords, shortConfiguration } from "../../support/project.js";
import { useEditor } from "../support/fixture.js";

const short = shortConfiguration(["math"], { rounds: 1 });
const project = makeProject({
  ...short,
  models: {
    ...short.models,
    teacher: {
      provider: "editor",
      name: "lender-1",
      limits: { concurrency: 1, requestsPerMinute: null, tokensPerMinute: null },
    },
  },
  instructor: "teacher",
  budget: { calls: 500 },
});
afterAll(() => project.remove());

const ui = useEditor({
  workspace: project.folder,
  own: { link: [path.join(import.meta.dirname, "..", "support", "lender")] },
});

test("a model of the editor teaches; the run waits when its window is reloaded, and goes on", async () => {
  const { window } = ui;
  const run = path.join(window.folder, ".preceptor", "runs", "run-1");
  const asked = (): readonly { readonly [field: string]: unknown }[] => {
    const file = path.join(run, "ledger.jsonl");
    return existsSync(file) ? readRecords(file).filter(({ purpose }) => purpose === "instructor") : [];
  };
  await window.openContainer("Preceptor");
  const view = window.view("Iterations");
  // A model that nobody offers is told before anything starts, with those that there are.
  const overlay = path.join(window.folder, "preceptor.local.json");
  writeFileSync(overlay, JSON.stringify({ models: { teacher: { name: "lender-9" } } }));
  await window.begin("preceptor.runIteration");
  await window.quickRow("Start").click({ timeout: 60_000 });
  await window.notification(/The editor has no model lender-9/u).waitFor();
  await window.screenshot("editor-model");
  expect(existsSync(run)).toBe(false);
  rmSync(overlay);
  await window.run("notifications.clearAll");
  await window.begin("preceptor.runIteration");
  await window.quickRow("Start").waitFor({ timeout: 60_000 });
  await window.accept();
  await window.row(/^Instruct · running/u, view).waitFor({ timeout: 120_000 });
  await expect.poll(() => asked().length, { timeout: 60_000 }).toBeGreaterThan(1);
  expect(asked()[0]).toMatchObject({
    model: { provider: "editor", endpoint: "editor", name: "lender-1", revision: "lender/2026-01" },
    usage: { estimated: true },
    cost: null,
  });

  await window.reload();
  await window.openContainer("Preceptor");
  await window.row(/^run-1 · .*editor.s models do not answer/u, view).waitFor({ timeout: 60_000 });
  const state = JSON.parse(readFileSync(path.join(run, "state.json"), "utf8")) as object;
  expect(state).toMatchObject({ state: "needs-person", stage: "instruct", need: { kind: "editor" } });

  const before = asked().length;
  await window.begin("preceptor.resumeRun", "run-1");
  await window.quickRow("Start").waitFor({ timeout: 60_000 });
  await window.accept();
  await expect.poll(() => asked().length, { timeout: 90_000 }).toBeGreaterThan(before);
  expect(new Set(asked().map(({ key }) => key)).size).toBe(asked().length);
  await window.run("preceptor.cancelRun", "run-1").catch(() => undefined);
  // The reload ended a call under way, which the workbench says in its own words.
  const told = window.consoleErrors().filter((text) => !/\[CHAT\] request FAILED \S+ \d+ Canceled/u.test(text));
  expect(told).toEqual([]);
}, 300_000);
