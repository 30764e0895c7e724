import { existsSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { setTimeout } from "node:timers/promises";
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { contrastHost, contrastPage } from "../../src/protocol/panels/contrast.js";
import type { CaseRef, ContrastMessage, ContrastView } from "../../src/protocol/worker/index.js";
import { handlersOf } from "../../src/worker/handlers.js";
import { Projects } from "../../src/worker/projects.js";
import { startedRun, type StartedRun } from "../support/startedRun.js";
import { axeViolations } from "../editor/support/pages.js";
import { staysReadable } from "./support/brokenConfiguration.js";
import { closeBrowser, openPage, type OpenPage } from "./support/pagePeer.js";
import { contrastAnswers } from "./support/panels.js";

const keysIn = async (page: Page): Promise<string[]> => page.locator("article.right .key").allTextContents();

const focusedKey = async (page: Page): Promise<string> =>
  page.evaluate<string>(`document.activeElement?.shadowRoot?.activeElement?.dataset.key ?? ""`);

/** What was told last to whoever does not see the page. */
const said = async (page: Page): Promise<string> => (await page.locator(".announcer").textContent()) ?? "";

describe("the contrast panel", () => {
  let started: StartedRun;
  let ref: CaseRef;
  const worker = handlersOf(new Projects());
  let open: OpenPage<typeof contrastPage, typeof contrastHost> | null = null;
  const opened: string[] = [];
  const copied: string[] = [];
  /** Decisions that are being written. */
  let deciding: Promise<unknown> = Promise.resolve();

  async function show(
    options: {
      readonly width?: number;
      readonly theme?: "dark" | "light";
      readonly view?: (view: ContrastView) => ContrastView;
      readonly message?: (message: ContrastMessage) => ContrastMessage;
      /** Milliseconds that every answer about the set takes. */
      readonly slowly?: number;
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
          await setTimeout(options.slowly ?? 0);
          const { view, state } = await answers.view(params, call);
          return { view: options.view?.(view) ?? view, state };
        },
        message: async (params, call) => {
          const message = await answers.message(params, call);
          return options.message?.(message) ?? message;
        },
        decide: async (params, call) => {
          const written = setTimeout(options.slowly ?? 0).then(async () => answers.decide(params, call));
          deciding = Promise.allSettled([deciding, written]);
          return written;
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

  /** What was decided about the error. */
  function lines(): { readonly neighbour: string; readonly decision: string | null }[] {
    const file = path.join(started.folder, "decisions", "contrast.jsonl");
    if (!existsSync(file)) return [];
    return readFileSync(file, "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as { neighbour: string; decision: string | null });
  }

  // Each test begins with an error about which nothing has been decided.
  afterEach(async () => {
    // A page that is gone decides nothing more, and what it decided is written by then.
    await open?.close();
    open = null;
    await deciding;
    rmSync(path.join(started.folder, "decisions"), { recursive: true, force: true });
  });

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
    expect(await state()).toEqual({ folder: started.folder, ref, k: null, sameGroup: null });
    expect(await violations()).toEqual([]);
  });

  it("changes k at once, with the message that the instructor would receive and its tokens", async () => {
    const { page } = await show();
    const tokens = async (): Promise<string> => (await page.locator("header .figures").textContent()) ?? "";
    const before = await tokens();
    await page.getByRole("button", { name: "more" }).click();
    await expect.poll(async () => page.locator("article.right").count()).toBe(4);
    await expect.poll(tokens).not.toBe(before);
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
    expect(await page.evaluate("document.activeElement.shadowRoot.activeElement.type")).toBe("checkbox");
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

  it("excludes, pins and includes neighbours by keys; the decisions are lines of the project", async () => {
    const { page } = await show();
    const [first, second, third] = await keysIn(page);
    await page.locator("article.right").first().focus();
    await page.keyboard.press("x");
    await expect.poll(() => keysIn(page)).not.toContain(first);
    expect((await keysIn(page)).slice(0, 2)).toEqual([second, third]);
    await page.locator("article.right").nth(1).focus();
    await page.keyboard.press("p");
    await page.locator('article.right button[aria-pressed="true"]').waitFor();
    // A card stays in its place, so that a second press is about the same one.
    expect((await keysIn(page)).slice(0, 2)).toEqual([second, third]);
    await page.keyboard.press("p");
    await expect.poll(() => page.locator('article.right button[aria-pressed="true"]').count()).toBe(0);
    await page.locator("details.candidates summary").click();
    await page.getByRole("button", { name: new RegExp(`include.*${first ?? ""}$`, "u") }).click();
    await expect.poll(() => keysIn(page)).toContain(first);
    await page.locator("article.right").first().focus();
    await page.keyboard.press("Enter");
    await expect.poll(() => opened).toContain(first);
    await expect
      .poll(() => lines().map(({ neighbour, decision }) => [neighbour, decision]))
      .toEqual([
        [first, "exclude"],
        [third, "pin"],
        [third, null],
        [first, null],
      ]);
  });

  it("replaces a neighbour by the next one, says so, and the focus follows to that", async () => {
    const { page } = await show();
    const [first, second, third] = await keysIn(page);
    await page.locator("article.right").nth(1).focus();
    await page.keyboard.press("r");
    await expect.poll(() => keysIn(page)).not.toContain(second);
    const [, , substitute] = await keysIn(page);
    expect((await keysIn(page)).slice(0, 2)).toEqual([first, third]);
    expect(await focusedKey(page)).toBe(substitute);
    await expect.poll(() => said(page)).toMatch(/^replaced .*\. updated 3$/u);
    expect(lines().map(({ neighbour, decision }) => [neighbour, decision])).toEqual([
      [second, "exclude"],
      [substitute, "pin"],
    ]);
    await page.locator(`article.right [data-action="replace"]`).nth(0).click();
    await expect.poll(() => keysIn(page)).not.toContain(first);
    expect(await page.evaluate<string>("document.activeElement.shadowRoot.activeElement.dataset.action")).toBe(
      "replace",
    );
    expect(await page.locator("article.right pre.question mark").count()).toBeGreaterThan(0);
  });

  it("counts each press, also those that come before an answer", async () => {
    const { page } = await show({ slowly: 400 });
    await page.locator("details.message").waitFor();
    const shown = async (): Promise<number> => page.locator("article.right").count();
    const more = page.getByRole("button", { name: "more" });
    await more.click();
    await more.click();
    expect(await page.locator("#k").textContent()).toBe("5");
    expect(await shown()).toBe(3);
    // What is still that of the set before can be read as well.
    expect(
      await page.evaluate(
        'getComputedStyle(document.querySelector("preceptor-contrast").shadowRoot.querySelector("[aria-busy=true]")).opacity',
      ),
    ).toBe("1");
    await expect.poll(shown).toBe(5);
    await page.keyboard.press("-");
    await page.keyboard.press("-");
    await page.keyboard.press("+");
    await expect.poll(shown).toBe(4);
    open?.peer.say("step", { by: -1 });
    await expect.poll(shown).toBe(3);
    // An answer that was asked for before a decision does not undo it on the page.
    open?.peer.say("changed", { another: false });
    await setTimeout(200);
    await page.locator("article.right").first().focus();
    await page.keyboard.press("p");
    await setTimeout(400);
    await page.keyboard.press("p");
    await expect.poll(() => lines().map(({ decision }) => decision)).toEqual(["pin", null]);
    await page.locator("[aria-busy=false]").waitFor();
    rmSync(path.join(started.folder, "decisions"), { recursive: true });
    // Each of these is about the card that had the focus when it was pressed.
    const [first, second, third] = await keysIn(page);
    await page.locator("article.right").first().focus();
    await page.keyboard.press("x");
    await page.keyboard.press("x");
    await page.keyboard.press("p");
    await expect.poll(shown).toBe(3);
    await expect.poll(async () => (await keysIn(page))[0]).toBe(third);
    expect(lines().map(({ neighbour, decision }) => [neighbour, decision])).toEqual([
      [first, "exclude"],
      [second, "exclude"],
      [third, "pin"],
    ]);
  });

  it("keeps k and the card that is compared when something is changed elsewhere, and shows what follows from it", async () => {
    const { page } = await show();
    await page.getByRole("button", { name: "more" }).click();
    await expect.poll(async () => page.locator("article.right").count()).toBe(4);
    const [, second] = await keysIn(page);
    await page.locator("article.right").nth(2).focus();
    const compared = await page.locator("article.compared .key").textContent();
    const decision = { neighbour: second ?? "", decision: "exclude" } as const;
    await worker["contrast/decide"](
      { folder: started.folder, error: ref.key, decisions: [decision] },
      { signal: new AbortController().signal },
    );
    open?.peer.say("changed", { another: false });
    await expect.poll(() => keysIn(page)).not.toContain(second);
    expect(await page.locator("article.right").count()).toBe(4);
    expect(await page.locator("article.compared .key").textContent()).toBe(compared);
  });

  it("searches the error's own subject when that is ticked, and says that a run does not", async () => {
    const { page } = await show();
    await page.getByText("otherPool false").waitFor({ state: "detached" });
    await page.getByRole("checkbox", { name: "sameGroup" }).check();
    await page.getByText("otherPool false").waitFor();
    await page.getByText(/^poolOfGroup \d+$/u).waitFor();
    await page.getByRole("checkbox", { name: "sameGroup" }).uncheck();
    await page.getByText(/^pool \d+$/u).waitFor();
    expect(await page.getByText("otherPool false").count()).toBe(0);
  });

  it("says where the neighbours are not sent, and why nothing is sent at all", async () => {
    const { page } = await show({
      message: (answer) => ({
        ...answer,
        message: answer.message === null ? null : { ...answer.message, neighbours: 0 },
      }),
    });
    await page.getByText("alone LEC").waitFor();
    const { page: other } = await show({ message: (answer) => ({ ...answer, message: null, unsent: "triage" }) });
    await other.getByText("unsentTriage").waitFor();
    expect(await other.locator("details.message").count()).toBe(0);
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
    for (const width of [1200, 480, 300]) {
      const { page } = await show({ width, theme });
      expect(await axeViolations(page)).toEqual([]);
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(width);
    }
  });

  it("keeps the wrong case in sight, left of its neighbours or above them, however far down these go", async () => {
    for (const [width, left] of [
      [1200, true],
      [480, true],
      [300, false],
    ] as const) {
      const { page } = await show({ width });
      const last = page.locator("article.right").last();
      await page.evaluate(`{
        const cards = document.querySelector("preceptor-contrast").shadowRoot.querySelectorAll("article.right");
        [...cards].at(-1).scrollIntoView({ block: "end", inline: "end" });
      }`);
      const [wrong, right] = [await page.locator("article.wrong h2").boundingBox(), await last.boundingBox()];
      if (wrong === null || right === null) throw new Error("A case is not shown.");
      expect(wrong.y).toBeGreaterThanOrEqual(0);
      expect(wrong.y + wrong.height).toBeLessThanOrEqual(800);
      expect(wrong.x + wrong.width <= right.x).toBe(left);
      // Nothing that gets the focus lies under it.
      const button = page.locator('article.right [data-action="pin"]').nth(1);
      await button.focus();
      const [above, focused] = [await page.locator("article.wrong").boundingBox(), await button.boundingBox()];
      if (!left) expect(focused?.y ?? 0).toBeGreaterThanOrEqual((above?.y ?? 0) + (above?.height ?? 0));
    }
  });

  it("goes on being read while the configuration is broken, and says so", async () => {
    const { page } = await show();
    await staysReadable(page, {
      folder: started.folder,
      shows: "article.right",
      changed: () => open?.peer.say("changed", { another: false }),
    });
  });

  it("says in words that a case is gone, and goes on when it is back", async () => {
    const { page } = await show();
    const whole = ref;
    ref = { ...ref, key: "demo-math/target/absent" };
    open?.peer.say("changed", { another: false });
    await page.getByRole("alert").waitFor();
    expect(await page.getByRole("alert").textContent()).toContain("no case of this key");
    ref = whole;
    await page.getByRole("button", { name: "retry" }).click();
    await expect.poll(async () => page.getByRole("alert").count()).toBe(0);
  });
});
