import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { handlersOf } from "../../src/worker/handlers.js";
import { Projects } from "../../src/worker/projects.js";
import { startedRun, type StartedRun } from "../support/startedRun.js";

const call = { signal: new AbortController().signal };

describe("while preceptor.json is broken", () => {
  let started: StartedRun;
  let whole = "";
  const worker = handlersOf(new Projects());
  const fault = { kind: "configuration" };

  const contrast = async () => {
    const ref = { run: started.run, iteration: 1, stage: "collect" as const, key: started.errors[0] ?? "" };
    return worker["contrast/view"]({ folder: started.folder, ref, k: null }, call);
  };
  const overview = async () =>
    worker["samples/overview"]({ folder: started.folder, run: started.run, iteration: 1 }, call);
  const report = async () => worker["report/view"]({ folder: started.folder, run: started.run }, call);

  beforeAll(async () => {
    started = await startedRun({ families: ["math"], until: null, change: { review: true } });
    whole = readFileSync(path.join(started.folder, "preceptor.json"), "utf8");
  });
  afterAll(() => started.remove());

  it("the panels' texts are read with it as it was, and say why it cannot be read", async () => {
    const before = await Promise.all([contrast(), overview(), report()]);
    for (const { configurationFault } of before) expect(configurationFault).toBeNull();
    writeFileSync(path.join(started.folder, "preceptor.json"), whole.slice(0, 40));
    const broken = await Promise.all([contrast(), overview(), report()]);
    expect(broken).toMatchObject(
      before.map((answer) => ({ ...answer, configurationFault: expect.objectContaining(fault) as unknown })),
    );
    // The list behind the overview, and the text of an error.
    const place = { folder: started.folder, run: started.run, iteration: 1 };
    const filter = { state: "all", gate: null } as const;
    const { rows } = await worker["samples/page"]({ ...place, filter, from: 0, count: 5 }, call);
    expect(rows).toHaveLength(5);
    await worker["samples/evidence"]({ ...place, sample: rows[0]?.id ?? "" }, call);
    // A decision is a line of its own file.
    const decisions = [{ sample: rows[0]?.id ?? "", decision: "accept" as const }];
    await worker["samples/review"]({ ...place, decisions, note: null }, call);
  });

  it("nobody is asked and nothing goes through the gates, and it is said why", async () => {
    const place = { folder: started.folder, run: started.run, iteration: 1 };
    const filter = { state: "all", gate: null } as const;
    const { rows } = await worker["samples/page"]({ ...place, filter, from: 0, count: 1 }, call);
    const { id: sample = "", error: key = "" } = rows[0] ?? {};
    const { samples } = await worker["samples/error"]({ ...place, key }, call);
    const draft = samples[0]?.draft;
    if (draft === undefined) throw new Error("The error has no sample.");
    await expect(worker["samples/askPrice"]({ ...place, key }, call)).rejects.toMatchObject(fault);
    await expect(worker["samples/regenerate"]({ ...place, key, attempt: 0, cap: 1 }, call)).rejects.toMatchObject(
      fault,
    );
    await expect(worker["samples/edit"]({ ...place, sample, draft, accept: "if-passed" }, call)).rejects.toMatchObject(
      fault,
    );
    writeFileSync(path.join(started.folder, "preceptor.json"), whole);
    expect((await overview()).configurationFault).toBeNull();
    await worker["samples/askPrice"]({ ...place, key }, call);
  });
});
