import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import type { ReportState } from "../../../src/protocol/panels/report.js";
import { axeViolations } from "../../editor/support/pages.js";
import { chartRoot, inReport, manyCases, option, reportPanel } from "../support/reportPanel.js";

describe("comparison and pictures of the report panel", () => {
  const panel = reportPanel();

  it("compares two evaluations case by case, also of different runs, and remembers which", async () => {
    // The other run is the same but for one case, which its base has right where this one's has it wrong.
    const runs = path.join(panel.started.folder, ".preceptor", "runs");
    const other = path.join(runs, "run-2");
    cpSync(path.join(runs, panel.started.run), other, { recursive: true });
    const file = path.join(other, "stages", "0-evaluate", "responses.jsonl");
    const records = readFileSync(file, "utf8").split("\n").slice(0, -1);
    const lines = records.map((line) => JSON.parse(line) as { key: string; correct: boolean; benchmark: string });
    const learned = lines.find(({ correct }) => !correct);
    const changedLines = lines.map((line) => JSON.stringify(line === learned ? { ...line, correct: true } : line));
    writeFileSync(file, `${changedLines.join("\n")}\n`);
    const opened: unknown[] = [];
    const { page, state } = await panel.show(
      {},
      {
        openCase: async (params) => {
          opened.push(params);
          return {};
        },
      },
    );
    const section = page.locator("section[aria-labelledby=compare]");
    const rows = section.locator("tbody tr");
    await expect.poll(async () => rows.count()).toBe(2);
    const sums = async (): Promise<number[]> =>
      (await rows.allTextContents()).map((text) => {
        const [shared = 0, ...fates] = (text.replace(/demo-[a-z]+/u, "").match(/\d+/gu) ?? []).map(Number);
        return shared - fates.reduce((sum, value) => sum + value, 0);
      });
    expect(await sums()).toEqual([0, 0]);
    const [before, after] = [section.locator("select").first(), section.locator("select").last()];
    await before.selectOption({ label: `${panel.started.run} · base {0}` });
    await after.selectOption({ label: "run-2 · base {0}" });
    await expect.poll(async () => ((await state()) as ReportState).after).toEqual({ run: "run-2", iteration: 0 });
    const row = rows.filter({ hasText: learned?.benchmark ?? "?" });
    await expect.poll(async () => row.locator("td").nth(1).innerText()).toMatch(/learned 1$/u);
    expect(await row.locator("td").nth(2).innerText()).toMatch(/forgotten 0$/u);
    expect(await sums()).toEqual([0, 0]);
    await row.locator("button.link").first().click();
    await page.getByRole("button", { name: "bothAnswers" }).click();
    await page.locator(option).click();
    await expect
      .poll(() => opened)
      .toEqual([
        {
          ref: { run: "run-2", iteration: 0, stage: "evaluate", key: learned?.key },
          before: { run: panel.started.run, iteration: 0 },
        },
      ]);
    rmSync(other, { recursive: true });
  });

  it("never shows the figures of a pair that is no longer chosen", async () => {
    const waiting: (() => void)[] = [];
    let asked = 0;
    const answers = panel.answers();
    const { page } = await panel.show(
      {},
      {
        compare: async (params, context) => {
          asked += 1;
          const { benchmarks } = await answers.compare(params, context);
          const shared = params.before.iteration + 1000;
          // The first pair that is chosen is answered last.
          if (params.before.iteration === 1) await new Promise<void>((resolve) => waiting.push(resolve));
          if (params.before.iteration === 2) throw new Error("The run was removed.");
          return { benchmarks: benchmarks.map((row) => ({ ...row, shared })) };
        },
      },
    );
    const section = page.locator("section[aria-labelledby=compare]");
    const shared = section.locator("tbody tr td:nth-child(2)");
    await expect.poll(async () => shared.allInnerTexts()).toEqual(["1,000", "1,000"]);
    const chooser = section.locator("select").first();
    await chooser.selectOption({ index: 1 });
    await expect.poll(() => asked).toBe(2);
    expect(await section.getAttribute("aria-busy")).toBe("true");
    await chooser.selectOption({ index: 0 });
    await expect.poll(async () => section.getAttribute("aria-busy")).toBe("false");
    for (const answer of waiting) answer();
    await page.waitForTimeout(100);
    expect(await shared.allInnerTexts()).toEqual(["1,000", "1,000"]);
    await chooser.selectOption({ index: 2 });
    await page.getByRole("alert").waitFor();
    expect(await shared.count()).toBe(0);
  });

  it("returns to its place when what is above it comes late, and lets go when the person moves", async () => {
    const first = await panel.show();
    const section = (page: Page) => page.locator("section[aria-labelledby=compare] tbody tr").first();
    await section(first.page).waitFor();
    const end = await first.page.evaluate<number>("document.documentElement.scrollHeight - innerHeight");
    let compare = (): void => undefined;
    const asked = new Promise<void>((resolve) => (compare = resolve));
    const answers = panel.answers();
    const { page, state } = await panel.show(
      {},
      {
        compare: async (params, context) => {
          await asked;
          return answers.compare(params, context);
        },
      },
      { before: null, after: null, list: null, both: false, scroll: end },
    );
    const place = async (): Promise<number> => page.evaluate<number>("Math.round(scrollY)");
    await expect.poll(place).toBeGreaterThan(0);
    expect(await place()).toBeLessThan(end);
    compare();
    await expect.poll(place).toBe(end);
    await page.mouse.move(600, 100);
    await page.mouse.wheel(0, -150);
    await expect.poll(place).toBe(end - 150);
    await page.evaluate("document.querySelector('preceptor-report').style.paddingBottom = '400px'");
    await expect.poll(async () => ((await state()) as Partial<ReportState>).scroll).toBe(end - 150);
  });

  it("makes the table of a training when it is opened, and only the rows of it that are in sight", async () => {
    const steps = Array.from({ length: 6000 }, (_, step) => ({
      step: step + 1,
      loss: 2 / (step + 1),
      heldOutLoss: null,
    }));
    const { page } = await panel.show(
      {},
      panel.changed((report) => ({ ...report, iterations: report.iterations.map((row) => ({ ...row, loss: steps })) })),
    );
    const table = page.locator("preceptor-loss-table").first();
    const rows = table.locator("tbody tr:not(.space)");
    expect(await page.locator("preceptor-loss-table tr").count()).toBe(0);
    await table.locator("summary").click();
    await rows.first().waitFor();
    expect(await table.locator("table").getAttribute("aria-rowcount")).toBe("6001");
    await inReport(page, "querySelector('preceptor-loss-table').shadowRoot.querySelector('.scroll').scrollTo(0, 1e6)");
    await table.locator("tr[aria-rowindex='6001']").waitFor();
    expect(await rows.last().innerText()).toMatch(/^6000\s+0\.0003/u);
    expect(await rows.count()).toBeLessThanOrEqual(60);
    expect(await axeViolations(page)).toEqual([]);
  });

  it("paints its pictures anew in another theme, without colours that can hardly be seen in it", async () => {
    const { page } = await panel.show({ theme: "dark" });
    const picture = async (): Promise<string> => inReport(page, `${chartRoot}.querySelector("canvas").toDataURL()`);
    const lines = async (attribute: string): Promise<string[]> =>
      inReport(
        page,
        `${chartRoot}.querySelectorAll(".legend line").values().map((line) => line.getAttribute("${attribute}")).toArray()`,
      );
    const strokes = async (): Promise<string[]> => lines("stroke");
    expect(await strokes()).toEqual(["#5ab0ff", "#e8a45c"]);
    const dark = await picture();
    // What VS Code does: colours into the style of the root, the kind of the theme into a class of the body.
    await page.evaluate(`{
      const { style } = document.documentElement;
      const light = { foreground: "#3b3b3b", "editor-background": "#ffffff", "charts-blue": "#1a6fc4", "charts-orange": "#d1861680" };
      for (const [name, colour] of Object.entries(light)) style.setProperty("--vscode-" + name, colour);
      document.body.className = "vscode-light";
    }`);
    await expect.poll(strokes).toEqual(["#1a6fc4", "#1a6fc4"]);
    expect(await picture()).not.toBe(dark);
    // Where colours come again, lines differ by their dashes.
    const dashes = await lines("stroke-dasharray");
    expect(new Set(dashes).size).toBe(2);
  });

  it("tells the values under the mouse, and paints a picture once, whatever else changes", async () => {
    const { page } = await panel.show({}, { cases: manyCases(3) });
    const chart = page.locator("preceptor-chart").first();
    const legend = chart.locator(".legend");
    const report = await panel.report();
    const [first] = report.benchmarks;
    const at = (iteration: number): string => `${((first?.accuracies[iteration]?.accuracy ?? 0) * 100).toFixed(0)} %`;
    await expect.poll(() => legend.locator("li").first().innerText()).toContain(at(2));
    await inReport(page, `${chartRoot}.querySelector("canvas").mark = true`);
    await page.locator("section[aria-labelledby=accuracy] button.link").first().click();
    await page.locator(option).first().waitFor();
    expect(await inReport(page, `${chartRoot}.querySelector("canvas").mark`)).toBe(true);
    const box = await chart.locator(".u-over").boundingBox();
    await page.mouse.move((box?.x ?? 0) + 30, (box?.y ?? 0) + 50);
    await expect.poll(() => legend.locator("li.at").innerText()).toContain("base");
    expect(await legend.locator("li").nth(1).innerText()).toContain(at(0));
  });
});
