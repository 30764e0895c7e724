import { readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { startedRun } from "../../support/startedRun.js";
import { useEditor } from "../support/fixture.js";
import { axeViolations } from "../support/pages.js";

const started = await startedRun({ families: ["math", "choice"], until: null, change: { review: true, quota: 12 } });
afterAll(() => started.remove());

const ui = useEditor({ workspace: started.folder });

test("a run that waits for its review is reviewed by keys, also after a reload, and goes on", async () => {
  const { window } = ui;
  await window.openContainer("Preceptor");
  await window.row(/^run-1/u, window.view("Iterations")).waitFor({ timeout: 30_000 });
  await window.palette("Preceptor: Show Instructor Output");
  let panel = await window.webview("preceptor-instructor");
  await panel.locator("article.selected .evidence").waitFor({ timeout: 30_000 });
  await panel.getByText("The run waits for this review").waitFor();
  expect(await panel.locator("[role=option]").count()).toBeGreaterThan(3);
  expect(await axeViolations(panel)).toEqual([]);
  await panel.locator("[role=listbox]").focus();
  await panel.locator("[role=listbox]").press("j");
  await panel.locator("[role=listbox]").press("r");
  await panel.locator("[role=option]", { hasText: "rejected" }).waitFor();
  await panel.locator("details.raw-answers summary").click();
  await window.screenshot("instructor");

  // What is selected is there again after a reload, and commands of the palette are about it.
  await window.reload();
  panel = await window.webview("preceptor-instructor");
  await panel.locator("article.selected").waitFor({ timeout: 30_000 });
  const selected = await panel.locator("article.selected pre.question").first().textContent();
  await window.palette("Preceptor: Accept Sample");
  await panel.locator("[role=option]", { hasText: "accepted" }).first().waitFor();
  const decisions = (): string => readFileSync(path.join(started.folder, "decisions", "review.jsonl"), "utf8");
  expect(decisions()).toContain('"reject"');
  expect(decisions()).toContain('"accept"');
  expect(selected).toBeTruthy();

  await panel.getByRole("button", { name: "Finish Review" }).click();
  await expect.poll(decisions, { timeout: 15_000 }).toContain('"finished"');
  expect(window.cspViolations()).toEqual([]);
});
