import { appendFileSync, readFileSync } from "node:fs";
import path from "node:path";
import type { Locator } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { instructorHost, instructorPage, type InstructorState } from "../../src/protocol/panels/instructor.js";
import type { ErrorOutput, SampleEvidence, SampleRow } from "../../src/protocol/worker/index.js";
import { handlersOf } from "../../src/worker/handlers.js";
import { Projects } from "../../src/worker/projects.js";
import { readRecords } from "../support/project.js";
import { startedRun, type StartedRun } from "../support/startedRun.js";
import { axeViolations } from "../editor/support/pages.js";
import { staysReadable } from "./support/brokenConfiguration.js";
import { closeBrowser, openPage, type OpenPage } from "./support/pagePeer.js";
import { instructorAnswers } from "./support/panels.js";

interface SamplePage {
  total: number;
  from: number;
  rows: SampleRow[];
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
      readonly page?: (params: { readonly from: number; readonly count: number }) => SamplePage | Promise<SamplePage>;
      /** Where a sample stands in the list. */
      readonly place?: () => number | Promise<number>;
      readonly evidence?: (evidence: SampleEvidence) => SampleEvidence;
      readonly price?: number;
      /** What the instructor waits for. */
      readonly regenerate?: (signal: AbortSignal, key: string) => Promise<unknown>;
      /** What an edit waits for. */
      readonly held?: () => Promise<void>;
    } = {},
  ): Promise<OpenPage<typeof instructorPage, typeof instructorHost>> {
    await open?.close();
    const filter = { state: "all", gate: null } as const;
    state = { ...state, error: options.error ?? null, sample: null, filter, forms: [] };
    const answers = instructorAnswers(worker, state);
    open = await openPage({
      name: "instructor",
      remote: instructorPage,
      own: instructorHost,
      ...options,
      handlers: {
        ...answers,
        page: async (params, call) => options.page?.(params) ?? answers.page(params, call),
        place: async (params, call) =>
          options.place === undefined ? answers.place(params, call) : { place: await options.place() },
        error: async (params, call) => {
          const output = await answers.error(params, call);
          return options.output?.(output) ?? output;
        },
        evidence: async (params, call) => {
          const evidence = await answers.evidence(params, call);
          return options.evidence?.(evidence) ?? evidence;
        },
        edit: async (params, call) => {
          await options.held?.();
          return answers.edit(params, call);
        },
        askPrice: async (params, call) => {
          const answer = await answers.askPrice(params, call);
          return { ...answer, cost: options.price ?? answer.cost };
        },
        regenerate: async (params, call) => {
          await options.regenerate?.(call.signal, params.key);
          return answers.regenerate(params, call);
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

  const cancelled = (): Error => new DOMException("The call was cancelled.", "AbortError");

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
    expect(await page.locator("pre.raw mark .visually-hidden").first().textContent()).toMatch(/^marks 1 \w+: $/u);
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
    // A key that is held down decides once.
    for (let times = 0; times < 3; times += 1) await page.keyboard.down("r");
    await page.keyboard.up("r");
    await expect.poll(async () => (await states())[0]).toMatch(/^✗ rejected/u);
    expect(await page.locator(".row.cursor").getAttribute("id")).toBe("row-1");
    await page.keyboard.press("j");
    await page.keyboard.press("Shift+J");
    await page.keyboard.press("Shift+J");
    expect(await page.locator("[role=option][aria-selected=true]").count()).toBe(3);
    await page.keyboard.press("a");
    await expect.poll(async () => (await states()).filter((text) => /^✓ accepted/u.test(text)).length).toBe(3);
    // How many there were is in sight.
    expect(await page.locator(".notice").textContent()).toMatch(/^decided .* 3$/u);
    // The tab was covered by another one, and is shown again: what was done can still be undone.
    await page.reload();
    await page.locator("article.selected").waitFor();
    await page.locator("[role=listbox]").focus();
    await page.keyboard.press("u");
    await expect.poll(async () => (await states()).filter((text) => /^✓ accepted/u.test(text)).length).toBe(0);
    await page.keyboard.press("u");
    await expect.poll(states).toEqual(before);
    await expect.poll(async () => (await remembered()) as { sample: string }).toMatchObject({ run: started.run });
    expect(await page.locator(".announcer").textContent()).toContain("undoneOne");
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

  it("moves from where decisions led that are on their way, not from where they were made", async () => {
    const { page } = await show();
    const before = await states();
    const rejected = async (): Promise<number[]> =>
      (await states()).flatMap((text, place) => (/^✗ rejected/u.test(text) ? [place] : []));
    const cursor = async (): Promise<string | null> => page.locator(".row.cursor").getAttribute("id");
    await page.locator("[role=listbox]").focus();
    for (const key of ["r", "r", "ArrowDown", "r"]) await page.keyboard.press(key);
    await expect.poll(rejected).toEqual([0, 1, 3]);
    await expect.poll(cursor).toBe("row-4");
    for (const key of ["r", "Home"]) await page.keyboard.press(key);
    await expect.poll(rejected).toEqual([0, 1, 3, 4]);
    await expect.poll(cursor).toBe("row-0");
    for (const key of ["u", "u", "u", "u"]) await page.keyboard.press(key);
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
    expect(await axeViolations(page)).toEqual([]);
    expect(await page.locator("article.selected .gates .failed").textContent()).toContain("verification");
    await page.locator("article.selected").getByRole("button", { name: "acceptAnyway" }).click();
    await expect.poll(async () => (await states())[0]).toMatch(/^✓ accepted \{0\} \{1\}, edited/u);
    await expect.poll(async () => page.locator("article.selected .equations .failed").count()).toBe(1);
    await page.locator("[role=listbox]").focus();
    await page.keyboard.press("u");
    await expect.poll(async () => (await states())[0]).not.toMatch(/edited/u);
  });

  it("what is typed outlives the page, and holds the selection until it is accepted or cancelled", async () => {
    const { page } = await show();
    const question = page.locator("textarea[name=question]");
    await page.locator("[role=listbox]").focus();
    await page.keyboard.press("e");
    // A form in which nothing is typed is remembered as such, and holds nothing after a reload either.
    await expect.poll(() => state.forms?.[0]?.typed).toBe(false);
    await page.reload();
    await question.waitFor();
    await page.locator("[role=listbox]").press("j");
    await expect.poll(async () => page.locator(".row.cursor").getAttribute("id")).toBe("row-1");
    await page.locator("[role=listbox]").press("k");
    await expect.poll(async () => page.locator(".row.cursor").getAttribute("id")).toBe("row-0");
    await page.locator("[role=listbox]").press("e");
    await question.fill("Half a sentence that a person wro");
    await expect.poll(() => state.forms?.[0]?.typed).toBe(true);
    await expect.poll(() => state.forms?.[0]?.fields.question).toBe("Half a sentence that a person wro");
    // The tab was covered by another one, and is shown again.
    await page.reload();
    await expect.poll(async () => question.inputValue()).toBe("Half a sentence that a person wro");
    const before = await states();
    const [cursor, selected] = [
      page.locator(".row.cursor"),
      page.locator("article.selected").getAttribute("data-sample"),
    ];
    for (const key of ["j", "End", "r", "u"]) await page.locator("[role=listbox]").press(key);
    await page.locator("[role=option]").nth(3).click();
    await page.locator("article:not(.selected)").first().click();
    await page.locator(".notice", { hasText: "changeOpen" }).waitFor();
    expect(await cursor.getAttribute("id")).toBe("row-0");
    expect(await page.locator("article.selected").getAttribute("data-sample")).toBe(await selected);
    expect(await states()).toEqual(before);
    expect(await question.inputValue()).toBe("Half a sentence that a person wro");
    await page.locator("article.selected").getByRole("button", { name: "cancel" }).click();
    await expect.poll(() => state.forms).toEqual([]);
    await page.locator("[role=listbox]").press("j");
    await expect.poll(async () => cursor.getAttribute("id")).toBe("row-1");
  });

  it("another error that is asked for from outside leaves what is typed", async () => {
    const { page, peer } = await show();
    await page.locator("[role=listbox]").focus();
    await page.keyboard.press("e");
    await page.locator("textarea[name=solution]").fill("not finished");
    const { forms: _forms, ...first } = state;
    Object.assign(state, { error: started.errors.at(-1) ?? "", sample: null });
    peer.say("changed", { state: { ...state, forms: undefined } });
    await expect.poll(async () => page.locator("header .key").textContent()).toContain(state.error ?? "");
    await expect.poll(async () => page.locator("textarea").count()).toBe(0);
    peer.say("changed", { state: { ...first, error: null } });
    await expect.poll(async () => page.locator("textarea[name=solution]").inputValue()).toBe("not finished");
    await page.keyboard.press("Escape");
  });

  it("a check decides once, and leaves what is typed as it is until the gates have answered", async () => {
    const answers: (() => void)[] = [];
    const { page } = await show({ held: async () => new Promise((resolve) => answers.push(resolve)) });
    await page.locator("[role=listbox]").focus();
    await page.keyboard.press("e");
    await page.locator("textarea[name=solution]").fill("7 * 8 = <<7*8=54>>54");
    const check = page.getByRole("button", { name: "checkAndAccept" });
    await check.dblclick();
    await expect.poll(() => answers.length).toBe(1);
    await check.dispatchEvent("click");
    await page.locator("article.selected").getByText("checking").waitFor();
    expect(await page.locator("textarea[name=solution]").getAttribute("readonly")).toBe("");
    // Escape stops the check, not the change.
    await page.keyboard.press("Escape");
    await expect.poll(async () => page.locator("textarea[name=solution]").getAttribute("readonly")).toBeNull();
    await page.locator("textarea[name=answer]").fill("54");
    await check.click();
    await expect.poll(() => answers.length).toBe(2);
    for (const answer of answers) answer();
    await page.getByRole("alert").filter({ hasText: "editFailed" }).waitFor();
    expect(await page.locator("textarea[name=answer]").inputValue()).toBe("54");
    expect(await page.locator("textarea[name=solution]").inputValue()).toBe("7 * 8 = <<7*8=54>>54");
    await page.keyboard.press("Escape");
  });

  it("names the price before it asks again, and the call can be stopped", async () => {
    const asked: AbortSignal[] = [];
    const { page } = await show({
      price: 0.0142,
      regenerate: async (signal) => {
        asked.push(signal);
        return new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(cancelled())));
      },
    });
    const main = page.locator(".again button").first();
    await page.locator("[role=listbox]").press("Shift+G");
    await page.locator("[role=listbox]").press("g");
    await page.getByRole("button", { name: "askFor 0.014" }).waitFor();
    expect(asked).toHaveLength(0);
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "regenerate" }).waitFor();
    await page.locator("[role=listbox]").press("g");
    await page.getByRole("button", { name: "askFor 0.014" }).waitFor();
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
    const { page } = await show({
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
    const { page } = await show();
    await page.getByRole("button", { name: "regenerate" }).click();
    await page.locator(".fresh article").first().waitFor();
    expect(await axeViolations(page)).toEqual([]);
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
    peer.say("changed", { state });
    await expect.poll(async () => page.locator("section.live").count()).toBe(0);
    peer.say("live", { answer });
    await text.waitFor();
    peer.say("live", { answer: null });
    await expect.poll(async () => page.locator("section.live").count()).toBe(0);
    await page.getByRole("button", { name: "finishReview" }).click();
    await expect.poll(() => finished).toBe(1);
  });

  it("goes on being read while the configuration is broken, and says so and why nobody is asked", async () => {
    const { page } = await show();
    await staysReadable(page, {
      folder: started.folder,
      shows: "article.selected",
      changed: () => open?.peer.say("changed", { state: null }),
      // Why nobody is asked is said, and does not go away by itself.
      meanwhile: async () => {
        await page.locator("[role=listbox]").press("g");
        await page.getByRole("alert").waitFor();
      },
    });
  });

  it("recomputes evidence when the text changes, and keeps why an action failed in sight", async () => {
    let recomputed = 0;
    const { page, peer } = await show({
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

  it("shows beside a corrected text what the gates say of it, and not of what it replaced", async () => {
    const { page } = await show();
    const cards = page.locator("article");
    expect(await cards.count()).toBeGreaterThan(1);
    await page.locator("[role=listbox]").press("e");
    await page.locator("textarea[name=question]").fill("A corrected question about 3 pears?");
    await page.getByRole("button", { name: "checkAndAccept" }).click();
    const anyway = page.locator("article.selected").getByRole("button", { name: "acceptAnyway" });
    const accepted = page.locator("[role=option]", { hasText: "edited" });
    await anyway.or(accepted).first().waitFor();
    if ((await anyway.count()) > 0) await anyway.click();
    await accepted.waitFor();
    await page.locator("[role=listbox]").press("j");
    const edited = cards.filter({ hasText: "A corrected question about 3 pears?" });
    await expect.poll(async () => edited.getAttribute("class")).not.toContain("selected");
    await expect.poll(async () => edited.locator(":scope > .gates").count()).toBe(0);
    expect(await edited.locator("details .gates").count()).toBe(1);
    await page.locator("[role=listbox]").press("u");
    await expect.poll(async () => accepted.count()).toBe(0);
  });

  it("counts what each filter would show, also among the samples of one gate", async () => {
    const { page } = await show();
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

  it("tells the host what it does not understand", async () => {
    const { page, stray } = await show();
    await page.evaluate('window.postMessage({ kind: "event", name: "tock", data: {} }, "*")');
    await expect.poll(() => stray).toEqual(["The other side says: There is no event tock."]);
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

  /** A piece of a list of 50,000 samples. */
  async function largeList(): Promise<(params: { readonly from: number; readonly count: number }) => SamplePage> {
    const [row] = (
      await worker["samples/page"](
        { ...place(), run: started.run, filter: { state: "all", gate: null }, from: 0, count: 1 },
        call,
      )
    ).rows;
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
    const { page } = await show({
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
    const { page } = await show({
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

  it.each(["dark", "light"] as const)("has nothing that axe objects to (%s), wide and at 300 px", async (theme) => {
    for (const width of [1200, 300]) {
      const { page } = await show({ width, theme });
      await page.locator("article.selected .evidence").waitFor();
      expect(await axeViolations(page)).toEqual([]);
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(width);
    }
  });
});

describe("a list that changes while it is looked at", () => {
  let started: StartedRun;
  let state: InstructorState;
  let gated = "";
  let open: OpenPage<typeof instructorPage, typeof instructorHost>;
  let number = 0;

  interface Gated {
    readonly sample: { readonly id: string; readonly benchmark: string; readonly lineage: { readonly call: number } };
  }
  const records = (): Gated[] =>
    readFileSync(gated, "utf8")
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as Gated);
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
    readRecords(path.join(started.folder, "decisions", "review.jsonl")) as { sample: string; decision: string }[];
  const cursor = async (): Promise<string | null> => open.page.locator(".row.cursor").getAttribute("id");
  const selected = async (): Promise<string | null> =>
    open.page.locator("article.selected").getAttribute("data-sample");
  const key = async (name: string): Promise<void> => open.page.locator("[role=listbox]").press(name);

  beforeAll(async () => {
    started = await startedRun({ families: ["math"], until: "instruct" });
    gated = path.join(started.folder, ".preceptor/runs", started.run, "stages/1-instruct/gated.jsonl");
    const { folder } = started;
    const filter = { state: "all", gate: null } as const;
    state = { folder, run: null, iteration: null, error: null, sample: null, filter };
    open = await openPage({
      name: "instructor",
      remote: instructorPage,
      own: instructorHost,
      handlers: instructorAnswers(handlersOf(new Projects()), state),
    });
    await open.page.locator("article.selected .evidence").waitFor();
  });
  afterAll(async () => {
    await open.close();
    await closeBrowser();
    started.remove();
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
