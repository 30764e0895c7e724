import { describe, expect, it } from "vitest";
import { axeViolations } from "../../editor/support/pages.js";
import { staysReadable } from "../support/brokenConfiguration.js";
import { instructorPanel } from "../support/instructorPanel.js";

describe("what the Instructor output panel shows", () => {
  const panel = instructorPanel();

  it("shows samples with what the gates found, evidence and marked answers", async () => {
    const { page, violations } = await panel.show();
    expect(await page.locator("[role=option]").count()).toBeGreaterThan(3);
    expect(await page.locator("article .gates li").count()).toBeGreaterThan(3);
    await page.locator("article.selected .evidence").waitFor();
    expect(await page.locator("article.selected .equations li").count()).toBeGreaterThan(0);
    await page.locator("details.raw-answers summary").click();
    expect(await page.locator("pre.raw mark").count()).toBeGreaterThan(1);
    expect(await page.locator("pre.raw mark .visually-hidden").first().textContent()).toMatch(/^marks 1 \w+: $/u);
    expect(await violations()).toEqual([]);
  });

  it("begins with the error that the host was asked for, in the list and beside it", async () => {
    const last = panel.started.errors.at(-1) ?? "";
    const { page } = await panel.show({ error: last });
    expect(await page.locator("header .key").textContent()).toContain(last);
    expect(await page.locator(".row.cursor").textContent()).toContain(last);
  });

  it("marks tokens that no server counted, of the iteration and of each answer, and says why", async () => {
    const asked = { promptTokens: 1200, completionTokens: 34 };
    for (const estimated of [true, false]) {
      const { page } = await panel.show({
        words: { callFigures: "{3}" },
        overview: (overview) => ({ ...overview, ...asked, estimated }),
        output: (output) => ({
          ...output,
          answers: output.answers.map((answer) => ({ ...answer, ...asked, estimated })),
        }),
      });
      await page.locator("details.raw-answers summary").click();
      const wanted = estimated ? "≈ 1,234" : "1,234";
      const figures = page.locator("header .figures .muted");
      expect((await figures.textContent())?.trim()).toBe(`tokens ${wanted} {1}`);
      const ofAnswer = page.locator(".answer-text h3 .muted").first();
      expect(await ofAnswer.textContent()).toBe(wanted);
      for (const place of [figures, ofAnswer])
        expect(await place.getAttribute("title")).toBe(estimated ? "estimatedTokens {0} {1}" : null);
    }
  });

  it("recomputes evidence when the text changes, and keeps why an action failed in sight", async () => {
    let recomputed = 0;
    const { page, peer } = await panel.show({
      evidence: (evidence) => {
        recomputed += 1;
        return evidence;
      },
      regenerate: async () => Promise.reject(new Error("The instructor is away.")),
    });
    await page.locator("article.selected .evidence").waitFor();
    await page.locator("[role=listbox]").press("g");
    await page.locator(".fault", { hasText: "The instructor is away." }).waitFor();
    for (let times = 0; times < 4; times += 1) {
      peer.say("changed", { state: null });
      await page.waitForTimeout(150);
    }
    expect(recomputed).toBe(1);
    expect(await page.locator(".fault").count()).toBe(1);
    expect(await axeViolations(page)).toEqual([]);
    await page.locator(".fault").getByRole("button").click();
    await expect.poll(async () => page.locator(".fault").count()).toBe(0);
  });

  it("goes on being read while the configuration is broken, and says so and why nobody is asked", async () => {
    const { page, peer } = await panel.show();
    await staysReadable(page, {
      folder: panel.started.folder,
      shows: "article.selected",
      changed: () => peer.say("changed", { state: null }),
      // Why nobody is asked is said, and does not go away by itself.
      meanwhile: async () => {
        await page.locator("[role=listbox]").press("g");
        await page.getByRole("alert").waitFor();
      },
    });
  });

  it("tells the host what it does not understand", async () => {
    const { page, stray } = await panel.show();
    await page.evaluate('window.postMessage({ kind: "event", name: "tock", data: {} }, "*")');
    await expect.poll(() => stray).toEqual(["The other side says: There is no event tock."]);
  });

  it("keeps hostile text as text, however long", async () => {
    const hostile = `<img src=x onerror="window.hurt=1"> [x](command:y) \u001b[31m\u202e${"a".repeat(2_000_000)}`;
    const { page, violations } = await panel.show({
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

  it.each(["dark", "light"] as const)("has nothing that axe objects to (%s), wide and at 300 px", async (theme) => {
    for (const width of [1200, 300]) {
      const { page } = await panel.show({ width, theme });
      await page.locator("article.selected .evidence").waitFor();
      expect(await axeViolations(page)).toEqual([]);
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(width);
    }
  });
});
