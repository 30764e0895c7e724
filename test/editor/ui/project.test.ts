import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import http from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { makeProject, shortConfiguration } from "../../support/project.js";
import { useEditor } from "../support/fixture.js";
import { lensesOf } from "../support/lenses.js";

const value = `k-${"5ecre7".repeat(4)}`;
const seen: string[] = [];
const held: http.ServerResponse[] = [];
// It takes the first requests and answers none of them, so that the run stays where it is.
const server = http.createServer((request, response) => {
  seen.push(request.headers.authorization ?? "");
  held.push(response);
});
server.listen(0, "127.0.0.1");
await once(server, "listening");
const { port } = server.address() as AddressInfo;

describe("the first minute", () => {
  const ui = useEditor();

  // That nothing is begun on the way is watched in `rules.test.ts`.
  test("offers the demo, and opens and writes nothing by itself", async () => {
    const { window } = ui;
    await window.openContainer("Preceptor");
    await expect.poll(() => window.welcome("Benchmarks")).toContain("Try the Demo");
    const state = await window.host((vscode) => ({
      active: vscode.extensions.getExtension("preceptor.preceptor")?.isActive,
      tabs: vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs.map(({ label }) => label)),
    }));
    expect(state).toEqual({ active: true, tabs: [] });
    expect(readdirSync(window.folder)).toEqual([]);
    expect(await window.notifications()).toEqual([]);
  });

  test("a project is created in four answers, and never overwritten", async () => {
    const { window } = ui;
    const file = path.join(window.folder, "preceptor.json");
    await window.begin("preceptor.createProject");
    await window.quickRow("Model on a Server...").click({ timeout: 30_000 });
    await window.quickInput.getByText("Address of the server").waitFor();
    await window.answer("https://models.example.test/v1");
    await window.quickInput.getByText("Name of the model").waitFor();
    await window.answer("small-1");
    await window.quickRow("Built-in Instructor").waitFor();
    await window.page.keyboard.press("ArrowDown");
    await window.accept();
    await window.quickInput.getByText("Licence:").first().waitFor();
    await window.screenshot("create-project");
    await window.accept();
    await window.quickInput.getByText("The most that one run may spend").waitFor();
    expect(existsSync(file)).toBe(false);
    await window.answer("5");
    await expect.poll(() => window.documentText("preceptor.json")).toContain("models.example.test");
    expect(JSON.parse(readFileSync(file, "utf8"))).toMatchObject({
      benchmarks: { gsm8k: { use: "gsm8k", domain: "in" } },
      models: {
        target: { endpoint: "https://models.example.test/v1", apiKey: "${secret:KEY_MODELS_EXAMPLE_TEST}" },
        instructor: { provider: "builtin" },
      },
      budget: { amount: 5 },
    });
    const written = readFileSync(file, "utf8");
    await expect
      .poll(() => window.problems(), { timeout: 20_000 })
      .toContainEqual(expect.stringContaining("The secret KEY_MODELS_EXAMPLE_TEST is not set"));
    await expect
      .poll(() => lensesOf(window, "/preceptor.json"), { message: "lenses that the extension gives when it is asked" })
      .toEqual(expect.arrayContaining(["Run Iteration", "Evaluate", "Check"]));
    for (const lens of ["Run Iteration", "Evaluate", "Check"]) {
      await window.page.locator(".codelens-decoration").getByText(lens, { exact: true }).waitFor();
    }
    await window.screenshot("configuration");

    await window.begin("preceptor.setSecret");
    await window.quickRow("KEY_MODELS_EXAMPLE_TEST").click();
    const input = window.quickInput.locator("input").first();
    await window.quickInput.getByText("Kept in the editor's secret storage").waitFor();
    await window.screenshot("secret");
    expect(await input.getAttribute("type")).toBe("password");
    await window.answer("a-key-for-a-test");
    await expect.poll(async () => (await window.problems()).join("\n")).not.toContain("is not set");

    // Its benchmark's files are not there: each way says whose they are and offers them.
    await window.run("notifications.showList");
    await window.notification(/MIT.*OpenAI/u).waitFor();
    await window.run("notifications.hideList");
    await window.begin("preceptor.runIteration");
    await window.quickRow("Download gsm8k").waitFor({ timeout: 60_000 });
    await window.screenshot("plan-files");
    await window.dismiss();
    await window.begin("preceptor.importResults", [file]);
    await window.quickRow("Download gsm8k").waitFor({ timeout: 60_000 });
    expect(await window.quickInput.innerText()).toContain("Licence: MIT");
    await window.dismiss();

    // There is a project now, so another folder is asked for; leaving that changes nothing.
    await window.begin("preceptor.createProject");
    await window.quickInput.getByText("Folder of the Project").waitFor();
    await window.dismiss();
    expect(readFileSync(file, "utf8")).toBe(written);
    expect(window.consoleErrors()).toEqual([]);
  }, 120_000);

  test("the view names its project where there are several, and another one is chosen", async () => {
    const { window } = ui;
    const name = window.view("Benchmarks").locator(".pane-header .description");
    expect(await name.count()).toBe(0);
    const other = path.join(window.folder, "other");
    mkdirSync(other);
    copyFileSync(path.join(window.folder, "preceptor.json"), path.join(other, "preceptor.json"));
    // The editor tells nothing of a file that comes at once with its folder.
    await window.run("preceptor.refreshProject");
    await expect.poll(() => name.innerText()).toBe("project");
    await window.palette("Preceptor: Select Project...");
    await window.quickRow("other").click();
    await expect.poll(() => name.innerText()).toBe("other");
  });
});

describe("a key", () => {
  const short = shortConfiguration(["math"]);
  const project = makeProject({
    ...short,
    models: {
      ...short.models,
      remote: {
        provider: "openai",
        endpoint: `http://127.0.0.1:${port}/v1`,
        name: "m",
        apiKey: "${secret:STORY_KEY}",
        price: { input: 1, output: 1 },
      },
    },
    target: "remote",
  });
  afterAll(() => {
    for (const response of held) response.destroy();
    server.close();
    project.remove();
  });
  const ui = useEditor({ workspace: project.folder });

  test("reaches the endpoint, and is on no disk, in no argument and in no environment", async () => {
    const { window, editor } = ui;
    await window.openContainer("Preceptor");
    const view = window.view("Iterations");
    // What is missing is on the screen before the start, and choosing it asks for it.
    await window.begin("preceptor.runIteration");
    await window.quickInput.getByText("STORY_KEY").first().click({ timeout: 60_000 });
    await window.quickInput.getByText("Kept in the editor's secret storage").waitFor();
    await window.answer(value);
    await window.quickRow("Start").waitFor({ timeout: 60_000 });
    await window.accept();
    await window.row(/^run-1 · running/u, view).waitFor({ timeout: 60_000 });
    await expect.poll(() => seen[0], { timeout: 60_000 }).toBe(`Bearer ${value}`);

    const journal = path.join(window.folder, ".preceptor", "runs", "run-1", "journal.jsonl");
    const runner = (): number =>
      Number(/"type":"runner-started".*?"pid":(\d+)/u.exec(readFileSync(journal, "utf8"))?.[1] ?? 0);
    await expect.poll(runner).toBeGreaterThan(0);
    const pid = runner();
    if (process.platform === "linux") {
      for (const part of ["environ", "cmdline"]) {
        expect(readFileSync(`/proc/${pid}/${part}`, "latin1")).not.toContain(value);
      }
    }
    // The editor's own secret storage is in the browser's profile here.
    const places = [window.folder, path.join(editor.server.root, "data"), path.join(editor.server.root, "t")];
    expect(places.flatMap((place) => filesWith(place, value))).toEqual([]);

    await window.run("preceptor.cancelRun", "run-1");
    await window.row(/^run-1 · cancelled/u, view).waitFor({ timeout: 60_000 });
    // The run has no answer; the view that shows answers says so, in place of nothing.
    await window.row(/^demo-math, in-domain, no answers yet/u, window.view("Benchmarks")).waitFor();
    expect(places.flatMap((place) => filesWith(place, value))).toEqual([]);
    expect(window.consoleText()).not.toContain(value);
  }, 180_000);

  test("what is run from preceptor.json is what is in the editor, and is asked about here and not in the terminal", async () => {
    const { window } = ui;
    const file = path.join(window.folder, "preceptor.json");
    await window.host(async (vscode, name) => {
      const uri = vscode.Uri.file(name);
      await vscode.window.showTextDocument(uri);
      const edit = new vscode.WorkspaceEdit();
      edit.insert(uri, new vscode.Position(0, 0), "// Mine.\n");
      await vscode.workspace.applyEdit(edit);
      void vscode.commands.executeCommand("preceptor.runFromConfiguration", uri, "evaluate");
    }, file);
    await window.quickInput.getByText("16 calls to the target").waitFor({ timeout: 60_000 });
    expect(await window.quickInput.innerText()).toMatch(/Evaluate/u);
    expect(readFileSync(file, "utf8")).toMatch(/^\/\/ Mine\./u);
    const before = seen.length;
    await window.quickRow("Start").click();
    await expect.poll(() => seen.length, { timeout: 60_000 }).toBeGreaterThan(before);
    await window.screenshot("task");
    await window.run("preceptor.cancelRun", "run-2");
    await window.row(/^run-2 · cancelled/u, window.view("Iterations")).waitFor({ timeout: 60_000 });
  }, 120_000);

  test("that is in the overlay's words only is asked for, too", async () => {
    const { window } = ui;
    writeFileSync(
      path.join(window.folder, "preceptor.local.json"),
      JSON.stringify({ models: { remote: { apiKey: "${secret:OTHER_KEY}" } } }),
    );
    await window.begin("preceptor.setSecret");
    await window.quickRow("OTHER_KEY").waitFor();
    expect(await window.quickInput.innerText()).toContain("is missing");
    await window.dismiss();
  });
});

function filesWith(folder: string, words: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => path.join(folder, name))
    .filter((file) => {
      try {
        return statSync(file).isFile() && readFileSync(file, "latin1").includes(words);
      } catch {
        // Sockets, and what vanished meanwhile.
        return false;
      }
    });
}
