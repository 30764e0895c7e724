import { mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { makeProject, shortConfiguration } from "../../support/project.js";
import { useEditor } from "../support/fixture.js";
import { watchHost } from "../support/hostWatch.js";
import { root } from "../support/run.js";

const manifest = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")) as {
  readonly contributes: { readonly commands: readonly { readonly command: string; readonly enablement?: string }[] };
};
const commands = manifest.contributes.commands;
const viewNames = ["Benchmarks", "Iterations", "Prompts", "Hosts"];

let requests = 0;
const endpoint = http.createServer((_request, response) => {
  requests += 1;
  response.end("{}");
});
await new Promise<void>((resolve) => endpoint.listen(0, "127.0.0.1", resolve));
const { port } = endpoint.address() as AddressInfo;
const project = makeProject(
  shortConfiguration(["math"], {
    models: {
      student: { provider: "openai", endpoint: `http://127.0.0.1:${port}/v1`, name: "somebody's" },
      instructor: { provider: "builtin", name: "instructor" },
    },
    target: "student",
    sandbox: { consent: "process" },
  }),
);
const { folder } = project;
const watched = watchHost();
afterAll(() => {
  endpoint.close();
  watched.remove();
  project.remove();
});

const ui = useEditor({ workspace: folder, own: { trust: false, env: watched.env } });

/** Every file below a folder with its time and size. */
function filesOf(place: string): string[] {
  return readdirSync(place, { recursive: true, encoding: "utf8" })
    .sort()
    .map((name) => {
      const { mtimeMs, size } = statSync(path.join(place, name));
      return `${name} ${mtimeMs} ${size}`;
    });
}

const stored = (): string[] => {
  const place = path.join(ui.editor.server.root, "data", "User", "globalStorage");
  mkdirSync(place, { recursive: true });
  return readdirSync(place).filter((name) => name.startsWith("preceptor."));
};

describe("a project in a workspace that is not trusted", () => {
  test("(ux 20, 54) is not read: each view says why, and how to go on", async () => {
    const { window } = ui;
    await window.openContainer("Preceptor");
    for (const name of viewNames) {
      const header = window.page.locator(`.pane-header[aria-label^="${name}"]`);
      if ((await header.getAttribute("aria-expanded")) !== "true") await header.click();
      const text = await window.welcome(name);
      expect(text, name).toMatch(/trust/u);
      expect(text, name).toContain("Manage Workspace Trust");
      expect(await window.view(name).getByRole("button", { name: "Manage Workspace Trust" }).count()).toBe(1);
    }
    await window.screenshot("untrusted");
    expect(await window.notifications()).toEqual([]);
    expect(watched.deeds()).toEqual([]);
  });

  test("(ux 6, 54) has no command in the palette that would touch it", async () => {
    const { window } = ui;
    for (const title of ["Try the Demo", "Run Iteration...", "Go to Case...", "Select Project...", "Open Report"]) {
      expect(await window.paletteOffers(`Preceptor: ${title}`), title).toBe(false);
    }
    const open = commands.filter(({ enablement = "" }) => !enablement.includes("isWorkspaceTrusted"));
    // What is left shows what the extension itself brought.
    expect(open.map(({ command }) => command).sort()).toEqual([
      "preceptor.cancelImport",
      "preceptor.cancelInstructorCall",
      "preceptor.openPrompt",
      "preceptor.openWalkthrough",
      "preceptor.showLog",
    ]);
  });

  test("(ux 6, 54) refuses every command in the code, too: nothing runs, is written or is asked", async () => {
    const { window } = ui;
    const before = filesOf(folder);
    const ref = { run: "run-1", iteration: 1, stage: "collect", key: "demo-math/test/0" };
    for (const { command } of commands) {
      for (const argument of [undefined, ref, "run-1", { run: "run-1" }]) {
        await window.begin(command, ...(argument === undefined ? [] : [argument]));
      }
    }
    await window.run("notifications.showList");
    await window.notification(/not trusted/u).waitFor();
    await window.begin("testing.refreshTests");
    await window.host(
      async (vscode, file) => {
        await vscode.window.showTextDocument(vscode.Uri.file(file));
      },
      path.join(folder, "preceptor.json"),
    );
    // What is begun late has begun by then: nothing that a command does waits for longer.
    await window.page.waitForTimeout(3000);
    expect(watched.deeds()).toEqual([]);
    expect(filesOf(folder)).toEqual(before);
    expect(stored()).toEqual([]);
    expect(requests).toBe(0);
    expect(await window.dialog().count()).toBe(0);
    expect(window.consoleErrors()).toEqual([]);
  });

  test("works as soon as it is trusted, without a reload", async () => {
    const { window } = ui;
    await window.run("workbench.action.closeAllEditors");
    await window.run("notifications.clearAll");
    // Shown from before, beside all else: what can be run from it is offered without that it is opened again.
    await window.host(
      async (vscode, file) => {
        const options = { viewColumn: vscode.ViewColumn.Two, preserveFocus: true };
        await vscode.window.showTextDocument(vscode.Uri.file(file), options);
      },
      path.join(folder, "preceptor.json"),
    );
    await window.page.locator(".view-lines").getByText("benchmarks").first().waitFor();
    const lens = window.page.locator(".codelens-decoration").getByText("Run Iteration", { exact: true });
    expect(await lens.count()).toBe(0);
    const [pid, started] = await window.host(() => [process.pid, process.uptime()]);
    await window.run("workbench.trust.manage");
    await window.page
      .getByRole("button", { name: /^Trust( Folder)?$/u })
      .first()
      .click();
    await expect.poll(() => window.welcome("Benchmarks"), { timeout: 30_000 }).toContain("This project has no run yet");
    const [after = 0, later = 0] = await window.host(() => [process.pid, process.uptime()]);
    expect([after, later > (started ?? 0)]).toEqual([pid, true]);
    expect(await window.paletteOffers("Preceptor: Run Iteration...")).toBe(true);
    await window.row(/LEC/u, window.view("Prompts")).waitFor();
    await lens.waitFor();
    // It reads now, in its worker; still nothing is written and nobody is asked.
    expect(watched.deeds()).toEqual([expect.objectContaining({ what: "worker" })]);
    expect(requests).toBe(0);
    expect(window.consoleErrors()).toEqual([]);
  });
});
