import { describe, expect, it } from "vitest";
import type { ReportState } from "../../../src/protocol/panels/report.js";
import type { CaseRef } from "../../../src/protocol/worker/index.js";
import { axeViolations } from "../../editor/support/pages.js";
import { focused, inReport, manyCases, option, reportPanel } from "../support/reportPanel.js";

describe("cases behind the figures of the report panel", () => {
  const panel = reportPanel();

  it("leads from a figure to its cases, and from a case to the editor as what it is or by both answers", async () => {
    const opened: unknown[] = [];
    const { page } = await panel.show(
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
    const { run } = panel.started;
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
    const { page } = await panel.show(
      {},
      {
        openSamples: async (params) => {
          asked.push(params);
          return {};
        },
      },
    );
    const report = await panel.report();
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
    const { page } = await panel.show(
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
    const { page } = await panel.show(
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
    const { page, state } = await panel.show({}, { cases: manyCases(500) });
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
});
