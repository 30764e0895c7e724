import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { makeProject, readRecords, shortConfiguration } from "../../support/project.js";
import { useEditor } from "../support/fixture.js";
import { recordedOutputs } from "../support/recordedOutputs.js";
import type { EditorWindow } from "../support/window.js";

const reason = recordedOutputs === null ? " (skipped: the recorded outputs are not beside this checkout)" : "";

/** Answers where the benchmarks' files are. */
async function chooseData(window: EditorWindow, data: string): Promise<void> {
  await window.quickRow("Choose Folder...").click({ timeout: 60_000 });
  await window.quickInput.getByText("Folder with Benchmarks").waitFor();
  const input = window.quickInput.locator("input").first();
  // The dialog writes the folder that it begins with when it has read it, over what was typed before.
  await expect.poll(async () => input.inputValue(), { timeout: 20_000 }).toContain("/project");
  await window.quickInput.locator(".monaco-list-row").first().waitFor();
  await input.fill(`${data}/`);
  await window.quickInput.getByRole("button", { name: "Use Folder" }).click();
}

describe.skipIf(recordedOutputs === null)(`in a folder without a project${reason}`, () => {
  const ui = useEditor();

  test("the 247 errors of Mistral on MBPP are there within a minute, and open", async () => {
    const { window } = ui;
    if (recordedOutputs === null) throw new Error("This test is skipped without the recorded outputs.");
    const { data, mbppRight, mbppWrong } = recordedOutputs;
    const files = [mbppRight, mbppWrong];
    const started = performance.now();
    await window.begin("preceptor.importResults", files);
    await chooseData(window, data);
    await window.quickRow("As Published").click({ timeout: 20_000 });
    await window.quickRow("Continue with 2 Files").waitFor({ timeout: 60_000 });
    expect(await window.quickInput.innerText()).toMatch(/mbpp__mistral.*→ mbpp-paper/su);
    await window.screenshot("import-files");
    await window.accept();
    await window.quickRow("Continue with 462 Responses").waitFor({ timeout: 30_000 });
    await window.screenshot("import-preview");
    await window.accept();
    await window.quickRow("Import and Judge Here").waitFor();
    await window.accept();
    const view = window.view("Benchmarks");
    await window.row(/^mbpp-paper, .*247 errors/u, view).waitFor({ timeout: 120_000 });
    const seconds = (performance.now() - started) / 1000;
    console.log(`The errors were shown ${seconds.toFixed(0)} s after the command.`);
    expect(seconds).toBeLessThan(60);
    // Nothing was left out, so there is nothing to tell but that the run has ended, with stages left as the view says.
    expect((await window.notifications()).filter((text) => !text.includes("run-1 is done so far."))).toEqual([]);
    await window.expand(window.row(/^mbpp-paper/u, view));
    await window.expand(window.row(/^run-1 · iteration 1/u, view));
    await window.expand(window.row(/^AssertionError/u, view));
    await window.row(/, wrong, /u, view).click();
    await window.page.locator(".editor-instance").first().getByText("def ").first().waitFor();
    await window.screenshot("import-result");
    const configuration = JSON.parse(readFileSync(path.join(window.folder, "preceptor.json"), "utf8")) as object;
    expect(configuration).toMatchObject({ protocol: "paper" });
    expect(window.consoleErrors()).toEqual([]);
  }, 240_000);
});

describe.skipIf(recordedOutputs === null)(
  `in a folder without a project, for a benchmark without a target${reason}`,
  () => {
    const ui = useEditor();

    test("the 83 failing programs for HumanEval are there within a minute, and the plan of a run says what it lacks", async () => {
      const { window } = ui;
      if (recordedOutputs === null) throw new Error("This test is skipped without the recorded outputs.");
      const { data, humanEval } = recordedOutputs;
      const started = performance.now();
      await window.begin("preceptor.importResults", [humanEval]);
      await chooseData(window, data);
      await window.quickRow("Careful").click({ timeout: 20_000 });
      await window.quickRow("Continue with 1 File").waitFor({ timeout: 60_000 });
      expect(await window.quickInput.innerText()).toMatch(/164 are about the evaluation split/u);
      await window.accept();
      await window.quickRow("Continue with 164 Responses").waitFor({ timeout: 30_000 });
      await window.accept();
      await window.quickRow("Import and Judge Here").waitFor();
      await window.accept();
      const view = window.view("Benchmarks");
      await window.row(/^humaneval, .*83 errors/u, view).waitFor({ timeout: 120_000 });
      const seconds = (performance.now() - started) / 1000;
      console.log(`The failing programs were shown ${seconds.toFixed(0)} s after the command.`);
      expect(seconds).toBeLessThan(60);
      await window.expand(window.row(/^humaneval/u, view));
      await window.expand(window.row(/^run-1 · base/u, view));
      await window.expand(window.row(/^AssertionError/u, view));
      await window.row(/, wrong, /u, view).click();
      await window.page.locator(".editor-instance").first().getByText("def ").first().waitFor();
      // The tests open beside it, which would close a question that is asked meanwhile.
      await window.page.locator(".editor-instance").nth(1).getByText("check").first().waitFor();

      await window.begin("preceptor.runIteration");
      const lacks = "No benchmark of this project has a target split, so there are no errors to learn from.";
      await window.quickRow(lacks).waitFor({ timeout: 30_000 });
      expect(await window.quickInput.innerText()).toContain("Add a benchmark that has one, such as gsm8k");
      await window.accept();
      await expect.poll(() => window.documentText("preceptor.json")).toContain('"use": "humaneval"');
      expect(window.consoleErrors()).toEqual([]);
    }, 240_000);
  },
);

describe("in a project", () => {
  const project = makeProject(shortConfiguration(["math"]));
  afterAll(() => project.remove());
  const ui = useEditor({ workspace: project.folder });
  const written = (name: string, rows: readonly object[]): string => {
    const file = path.join(project.folder, name);
    writeFileSync(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
    return file;
  };
  const rowsOf = (name: string): readonly { readonly [field: string]: unknown }[] =>
    readRecords(path.join(project.folder, "benchmarks", "demo-math", name));

  test("files that cannot be imported say why, fields are mapped by hand, and rows that were left out are listed", async () => {
    const { window } = ui;
    const likelihoods = written("samples_x_2025-01-31T10-11-12.jsonl", [
      { doc_id: 0, doc: { q: "?" }, arguments: [["?", " A"]], resps: [[["-1.5", "False"]]], filtered_resps: ["-1.5"] },
    ]);
    const hostile = "<img src=x onerror=alert(1)> [x](command:workbench.action.quit) \u202e$(trash)";
    const good = written("good.jsonl", [
      ...rowsOf("target.jsonl")
        .slice(0, 12)
        .map(({ question }) => ({ task: question, first: hostile, second: "It is 1. #### 1" })),
      { task: "A question that no benchmark has?", first: hostile, second: "5" },
    ]);
    await window.openContainer("Preceptor");
    // Files of another benchmark, as after the demo: a project of their own is one Enter away.
    const stranger = written("mbpp.jsonl", [{ prompt: "Write a function to find words.", output: "def f(): pass" }]);
    await window.begin("preceptor.importResults", [stranger]);
    await window.quickRow("Make a New Project for These Files...").waitFor({ timeout: 60_000 });
    await window.page.keyboard.press("Enter");
    await window.quickInput.getByText("Folder of the Project").waitFor();
    await window.dismiss();
    await window.begin("preceptor.importResults", [likelihoods, good]);
    await window.quickInput.getByText("Needs a choice").waitFor({ timeout: 60_000 });
    await window.quickRow("good.jsonl").waitFor();
    const shown = await window.quickInput.innerText();
    expect(shown).toMatch(/log-likelihoods: they hold no text/u);
    await window.screenshot("import-refused");

    await window.quickRow("good.jsonl").click();
    await window.quickRow("Response").click();
    await window.quickRow("second").waitFor();
    const columns = await window.quickInput.innerText();
    expect(columns).toContain("<img src=x onerror=alert(1)>");
    expect(columns).not.toContain("\u202e");
    await window.quickRow("second").click();
    await window.quickRow("Done").click();
    await window.quickRow("Continue with 1 File").waitFor();
    await window.accept();
    await window.quickRow("Continue with 12 Responses").waitFor();
    expect(await window.quickInput.innerText()).toMatch(/demo-math\/target\//u);
    await window.accept();
    await window.quickRow("Import and Judge Here").waitFor();
    await window.accept();
    const notice = window.notification(/run-1: 12 responses imported/u);
    await notice.waitFor({ timeout: 60_000 });
    expect(await notice.innerText()).toContain("1 row: belong to no case");
    await notice.getByRole("button", { name: "Show Left-Out Rows" }).click();
    await expect.poll(() => window.documentText("Left out of run-1.txt")).toContain("good.jsonl:13");
    await window.row(/^demo-math, .*errors?/u, window.view("Benchmarks")).waitFor({ timeout: 30_000 });

    // The mapping is remembered: the same kind of file needs no choice any more.
    const next = written(
      "next.jsonl",
      rowsOf("target.jsonl")
        .slice(12, 14)
        .map(({ question }) => ({ task: question, first: "", second: "It is 2." })),
    );
    await window.begin("preceptor.importResults", [next]);
    await window.quickRow("Continue with 1 File").waitFor({ timeout: 30_000 });
    expect(await window.quickInput.innerText()).toContain("as last time");
    await window.dismiss();

    // Answers to the evaluation split are a base evaluation, whose errors open like any others.
    const evaluated = written(
      "evaluated.jsonl",
      rowsOf("evaluation.jsonl").map(({ question }) => ({ question, response: "It is 1 + 1 = 3." })),
    );
    await window.begin("preceptor.importResults", [evaluated]);
    await window.quickRow("Continue with 1 File").waitFor({ timeout: 30_000 });
    expect(await window.quickInput.innerText()).toMatch(
      /16 are about the evaluation split: base evaluation, never taught/u,
    );
    await window.accept();
    await window.quickRow("Continue with 16 Responses").waitFor();
    await window.accept();
    await window.quickRow("Import and Judge Here").waitFor();
    await window.accept();
    const told = window.notification(/run-2: 16 responses imported/u);
    await told.waitFor({ timeout: 60_000 });
    expect(await told.innerText()).toContain(
      "16 answers to the evaluation split of demo-math: shown and counted as base",
    );
    const view = window.view("Benchmarks");
    await window.expand(window.row(/^demo-math/u, view));
    await window.expand(window.row(/^run-2 · base/u, view));
    await window.expand(window.row(/^change, /u, view));
    await view
      .getByRole("treeitem", { name: /, wrong, / })
      .first()
      .click();
    await window.page.locator(".editor-instance").first().getByText("1 + 1 = 3").first().waitFor();
    expect(window.consoleErrors()).toEqual([]);
  }, 180_000);
});
