import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { useEditor } from "../support/fixture.js";
import { root } from "../support/run.js";

const manifest = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")) as {
  version: string;
  contributes: { viewsWelcome?: readonly unknown[] };
};
const welcomes = manifest.contributes.viewsWelcome?.length ?? 0;

const ui = useEditor();

test("the package is installed, and its icon opens the four views", async () => {
  const { window } = ui;
  const version = await window.host((vscode) => {
    const found = vscode.extensions.getExtension("preceptor.preceptor");
    return (found?.packageJSON as { version: string } | undefined)?.version ?? null;
  });
  expect(version).toBe(manifest.version);
  await window.openContainer("Preceptor");
  for (const name of ["Benchmarks", "Iterations", "Prompts", "Hosts"]) await window.view(name).waitFor();
});

test.skipIf(welcomes === 0)("an empty folder is welcomed with a next step (needs viewsWelcome)", async () => {
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
