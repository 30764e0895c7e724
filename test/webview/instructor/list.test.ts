import { appendFileSync } from "node:fs";
import path from "node:path";
import type { Locator } from "playwright-core";
import { beforeAll, describe, expect, it } from "vitest";
import { handlersOf } from "../../../src/worker/handlers.js";
import { Projects } from "../../../src/worker/projects.js";
import { readRecords } from "../../support/project.js";
import { instructorPanel, type OpenInstructor, type SamplePage } from "../support/instructorPanel.js";

describe("the list of samples in the Instructor output panel", () => {
  const panel = instructorPanel();

  it("counts what each filter would show, also among the samples of one gate", async () => {
    const { page } = await panel.show();
    const gates = page.getByLabel("gate");
    const [, gate] = await gates
      .locator("option")
      .evaluateAll((options: { value: string }[]) => options.map(({ value }) => value));
    await gates.selectOption(gate ?? "");
    const total = async (): Promise<number> =>
      Number(await page.locator("[role=option]").first().getAttribute("aria-setsize"));
    for (const state of ["dropped", "open", "all"]) {
      const name = (await page.getByLabel("filter").locator(`option[value=${state}]`).textContent()) ?? "";
      await page.getByLabel("filter").selectOption(state);
      await expect.poll(total).toBe(Number(/\((\d+)\)/u.exec(name)?.[1]));
    }
    expect(await page.getByLabel("filter").locator("option[value=kept]").textContent()).toContain("(0)");
  });

  /** A piece of a list of 50,000 samples. */
  async function largeList(): Promise<(params: { readonly from: number; readonly count: number }) => SamplePage> {
    const { folder, run } = panel.started;
    const { rows } = await handlersOf(new Projects())["samples/page"](
      { folder, run, iteration: 1, filter: { state: "all", gate: null }, from: 0, count: 1 },
      { signal: new AbortController().signal },
    );
    const [row] = rows;
    if (row === undefined) throw new Error("The run has no sample.");
    return ({ from, count }) => {
      const rows = Array.from({ length: Math.min(count, 50_000 - from) }, (_, index) => ({
        ...row,
        id: `${from + index}`,
        question: `question ${from + index}`,
      }));
      return { total: 50_000, from, rows };
    };
  }

  it("a key is not undone by the place of a sample that was chosen before it", async () => {
    const piece = await largeList();
    let [letPlace, letRows] = [(): void => undefined, (): void => undefined];
    let placed: Promise<void> | null = null;
    const rows = new Promise<void>((resolve) => (letRows = resolve));
    const { page } = await panel.show({
      place: async () => {
        await placed;
        return 40_000;
      },
      page: async (params) => {
        if (params.from < 1000) await rows;
        return piece(params);
      },
    });
    const cursor = page.locator(".row.cursor");
    await expect.poll(() => cursor.getAttribute("id")).toBe("row-40000");
    placed = new Promise<void>((resolve) => (letPlace = resolve));
    await page.locator("article").nth(1).click();
    await page.locator("article.selected").waitFor();
    await page.locator("[role=listbox]").focus();
    await page.keyboard.press("Home");
    await expect.poll(() => cursor.getAttribute("id")).toBe("row-0");
    letPlace();
    // Time for the answer to arrive, and to do harm.
    await page.evaluate("new Promise((resolve) => setTimeout(resolve, 200))");
    letRows();
    await page.locator("[role=option]", { hasText: "question 0" }).first().waitFor();
    expect(await cursor.getAttribute("id")).toBe("row-0");
  });

  it("a list of 50,000 samples has few rows in the page, wherever it is scrolled to", async () => {
    const piece = await largeList();
    let asked = 0;
    const { page } = await panel.show({
      page: (params) => {
        asked += 1;
        return piece(params);
      },
    });
    let most = 0;
    for (let step = 1; step <= 20; step += 1) {
      await page.evaluate(
        `{ const list = document.querySelector("preceptor-instructor").shadowRoot.querySelector("preceptor-sample-list");
           const element = list.shadowRoot.querySelector(".list");
           element.scrollTop = ${step / 20} * element.scrollHeight; }`,
      );
      most = Math.max(most, await page.locator("[role=option]").count());
    }
    await page.locator("[role=option]", { hasText: "question 49999" }).waitFor();
    expect(most).toBeLessThanOrEqual(300);
    expect(asked).toBeLessThan(200);
  });
});

describe("a list that changes while it is looked at", () => {
  const panel = instructorPanel({ families: ["math"], until: "instruct" });
  let gated = "";
  let open: OpenInstructor;
  let number = 0;

  type Gated = {
    readonly sample: { readonly id: string; readonly benchmark: string; readonly lineage: { readonly call: number } };
  };
  const records = (): Gated[] => readRecords(gated) as Gated[];
  const first = (): Gated => {
    const [record] = records();
    if (record === undefined) throw new Error("The run has no samples.");
    return record;
  };
  /** Writes samples as the run would: of a benchmark whose round ended, or of later calls. */
  const write = (count: number, change: { readonly benchmark?: string; readonly call?: number }): void => {
    const { sample, ...rest } = first();
    const lines = Array.from({ length: count }, () => {
      number += 1;
      const lineage = { ...sample.lineage, call: change.call ?? 100 + number };
      const benchmark = change.benchmark ?? sample.benchmark;
      return JSON.stringify({ ...rest, sample: { ...sample, id: `made-${number}`, benchmark, lineage } });
    });
    appendFileSync(gated, `${lines.join("\n")}\n`);
    open.peer.say("changed", { state: null });
  };
  const decided = (): { sample: string; decision: string }[] =>
    readRecords(path.join(panel.started.folder, "decisions", "review.jsonl")) as { sample: string; decision: string }[];
  const cursor = async (): Promise<string | null> => open.page.locator(".row.cursor").getAttribute("id");
  const selected = async (): Promise<string | null> =>
    open.page.locator("article.selected").getAttribute("data-sample");
  const key = async (name: string): Promise<void> => open.page.locator("[role=listbox]").press(name);

  beforeAll(async () => {
    const { folder, run } = panel.started;
    gated = path.join(folder, ".preceptor/runs", run, "stages/1-instruct/gated.jsonl");
    open = await panel.show();
    await open.page.locator("article.selected .evidence").waitFor();
  });

  it("keeps the sample that is read, and decides about it", async () => {
    await key("j");
    await key("j");
    await expect.poll(cursor).toBe("row-2");
    const id = records()[2]?.sample.id;
    await expect.poll(selected).toBe(id);
    write(3, { benchmark: "a-benchmark" });
    await expect.poll(cursor).toBe("row-5");
    expect(await selected()).toBe(id);
    await key("r");
    await expect.poll(() => decided().at(-1)).toMatchObject({ sample: id, decision: "reject" });
    await expect.poll(cursor).toBe("row-6");
  });

  it("keeps a range with its samples, and gives up one into which others came", async () => {
    const all = records();
    const [from, to] = [all[3]?.sample.id, all[4]?.sample.id];
    await key("Shift+J");
    const chosen = open.page.locator("[role=option][aria-selected=true]");
    await expect.poll(async () => chosen.count()).toBe(2);
    write(2, { benchmark: "a-benchmark" });
    await expect.poll(cursor).toBe("row-9");
    expect(await chosen.count()).toBe(2);
    const before = decided().length;
    await key("a");
    await expect
      .poll(() =>
        decided()
          .slice(before)
          .map(({ sample }) => sample),
      )
      .toEqual([from, to]);
    await expect.poll(cursor).toBe("row-10");
    await key("Home");
    await key("Shift+End");
    await expect.poll(async () => chosen.count()).toBeGreaterThan(5);
    write(1, { call: all[0]?.sample.lineage.call ?? 0 });
    await expect.poll(async () => chosen.count()).toBe(1);
    await open.page.locator(".notice", { hasText: "listChanged" }).waitFor();
  });

  it("shows what is in force in every row in sight, also where another hundred begins", async () => {
    write(250, {});
    await expect
      .poll(async () => open.page.locator("[role=option]").first().getAttribute("aria-setsize"))
      .toBe(String(records().length));
    const row = (index: number): Locator => open.page.locator(`#row-${index}`);
    await open.page.locator("preceptor-sample-list .list").evaluate((element: { scrollTop: number }) => {
      element.scrollTop = 4200;
    });
    await row(100).locator(".verdict").waitFor();
    await row(99).click();
    await expect.poll(cursor).toBe("row-99");
    await key("r");
    await expect.poll(cursor).toBe("row-100");
    await expect.poll(async () => row(99).textContent()).toContain("rejected");
  });

  it("stays where it was scrolled to when it grows", async () => {
    const list = open.page.locator("preceptor-sample-list .list");
    await key("Home");
    await list.evaluate((element: { scrollTop: number }) => {
      element.scrollTop = 3000;
    });
    const { page } = open;
    await page.locator("#row-70 .verdict").waitFor();
    write(5, {});
    await expect.poll(async () => page.locator("#row-70").getAttribute("aria-setsize")).toBe(String(records().length));
    expect(await list.evaluate((element: { scrollTop: number }) => element.scrollTop)).toBe(3000);
  });
});
