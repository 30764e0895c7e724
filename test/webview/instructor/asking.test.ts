import { describe, expect, it } from "vitest";
import { axeViolations } from "../../editor/support/pages.js";
import { instructorPanel } from "../support/instructorPanel.js";

describe("answers that arrive in the Instructor output panel", () => {
  const panel = instructorPanel();

  const cancelled = (): Error => new DOMException("The call was cancelled.", "AbortError");

  it("shows the answer that arrives, and finishes the review", async () => {
    let finished = 0;
    const { page, peer } = await panel.show({ finishReview: () => (finished += 1) });
    const answer = {
      iteration: 1,
      error: panel.state.error ?? "demo",
      round: 0,
      number: 0,
      text: "Analysis: half",
      before: 0,
    };
    peer.say("live", { answer });
    await page.locator("section.live pre", { hasText: "Analysis: half" }).waitFor();
    peer.say("live", { answer: { ...answer, text: "Analysis: half of it" } });
    await page.locator("section.live pre", { hasText: "half of it" }).waitFor();
    const text = page.locator("section.live pre");
    const below = async (): Promise<number> =>
      text.evaluate((pre: { scrollHeight: number; scrollTop: number; clientHeight: number }) =>
        Math.round(pre.scrollHeight - pre.scrollTop - pre.clientHeight),
      );
    const lines = (count: number): string => Array.from({ length: count }, (_, line) => `line ${line}`).join("\n");
    peer.say("live", { answer: { ...answer, text: lines(40) } });
    await text.getByText("line 39").waitFor();
    expect(await below()).toBe(0);
    expect(await axeViolations(page)).toEqual([]);
    // Whoever scrolls back reads on while it grows.
    await text.evaluate((pre: { scrollTop: number }) => {
      pre.scrollTop = 30;
    });
    peer.say("live", { answer: { ...answer, text: lines(60) } });
    await text.getByText("line 59").waitFor();
    expect(await text.evaluate((pre: { scrollTop: number }) => pre.scrollTop)).toBe(30);
    // What arrives for another iteration, or arrived for another run, is not shown in this one.
    peer.say("live", { answer: { ...answer, iteration: 2 } });
    await expect.poll(async () => page.locator("section.live").count()).toBe(0);
    peer.say("live", { answer });
    await text.waitFor();
    peer.say("changed", { state: panel.state });
    await expect.poll(async () => page.locator("section.live").count()).toBe(0);
    peer.say("live", { answer });
    await text.waitFor();
    peer.say("live", { answer: null });
    await expect.poll(async () => page.locator("section.live").count()).toBe(0);
    await page.getByRole("button", { name: "finishReview" }).click();
    await expect.poll(() => finished).toBe(1);
  });

  it("names the price before it asks again, and the call can be stopped", async () => {
    const asked: AbortSignal[] = [];
    const { page } = await panel.show({
      price: 0.0142,
      regenerate: async (signal) => {
        asked.push(signal);
        return new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(cancelled())));
      },
    });
    const main = page.locator(".again button").first();
    await page.locator("[role=listbox]").press("Shift+G");
    await page.locator("[role=listbox]").press("g");
    await page.getByRole("button", { name: "askFor $0.014" }).waitFor();
    expect(asked).toHaveLength(0);
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "regenerate" }).waitFor();
    await page.locator("[role=listbox]").press("g");
    await page.getByRole("button", { name: "askFor $0.014" }).waitFor();
    await page.keyboard.press("Enter");
    await expect.poll(() => asked.length).toBe(1);
    await expect.poll(async () => main.textContent()).toContain("cancel");
    // The focus is still on the button.
    await page.keyboard.press("Enter");
    await expect.poll(() => asked[0]?.aborted).toBe(true);
    await page.locator(".notice", { hasText: "notAsked" }).waitFor();
    await page.getByRole("button", { name: "regenerate" }).waitFor();
  });

  it("an answer about one error leaves the question about another as it is", async () => {
    const answers = new Map<string, () => void>();
    const { page } = await panel.show({
      price: 0,
      regenerate: async (_signal, key) => new Promise((resolve) => answers.set(key, () => resolve(null))),
    });
    const key = async (): Promise<string> => (await page.locator("header .key").textContent())?.trim() ?? "";
    const first = await key();
    await page.locator("[role=listbox]").press("g");
    await expect.poll(() => answers.size).toBe(1);
    await page.locator("[role=listbox]").press("End");
    await expect.poll(key).not.toBe(first);
    await page.locator("[role=listbox]").press("g");
    await expect.poll(() => answers.size).toBe(2);
    answers.get(first)?.();
    await page.locator(".announcer", { hasText: "answeredAgain" }).waitFor({ state: "attached" });
    expect(await page.locator(".again progress, .again vscode-progress-bar").count()).toBe(1);
    expect(await page.locator(".fresh").count()).toBe(0);
    await page.locator("[role=listbox]").press("Home");
    await page.locator(".fresh article").first().waitFor();
    answers.get(await key())?.();
  });

  it("asks again, and a fresh sample may stand in the place of one of the run", async () => {
    const { page } = await panel.show();
    await page.getByRole("button", { name: "regenerate" }).click();
    await page.locator(".fresh article").first().waitFor();
    expect(await axeViolations(page)).toEqual([]);
    const fresh = await page.locator(".fresh article pre.question").first().textContent();
    await page
      .locator(".fresh")
      .getByRole("button", { name: /^useInstead 1/u })
      .first()
      .click();
    await expect.poll(async () => (await panel.states())[0]).toMatch(/^✓ accepted .*edited/u);
    await expect.poll(async () => page.locator("article.selected pre.question").first().textContent()).toBe(fresh);
    await page.locator("[role=listbox]").focus();
    await page.keyboard.press("u");
    await expect.poll(async () => (await panel.states())[0]).not.toMatch(/edited/u);
  });
});
