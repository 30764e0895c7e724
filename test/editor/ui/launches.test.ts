import { chmodSync, cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { temporaryFolder } from "../../support/project.js";
import { useEditor } from "../support/fixture.js";
import { showAlone } from "../support/painted.js";

const ui = useEditor({ workspace: { "notes.txt": "A folder without a project." } });

/** A Node.js that takes as long as it is told to until it runs what it is given: a start in slow motion. */
const made = temporaryFolder();
const node = path.join(made.folder, "node");
const gate = path.join(made.folder, "gate");
beforeAll(() => {
  const lines = [
    "#!/bin/sh",
    `if [ "$1" = "-p" ]; then echo '{"version":"24.0.0","file":"${node}"}'; exit; fi`,
    `while [ ! -e "${gate}" ]; do sleep 0.1; done`,
    `exec "${process.execPath}" "$@"`,
  ];
  writeFileSync(node, `${lines.join("\n")}\n`);
  chmodSync(node, 0o755);
});
afterAll(() => made.remove());

const opened = { open: () => writeFileSync(gate, ""), close: () => rmSync(gate, { force: true }) };

const store = (): string => path.join(ui.window.folder, "preceptor-demo", ".preceptor");
const runs = (): string[] =>
  existsSync(path.join(store(), "runs")) ? readdirSync(path.join(store(), "runs")).sort() : [];

/** The processes that were noted and whose run is not there yet. */
function launched(): number[] {
  const folder = path.join(store(), "launches");
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".json")) : [];
  return names.map((name) => {
    const record = JSON.parse(readFileSync(path.join(folder, name), "utf8")) as { process: { pid: number } };
    return record.process.pid;
  });
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

const newRun = /^New run, starting/u;

test("a run that is on its way when the window is reloaded is shown as such, and then as the run that it is", async () => {
  const { window } = ui;
  await window.setting("preceptor.nodePath", node);
  await window.openContainer("Preceptor");
  const view = window.view("Iterations");
  await view.getByRole("button", { name: "Try the Demo" }).click();
  // Two runs with all of their stages have room in a view of its own; what is below its end is not painted.
  await showAlone(window, "Iterations");
  await window.row(newRun, view).waitFor({ timeout: 60_000 });
  await window.statusItem(/starting/u).waitFor();
  const [pid = 0] = launched();
  expect(isAlive(pid)).toBe(true);

  await window.reload();
  await window.row(newRun, view).waitFor({ timeout: 30_000 });
  await window.statusItem(/starting/u).waitFor();
  expect(runs()).toEqual([]);
  opened.open();
  await window.row(/^run-1 · running/u, view).waitFor({ timeout: 60_000 });
  await expect.poll(() => window.row(newRun, view).count()).toBe(0);
  await expect.poll(launched).toEqual([]);
  const journal = readFileSync(path.join(store(), "runs", "run-1", "journal.jsonl"), "utf8");
  expect(journal).toContain(`"type":"runner-started","pid":${pid}`);
  expect(await window.notifications()).toEqual([]);
}, 240_000);

test("a second run starts beside it, after a line about the first, and each is cancelled by itself", async () => {
  const { window } = ui;
  const view = window.view("Iterations");
  await window.palette("Preceptor: Run Iteration...");
  await window.quickRow("Beside").waitFor({ timeout: 30_000 });
  await window.quickInput.getByText("run-1", { exact: true }).waitFor();
  await window.accept();
  await window.row(/^run-2 · running/u, view).waitFor({ timeout: 60_000 });
  await window.row(/^run-1 · running/u, view).waitFor();
  await window.statusItem(/2 runs/u).waitFor({ timeout: 30_000 });

  // Without a row it has to be said which one.
  await window.begin("preceptor.cancelRun");
  await window.quickRow("run-1").waitFor({ timeout: 10_000 });
  await window.quickRow("run-2").waitFor();
  await window.page.keyboard.press("Escape");
  await window.rowAction(window.row(/^run-1 · running/u, view), "Cancel Run");
  await window.row(/^run-1 · cancelled/u, view).waitFor({ timeout: 60_000 });
  await window.row(/^run-2 · running/u, view).waitFor();
  await expect.poll(() => window.statusItem(/2 runs/u).count()).toBe(0);
  await window.palette("Preceptor: Cancel Run");
  await window.row(/^run-2 · cancelled/u, view).waitFor({ timeout: 60_000 });
}, 240_000);

test("a start that fails after the window was reloaded says why, once over all windows", async () => {
  const { window } = ui;
  const view = window.view("Iterations");
  const file = path.join(window.folder, "preceptor-demo", "preceptor.json");
  const configuration = readFileSync(file, "utf8");
  opened.close();
  // A new run stands above all others, and comes on screen also where the view shows the last ones.
  const folderOf = (run: string): string => path.join(store(), "runs", run);
  const others = Array.from({ length: 40 }, (_, index) => `run-${index + 3}`);
  for (const run of others) cpSync(folderOf("run-1"), folderOf(run), { recursive: true });
  try {
    await window.row(/^run-42/u, view).waitFor({ timeout: 30_000 });
    await window.run("preceptor.iterations.focus");
    await window.page.keyboard.press("End");
    await window.row(/^run-42/u, view).waitFor({ state: "detached" });
    await window.palette("Preceptor: Run Iteration...");
    await window.quickRow("Estimate").waitFor({ timeout: 30_000 });
    await window.accept();
    await window.row(newRun, view).waitFor({ timeout: 60_000 });
  } finally {
    for (const run of others) rmSync(folderOf(run), { recursive: true });
  }
  await window.reload();
  await window.row(newRun, view).waitFor({ timeout: 30_000 });
  const other = await ui.editor.open(window.folder);
  try {
    await other.openContainer("Preceptor");
    await other.row(newRun, other.view("Iterations")).waitFor({ timeout: 30_000 });
    writeFileSync(file, "{ broken");
    opened.open();
    await expect.poll(launched, { timeout: 30_000 }).toEqual([]);
    const told = async (): Promise<string[]> =>
      [...(await window.notifications()), ...(await other.notifications())].filter((text) => text.includes("JSON"));
    await expect.poll(told, { timeout: 10_000 }).toHaveLength(1);
    await expect.poll(() => window.row(newRun, view).count()).toBe(0);
    // Nothing is told anew by a window that comes later.
    await window.reload();
    await window.row(/^run-2 · cancelled/u, view).waitFor({ timeout: 30_000 });
    expect(await window.notifications()).toEqual([]);
    expect(runs()).toEqual(["run-1", "run-2"]);
  } finally {
    await other.close();
    writeFileSync(file, configuration);
  }
}, 240_000);

test("it can be cancelled before its run is there, also after a reload, and nothing is left of it", async () => {
  const { window } = ui;
  const view = window.view("Iterations");
  await window.run("preceptor.refreshProject");
  opened.close();
  await window.palette("Preceptor: Run Iteration...");
  await window.quickRow("Estimate").waitFor({ timeout: 30_000 });
  await window.accept();
  const row = window.row(newRun, view);
  await row.waitFor({ timeout: 60_000 });
  const [pid = 0] = launched();
  await window.reload();
  await row.waitFor({ timeout: 30_000 });
  await window.rowAction(row, "Cancel Run");
  await expect.poll(() => row.count(), { timeout: 10_000 }).toBe(0);
  await expect.poll(() => isAlive(pid), { timeout: 10_000 }).toBe(false);
  expect(launched()).toEqual([]);
  opened.open();
  expect(await window.notifications()).toEqual([]);
  expect(runs()).toEqual(["run-1", "run-2"]);
  expect(window.consoleErrors()).toEqual([]);
}, 240_000);
