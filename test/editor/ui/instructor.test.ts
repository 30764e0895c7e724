import { readFileSync, writeFileSync } from "node:fs";
import type { ServerResponse } from "node:http";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { remoteModel, serveModels, start } from "../../loop/support.js";
import { shortConfiguration } from "../../support/project.js";
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
  const selected = (): Promise<string | null> => panel.locator("article.selected pre.question").first().textContent();
  const first = await selected();
  await panel.locator("[role=listbox]").focus();
  await panel.locator("[role=listbox]").press("j");
  await panel.locator("[role=listbox]").press("r");
  await panel.locator("[role=option]", { hasText: "rejected" }).waitFor();
  await panel.locator("#row-2.cursor").waitFor();
  await panel.locator("details.raw-answers summary").click();
  await window.screenshot("instructor");
  const row = async (): Promise<string> => (await panel.locator("#row-2").textContent()) ?? "";
  await expect.poll(async () => (await row()).includes((await selected())?.slice(0, 40) ?? "nothing")).toBe(true);
  const before = await selected();
  expect(before).not.toBe(first);

  // What is selected is there again after a reload, and commands of the palette are about it.
  await window.reload();
  panel = await window.webview("preceptor-instructor");
  await panel.locator("article.selected").waitFor({ timeout: 30_000 });
  expect(await selected()).toBe(before);
  await window.palette("Preceptor: Accept Sample");
  await panel.locator("[role=option]", { hasText: "accepted" }).first().waitFor();
  const decisions = (): string => readFileSync(path.join(started.folder, "decisions", "review.jsonl"), "utf8");
  expect(decisions()).toContain('"reject"');
  expect(decisions()).toContain('"accept"');

  // A case opens beside the panel, and what is typed is there again after another tab has covered it.
  await panel.locator("[role=listbox]").focus();
  await panel.locator("[role=listbox]").press("e");
  const question = panel.locator("textarea[name=question]");
  await question.fill("Half a sentence");
  await panel.locator("header .key").click();
  await window.page.locator(".tab", { hasText: ".case" }).first().waitFor();
  expect(await question.inputValue()).toBe("Half a sentence");
  // The case has the focus at last; the new tab is to cover the panel.
  const activeTab = (): Promise<string | undefined> =>
    window.host((vscode) => vscode.window.tabGroups.activeTabGroup.activeTab?.label);
  await expect.poll(activeTab).toMatch(/\.case$/u);
  await window.run("workbench.action.focusFirstEditorGroup");
  await expect.poll(activeTab).toMatch(/^Instructor output/u);
  await window.run("workbench.action.files.newUntitledFile");
  // The page ends with its tab.
  const covered = panel;
  await expect.poll(() => covered.isDetached(), { timeout: 15_000 }).toBe(true);
  await window.run("workbench.action.closeActiveEditor");
  panel = await window.webview("preceptor-instructor");
  await panel.locator("textarea[name=question]").waitFor({ timeout: 30_000 });
  expect(await panel.locator("textarea[name=question]").inputValue()).toBe("Half a sentence");

  // The review is not finished over it unnoticed.
  await window.begin("preceptor.finishReview");
  await window.dialog().getByText("A sample is being changed").waitFor();
  await window.dialog().getByRole("button", { name: "Show the Change" }).click();
  await panel.locator("article.selected textarea[name=question]").waitFor();
  expect(await panel.locator("textarea[name=question]").inputValue()).toBe("Half a sentence");
  expect(decisions()).not.toContain('"finished"');
  await panel.locator("textarea[name=question]").press("Escape");

  await panel.getByRole("button", { name: "Finish Review" }).click();
  await expect.poll(decisions, { timeout: 15_000 }).toContain('"finished"');
  // The run goes on by itself, to its end.
  const state = path.join(started.folder, ".preceptor", "runs", "run-1", "state.json");
  await expect.poll(() => readFileSync(state, "utf8"), { timeout: 60_000 }).toMatch(/"state":\s*"done"/u);
  expect(window.cspViolations()).toEqual([]);
});

test("an answer of an instructor at a server is read while it arrives", { timeout: 180_000 }, async () => {
  const { window } = ui;
  const held: ServerResponse[] = [];
  const server = await serveModels({
    intercept: ({ model }, response) => {
      if (model !== "instructor" || held.length > 0) return false;
      held.push(response);
      response.writeHead(200, { "content-type": "text/event-stream" });
      return true;
    },
  });
  const say = (content: string, finish: string | null = null): void => {
    const choices = [{ index: 0, delta: { content }, finish_reason: finish }];
    held[0]?.write(`data: ${JSON.stringify({ object: "chat.completion.chunk", model: "instructor", choices })}\n\n`);
  };
  try {
    await window.run("workbench.action.closeAllEditors");
    const short = shortConfiguration(["math"], { rounds: 1 });
    const models = { ...short.models, instructor: remoteModel(server, "instructor") };
    writeFileSync(path.join(started.folder, "preceptor.json"), JSON.stringify({ ...short, models }));
    const run = start(["iterate", "--project", started.folder, "--yes", "--iterations", "1"]);
    await expect.poll(() => held.length, { timeout: 60_000 }).toBe(1);
    await window.begin("preceptor.showInstructorOutput", { run: "run-2" });
    const panel = await window.webview("preceptor-instructor");
    const live = panel.locator("section.live pre");
    await expect
      .poll(
        async () => {
          say("The student adds. ");
          return (await live.count()) === 0 ? "" : live.innerText();
        },
        { timeout: 30_000, interval: 250 },
      )
      .toContain("The student adds.");
    say("It should multiply.");
    await live.getByText("It should multiply.").waitFor({ timeout: 10_000 });
    say("", "stop");
    held[0]?.end("data: [DONE]\n\n");
    expect((await run.ended).code).toBe(0);
    await expect.poll(() => live.count(), { timeout: 20_000 }).toBe(0);
  } finally {
    await server.close();
  }
});
