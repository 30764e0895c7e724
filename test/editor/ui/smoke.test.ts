import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { useEditor } from "../support/fixture.js";
import { root } from "../support/run.js";

const manifest = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")) as { version: string };

const ui = useEditor();

test("(ux 58, 74) the package is installed, sleeps until it is asked for, and its icon opens the four views", async () => {
  const { window } = ui;
  const state = () =>
    window.host((vscode) => {
      const found = vscode.extensions.getExtension<unknown>("preceptor.preceptor");
      if (found === undefined) return null;
      return { version: (found.packageJSON as { version: string }).version, active: found.isActive };
    });
  expect(await state()).toEqual({ version: manifest.version, active: false });
  await window.openContainer("Preceptor");
  for (const name of ["Benchmarks", "Iterations", "Prompts", "Hosts"]) await window.view(name).waitFor();
  await expect.poll(state).toEqual({ version: manifest.version, active: true });
});

test("(ux 20) an empty folder is welcomed with a next step", async () => {
  const { window } = ui;
  await window.openContainer("Preceptor");
  await expect.poll(() => window.welcome("Benchmarks")).toContain("Try the Demo");
});

test("the log opens from the palette, and nothing went wrong on the way", async () => {
  const { window } = ui;
  await window.palette("Preceptor: Show Log");
  const output = window.page.locator(".part.panel");
  await expect.poll(async () => (await window.lines(output)).join("\n")).toContain("Activated in");
  expect(await window.notifications()).toEqual([]);
  expect(window.consoleErrors()).toEqual([]);
});

test("the editor's own measurement knows what its activation cost", async () => {
  const { window } = ui;
  await window.run("perfview.show");
  // The editor gathers its figures for some seconds before it writes them.
  const row = (): Promise<string | null> =>
    window.host(
      (vscode) =>
        vscode.workspace.textDocuments
          .flatMap((document) => document.getText().split("\n"))
          .find((line) => /^\|[^|]*preceptor\.preceptor/u.test(line)) ?? null,
    );
  await expect.poll(row).not.toBeNull();
  const [load = NaN, call = NaN, finish = NaN] = ((await row()) ?? "").split("|").slice(3, 6).map(Number);
  console.log(`Activation: ${load} ms to load the bundle, ${call} ms in its code, ${finish} ms to its end.`);
  expect(load + call + finish).toBeGreaterThan(0);
  await window.run("workbench.action.closeActiveEditor");
});
