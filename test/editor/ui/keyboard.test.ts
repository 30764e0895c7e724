/**
 * The way of a new user without a mouse (ux 63, 64): the story of story.test.ts, in its order, by keys alone, and what has the
 * focus is seen all the way. Only a window that was closed is opened again by the test.
 */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import type { Frame } from "playwright-core";
import { expect, test } from "vitest";
import { useEditor } from "../support/fixture.js";
import { Keyboard } from "../support/keyboard.js";
import { isImported, recordedOutputs } from "../support/recordedOutputs.js";
import type { EditorWindow } from "../support/window.js";

const ui = useEditor({ workspace: { "notes.txt": "A folder without a project." } });
const soon = { timeout: 30_000 };
/** Longer than the demo takes on a machine that does much else. */
const demoMs = 300_000;

const projectOf = ({ folder }: EditorWindow): string => path.join(folder, "preceptor-demo");

/** The decisions of a file of the demo's project, oldest first. */
function decisions(window: EditorWindow, name: string): readonly unknown[] {
  const file = path.join(projectOf(window), "decisions", name);
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, "utf8").trim().split("\n");
  return lines.map((line) => (JSON.parse(line) as { decision: unknown }).decision);
}

/** Waits until the text editor with the focus shows a document whose name fits, and returns its name. */
async function documentWithFocus(window: EditorWindow, name: RegExp): Promise<string> {
  const active = (): Promise<string> =>
    window.host((vscode) => vscode.window.activeTextEditor?.document.uri.path.split("/").at(-1) ?? "");
  await expect.poll(active, soon).toMatch(name);
  const editor = window.page.locator(".editor-group-container.active .monaco-editor.focused");
  await editor.first().waitFor(soon);
  return await active();
}

/** Waits until an error of arithmetic has the focus with its reference beside it, and returns its name. */
async function mathError(window: EditorWindow): Promise<string> {
  const names = (): Promise<(string | undefined)[]> =>
    window.host((vscode) => {
      const { activeTextEditor, visibleTextEditors } = vscode.window;
      const name = (editor: typeof activeTextEditor): string | undefined => editor?.document.uri.path.split("/").at(-1);
      return [name(activeTextEditor), ...visibleTextEditors.map((editor) => name(editor))];
    });
  await expect
    .poll(async () => {
      const [active = "", ...shown] = await names();
      return shown.includes(active.replace(/case$/u, "reference.case")) ? active : "";
    }, soon)
    .not.toBe("");
  return (await documentWithFocus(window, /\.case$/u)).replace(".case", "");
}

/**
 * Tab reaches everything in a panel in the order of the document, shows where it is, and leaves the panel at its end, as
 * Shift+Tab does at its beginning. The panel has the focus before. `late` is what comes when the focus has passed its place.
 */
async function expectTour(keys: Keyboard, panel: Frame, late = /^$/u): Promise<void> {
  const tour = await keys.tour(panel);
  expect(tour.filter(({ ring }) => !ring)).toEqual([]);
  const places = tour.map(({ place }) => place);
  expect(places, tour.map(({ name }) => name).join("\n")).toEqual([...places].sort((a, b) => a - b));
  expect(tour.map(({ name }) => name)).toEqual(
    expect.arrayContaining((await keys.stops(panel)).filter((name) => !late.test(name))),
  );
}

/** Opens the first wrong answer of a group, of a benchmark's target split, from anywhere. */
async function openFirstError(
  window: EditorWindow,
  keys: Keyboard,
  benchmark: string,
  document: RegExp,
  group = /^(?!demo|run)[^,]+, \d+ errors?/u,
): Promise<void> {
  const view = window.view("Benchmarks");
  await keys.palette("Preceptor: Focus on Benchmarks View");
  await keys.awaitFocus(/^Benchmarks$/u);
  // Everything is closed first: an open benchmark leaves no room for the rows of another one.
  await keys.press("Control+ArrowLeft");
  await window.row(/^run-1/u, view).waitFor({ state: "detached" });
  await keys.press("Home");
  await keys.toRow("ArrowDown", new RegExp(`^${benchmark},`, "u"));
  await keys.open(window.row(/^run-1 · iteration 1 · target/u, view));
  await keys.toRow("ArrowDown", /^run-1 · iteration 1 · target/u);
  await keys.open(window.row(group, view));
  await keys.toRow("ArrowDown", group);
  await keys.open(window.row(/, wrong, /u, view));
  await keys.toRow("ArrowDown", /, wrong, /u);
  await keys.press("Enter");
  await documentWithFocus(window, document);
}

/** From the walkthrough to the end of the demo's first run. */
async function tryDemo(window: EditorWindow, keys: Keyboard): Promise<void> {
  await keys.palette("Preceptor: Open Walkthrough");
  await window.page.locator(".getting-started-step").first().waitFor(soon);
  const step = await keys.pressUntil("Tab", /^Start the demo/u);
  expect(step.ring).toBe(true);
  await keys.press("Enter");
  await window.page.locator(".getting-started-step.expanded", { hasText: "Start the demo" }).waitFor(soon);
  await keys.pressUntil("Tab", /^Try the Demo$/u);
  await keys.press("Enter");
  const view = window.view("Iterations");
  await window.row(/^run-1 · running/u, view).waitFor({ timeout: 60_000 });
  await window.row(/^run-1 · done/u, view).waitFor({ timeout: demoMs });
}

/** Imports answers of GSM8K and of MBPP into a project of their own, opens a failing case of each, and returns to the demo. */
async function lookAtRecorded(
  window: EditorWindow,
  keys: Keyboard,
  { data, gsm8k, mbppWrong }: NonNullable<typeof recordedOutputs>,
): Promise<void> {
  await keys.palette("Preceptor: Import Results...");
  await keys.choosePath("Import Results", gsm8k, "Import Results");
  await keys.choose("Add Files...");
  await keys.choosePath("Import Results", mbppWrong, "Import Results");
  await keys.choose("Make a New Project for These Files...");
  await keys.choose("Choose Folder...");
  await keys.choosePath("Folder with Benchmarks", `${data}/`, "Use Folder", "gsm8k");
  await keys.choose("Careful");
  await keys.choose("Continue with 2 Files");
  await keys.choose("Continue with 3,417 Responses");
  await keys.choose("Import and Judge Here");
  await expect.poll(() => isImported(window.folder), { timeout: 120_000 }).toBe(true);
  await window.row(/^gsm8k, .*4 errors/u, window.view("Benchmarks")).waitFor(soon);
  await openFirstError(window, keys, "gsm8k", /^2968\.case$/u, /^(?!gsm8k|mbpp|run)[^,]+, \d+ errors?/u);
  await problemByKey(window, keys, "3 * $3000 = $9000");
  await openFirstError(window, keys, "mbpp-paper", /^513\.response\.py$/u, /^AssertionError, \d+ errors/u);
  await problemByKey(window, keys, "add_str");
  await keys.palette("Preceptor: Select Project...");
  await keys.choose("preceptor-demo");
  await window.row(/^demo-math/u, window.view("Benchmarks")).waitFor(soon);
}

/** F8 leads to the problem of the document with the focus: its first wrong step, or what its failing test is about. */
async function problemByKey(window: EditorWindow, keys: Keyboard, marked: string): Promise<void> {
  const texts = (at: "cursor" | "anywhere"): Promise<string[]> =>
    window.host((vscode, place) => {
      const { document, selection } = vscode.window.activeTextEditor ?? {};
      if (document === undefined || selection === undefined) return [];
      return vscode.languages
        .getDiagnostics(document.uri)
        .filter(({ range }) => place === "anywhere" || range.contains(selection.active))
        .map(({ range }) => document.getText(range));
    }, at);
  await expect.poll(() => texts("anywhere"), soon).toEqual([marked]);
  // The extension knows of it before the editor does.
  await window.page.locator(".monaco-editor.focused [class*='squiggly-']").first().waitFor(soon);
  await keys.press("F8");
  await expect.poll(() => texts("cursor"), soon).toEqual([marked]);
  // The problem's text stands open below its line.
  await keys.press("Escape");
}

const without = recordedOutputs === null ? " (no recorded outputs: its failing cases are the demo's alone)" : "";
test(
  `a new user goes from the walkthrough to the report of a second run without a mouse${without}`,
  { timeout: demoMs * 3 },
  async () => {
    let { window } = ui;
    let keys = new Keyboard(window);
    await window.page.setViewportSize({ width: 1360, height: 820 });
    await tryDemo(window, keys);
    if (recordedOutputs !== null) await lookAtRecorded(window, keys, recordedOutputs);

    // The views are reached by Tab; each row and action shows that it has the focus.
    await keys.palette("View: Show Preceptor");
    await window.row(/^demo-math/u, window.view("Benchmarks")).waitFor(soon);
    await keys.pressUntil("Tab", /^Benchmarks$/u);
    await keys.pressUntil("Shift+Tab", /^Search Cases/u);
    expect(await keys.focused()).toMatchObject({ ring: true });

    // A failing case of arithmetic: the next error and back, and what it is, by keys.
    await openFirstError(window, keys, "demo-math", /\.case$/u);
    const first = await mathError(window);
    // No key is lost while one document takes the place of another.
    await keys.press("Alt+BracketRight", "Alt+BracketRight", "Alt+BracketRight");
    await window.statusItem(/^Error 4 of \d+$/u).waitFor(soon);
    await expect.poll(() => mathError(window), soon).not.toBe(first);
    await keys.press("Alt+BracketLeft", "Alt+BracketLeft", "Alt+BracketLeft");
    await window.statusItem(/^Error 1 of \d+$/u).waitFor(soon);
    await expect.poll(() => mathError(window), soon).toBe(first);
    await keys.press("Control+Alt+Digit2");
    await expect.poll(() => decisions(window, "triage.jsonl"), soon).toEqual(["bad-gold"]);
    await keys.press("Control+Alt+Digit0");
    await expect.poll(() => decisions(window, "triage.jsonl"), soon).toEqual(["bad-gold", null]);

    // Its contrast set: another k and back, one excluded, and Escape leads to the case.
    await keys.press("Control+Alt+Digit5");
    const contrast = await window.webview("preceptor-contrast");
    const neighbours = contrast.locator("article.right");
    await expect.poll(() => neighbours.count(), soon).toBe(3);
    await expectTour(keys, contrast);
    await keys.pressUntil("Shift+Tab", /^More neighbours$/u, contrast);
    await keys.press("Enter");
    await expect.poll(() => neighbours.count(), soon).toBe(4);
    await keys.pressUntil("Tab", /^Reset to 3$/u, contrast);
    await keys.press("Enter");
    await expect.poll(() => neighbours.count(), soon).toBe(3);
    await keys.awaitFocus(/./u, contrast);
    const excluded = await neighbours.first().locator(".key").textContent();
    await keys.pressUntil("Tab", /^Right 1/u, contrast);
    await keys.press("p");
    await neighbours.getByRole("button", { name: "Unpin" }).waitFor(soon);
    await keys.press("Tab");
    expect(await keys.awaitFocus(/^Unpin$/u, contrast)).toMatchObject({ ring: true });
    await window.screenshot("keyboard-contrast");
    await keys.press("Tab", "Enter");
    await expect.poll(() => neighbours.locator(".key").allTextContents(), soon).not.toContain(excluded);
    await expect.poll(() => decisions(window, "contrast.jsonl"), soon).toEqual(["pin", "exclude"]);
    expect(await keys.awaitFocus(/^Exclude$/u, contrast)).toMatchObject({ ring: true });
    await keys.press("Escape");
    await documentWithFocus(window, /\.case$/u);

    // What the instructor wrote: the list has the focus, and keys may come quickly.
    await keys.press("Control+Alt+Digit7");
    const instructor = await window.webview("preceptor-instructor");
    expect(await keys.awaitFocus(/^Samples$/u, instructor)).toMatchObject({ ring: true });
    await instructor.locator("header .key", { hasText: first }).waitFor(soon);
    // The evidence of a sample is asked for when the focus comes to its card.
    await expectTour(keys, instructor, /^Nearest evaluation case/u);
    await keys.pressUntil("Shift+Tab", /^Samples$/u, instructor);
    const rows = instructor.locator("[role=option]");
    const cursor = instructor.locator(".row.cursor");
    const place = (): Promise<string | null> => cursor.getAttribute("aria-posinset");
    await keys.press("Home");
    await expect.poll(place, soon).toBe("1");
    for (const [key, at] of [
      ["j", "2"],
      ["ArrowDown", "3"],
      ["k", "2"],
    ] as const) {
      await keys.press(key);
      await expect.poll(place, soon).toBe(at);
    }
    await keys.press("a", "r", "e");
    expect(await keys.awaitFocus(/./u, instructor)).toMatchObject({ ring: true });
    await instructor.locator("textarea:focus").waitFor(soon);
    expect(decisions(window, "review.jsonl")).toEqual(["accept", "reject"]);
    await rows.filter({ hasText: "rejected" }).first().waitFor(soon);
    await window.screenshot("keyboard-instructor");
    await keys.press("Escape");
    await keys.awaitFocus(/^Samples$/u, instructor);
    await keys.pressUntil("Tab", /^Reject$/u, instructor);
    await keys.press("Enter");
    await keys.awaitFocus(/^(?:Samples|Reject)$/u, instructor);
    await expect.poll(() => decisions(window, "review.jsonl"), soon).toEqual(["accept", "reject", "reject"]);
    // The tour begins where the page does.
    await keys.pressUntil("Shift+Tab", /^Next error$/u, instructor);
    await keys.press("Shift+Tab");

    // A failing program.
    await openFirstError(window, keys, "demo-code", /\.response\.py$/u);

    // A template becomes the project's own; its preview follows what is typed.
    await keys.palette("Preceptor: Focus on Prompts View");
    await window.row("LEC", window.view("Prompts")).waitFor(soon);
    await keys.awaitFocus(/^Prompts$/u);
    await keys.typeAhead("LEC", /^LEC$/u);
    await keys.open(window.row(/^LEC, Code, clean$/u, window.view("Prompts")));
    await keys.toRow("ArrowDown", /^LEC, Code, clean$/u);
    await keys.press("Shift+F10");
    await keys.pressUntil("ArrowDown", /^Eject Template$/u);
    await keys.press("Enter");
    await documentWithFocus(window, /^clean-lec-code\.prompt$/u);
    await keys.palette("Preceptor: Preview with Current Case");
    await expect.poll(() => window.documentText(".prompt.messages"), soon).toContain("━━━ user");
    await documentWithFocus(window, /^clean-lec-code\.prompt$/u);
    await keys.press("Control+End");
    await keys.type("Prefer everyday situations.");
    await expect.poll(() => window.documentText(".prompt.messages"), soon).toContain("Prefer everyday situations.");
    await keys.press("Control+s");

    // The next iteration: its button, one screen, Escape leaves everything as it is, Enter starts.
    const iterations = window.view("Iterations");
    await keys.palette("Preceptor: Focus on Iterations View");
    await keys.awaitFocus(/^Iterations$/u);
    expect(await keys.pressUntil("Shift+Tab", /^Run Iteration/u)).toMatchObject({ ring: true });
    await keys.press("Enter");
    await window.quickRow("Estimate").waitFor(soon);
    await keys.press("Escape");
    await expect.poll(() => window.quickInput.count(), soon).toBe(0);
    await keys.awaitFocus(/^(?:Iterations|Run Iteration)/u);
    await keys.pressUntil("Tab", /^Run Iteration/u);
    await keys.press("Enter");
    await window.quickRow("Estimate").waitFor(soon);
    await window.quickInput.locator("input:focus").waitFor(soon);
    await keys.insist("Enter", async () => (await window.quickInput.count()) === 0);
    await window.row(/^run-2 · running/u, iterations).waitFor({ timeout: 60_000 });

    // The window is closed in the middle, and opened again: the run goes on.
    const { folder } = window;
    await keys.press("Control+k", "f");
    await window.page.waitForURL(/[?&]ew=true/u, { ...soon, waitUntil: "commit" });
    await window.close();
    window = await ui.editor.open(folder);
    keys = new Keyboard(window);
    await window.page.setViewportSize({ width: 1360, height: 820 });
    await keys.palette("View: Show Preceptor");
    const again = window.view("Iterations");
    await window.row(/^run-2 · (?:running|done)/u, again).waitFor(soon);
    await window.row(/^run-2 · done/u, again).waitFor({ timeout: demoMs });

    // Its report by the row's menu: a case behind a figure, and back; and the export.
    await keys.palette("Preceptor: Focus on Iterations View");
    await keys.awaitFocus(/^Iterations$/u);
    await keys.typeAhead("run-2", /^run-2/u);
    await keys.press("Shift+F10");
    await keys.pressUntil("ArrowDown", /^Open Report$/u);
    await keys.press("Enter");
    const report = await window.webview("preceptor-report");
    await report.locator("section[aria-labelledby=accuracy] tbody tr").first().waitFor(soon);
    await expectTour(keys, report);
    await window.theme("highContrast");
    const link = await keys.pressUntil("Shift+Tab", /still wrong/u, report);
    expect(link).toMatchObject({ ring: true });
    await window.screenshot("keyboard-report");
    await keys.press("Enter");
    const cases = report.locator("preceptor-case-rows [role=option]");
    await cases.nth(1).waitFor(soon);
    expect(await report.locator("preceptor-case-list h2").innerText()).toMatch(
      /^demo-[\w-]+: still wrong, run-2 base to run-2 /u,
    );
    await keys.awaitFocus(/still wrong/u, report);
    await keys.press("ArrowDown");
    await expect.poll(() => cases.nth(1).getAttribute("aria-selected"), soon).toBe("true");
    await window.screenshot("keyboard-cases");
    await keys.press("Escape");
    await expect.poll(() => keys.focused(report), soon).toMatchObject({ name: link.name, place: link.place });
    await keys.pressUntil("Shift+Tab", /^Export as HTML$/u, report);
    await keys.press("Enter");
    await window.accept();
    const target = path.join(projectOf(window), "preceptor-demo-run-2.html");
    const exported = (): string => (existsSync(target) ? readFileSync(target, "utf8") : "");
    await expect.poll(exported, soon).toMatch(/run-2.*<\/html>\s*$/su);
    await window.theme("dark");
    expect(window.cspViolations()).toEqual([]);
    expect(window.consoleErrors()).toEqual([]);
  },
);
