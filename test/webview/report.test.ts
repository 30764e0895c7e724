import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { reportHost, reportPage } from "../../src/protocol/panels/report.js";
import { reportForms, type CaseRef, type ReportForm } from "../../src/protocol/worker/index.js";
import { handlersOf } from "../../src/worker/handlers.js";
import { Projects } from "../../src/worker/projects.js";
import { preceptor, shortConfiguration, writeConfiguration } from "../support/project.js";
import { startedRun, type StartedRun } from "../support/startedRun.js";
import { axeViolations } from "../editor/support/pages.js";
import { closeBrowser, openPage, type OpenPage } from "./support/pagePeer.js";
import { reportAnswers } from "./support/panels.js";

describe("the report panel", () => {
  let started: StartedRun;
  let fails: string | null = null;
  const projects = new Projects();
  const worker = handlersOf(projects);
  const call = { signal: new AbortController().signal };
  const opened: CaseRef[] = [];
  const exported: ReportForm[] = [];
  let open: OpenPage<typeof reportPage, typeof reportHost> | null = null;

  async function show(
    options: { readonly width?: number; readonly theme?: "dark" | "light" } = {},
  ): Promise<OpenPage<typeof reportPage, typeof reportHost>> {
    await open?.close();
    const answers = reportAnswers(worker, { folder: started.folder, run: started.run });
    open = await openPage({
      name: "report",
      remote: reportPage,
      own: reportHost,
      ...options,
      handlers: {
        ...answers,
        view: async (params, call) => {
          if (fails !== null) throw new Error(fails);
          return answers.view(params, call);
        },
        openCase: async ({ ref }) => {
          opened.push(ref);
          return {};
        },
        export: async ({ form }) => {
          exported.push(form);
          return {};
        },
      },
    });
    await open.page.locator("preceptor-report table").first().waitFor();
    return open;
  }

  beforeAll(async () => {
    started = await startedRun({ families: ["math", "choice"], until: null, change: { iterations: ["LEC", "LE"] } });
  });
  afterAll(async () => {
    await open?.close();
    await closeBrowser();
    started.remove();
  });

  it("shows the figures of the run, benchmarks by iterations, with a picture that has a table beside it", async () => {
    const { page, violations } = await show();
    const { report } = await worker["report/view"]({ folder: started.folder, run: started.run }, call);
    const text = (await page.locator("section[aria-labelledby=accuracy] table").textContent()) ?? "";
    for (const { name, accuracies } of report.benchmarks) {
      expect(text).toContain(name);
      for (const { accuracy } of accuracies) expect(text).toContain(`${(accuracy * 100).toFixed(1)} %`);
    }
    expect(await page.locator("preceptor-chart canvas").count()).toBe(3);
    expect(await page.locator(".funnel").count()).toBe(2);
    expect(await violations()).toEqual([]);
    const output = path.resolve(".editor-output");
    mkdirSync(output, { recursive: true });
    await page.screenshot({ path: path.join(output, "report-page.png"), fullPage: true });
  });

  it("leads from a figure to its cases, and from a case to the editor", async () => {
    const { page } = await show();
    const link = page.locator("section[aria-labelledby=accuracy] button.link").first();
    const wanted = Number(/\d+/u.exec((await link.textContent()) ?? "")?.[0]);
    await link.click();
    const rows = page.locator("preceptor-case-list li button");
    await expect.poll(async () => rows.count()).toBe(wanted);
    await rows.first().click();
    await expect.poll(() => opened.length).toBe(1);
    expect(opened[0]).toMatchObject({ run: started.run, stage: "evaluate" });
    await page.keyboard.press("Escape");
    await expect.poll(async () => page.locator("preceptor-case-list").count()).toBe(0);
  });

  it("compares two evaluations case by case, and remembers which", async () => {
    const { page, state } = await show();
    const section = page.locator("section[aria-labelledby=compare]");
    await expect.poll(async () => section.locator("tbody tr").count()).toBe(2);
    const sums = async (): Promise<number[]> =>
      (await section.locator("tbody tr").allTextContents()).map((text) => {
        const [shared = 0, ...fates] = (text.replace(/demo-[a-z]+/u, "").match(/\d+/gu) ?? []).map(Number);
        return shared - fates.reduce((sum, value) => sum + value, 0);
      });
    expect(await sums()).toEqual([0, 0]);
    await section.locator("select").first().selectOption({ index: 1 });
    await expect
      .poll(async () => ((await state()) as { before: { iteration: number } | null }).before?.iteration)
      .toBe(1);
    expect(await sums()).toEqual([0, 0]);
  });

  it("exports what the command line exports", async () => {
    const { page } = await show();
    await page.getByRole("button", { name: /exportAs HTML/u }).click();
    await expect.poll(() => exported).toEqual(["html"]);
    // Also when the project was changed since: both report the run as it was made.
    const { folder, run } = started;
    const configuration = readFileSync(path.join(folder, "preceptor.json"), "utf8");
    writeConfiguration(folder, shortConfiguration(["math"], { iterations: ["AugGPT"], quota: 3 }));
    for (const form of reportForms) {
      const file = path.join(folder, `report.${form}`);
      const { code } = await preceptor(["report", run, `--${form}`, file, "--project", folder]);
      expect(code).toBe(0);
      const { text } = await worker["report/export"]({ folder, run, form }, call);
      expect(text).toBe(readFileSync(file, "utf8"));
      expect(text).toContain("demo-choice");
    }
    writeFileSync(path.join(folder, "preceptor.json"), configuration);
  });

  it.each(["dark", "light"] as const)("has nothing that axe objects to (%s), wide and at 300 px", async (theme) => {
    for (const width of [1200, 300]) {
      const { page } = await show({ width, theme });
      await page.locator("section[aria-labelledby=accuracy] button.link").first().click();
      await page.locator("preceptor-case-list li").first().waitFor();
      expect(await axeViolations(page)).toEqual([]);
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(width);
    }
  });

  it("says what is wrong with a run, and keeps showing what it had", async () => {
    const { page } = await show();
    fails = "The run was removed.";
    open?.peer.say("changed", {});
    await page.getByRole("alert").waitFor();
    expect(await page.locator("section[aria-labelledby=accuracy]").count()).toBe(1);
    fails = null;
    await page.getByRole("button", { name: "retry" }).click();
    await expect.poll(async () => page.getByRole("alert").count()).toBe(0);
  });
});
