import { describe, expect, it } from "vitest";
import { axeViolations } from "../../editor/support/pages.js";
import { instructorPanel } from "../support/instructorPanel.js";

describe("decisions and edits in the Instructor output panel", () => {
  const panel = instructorPanel();

  it("is reviewed by keys: the next sample comes by itself, ranges with Shift, and each step can be undone", async () => {
    const { page, state: remembered } = await panel.show();
    const before = await panel.states();
    await page.locator("[role=listbox]").focus();
    // A key that is held down decides once.
    for (let times = 0; times < 3; times += 1) await page.keyboard.down("r");
    await page.keyboard.up("r");
    await expect.poll(async () => (await panel.states())[0]).toMatch(/^✗ rejected/u);
    await expect.poll(async () => page.locator(".row.cursor").getAttribute("id")).toBe("row-1");
    await page.keyboard.press("j");
    await page.keyboard.press("Shift+J");
    await page.keyboard.press("Shift+J");
    await expect.poll(async () => page.locator("[role=option][aria-selected=true]").count()).toBe(3);
    await page.keyboard.press("a");
    await expect.poll(async () => (await panel.states()).filter((text) => /^✓ accepted/u.test(text)).length).toBe(3);
    // How many there were is in sight.
    await expect.poll(async () => page.locator(".notice").textContent()).toMatch(/^decided .* 3$/u);
    // The tab was covered by another one, and is shown again: what was done can still be undone.
    await page.reload();
    await page.locator("article.selected").waitFor();
    await page.locator("[role=listbox]").focus();
    await page.keyboard.press("u");
    await expect.poll(async () => (await panel.states()).filter((text) => /^✓ accepted/u.test(text)).length).toBe(0);
    await page.keyboard.press("u");
    await expect.poll(panel.states).toEqual(before);
    await expect.poll(async () => (await remembered()) as { sample: string }).toMatchObject({ run: panel.started.run });
    expect(await page.locator(".announcer").textContent()).toContain("undoneOne");
  });

  it("takes keys as fast as they come: each is about the sample that the one before led to", async () => {
    const { page } = await panel.show();
    const before = await panel.states();
    const focused = async (): Promise<string> =>
      page.evaluate<string>(`(() => {
        let at = document.activeElement;
        while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
        return at.getAttribute("role") ?? at.getAttribute("name") ?? at.tagName;
      })()`);
    // The list has the focus from the beginning.
    await expect.poll(focused).toBe("listbox");
    for (const key of ["r", "r", "r"]) await page.keyboard.press(key);
    await expect
      .poll(async () => (await panel.states()).slice(0, 3).filter((text) => /rejected/u.test(text)).length)
      .toBe(3);
    await page.keyboard.press("r");
    await page.keyboard.press("e");
    await expect.poll(focused).toBe("question");
    expect(await page.locator(".row.cursor").getAttribute("id")).toBe("row-4");
    expect((await panel.states())[3]).toMatch(/^✗ rejected/u);
    await page.keyboard.press("Escape");
    await expect.poll(focused).toBe("listbox");
    // A button that is gone after its click leaves the focus in the list, too.
    await page.locator("article.selected").getByRole("button", { name: "reject" }).focus();
    await page.keyboard.press("Enter");
    await expect.poll(async () => (await panel.states())[4]).toMatch(/^✗ rejected/u);
    await expect.poll(focused).toBe("listbox");
    for (const key of ["u", "u", "u", "u", "u"]) await page.keyboard.press(key);
    await expect.poll(panel.states).toEqual(before);
  });

  it("moves from where decisions led that are on their way, not from where they were made", async () => {
    const { page } = await panel.show();
    const before = await panel.states();
    const rejected = async (): Promise<number[]> =>
      (await panel.states()).flatMap((text, place) => (/^✗ rejected/u.test(text) ? [place] : []));
    const cursor = async (): Promise<string | null> => page.locator(".row.cursor").getAttribute("id");
    await page.locator("[role=listbox]").focus();
    for (const key of ["r", "r", "ArrowDown", "r"]) await page.keyboard.press(key);
    await expect.poll(rejected).toEqual([0, 1, 3]);
    await expect.poll(cursor).toBe("row-4");
    for (const key of ["r", "Home"]) await page.keyboard.press(key);
    await expect.poll(rejected).toEqual([0, 1, 3, 4]);
    await expect.poll(cursor).toBe("row-0");
    for (const key of ["u", "u", "u", "u"]) await page.keyboard.press(key);
    await expect.poll(panel.states).toEqual(before);
  });

  it("shows the sample whose decision is undone, also where another error was looked at meanwhile", async () => {
    const { page } = await panel.show();
    const error = async (): Promise<string> => (await page.locator("header .key").textContent())?.trim() ?? "";
    const first = await error();
    await page.locator("[role=listbox]").focus();
    await page.keyboard.press("r");
    await expect.poll(async () => (await panel.states())[0]).toMatch(/^✗ rejected/u);
    await page.keyboard.press("End");
    await expect.poll(error).not.toBe(first);
    await page.keyboard.press("u");
    await expect.poll(async () => (await panel.states())[0]).not.toMatch(/^✗ rejected/u);
    await expect.poll(error).toBe(first);
    await page.locator("article.selected").waitFor();
  });

  it("an edit goes through the gates: refused, accepted anyway, taken back", async () => {
    const { page } = await panel.show();
    await page.locator("[role=listbox]").focus();
    await page.keyboard.press("e");
    await page.locator("textarea[name=solution]").fill("7 * 8 = <<7*8=54>>54");
    await page.locator("textarea[name=answer]").fill("54");
    await page.getByRole("button", { name: "checkAndAccept" }).click();
    await page.getByRole("alert").filter({ hasText: "editFailed" }).waitFor();
    expect(await axeViolations(page)).toEqual([]);
    expect(await page.locator("article.selected .gates .failed").textContent()).toContain("verification");
    await page.locator("article.selected").getByRole("button", { name: "acceptAnyway" }).click();
    await expect.poll(async () => (await panel.states())[0]).toMatch(/^✓ accepted \{0\} \{1\}, edited/u);
    await expect.poll(async () => page.locator("article.selected .equations .failed").count()).toBe(1);
    await page.locator("[role=listbox]").focus();
    await page.keyboard.press("u");
    await expect.poll(async () => (await panel.states())[0]).not.toMatch(/edited/u);
  });

  it("shows beside a corrected text what the gates say of it, and not of what it replaced", async () => {
    const { page } = await panel.show();
    const cards = page.locator("article");
    expect(await cards.count()).toBeGreaterThan(1);
    await page.locator("[role=listbox]").press("e");
    await page.locator("textarea[name=question]").fill("A corrected question about 3 pears?");
    await page.getByRole("button", { name: "checkAndAccept" }).click();
    const anyway = page.locator("article.selected").getByRole("button", { name: "acceptAnyway" });
    const accepted = page.locator("[role=option]", { hasText: "edited" });
    // The same button stands there for a moment before the gates have said anything of the new text.
    await page.getByRole("alert").filter({ hasText: "editFailed" }).or(accepted).first().waitFor();
    if ((await accepted.count()) === 0) await anyway.click();
    await accepted.waitFor();
    await page.locator("[role=listbox]").press("j");
    const edited = cards.filter({ hasText: "A corrected question about 3 pears?" });
    await expect.poll(async () => edited.getAttribute("class")).not.toContain("selected");
    await expect.poll(async () => edited.locator(":scope > .gates").count()).toBe(0);
    expect(await edited.locator("details .gates").count()).toBe(1);
    await page.locator("[role=listbox]").press("u");
    await expect.poll(async () => accepted.count()).toBe(0);
  });

  it("what is typed outlives the page, and holds the selection until it is accepted or cancelled", async () => {
    const { page } = await panel.show();
    const question = page.locator("textarea[name=question]");
    await page.locator("[role=listbox]").focus();
    await page.keyboard.press("e");
    // A form in which nothing is typed is remembered as such, and holds nothing after a reload either.
    await expect.poll(() => panel.state.forms?.[0]?.typed).toBe(false);
    await page.reload();
    await question.waitFor();
    await page.locator("[role=listbox]").press("j");
    await expect.poll(async () => page.locator(".row.cursor").getAttribute("id")).toBe("row-1");
    await page.locator("[role=listbox]").press("k");
    await expect.poll(async () => page.locator(".row.cursor").getAttribute("id")).toBe("row-0");
    await page.locator("[role=listbox]").press("e");
    await question.fill("Half a sentence that a person wro");
    await expect.poll(() => panel.state.forms?.[0]?.typed).toBe(true);
    await expect.poll(() => panel.state.forms?.[0]?.fields.question).toBe("Half a sentence that a person wro");
    // The tab was covered by another one, and is shown again.
    await page.reload();
    await expect.poll(async () => question.inputValue()).toBe("Half a sentence that a person wro");
    const before = await panel.states();
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
    expect(await panel.states()).toEqual(before);
    expect(await question.inputValue()).toBe("Half a sentence that a person wro");
    await page.locator("article.selected").getByRole("button", { name: "cancel" }).click();
    await expect.poll(() => panel.state.forms).toEqual([]);
    await page.locator("[role=listbox]").press("j");
    await expect.poll(async () => cursor.getAttribute("id")).toBe("row-1");
  });

  it("another error that is asked for from outside leaves what is typed", async () => {
    const { page, peer } = await panel.show();
    await page.locator("[role=listbox]").focus();
    await page.keyboard.press("e");
    await page.locator("textarea[name=solution]").fill("not finished");
    const { forms: _forms, ...first } = panel.state;
    Object.assign(panel.state, { error: panel.started.errors.at(-1) ?? "", sample: null });
    peer.say("changed", { state: { ...panel.state, forms: undefined } });
    await expect.poll(async () => page.locator("header .key").textContent()).toContain(panel.state.error ?? "");
    await expect.poll(async () => page.locator("textarea").count()).toBe(0);
    peer.say("changed", { state: { ...first, error: null } });
    await expect.poll(async () => page.locator("textarea[name=solution]").inputValue()).toBe("not finished");
    await page.keyboard.press("Escape");
  });

  it("a check decides once, and leaves what is typed as it is until the gates have answered", async () => {
    const answers: (() => void)[] = [];
    const { page } = await panel.show({ held: async () => new Promise((resolve) => answers.push(resolve)) });
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
});
