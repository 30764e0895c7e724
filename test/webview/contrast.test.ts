import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { contrastHost, contrastPage } from "../../src/protocol/panels/contrast.js";
import type { CaseRef, ContrastView } from "../../src/protocol/worker/index.js";
import { handlersOf } from "../../src/worker/handlers.js";
import { Projects } from "../../src/worker/projects.js";
import { startedRun, type StartedRun } from "../support/startedRun.js";
import { axeViolations } from "../editor/support/pages.js";
import { closeBrowser, openPage, type OpenPage } from "./support/pagePeer.js";
import { contrastAnswers } from "./support/panels.js";

/** What of the page has the focus, by the beginning of its text. */
const focusedIn = async (page: Page): Promise<string> =>
  page.evaluate<string>(`document.activeElement?.shadowRoot?.activeElement?.innerText?.trim().slice(0, 16) ?? ""`);

describe("the contrast panel", () => {
  let started: StartedRun;
  let ref: CaseRef;
  const worker = handlersOf(new Projects());
  let open: OpenPage<typeof contrastPage, typeof contrastHost> | null = null;
  const opened: string[] = [];
  const copied: string[] = [];

  async function show(
    options: {
      readonly width?: number;
      readonly theme?: "dark" | "light";
      readonly view?: (view: ContrastView) => ContrastView;
    } = {},
  ): Promise<OpenPage<typeof contrastPage, typeof contrastHost>> {
    await open?.close();
    const answers = contrastAnswers(worker, () => ({ folder: started.folder, ref }));
    open = await openPage({
      name: "contrast",
      remote: contrastPage,
      own: contrastHost,
      ...options,
      handlers: {
        ...answers,
        view: async (params, call) => {
          const { view, state } = await answers.view(params, call);
          return { view: options.view?.(view) ?? view, state };
        },
        openCase: async ({ key }) => {
          opened.push(key);
          return {};
        },
        copyMessage: async ({ text }) => {
          copied.push(text);
          return {};
        },
      },
    });
    await open.page.locator("preceptor-contrast article").first().waitFor();
    return open;
  }

  beforeAll(async () => {
    started = await startedRun({ families: ["math"], until: "contrast" });
    ref = { run: started.run, iteration: 1, stage: "collect", key: started.errors[0] ?? "" };
  });
  afterAll(async () => {
    await open?.close();
    await closeBrowser();
    started.remove();
  });

  it("shows the wrong case and its k nearest right ones with distances, and remembers what it shows", async () => {
    const { page, state, violations } = await show();
    expect(await page.locator("article.wrong").count()).toBe(1);
    expect(await page.locator("article.right").count()).toBe(3);
    const distances = await page.locator("article.right h2 .number").allTextContents();
    const numbers = distances.map((text) => Number(text.replace("distance ", "")));
    expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
    expect(await page.locator("mark").count()).toBeGreaterThan(0);
    expect(await state()).toEqual({ folder: started.folder, ref, k: null });
    expect(await violations()).toEqual([]);
  });

  it("changes k at once, with the message that the instructor would receive and its tokens", async () => {
    const { page } = await show();
    const tokens = async (): Promise<string> => (await page.locator("header .figures").textContent()) ?? "";
    const before = await tokens();
    await page.getByRole("button", { name: "more" }).click();
    await expect.poll(async () => page.locator("article.right").count()).toBe(4);
    expect(await tokens()).not.toBe(before);
    const fourth = await page.locator("article.right pre.question").nth(3).textContent();
    const message = (await page.locator("details.message").textContent()) ?? "";
    expect(message).toContain(fourth?.slice(0, 40));
    await page.getByRole("button", { name: "copy" }).click();
    await expect.poll(() => copied.length).toBe(1);
    expect(copied[0]).toContain(fourth?.slice(0, 40));
  });

  it("goes back to the configured k, and the focus stays beside what it was on", async () => {
    const { page } = await show();
    await page.getByRole("button", { name: "more" }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: /^reset/u }).waitFor();
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await expect.poll(async () => page.locator("article.right").count()).toBe(3);
    expect(await page.getByRole("button", { name: /^reset/u }).count()).toBe(0);
    expect(await focusedIn(page)).toBe("demo-math/target");
  });

  it("shows the focus also on what is pinned, and Escape goes back to the error from anywhere", async () => {
    const { page } = await show();
    const { length } = opened;
    await page.keyboard.press("Escape");
    await expect.poll(() => opened.length).toBe(length + 1);
    await page.locator("article.right").first().focus();
    await page.keyboard.press("p");
    await page.getByRole("button", { name: "unpin" }).waitFor();
    await page.keyboard.press("Tab");
    const ring = await page.evaluate<string>(
      "(({ outlineStyle, outlineColor }) => outlineStyle + outlineColor)(getComputedStyle(document.activeElement.shadowRoot.activeElement))",
    );
    expect(ring).toMatch(/^solid(?!.*, 0\))/u);
    await page.keyboard.press("Enter");
    await expect.poll(async () => page.getByRole("button", { name: "unpin" }).count()).toBe(0);
  });

  it("excludes, replaces and pins neighbours by keys; the decisions are lines of the project", async () => {
    const { page } = await show();
    const keys = async (): Promise<string[]> => page.locator("article.right .key").allTextContents();
    const [first, second, third] = await keys();
    await page.locator("article.right").first().focus();
    await page.keyboard.press("x");
    await expect.poll(keys).not.toContain(first);
    expect((await keys()).slice(0, 2)).toEqual([second, third]);
    await page.locator("article.right").nth(1).focus();
    await page.keyboard.press("p");
    await expect.poll(async () => (await keys())[0]).toBe(third);
    expect(await page.locator('article.right button[aria-pressed="true"]').count()).toBe(1);
    await page.locator("details.candidates summary").click();
    await page.getByRole("button", { name: new RegExp(`include.*${first ?? ""}$`, "u") }).click();
    await expect.poll(keys).toContain(first);
    await page.locator("article.right").first().focus();
    await page.keyboard.press("Enter");
    await expect.poll(() => opened).toContain(third);
  });

  it("keeps hostile text as text, however long", async () => {
    const hostile = `<img src=x onerror="window.hurt=1"> [x](command:y) \u202e${"a".repeat(2_000_000)}`;
    const { page, violations } = await show({
      view: (view) => ({ ...view, error: { ...view.error, response: hostile, question: hostile } }),
    });
    expect(await page.evaluate('"hurt" in window')).toBe(false);
    expect(await page.locator("img").count()).toBe(0);
    const text = (await page.locator("article.wrong").textContent()) ?? "";
    expect(text).toContain("<img src=x onerror");
    expect(text).not.toContain("\u202e");
    expect(text.length).toBeLessThan(100_000);
    expect(await violations()).toEqual([]);
  });

  it.each(["dark", "light"] as const)("has nothing that axe objects to (%s), wide and at 300 px", async (theme) => {
    for (const width of [1200, 300]) {
      const { page } = await show({ width, theme });
      expect(await axeViolations(page)).toEqual([]);
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(width);
    }
  });

  it("says in words that a case is gone, and goes on when it is back", async () => {
    const { page } = await show();
    const whole = ref;
    ref = { ...ref, key: "demo-math/target/absent" };
    open?.peer.say("changed", { k: null });
    await page.getByRole("alert").waitFor();
    expect(await page.getByRole("alert").textContent()).toContain("no case of this key");
    ref = whole;
    await page.getByRole("button", { name: "retry" }).click();
    await expect.poll(async () => page.getByRole("alert").count()).toBe(0);
  });
});
