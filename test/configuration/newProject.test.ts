import { readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { environmentSecrets, openProject } from "../../src/adapters/project/index.js";
import type { NewModelView } from "../../src/protocol/worker/index.js";
import { configurationHandlers } from "../../src/worker/configuration.js";
import { Projects } from "../../src/worker/projects.js";
import { temporaryFolder } from "../support/project.js";

const call = { signal: new AbortController().signal };
const place = temporaryFolder();
afterEach(() => rmSync(place.folder, { recursive: true, force: true }));

const server: NewModelView = { kind: "openai", endpoint: "https://models.example.test/v1", name: "m", secret: "KEY" };

describe("a project that the editor creates", () => {
  it.each<[string, NewModelView, NewModelView]>([
    ["built-in models", { kind: "builtin" }, { kind: "builtin" }],
    ["a server and a built-in instructor", server, { kind: "builtin" }],
    ["a server of one's own and a model of the editor", { ...server, secret: null }, { kind: "editor", name: "lent" }],
  ])("can be opened as it is: %s", async (_what, target, instructor) => {
    const handlers = configurationHandlers(new Projects());
    const request = { folder: place.folder, target, instructor, benchmarks: ["gsm8k", "svamp"], budget: 3 };
    const { file } = await handlers["project/create"](request, call);
    const { configuration } = await openProject(place.folder, environmentSecrets({}));
    expect(configuration.budget.amount).toBe(3);
    expect(configuration.budget.calls === undefined).toBe(instructor.kind !== "editor");
    expect(Object.keys(configuration.benchmarks)).toEqual(["gsm8k", "svamp"]);
    const text = readFileSync(file, "utf8");
    expect(text.includes("${secret:KEY}")).toBe(target.kind === "openai" && target.secret !== null);
    await expect(handlers["project/create"](request, call)).rejects.toMatchObject({ kind: "usage" });
    expect(readFileSync(path.join(place.folder, "preceptor.json"), "utf8")).toBe(text);
  });

  it("is checked as it stands in an editor, all problems at once, with their lines", async () => {
    const handlers = configurationHandlers(new Projects());
    const text = '{\n  "benchmarks": {},\n  "models": { "a": { "provider": "editor" } },\n  "target": "a"\n}\n';
    const { faults } = await handlers["configuration/check"](
      { base: { file: "/p/preceptor.json", text }, overlay: null },
      call,
    );
    expect(faults.map(({ line, field }) => [line, field])).toEqual(
      expect.arrayContaining([
        [2, "benchmarks"],
        [3, "models.a.name"],
      ]),
    );
  });
});
