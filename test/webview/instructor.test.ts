import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { instructorHost, instructorPage, type InstructorState } from "../../src/protocol/panels/instructor.js";
import type { ErrorOutput, SampleEvidence, SampleRow } from "../../src/protocol/worker/index.js";
import { handlersOf } from "../../src/worker/handlers.js";
import { Projects } from "../../src/worker/projects.js";
import { startedRun, type StartedRun } from "../support/startedRun.js";
import { axeViolations } from "../editor/support/pages.js";
import { closeBrowser, openPage, type OpenPage } from "./support/pagePeer.js";
import { instructorAnswers } from "./support/panels.js";

interface SamplePage {
  total: number;
  from: number;
  rows: SampleRow[];
  version: string;
}

describe("the Instructor output panel", () => {
  let started: StartedRun;
  let state: InstructorState;
  const worker = handlersOf(new Projects());
  const call = { signal: new AbortController().signal };
  let open: OpenPage<typeof instructorPage, typeof instructorHost> | null = null;
  let finished = 0;

  const place = (): { folder: string; run: string; iteration: number } => ({
    folder: started.folder,
    run: state.run ?? "",
    iteration: state.iteration ?? 1,
  });

  async function show(
    options: {
      readonly width?: number;
      readonly height?: number;
      readonly theme?: "dark" | "light";
      readonly error?: string;
      readonly output?: (output: ErrorOutput) => ErrorOutput;
      readonly page?: (params: { readonly from: number; readonly count: number }) => SamplePage;
      readonly evidence?: (evidence: SampleEvidence) => SampleEvidence;
    } = {},
  ): Promise<OpenPage<typeof instructorPage, typeof instructorHost>> {
    await open?.close();
    state = { ...state, error: options.error ?? null, sample: null, filter: { state: "all", gate: null } };
    const answers = instructorAnswers(worker, state);
    open = await openPage({
      name: "instructor",
      remote: instructorPage,
      own: instructorHost,
      ...options,
      handlers: {
        ...answers,
        page: async (params, call) => options.page?.(params) ?? answers.page(params, call),
        error: async (params, call) => {
          const output = await answers.error(params, call);
          return options.output?.(output) ?? output;
        },
        evidence: async (params, call) => {
          const evidence = await answers.evidence(params, call);
          return options.evidence?.(evidence) ?? evidence;
        },
        finishReview: async (params, call) => {
          finished += 1;
          return answers.finishReview(params, call);
        },
      },
    });
    await open.page.locator("preceptor-instructor article").first().waitFor();
    return open;
  }

  beforeAll(async () => {
    started = await startedRun({ families: ["math"], until: null, change: { review: true } });
    state = {
      folder: started.folder,
      run: null,
      iteration: null,
      error: null,
      sample: null,
      filter: { state: "all", gate: null },
    };
  });
  afterAll(async () => {
    await open?.close();
    await closeBrowser();
    started.remove();
  });

  it("shows samples with what the gates found, evidence and marked answers", async () => {
    const { page, violations } = await show();
    expect(await page.locator("[role=option]").count()).toBeGreaterThan(3);
    expect(await page.locator("article .gates li").count()).toBeGreaterThan(3);
    await page.locator("article.selected .evidence").waitFor();
    expect(await page.locator("article.selected .equations li").count()).toBeGreaterThan(0);
    await page.locator("details.raw-answers summary").click();
    expect(await page.locator("pre.raw mark").count()).toBeGreaterThan(1);
    expect(await violations()).toEqual([]);
  });

  it("begins with the error that the host was asked for, in the list and beside it", async () => {
    const last = started.errors.at(-1) ?? "";
    const { page } = await show({ error: last });
    expect(await page.locator("header .key").textContent()).toContain(last);
    expect(await page.locator(".row.cursor").textContent()).toContain(last);
  });

  const states = async (): Promise<string[]> =>
    (await open?.page.locator("[role=option] div:first-child").allTextContents())?.map((text) =>
      text.trim().replace(/\s+/gu, " "),
    ) ?? [];

  it("is reviewed by keys: the next sample comes by itself, ranges with Shift, and each step can be undone", async () => {
    const { page, state: remembered } = await show();
    const before = await states();
    await page.locator("[role=listbox]").focus();
    await page.keyboard.press("r");
    await expect.poll(async () => (await states())[0]).toMatch(/^✗ rejected/u);
    expect(await page.locator(".row.cursor").getAttribute("id")).toBe("row-1");
    await page.keyboard.press("j");
    await page.keyboard.press("Shift+J");
    await page.keyboard.press("Shift+J");
    expect(await page.locator("[role=option][aria-selected=true]").count()).toBe(3);
    await page.keyboard.press("a");
    await expect.poll(async () => (await states()).filter((text) => /^✓ accepted/u.test(text)).length).toBe(3);
    await page.keyboard.press("u");
    await expect.poll(async () => (await states()).filter((text) => /^✓ accepted/u.test(text)).length).toBe(0);
    await page.keyboard.press("u");
    await expect.poll(states).toEqual(before);
    await expect.poll(async () => (await remembered()) as { sample: string }).toMatchObject({ run: started.run });
    expect(await page.locator(".announcer").textContent()).toContain("undone 1");
  });

  it("takes keys as fast as they come: each is about the sample that the one before led to", async () => {
    const { page } = await show();
    const before = await states();
    const focused = async (): Promise<string> =>
      page.evaluate<string>(`(() => {
        let at = document.activeElement;
        while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
        return at.getAttribute("role") ?? at.getAttribute("name") ?? at.tagName;
      })()`);
    // The list has the focus from the beginning.
    await expect.poll(focused).toBe("listbox");
    for (const key of ["r", "r", "r"]) await page.keyboard.press(key);
    await expect.poll(async () => (await states()).slice(0, 3).filter((text) => /rejected/u.test(text)).length).toBe(3);
    await page.keyboard.press("r");
    await page.keyboard.press("e");
    await expect.poll(focused).toBe("question");
    expect(await page.locator(".row.cursor").getAttribute("id")).toBe("row-4");
    expect((await states())[3]).toMatch(/^✗ rejected/u);
    await page.keyboard.press("Escape");
    await expect.poll(focused).toBe("listbox");
    // A button that is gone after its click leaves the focus in the list, too.
    await page.locator("article.selected").getByRole("button", { name: "reject" }).focus();
    await page.keyboard.press("Enter");
    await expect.poll(async () => (await states())[4]).toMatch(/^✗ rejected/u);
    await expect.poll(focused).toBe("listbox");
    for (const key of ["u", "u", "u", "u", "u"]) await page.keyboard.press(key);
    await expect.poll(states).toEqual(before);
  });

  it("shows the sample whose decision is undone, also where another error was looked at meanwhile", async () => {
    const { page } = await show();
    const error = async (): Promise<string> => (await page.locator("header .key").textContent())?.trim() ?? "";
    const first = await error();
    await page.locator("[role=listbox]").focus();
    await page.keyboard.press("r");
    await expect.poll(async () => (await states())[0]).toMatch(/^✗ rejected/u);
    await page.keyboard.press("End");
    await expect.poll(error).not.toBe(first);
    await page.keyboard.press("u");
    await expect.poll(async () => (await states())[0]).not.toMatch(/^✗ rejected/u);
    await expect.poll(error).toBe(first);
    await page.locator("article.selected").waitFor();
  });

  it("an edit goes through the gates: refused, accepted anyway, taken back", async () => {
    const { page } = await show();
    await page.locator("[role=listbox]").focus();
    await page.keyboard.press("e");
    await page.locator("textarea[name=solution]").fill("7 * 8 = <<7*8=54>>54");
    await page.locator("textarea[name=answer]").fill("54");
    await page.getByRole("button", { name: "checkAndAccept" }).click();
    await page.getByRole("alert").filter({ hasText: "editFailed" }).waitFor();
    expect(await page.locator("article.selected .gates .failed").textContent()).toContain("verification");
    await page.locator("article.selected").getByRole("button", { name: "acceptAnyway" }).click();
    await expect.poll(async () => (await states())[0]).toMatch(/^✓ accepted \{0\} \{1\}, edited/u);
    await expect.poll(async () => page.locator("article.selected .equations .failed").count()).toBe(1);
    await page.locator("[role=listbox]").focus();
    await page.keyboard.press("u");
    await expect.poll(async () => (await states())[0]).not.toMatch(/edited/u);
  });

  it("asks again, and a fresh sample may stand in the place of one of the run", async () => {
    const { page } = await show();
    await page.getByRole("button", { name: "regenerate" }).click();
    await page.locator(".fresh article").first().waitFor();
    const fresh = await page.locator(".fresh article pre.question").first().textContent();
    await page
      .locator(".fresh")
      .getByRole("button", { name: /^useInstead 1/u })
      .first()
      .click();
    await expect.poll(async () => (await states())[0]).toMatch(/^✓ accepted .*edited/u);
    await expect.poll(async () => page.locator("article.selected pre.question").first().textContent()).toBe(fresh);
    await page.locator("[role=listbox]").focus();
    await page.keyboard.press("u");
    await expect.poll(async () => (await states())[0]).not.toMatch(/edited/u);
  });

  it("shows the answer that arrives, and finishes the review", async () => {
    const { page, peer } = await show();
    const answer = {
      iteration: 1,
      error: state.error ?? "demo",
      round: 0,
      number: 0,
      text: "Analysis: half",
      before: 0,
    };
    peer.say("live", { answer });
    await page.locator("section.live pre", { hasText: "Analysis: half" }).waitFor();
    peer.say("live", { answer: { ...answer, text: "Analysis: half of it" } });
    await page.locator("section.live pre", { hasText: "half of it" }).waitFor();
    peer.say("live", { answer: null });
    await expect.poll(async () => page.locator("section.live").count()).toBe(0);
    await page.getByRole("button", { name: "finishReview" }).click();
    await expect.poll(() => finished).toBe(1);
  });

  it("keeps hostile text as text, however long", async () => {
    const hostile = `<img src=x onerror="window.hurt=1"> [x](command:y) \u001b[31m\u202e${"a".repeat(2_000_000)}`;
    const { page, violations } = await show({
      output: (output) => ({
        ...output,
        key: hostile.slice(0, 200),
        question: hostile.slice(0, 1000),
        answers: output.answers.map((answer) => ({
          ...answer,
          analysis: hostile,
          problems: [hostile.slice(0, 100_000)],
          text: { text: hostile, hidden: 0 },
          marks: [{ sample: 0, field: "question", start: 0, end: 60 }],
        })),
        samples: output.samples.slice(0, 1).map((sample) => ({
          ...sample,
          draft: { ...sample.draft, question: hostile, solution: hostile, answer: hostile },
          gates: sample.gates.slice(0, 1).map((gate) => ({ ...gate, reason: hostile })),
        })),
      }),
      evidence: (evidence) => ({
        ...evidence,
        evaluation: { key: hostile.slice(0, 300), score: 1, text: hostile },
        duplicate: { kind: "case", key: hostile.slice(0, 300), score: 1, text: hostile },
      }),
    });
    await page.locator("article.selected .evidence").waitFor();
    expect(await page.evaluate('"hurt" in window')).toBe(false);
    expect(await page.locator("img").count()).toBe(0);
    const text = await page.evaluate<string>('document.querySelector("preceptor-instructor").shadowRoot.textContent');
    expect(text).toContain("<img src=x onerror");
    expect(text).not.toContain("\u202e");
    expect(text).not.toContain("\u001b");
    expect(await violations()).toEqual([]);
  });

  it("a list of 50,000 samples has few rows in the page, wherever it is scrolled to", async () => {
    const [row] = (
      await worker["samples/page"]({ ...place(), filter: { state: "all", gate: null }, from: 0, count: 1 }, call)
    ).rows;
    if (row === undefined) throw new Error("The run has no sample.");
    let asked = 0;
    const { page } = await show({
      page: ({ from, count }) => {
        asked += 1;
        const rows = Array.from({ length: Math.min(count, 50_000 - from) }, (_, index) => ({
          ...row,
          id: `${from + index}`,
          question: `question ${from + index}`,
        }));
        return { total: 50_000, from, rows, version: "1" };
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

  it.each(["dark", "light"] as const)("has nothing that axe objects to (%s), wide and at 300 px", async (theme) => {
    for (const width of [1200, 300]) {
      const { page } = await show({ width, theme });
      await page.locator("article.selected .evidence").waitFor();
      expect(await axeViolations(page)).toEqual([]);
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(width);
    }
  });
});
