import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { reportHost, reportPage, type ReportHost, type ReportState } from "../../src/protocol/panels/report.js";
import type { Handlers } from "../../src/protocol/rpc.js";
import { reportForms, type CaseRef, type ReportForm, type ReportView } from "../../src/protocol/worker/index.js";
import { handlersOf } from "../../src/worker/handlers.js";
import { Projects } from "../../src/worker/projects.js";
import { axeViolations } from "../editor/support/pages.js";
import { hostile } from "../editor/support/hostileProject.js";
import { preceptor, shortConfiguration, writeConfiguration } from "../support/project.js";
import { startedRun, type StartedRun } from "../support/startedRun.js";
import { staysReadable } from "./support/brokenConfiguration.js";
import { closeBrowser, openPage, type OpenPage } from "./support/pagePeer.js";
import { reportAnswers } from "./support/panels.js";

type Report = OpenPage<typeof reportPage, typeof reportHost>;

/** A row of a list of cases. */
const option = "preceptor-case-rows [role=option]";

const call = { signal: new AbortController().signal };

describe("the report panel", () => {
  let started: StartedRun;
  const worker = handlersOf(new Projects());
  let open: Report | null = null;

  async function show(
    options: { readonly width?: number; readonly theme?: "dark" | "light" } = {},
    own: Partial<Handlers<ReportHost>> = {},
    looked?: Omit<ReportState, "folder" | "run">,
  ): Promise<Report> {
    await open?.close();
    const answers = reportAnswers(worker, { folder: started.folder, run: started.run }, looked);
    open = await openPage({
      ...{ name: "report", remote: reportPage, own: reportHost, ...options },
      handlers: { ...answers, ...own },
    });
    await open.page.locator("preceptor-report table").first().waitFor();
    return open;
  }

  /** The report with something else in it. */
  const changed = (change: (report: ReportView) => ReportView): Pick<Handlers<ReportHost>, "view"> => {
    const answers = reportAnswers(worker, { folder: started.folder, run: started.run });
    return {
      view: async (params, context) => {
        const { report, ...rest } = await answers.view(params, context);
        return { ...rest, report: change(report) };
      },
    };
  };

  /** So many cases behind every figure. */
  const manyCases =
    (total: number, question = "How many?"): Handlers<ReportHost>["cases"] =>
    async ({ offset, limit, after }) => ({
      total,
      cases: Array.from({ length: Math.min(limit, total - offset) }, (_, index) => ({
        ref: { ...after, stage: "evaluate" as const, key: `demo-math/evaluation/${offset + index}` },
        question,
      })),
    });

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

  it("leads from a figure to its cases, and from a case to the editor as what it is or by both answers", async () => {
    const opened: unknown[] = [];
    const { page } = await show(
      {},
      {
        openCase: async (params) => {
          opened.push(params);
          return {};
        },
      },
    );
    const link = page.locator("section[aria-labelledby=accuracy] button.link").first();
    const wanted = Number(/\d+/u.exec((await link.textContent()) ?? "")?.[0]);
    await link.click();
    const rows = page.locator(option);
    await expect.poll(async () => rows.count()).toBe(wanted);
    await rows.first().click();
    await expect.poll(() => opened.length).toBe(1);
    const { run } = started;
    expect(opened[0]).toMatchObject({ ref: { run, stage: "evaluate" }, before: null });
    const { iteration } = (opened[0] as { readonly ref: CaseRef }).ref;
    await page.getByRole("button", { name: "bothAnswers" }).click();
    await rows.first().click();
    await expect.poll(() => opened.length).toBe(2);
    expect(opened[1]).toMatchObject({ ref: { run, iteration }, before: { run, iteration: iteration - 1 } });
    await page.keyboard.press("Escape");
    await expect.poll(async () => page.locator("preceptor-case-list").count()).toBe(0);
    expect(await focused(page)).toContain("learned");
  });

  it("leads from counts of samples to these samples, and from an iteration to the cases of all benchmarks", async () => {
    const asked: unknown[] = [];
    const { page } = await show(
      {},
      {
        openSamples: async (params) => {
          asked.push(params);
          return {};
        },
      },
    );
    const { report } = await worker["report/view"]({ folder: started.folder, run: started.run }, call);
    const [first] = report.iterations;
    const gate = first?.funnel.find(({ dropped }) => dropped > 0)?.gate ?? null;
    await page.locator(".funnel").first().getByRole("button", { name: "samplesOf 1" }).first().click();
    await page.locator(".funnel").first().locator("td.bar button").first().click();
    await expect.poll(() => asked.length).toBe(2);
    expect(asked).toEqual([
      { iteration: 1, state: "all", gate: null },
      { iteration: 1, state: "dropped", gate },
    ]);
    await page.locator("section[aria-labelledby=iterations] button.link[aria-label*=learned]").first().click();
    await expect.poll(async () => page.locator(option).count()).toBe(first?.learned);
    expect(await page.locator("preceptor-case-list h2").innerText()).toMatch(/casesOf|allBenchmarks/u);
  });

  it("keeps the rows in sight only, of any number of cases, and goes through them by keys", async () => {
    const opened: string[] = [];
    const { page } = await show(
      {},
      {
        cases: manyCases(14_042),
        openCase: async ({ ref }) => {
          opened.push(ref.key);
          return {};
        },
      },
    );
    await page.locator("section[aria-labelledby=accuracy] button.link").first().click();
    const list = page.getByRole("listbox");
    await list.getByText("demo-math/evaluation/0", { exact: true }).waitFor();
    // The list has the focus.
    for (const [key, place] of [
      ["End", "14042"],
      ["PageUp", "14033"],
      ["ArrowUp", "14032"],
      ["Home", "1"],
      ["ArrowDown", "2"],
      ["PageDown", "11"],
    ] as const) {
      await page.keyboard.press(key);
      await expect.poll(() => list.locator("[aria-selected=true]").getAttribute("aria-posinset")).toBe(place);
      expect(await page.locator("preceptor-case-list [role=option]").count()).toBeLessThanOrEqual(300);
    }
    await list.getByText("demo-math/evaluation/10", { exact: true }).waitFor();
    await page.keyboard.press("Enter");
    await expect.poll(() => opened).toEqual(["demo-math/evaluation/10"]);
    expect(await axeViolations(page)).toEqual([]);
  });

  it("says where a list of cases cannot be read, and tries again", async () => {
    let fails = true;
    const { page } = await show(
      {},
      {
        cases: async (params, context) => {
          if (fails) throw new Error("The run was removed.");
          return manyCases(3)(params, context);
        },
      },
    );
    await page.locator("section[aria-labelledby=accuracy] button.link").first().click();
    await page.locator("preceptor-case-list").getByRole("alert").waitFor();
    expect(await axeViolations(page)).toEqual([]);
    fails = false;
    await page.locator("preceptor-case-list").getByRole("button", { name: "retry" }).click();
    await expect.poll(async () => page.locator(option).count()).toBe(3);
    expect(await page.getByRole("alert").count()).toBe(0);
  });

  it("is where it was after something else covered it: pair, open list, place in it, and scroll place", async () => {
    const { page, state } = await show({}, { cases: manyCases(500) });
    const section = page.locator("section[aria-labelledby=compare]");
    await section.locator("select").first().selectOption({ index: 1 });
    await section.locator("tbody button.link").last().click();
    await page.locator(option).first().waitFor();
    await page.keyboard.press("End");
    await page.getByRole("button", { name: "bothAnswers" }).click();
    await page.mouse.move(600, 100);
    await page.mouse.wheel(0, -200);
    const remembered = async (): Promise<Partial<ReportState>> => (await state()) as Partial<ReportState>;
    await expect.poll(async () => (await remembered()).both).toBe(true);
    // The wheel moves the page some moments later, and the page is remembered when it rests.
    const place = async (): Promise<number> => page.evaluate<number>("Math.round(scrollY)");
    await expect.poll(async () => (await remembered()).scroll === (await place())).toBe(true);
    const before = await remembered();
    expect(before).toMatchObject({ before: { iteration: 1 }, list: { cursor: 499, fate: "still-right" } });
    expect(before.scroll).toBeGreaterThan(0);
    // The editor throws the page away and makes it anew.
    await page.reload();
    await page.locator("[role=option][aria-posinset='500'][aria-selected=true]").waitFor();
    expect(await page.getByRole("button", { name: "bothAnswers" }).getAttribute("aria-pressed")).toBe("true");
    expect(await inReport(page, "querySelector('#compare ~ .choosers select').selectedIndex")).toBe(1);
    await expect.poll(place).toBe(before.scroll);
    expect(await remembered()).toEqual(before);
  });

  it("returns to its place when what is above it comes late, and lets go when the person moves", async () => {
    const first = await show();
    const section = (page: OpenPage<typeof reportPage, typeof reportHost>["page"]) =>
      page.locator("section[aria-labelledby=compare] tbody tr").first();
    await section(first.page).waitFor();
    const end = await first.page.evaluate<number>("document.documentElement.scrollHeight - innerHeight");
    let compare = (): void => undefined;
    const asked = new Promise<void>((resolve) => (compare = resolve));
    const answers = reportAnswers(worker, { folder: started.folder, run: started.run });
    const { page, state } = await show(
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

  it("compares two evaluations case by case, also of different runs, and remembers which", async () => {
    // The other run is the same but for one case, which its base has right where this one's has it wrong.
    const runs = path.join(started.folder, ".preceptor", "runs");
    const other = path.join(runs, "run-2");
    cpSync(path.join(runs, started.run), other, { recursive: true });
    const file = path.join(other, "stages", "0-evaluate", "responses.jsonl");
    const records = readFileSync(file, "utf8").split("\n").slice(0, -1);
    const lines = records.map((line) => JSON.parse(line) as { key: string; correct: boolean; benchmark: string });
    const learned = lines.find(({ correct }) => !correct);
    const changedLines = lines.map((line) => JSON.stringify(line === learned ? { ...line, correct: true } : line));
    writeFileSync(file, `${changedLines.join("\n")}\n`);
    const opened: unknown[] = [];
    const { page, state } = await show(
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
    await before.selectOption({ label: `${started.run} · base {0}` });
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
          before: { run: started.run, iteration: 0 },
        },
      ]);
    rmSync(other, { recursive: true });
  });

  it("never shows the figures of a pair that is no longer chosen", async () => {
    const waiting: (() => void)[] = [];
    let asked = 0;
    const answers = reportAnswers(worker, { folder: started.folder, run: started.run });
    const { page } = await show(
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

  it("makes the table of a training when it is opened, and only the rows of it that are in sight", async () => {
    const steps = Array.from({ length: 6000 }, (_, step) => ({
      step: step + 1,
      loss: 2 / (step + 1),
      heldOutLoss: null,
    }));
    const { page } = await show(
      {},
      changed((report) => ({ ...report, iterations: report.iterations.map((row) => ({ ...row, loss: steps })) })),
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
    const { page } = await show({ theme: "dark" });
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
    const { page } = await show({}, { cases: manyCases(3) });
    const chart = page.locator("preceptor-chart").first();
    const legend = chart.locator(".legend");
    const { report } = await worker["report/view"]({ folder: started.folder, run: started.run }, call);
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

  it("shows text of others as text: in names, in a list of cases, in faults, and in a line of 2 MB", async () => {
    const { page, violations } = await show(
      {},
      {
        ...changed((report) => ({
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
    const { page } = await show(
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
      await page.locator(option).first().waitFor();
      expect(await axeViolations(page)).toEqual([]);
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(width);
    }
  });

  it("goes on being read while the configuration is broken, and says so", async () => {
    const { page } = await show({});
    await staysReadable(page, {
      folder: started.folder,
      shows: "section[aria-labelledby=accuracy]",
      changed: () => open?.peer.say("changed", {}),
    });
  });

  it("says what is wrong with a run, and keeps showing what it had", async () => {
    let fails = false;
    const answers = reportAnswers(worker, { folder: started.folder, run: started.run });
    const { page } = await show(
      {},
      {
        view: async (params, context) => {
          if (fails) throw new Error("The run was removed.");
          return answers.view(params, context);
        },
      },
    );
    fails = true;
    open?.peer.say("changed", {});
    await page.getByRole("alert").waitFor();
    expect(await page.locator("section[aria-labelledby=accuracy]").count()).toBe(1);
    expect(await axeViolations(page)).toEqual([]);
    fails = false;
    await page.getByRole("button", { name: "retry" }).click();
    await expect.poll(async () => page.getByRole("alert").count()).toBe(0);
  });
});

/** The first picture's own root. */
const chartRoot = "querySelector('preceptor-chart').shadowRoot";

/** Evaluates something of the panel's root. */
async function inReport<T>(page: Report["page"], expression: string): Promise<T> {
  return page.evaluate<T>(`document.querySelector("preceptor-report").shadowRoot.${expression}`);
}

/** Name of what has the focus, through every shadow root. */
async function focused(page: Report["page"]): Promise<string> {
  return page.evaluate<string>(`(() => {
    let element = document.activeElement;
    while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
    return element?.textContent ?? "";
  })()`);
}
