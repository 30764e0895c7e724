import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { CaseRef } from "../../src/protocol/worker/index.js";
import { handlersOf } from "../../src/worker/handlers.js";
import { Projects } from "../../src/worker/projects.js";
import { root } from "../support/project.js";
import { startedRun, type StartedRun } from "../support/startedRun.js";

const call = { signal: new AbortController().signal };

describe("the contrast set of an error", () => {
  let started: StartedRun;
  let refs: CaseRef[];
  const worker = handlersOf(new Projects());

  beforeAll(async () => {
    started = await startedRun({ families: ["math"], until: "contrast" });
    refs = started.errors.map((key) => ({ run: started.run, iteration: 1, stage: "collect", key }));
  });
  afterAll(() => started.remove());

  const view = async (ref: CaseRef | undefined, k: number | null) => {
    if (ref === undefined) throw new Error("The run has too few errors.");
    return worker["contrast/view"]({ folder: started.folder, ref, k }, call);
  };

  it("is the same however often, and in whatever order, errors and k are looked at", async () => {
    const [first, second] = refs;
    const fresh = async (ref: CaseRef | undefined, k: number | null) => {
      if (ref === undefined) throw new Error("The run has too few errors.");
      return handlersOf(new Projects())["contrast/view"]({ folder: started.folder, ref, k }, call);
    };
    for (const [ref, k] of [
      [first, 3],
      [first, 8],
      [second, 8],
      [first, null],
      [second, 3],
    ] as const)
      expect(await view(ref, k)).toEqual(await fresh(ref, k));
    expect((await view(first, 8)).neighbours.map(({ marked }) => marked.map(({ text }) => text).join(""))).toEqual(
      (await view(first, 8)).neighbours.map(({ question }) => question),
    );
  });

  it("can be prepared, and says then that a case is gone as it does when it is shown", async () => {
    const [ref] = refs;
    if (ref === undefined) throw new Error("The run has no error.");
    const { folder } = started;
    expect(await worker["contrast/prepare"]({ folder, ref }, call)).toEqual({});
    await expect(worker["contrast/prepare"]({ folder, ref: { ...ref, key: "absent" } }, call)).rejects.toThrow(
      "no case of this key",
    );
  });

  it("has the messages of the template as it is now, also when that was written or removed in the meantime", async () => {
    const [ref] = refs;
    const text = async (): Promise<string> =>
      ((await view(ref, 3)).message?.messages ?? []).map(({ content }) => content).join("\n");
    const before = await text();
    const { message } = await view(ref, 3);
    const shipped = path.join(root, "prompts");
    const own = path.join(started.folder, "prompts");
    mkdirSync(own);
    const name = readdirSync(shipped).find((file) => file === `${message?.template ?? ""}.prompt`) ?? "";
    const file = path.join(own, name);
    copyFileSync(path.join(shipped, name), file);
    writeFileSync(file, `${readFileSync(file, "utf8")}\nWritten by a person.\n`);
    expect(await text()).toContain("Written by a person.");
    writeFileSync(file, readFileSync(file, "utf8").replace("a person", "another person"));
    expect(await text()).toContain("Written by another person.");
    writeFileSync(file, readFileSync(path.join(shipped, name), "utf8"));
    expect(await text()).toBe(before);
  });
});
