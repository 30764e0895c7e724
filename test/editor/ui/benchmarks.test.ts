import { appendFileSync, cpSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type PerfHooks from "node:perf_hooks";
import path from "node:path";
import type Threads from "node:worker_threads";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { makeProject, preceptor, shortConfiguration, temporaryFolder } from "../../support/project.js";
import { makeLargeProject } from "../../support/largeProject.js";
import { paintedIn, showAlone } from "../support/painted.js";
import { useEditor } from "../support/fixture.js";
import type { EditorWindow } from "../support/window.js";

const demo = makeProject(shortConfiguration(["math", "choice", "code"], { iterations: ["LEC"] }));
const large = temporaryFolder();

beforeAll(async () => {
  const { code, stderr } = await preceptor(["iterate", "--project", demo.folder, "--yes"]);
  expect(code, stderr).toBe(0);
}, 180_000);
afterAll(() => {
  demo.remove();
  large.remove();
});

describe("a run of the demo", () => {
  const ui = useEditor({ workspace: demo.folder });
  const decisions = (): string[] =>
    readFileSync(path.join(demo.folder, "decisions", "triage.jsonl"), "utf8")
      .trim()
      .split("\n");

  test("benchmarks open down to their cases, and say figures beside them", async () => {
    const { window } = ui;
    await showAlone(window, "Benchmarks");
    const view = window.view("Benchmarks");
    await expect
      .poll(async () => (await window.rows(view)).join("\n"), { timeout: 30_000 })
      .toMatch(/demo-math, in-domain, [\d.]+ % ±[\d.]+ · \d+ errors?/);
    await openCodeErrors(window);
    const rows = async (): Promise<string> => (await window.rows(view)).join("\n");
    await expect.poll(rows).toMatch(/, wrong, expected .* got |, wrong, \w*Error/);
    expect(await rows()).toMatch(/ errors · [▲▼] [\d.]+/);
  });

  test("a filter by text hides the rest, is shown, and is cleared", async () => {
    const { window } = ui;
    const view = window.view("Benchmarks");
    await window.begin("preceptor.searchCases");
    await window.answer("no case has this text");
    await expect.poll(() => window.welcome("Benchmarks")).toContain("No case fits the filter");
    await window.begin("preceptor.searchCases");
    await window.answer("/demo-math/");
    await expect.poll(async () => (await window.rows(view)).join("\n")).toMatch(/^demo-math.*shown$/m);
    // What there is no time to count at once is hidden a moment later.
    await expect.poll(async () => (await window.rows(view)).join("\n")).not.toContain("demo-code");
    await expect.poll(() => view.innerText()).toContain("Filter: /demo-math/");
    // A row may be looked at while the text stands there: the search waits, and its filter stays.
    await window.begin("preceptor.searchCases");
    await window.quickInput.locator("input").first().fill("demo-choice");
    await expect.poll(() => view.innerText()).toContain("Filter: “demo-choice”");
    await window.row(/^demo-choice/, view).click();
    await window.row(/^run-1 · base/, view).waitFor();
    expect(await view.innerText()).toContain("Filter: “demo-choice”");
    await window.quickInput.locator("input").first().focus();
    await window.page.keyboard.press("Enter");
    await expect.poll(() => view.innerText()).toContain("Filter: “demo-choice”");
    await window.run("workbench.actions.treeView.preceptor.benchmarks.collapseAll");
    // What the start screen of a run leads to, in place of whatever was filtered.
    await window.run("preceptor.showArtefacts");
    await expect.poll(() => view.innerText()).toMatch(/Filter: .*artefact|No case fits the filter/u);
    expect(await view.innerText()).not.toContain("“demo-choice”");
    await window.run("preceptor.clearFilter");
    await expect.poll(async () => (await window.rows(view)).join("\n")).toContain("demo-code");
  });

  test("several chosen cases are marked at once, and shown as such", async () => {
    const { window } = ui;
    const view = window.view("Benchmarks");
    await openCodeErrors(window);
    const wrong = view.getByRole("treeitem", { name: /, wrong, / });
    await wrong.nth(0).click();
    // A click opens the case, too, which takes the focus when it is there.
    await window.page.locator(".tab").filter({ hasText: "tests.py" }).waitFor();
    await window.page.locator(".codelens-decoration").first().waitFor();
    // The next error has its row shown, and its place among the errors is told.
    await window.run("preceptor.nextError");
    await window.statusItem(/^Error \d+ of \d+$/u).waitFor();
    await expect.poll(async () => wrong.nth(1).getAttribute("aria-selected")).toBe("true");
    await window.run("preceptor.previousError");
    await expect.poll(async () => wrong.nth(0).getAttribute("aria-selected")).toBe("true");
    await wrong.nth(1).click({ modifiers: ["Shift"] });
    await window.contextMenu(wrong.nth(1), "Copy Keys");
    await window.statusItem("Copied: 2 cases").waitFor();
    const keys = await window.host(async (vscode) => await vscode.env.clipboard.readText());
    await window.run("preceptor.markSelectedIgnored");
    await expect.poll(async () => (await window.rows(view)).join("\n")).toContain("· ignored");
    expect(decisions()).toHaveLength(2);
    expect(keys.split("\n")).toHaveLength(2);
    expect(decisions().map((line) => (JSON.parse(line) as { case: string }).case)).toEqual(keys.split("\n"));
  });

  test("each condition of the filter is what it is called, and several of one kind add up", async () => {
    const { window } = ui;
    const view = window.view("Benchmarks");
    const told = async (): Promise<string> => /Filter: (.*)/u.exec(await view.innerText())?.[1] ?? "";
    const rows = async (): Promise<string> => (await window.rows(view)).join("\n");
    const filtered = view.locator(".pane-header").getByText("filtered");
    /** Leaves only cases of these conditions. */
    const choose = async (labels: readonly string[], since?: string): Promise<void> => {
      await window.run("preceptor.clearFilter");
      await filtered.waitFor({ state: "hidden" });
      await window.check("preceptor.filterCases", labels);
      if (since !== undefined) await window.quickRow(since).click();
      await filtered.waitFor();
    };
    for (const [labels, words] of [
      [["no answer", "wrong"], "wrong, no answer"],
      [["right", "cut off"], "cut off, right"],
      [["true error", "ignored"], "true error, ignored"],
      [["ignored", "bad gold", "artefact"], "artefact, bad gold, ignored"],
      [["undecided"], "undecided"],
    ] as const) {
      await choose(labels);
      await expect.poll(told).toBe(words);
    }
    await choose(["ignored"]);
    // The two that were marked as such.
    await expect.poll(rows).toMatch(/^demo-code.* 2 shown$/m);
    expect(await rows()).not.toContain("demo-math");
    await choose(["forgotten", "learned"], "run-1 · base");
    await expect.poll(told).toBe("learned, forgotten since run-1, base");
    // What fits nothing is told by the welcome text; the list itself says then what it is.
    for (const label of ["disputed", "artefact?"]) {
      await choose([label]);
      await window.begin("preceptor.filterCases");
      await window.quickInput.getByText("1 Selected").waitFor();
      await window.quickRow(label).and(window.page.locator('[aria-checked="true"]')).waitFor();
      await window.page.keyboard.press("Escape");
    }
    await window.run("preceptor.clearFilter");
  });

  test("cases stand in other groups when one says so, and those that are chosen are exported", async () => {
    const { window } = ui;
    const view = window.view("Benchmarks");
    const rows = async (): Promise<string> => (await window.rows(view)).join("\n");
    await window.begin("preceptor.groupCases");
    await window.quickRow("Error Type").click();
    onTestFinished(async () => {
      await window.begin("preceptor.groupCases");
      await window.quickRow("Subject or Task").click();
      await expect.poll(rows).toMatch(/^lists, /m);
    });
    await window.expand(window.row(/^demo-code/, view));
    await window.expand(window.row(/^run-1 · base/, view));
    const type = window.row(/^(?:wrong|\w*Error), \d+ errors?/, view);
    await window.expand(type);
    // By its menu: the editor tells the extension later of a row that was chosen by a click alone.
    await window.contextMenu(view.getByRole("treeitem", { name: /, wrong, / }).first(), "Export Cases...");
    await window.accept();
    const file = path.join(demo.folder, "demo-code.jsonl");
    const exported = (): string => (existsSync(file) ? readFileSync(file, "utf8") : "");
    await expect.poll(exported).toMatch(/^\{.*"demo-code\/[^\n]*\n$/u);
    await window.notification("Exported 1 case.").waitFor();
    await window.run("notifications.clearAll");
  });

  test("a case is found by its text", async () => {
    const { window } = ui;
    await window.begin("preceptor.goToCase");
    const input = window.quickInput.locator("input").first();
    await input.fill("demo-choice/evaluation/");
    await expect.poll(() => window.quickInput.innerText()).toContain("demo-choice/evaluation/");
    await window.dismiss();
  });

  test("the view follows a run that grows, and says what cannot be read", async () => {
    const { window } = ui;
    const view = window.view("Benchmarks");
    const file = path.join(demo.folder, ".preceptor", "runs", "run-1", "stages", "1-evaluate", "responses.jsonl");
    const before = readFileSync(file, "utf8");
    try {
      appendFileSync(file, `{"version":99,"key":"demo-math/test/0"}\n`);
      await window.run("workbench.actions.treeView.preceptor.benchmarks.collapseAll");
      await window.expand(window.row(/^demo-math/, view));
      await expect.poll(async () => (await window.rows(view)).join("\n")).toMatch(/Warning, run-1 · iteration 1/);
      await window.expand(window.row(/Warning, run-1 · iteration 1/, view));
      await expect.poll(async () => (await window.rows(view)).join("\n")).toMatch(/Warning: Some of it cannot be read/);
    } finally {
      writeFileSync(file, before);
    }
    await expect.poll(async () => (await window.rows(view)).join("\n")).not.toContain("Warning, run-1");
    rmSync(path.join(demo.folder, "decisions"), { recursive: true, force: true });
  });

  test("a configuration that is being written empties nothing, and says above the rows what is wrong with it", async () => {
    const { window } = ui;
    const view = window.view("Benchmarks");
    const rows = async (): Promise<string> => (await window.rows(view)).join("\n");
    await window.run("workbench.actions.treeView.preceptor.benchmarks.collapseAll");
    await openCodeErrors(window);
    await expect.poll(rows).toMatch(/, wrong, /);
    const shown = await rows();
    const file = path.join(demo.folder, "preceptor.json");
    const written = readFileSync(file, "utf8");
    try {
      writeFileSync(file, written.slice(0, 40));
      await expect.poll(rows, { timeout: 15_000 }).toMatch(/^Warning: The configuration cannot be read/);
      expect((await rows()).split("\n").slice(1).join("\n")).toBe(shown);
    } finally {
      writeFileSync(file, written);
    }
    await expect.poll(rows, { timeout: 15_000 }).toBe(shown);
  });

  test("the views go on when the engine dies, and a run's files are shown where they are", async () => {
    const { window } = ui;
    await window.run("preceptor.iterations.focus");
    const iterations = window.view("Iterations");
    await window.row(/^run-1/, iterations).waitFor();
    // The next question of the Benchmarks view is the last one of its worker.
    await window.host((_vscode, _argument, require) => {
      const { Worker } = require("node:worker_threads") as typeof Threads;
      const kept = Object.getOwnPropertyDescriptor(Worker.prototype, "postMessage");
      if (kept === undefined) throw new Error("A worker has no such method.");
      return new Promise<void>((resolve) => {
        Worker.prototype.postMessage = function (this: Threads.Worker, message: unknown): void {
          (kept.value as (message: unknown) => void).call(this, message);
          if (!JSON.stringify(message).includes("benchmarks/poll")) return;
          Object.defineProperty(Worker.prototype, "postMessage", kept);
          void this.terminate().then(() => resolve());
        };
      });
    });
    const runs = path.join(demo.folder, ".preceptor", "runs");
    cpSync(path.join(runs, "run-1"), path.join(runs, "run-9"), { recursive: true });
    try {
      await window.row(/^run-9/, iterations).waitFor();
      await window.expand(window.row(/^demo-math/, window.view("Benchmarks")));
      await window.row(/^run-9 · base/, window.view("Benchmarks")).waitFor();
      expect(await window.notifications()).toEqual([]);
    } finally {
      rmSync(path.join(runs, "run-9"), { recursive: true });
    }
    await expect.poll(async () => (await window.rows(iterations)).join("\n")).not.toContain("run-9");

    await window.run("preceptor.revealRunFiles", "run-1");
    await window
      .row(/^run\.json/, window.sideBar)
      .and(window.page.locator('[aria-selected="true"]'))
      .waitFor();
    await showAlone(window, "Benchmarks");
  });

  test("as in the picture of the documentation", async () => {
    const { window } = ui;
    await window.run("workbench.actions.treeView.preceptor.benchmarks.collapseAll");
    await openCodeErrors(window);
    await window.screenshot("benchmarks");
    expect(window.consoleErrors()).toEqual([]);
    expect(await window.notifications()).toEqual([]);
  });
});

describe("14,042 cases", () => {
  beforeAll(async () => {
    await makeLargeProject(large.folder);
  }, 180_000);
  const ui = useEditor({ workspace: large.folder });

  /** Milliseconds from an action to two painted frames after the view's rows match. */
  const painted = async (action: () => Promise<unknown>, rows: RegExp): Promise<number> =>
    paintedIn(ui.window, "Benchmarks", action, rows);

  test("every node opens quickly, and ranges keep what is opened at once small", async () => {
    const { window } = ui;
    const view = window.view("Benchmarks");
    const times: { [node: string]: number } = {};
    await showAlone(window, "Benchmarks");
    const open = async (row: RegExp, child: RegExp): Promise<number> =>
      painted(async () => window.row(row, view).click(), child);
    await window.row(/^mmlu, .*▲/, view).waitFor({ timeout: 60_000 });
    times["benchmark"] = await open(/^mmlu,/, /^run-2 · iteration 1/);
    // Its questions are those of the other runs, which are loaded by then.
    await open(/^run-1 · base/, subject);
    await window.run("workbench.actions.treeView.preceptor.benchmarks.collapseAll");
    await window.expand(window.row(/^mmlu,/, view));
    await window.host((_vscode, _argument, require) => {
      const { monitorEventLoopDelay } = require("node:perf_hooks") as typeof PerfHooks;
      const delay = monitorEventLoopDelay({ resolution: 5 });
      delay.enable();
      (globalThis as { delay?: unknown }).delay = delay;
    });
    times["run"] = await open(/^run-2 · iteration 1/, subject);
    times["group"] = await open(subject, /^cases 1 to 250$/);
    times["range"] = await open(/^cases 1 to 250$/, /, (wrong|no answer), /);
    // A case on which the protocols disagree wears a badge; some of the 250 do.
    const disputed = view.getByRole("treeitem", { name: /, (?:wrong|no answer), .*disputed/ });
    for (let page = 0; page < 20 && (await disputed.count()) === 0; page += 1) {
      await window.page.keyboard.press("PageDown");
      await window.painted();
    }
    await expect.poll(async () => disputed.first().locator('[class*="itemBadge"]').count()).toBeGreaterThan(0);
    await window.begin("preceptor.searchCases");
    await window.quickInput.locator("input").first().fill("energy market");
    times["filter by text"] = await painted(async () => window.page.keyboard.press("Enter"), /^run-2 .* shown$/);
    await window.run("preceptor.clearFilter");
    times["longest wait in the extension host"] = await window.host(() => {
      const { delay } = globalThis as { delay?: { readonly max: number } };
      return Math.round((delay?.max ?? 0) / 1e6);
    });
    console.error(JSON.stringify(times));
    // The figures of the issue are for a machine with nothing else to do; this is for any.
    for (const time of Object.values(times)) expect(time).toBeLessThan(3000);
  });
});

const subject = /^(?!mmlu|run-)[^,]+, \d+ errors · /;

/** Opens the failing programs of the base model. */
async function openCodeErrors(window: EditorWindow): Promise<void> {
  const view = window.view("Benchmarks");
  await window.expand(window.row(/^demo-code/, view));
  await window.expand(window.row(/^run-1 · base/, view));
  await window.expand(window.row(/^lists, \d+ errors · /, view));
}
