import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { reportForms, type ReportForm } from "../../../src/protocol/worker/index.js";
import { handlersOf } from "../../../src/worker/handlers.js";
import { Projects } from "../../../src/worker/projects.js";
import { hostile } from "../../editor/support/hostileProject.js";
import { axeViolations } from "../../editor/support/pages.js";
import { preceptor, shortConfiguration, writeConfiguration } from "../../support/project.js";
import { staysReadable } from "../support/brokenConfiguration.js";
import { option, reportPanel } from "../support/reportPanel.js";

describe("the report panel", () => {
  const panel = reportPanel();

  it("shows the figures of the run, benchmarks by iterations, with a picture that has a table beside it", async () => {
    const { page, violations } = await panel.show();
    const report = await panel.report();
    const text = (await page.locator("section[aria-labelledby=accuracy] table").textContent()) ?? "";
    const rates = (await page.locator("section[aria-labelledby=learning] table").textContent()) ?? "";
    for (const { name, accuracies, learning } of report.benchmarks) {
      expect(text).toContain(name);
      for (const { accuracy } of accuracies) expect(text).toContain(`${(accuracy * 100).toFixed(1)} %`);
      for (const { learnedRate } of learning) expect(rates).toContain(`${(learnedRate * 100).toFixed(1)} %`);
    }
    const sizes = page.locator("section[aria-labelledby=accuracy] tbody td:nth-child(2)");
    expect(await sizes.allInnerTexts()).toEqual(["16", "16", ""]);
    const quotas = page.locator("section[aria-labelledby=quotas] tbody td:nth-child(4)");
    expect(await quotas.allInnerTexts()).toEqual(["16", "16", "16", "16"]);
    // All trainings are in one picture.
    expect(await page.locator("preceptor-chart canvas").count()).toBe(2);
    expect(await page.locator(".funnel").count()).toBe(2);
    expect(await violations()).toEqual([]);
    const output = path.resolve(".editor-output");
    mkdirSync(output, { recursive: true });
    await page.screenshot({ path: path.join(output, "report-page.png"), fullPage: true });
  });

  it("shows text of others as text: in names, in a list of cases, in faults, and in a line of 2 MB", async () => {
    const { page, violations } = await panel.show(
      {},
      {
        ...panel.changed((report) => ({
          ...report,
          ...{ run: hostile, target: hostile, instructor: hostile },
          benchmarks: report.benchmarks.map((benchmark) => ({ ...benchmark, name: hostile })),
          iterations: report.iterations.map((row) => ({
            ...row,
            quotas: row.quotas.map((quota) => ({ ...quota, benchmark: hostile })),
          })),
        })),
        cases: async ({ after }) => ({
          total: 2,
          cases: [hostile, "long"].map((key) => ({
            ref: { ...after, stage: "evaluate", key },
            question: key === "long" ? `${"and so on ".repeat(200_000)}${hostile}` : hostile,
          })),
        }),
        openCase: async () => {
          throw new Error(hostile);
        },
      },
    );
    await page.locator("section[aria-labelledby=accuracy] button.link").first().click();
    await page.locator(option).last().click();
    await page.getByRole("alert").waitFor();
    const text = await page.evaluate<string>(`(() => {
      const texts = (root) => [...root.querySelectorAll("*")].flatMap((element) => [
        ...[...element.childNodes].filter(({ nodeType }) => nodeType === 3).map(({ data }) => data),
        ...["aria-label", "title"].map((name) => element.getAttribute(name) ?? ""),
        ...(element.shadowRoot ? texts(element.shadowRoot) : []),
      ]);
      return texts(document.body).join("").replaceAll("\\n", "");
    })()`);
    expect(text).toContain("<img src=x");
    expect(text).not.toMatch(/[\p{Cc}\u200f\u202a-\u202e\u2066-\u2069]/u);
    expect(text.length).toBeLessThan(200_000);
    expect(await page.locator("preceptor-report :is(img, a)").count()).toBe(0);
    expect(await violations()).toEqual([]);
    expect(await axeViolations(page)).toEqual([]);
  });

  it("exports what the command line exports", async () => {
    const exported: ReportForm[] = [];
    const { page } = await panel.show(
      {},
      {
        export: async ({ form }) => {
          exported.push(form);
          return {};
        },
      },
    );
    await page.getByRole("button", { name: /exportAs HTML/u }).click();
    await expect.poll(() => exported).toEqual(["html"]);
    // Also when the project was changed since: both report the run as it was made.
    const { folder, run } = panel.started;
    const configuration = readFileSync(path.join(folder, "preceptor.json"), "utf8");
    writeConfiguration(folder, shortConfiguration(["math"], { iterations: ["AugGPT"], quota: 3 }));
    for (const form of reportForms) {
      const file = path.join(folder, `report.${form}`);
      const { code } = await preceptor(["report", run, `--${form}`, file, "--project", folder]);
      expect(code).toBe(0);
      const { text } = await handlersOf(new Projects())["report/export"](
        { folder, run, form },
        { signal: new AbortController().signal },
      );
      expect(text).toBe(readFileSync(file, "utf8"));
      expect(text).toContain("demo-choice");
    }
    writeFileSync(path.join(folder, "preceptor.json"), configuration);
  });

  it.each(["dark", "light"] as const)("has nothing that axe objects to (%s), wide and at 300 px", async (theme) => {
    for (const width of [1200, 300]) {
      const { page } = await panel.show({ width, theme });
      await page.locator("section[aria-labelledby=accuracy] button.link").first().click();
      await page.locator(option).first().waitFor();
      expect(await axeViolations(page)).toEqual([]);
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(width);
    }
  });

  it("goes on being read while the configuration is broken, and says so", async () => {
    const { page, peer } = await panel.show({});
    await staysReadable(page, {
      folder: panel.started.folder,
      shows: "section[aria-labelledby=accuracy]",
      changed: () => peer.say("changed", {}),
    });
  });

  it("says what is wrong with a run, and keeps showing what it had", async () => {
    let fails = false;
    const answers = panel.answers();
    const { page, peer } = await panel.show(
      {},
      {
        view: async (params, context) => {
          if (fails) throw new Error("The run was removed.");
          return answers.view(params, context);
        },
      },
    );
    fails = true;
    peer.say("changed", {});
    await page.getByRole("alert").waitFor();
    expect(await page.locator("section[aria-labelledby=accuracy]").count()).toBe(1);
    expect(await axeViolations(page)).toEqual([]);
    fails = false;
    await page.getByRole("button", { name: "retry" }).click();
    await expect.poll(async () => page.getByRole("alert").count()).toBe(0);
  });
});
