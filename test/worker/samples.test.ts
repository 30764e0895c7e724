import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { environmentSecrets, openProject, openRun } from "../../src/adapters/project/index.js";
import { LiveAnswers, liveFile, parseLiveAnswer, watchLive } from "../../src/adapters/store/index.js";
import { runLoop } from "../../src/engine/iteration/index.js";
import type { SampleFilter } from "../../src/protocol/worker/index.js";
import { handlersOf } from "../../src/worker/handlers.js";
import { Projects } from "../../src/worker/projects.js";
import { readRecords, temporaryFolder } from "../support/project.js";
import { silent } from "../support/watcher.js";
import { startedRun, type StartedRun } from "../support/startedRun.js";

const call = { signal: new AbortController().signal };
const all: SampleFilter = { state: "all", gate: null };

describe("samples of a run that waits for its review", () => {
  let started: StartedRun;
  const worker = handlersOf(new Projects());
  const ref = (): { folder: string; run: string; iteration: number } => ({
    folder: started.folder,
    run: started.run,
    iteration: 1,
  });
  const stageFile = (stage: string, name: string): string =>
    path.join(started.folder, ".preceptor", "runs", started.run, "stages", `1-${stage}`, name);
  const rows = async (filter = all) =>
    (await worker["samples/page"]({ ...ref(), filter, from: 0, count: 500 }, call)).rows;

  async function resume(): Promise<string> {
    const project = await openProject(started.folder, environmentSecrets({}));
    const options = { run: started.run, filter: null, fresh: false, watcher: silent, signal: call.signal };
    const open = await openRun(project, options);
    try {
      return (await runLoop(open.services, { until: null, iterations: null })).state;
    } finally {
      await open.close();
    }
  }

  beforeAll(async () => {
    started = await startedRun({ families: ["math"], until: null, change: { review: true } });
  });
  afterAll(() => started.remove());

  it("are counted and listed in pieces, as the run's files have them", async () => {
    const gated = readRecords(stageFile("instruct", "gated.jsonl"));
    const calls = readRecords(stageFile("instruct", "calls.jsonl"));
    const overview = await worker["samples/overview"]({ folder: started.folder, run: null, iteration: null }, call);
    expect(overview).toMatchObject({ run: started.run, iteration: 1, strategy: "LEC", review: "waiting", live: false });
    expect(overview.samples).toBe(gated.length);
    expect(overview.calls).toBe(calls.length);
    expect(overview.kept).toBe(gated.filter(({ kept }) => kept).length);
    const page = await worker["samples/page"]({ ...ref(), filter: all, from: 5, count: 4 }, call);
    expect(page.total).toBe(gated.length);
    const whole = await rows();
    expect(page.rows).toEqual(whole.slice(5, 9));
    const dropped = await rows({ state: "dropped", gate: "quota" });
    expect(dropped.length).toBe(overview.gates.find(({ gate }) => gate === "quota")?.samples);
    const sample = whole[7]?.id ?? "";
    expect(await worker["samples/place"]({ ...ref(), filter: all, sample, error: null }, call)).toEqual({ place: 7 });
  });

  it("come with the answers that they were read from, every part marked where it stands", async () => {
    const [row] = await rows();
    const output = await worker["samples/error"]({ ...ref(), key: row?.error ?? "" }, call);
    const [answer] = output.answers;
    expect(output.samples.length).toBeGreaterThan(0);
    const marked = answer?.marks.filter(({ field }) => field === "question") ?? [];
    const texts = marked.map(({ start, end }) => answer?.text.text.slice(start, end) ?? "");
    for (const { index, draft, call: number } of output.samples) {
      if (number === 0) expect(texts[index]).toContain(draft.question.slice(0, 20));
    }
    expect(output.response).toBeTruthy();
  });

  it("a decision counts at once, and what was in force before brings it back", async () => {
    const first = (await rows({ state: "kept", gate: null }))[0]?.id ?? "";
    const decide = async (decisions: Parameters<(typeof worker)["samples/review"]>[0]["decisions"]) =>
      worker["samples/review"]({ ...ref(), decisions, note: null }, call);
    const { before } = await decide([{ sample: first, decision: "reject", draft: null }]);
    expect((await rows()).find(({ id }) => id === first)).toMatchObject({ kept: false, review: "reject" });
    await decide(before);
    expect((await rows()).find(({ id }) => id === first)).toMatchObject({ kept: true, review: null });
    const [, , from, , to] = (await rows()).map(({ id }) => id);
    const range = { filter: all, first: to ?? "", last: from ?? "", count: 3, decision: "reject" as const };
    // Whoever saw another list than there is now decides about nothing.
    expect(await worker["samples/reviewRange"]({ ...ref(), ...range, count: 2 }, call)).toEqual({ before: null });
    expect(await worker["samples/reviewRange"]({ ...ref(), ...range, last: "gone" }, call)).toEqual({ before: null });
    expect((await rows({ state: "reviewed", gate: null })).length).toBe(0);
    const { before: many } = await worker["samples/reviewRange"]({ ...ref(), ...range }, call);
    expect(many).toHaveLength(3);
    expect((await rows({ state: "reviewed", gate: null })).length).toBe(3);
    await decide(many ?? []);
    expect((await rows({ state: "reviewed", gate: null })).length).toBe(0);
  });

  it("a corrected text stays whatever is decided next, until the decision is taken back", async () => {
    const [first, second] = await rows();
    const ids = [first?.id ?? "", second?.id ?? ""];
    const row = async () => (await rows()).find(({ id }) => id === ids[0]);
    const decide = async (decision: "accept" | "reject" | null) =>
      worker["samples/review"]({ ...ref(), decisions: [{ sample: ids[0] ?? "", decision }], note: null }, call);
    const question = "A corrected question about 3 pears?";
    const draft = { question, solution: "1 + 2 = 3", answer: "3", options: null, tests: null, entryPoint: null };
    await worker["samples/edit"]({ ...ref(), sample: ids[0] ?? "", draft, accept: "anyway" }, call);
    await decide("accept");
    expect(await row()).toMatchObject({ review: "accept", edited: true, question });
    const both = { filter: all, first: ids[0] ?? "", last: ids[1] ?? "", count: 2 };
    await worker["samples/reviewRange"]({ ...ref(), ...both, decision: "accept" }, call);
    expect(await row()).toMatchObject({ review: "accept", edited: true, question });
    await decide("reject");
    expect(await row()).toMatchObject({ review: "reject", kept: false, edited: true, question });
    await decide("accept");
    expect(await row()).toMatchObject({ review: "accept", edited: true, question });
    const { before } = await decide(null);
    expect(await row()).toMatchObject({ review: null, edited: false, question: first?.question });
    // What was in force comes back as it was, with a text of one's own or without.
    const plain = await decide("accept");
    expect(await row()).toMatchObject({ review: "accept", edited: false });
    await worker["samples/review"]({ ...ref(), decisions: before, note: null }, call);
    expect(await row()).toMatchObject({ review: "accept", edited: true, question });
    const none = [...plain.before, { sample: ids[1] ?? "", decision: null, draft: null }];
    await worker["samples/review"]({ ...ref(), decisions: none, note: null }, call);
    expect((await rows()).slice(0, 2)).toEqual([first, second]);
  });

  it("evidence is recomputed: equations with their right values, the nearest evaluation case", async () => {
    const [row] = await rows();
    const evidence = await worker["samples/evidence"]({ ...ref(), sample: row?.id ?? "" }, call);
    expect(evidence.equations.length).toBeGreaterThan(0);
    expect(evidence.equations.every(({ ok }) => ok)).toBe(true);
    expect(evidence.evaluation?.key).toContain("demo-math/");
    expect(evidence.evaluation?.score).toBeGreaterThan(0);
  });

  it("a fresh answer stands beside the run and changes nothing in it", async () => {
    const file = stageFile("instruct", "calls.jsonl");
    const before = readFileSync(file, "utf8");
    const [row] = await rows();
    const ask = { ...ref(), key: row?.error ?? "", attempt: 0, cap: 1 };
    const fresh = await worker["samples/regenerate"](ask, call);
    expect(fresh.samples.length).toBeGreaterThan(0);
    expect(fresh.samples[0]?.gates.map(({ gate }) => gate)).toContain("verification");
    expect(fresh.cached).toBe(false);
    const other = await worker["samples/regenerate"]({ ...ask, attempt: 1 }, call);
    expect(other.samples.map(({ draft }) => draft)).not.toEqual(fresh.samples.map(({ draft }) => draft));
    expect(readFileSync(file, "utf8")).toBe(before);
  });

  it("asking again has a price before anybody is asked", async () => {
    const [row] = await rows();
    const price = await worker["samples/askPrice"]({ ...ref(), key: row?.error ?? "" }, call);
    expect(price).toEqual({ cost: 0, currency: "USD" });
  });

  it("whoever begins to watch hears that no answer arrives, having shown one of another run perhaps", async () => {
    const heard: unknown[] = [];
    const watching = handlersOf(new Projects(), (name, data) => heard.push({ name, data }));
    const { folder, run } = ref();
    await watching["samples/watch"]({ folder, run }, call);
    await expect.poll(() => heard).toEqual([{ name: "samples/live", data: { folder, run, answer: null } }]);
    await watching["samples/unwatch"]({ folder }, call);
  });

  it("a changed sample goes through the gates again; what is accepted is what is trained on", async () => {
    const target = (await rows({ state: "kept", gate: null }))[1];
    const sample = target?.id ?? "";
    const { samples } = await worker["samples/error"]({ ...ref(), key: target?.error ?? "" }, call);
    const draft = samples.find(({ id }) => id === sample)?.draft;
    if (draft === undefined) throw new Error("The sample is not of its error.");
    const wrong = {
      ...draft,
      question: "Zoe has 7 boxes of 8 pears. How many pears?",
      solution: "7 * 8 = <<7*8=54>>54",
      answer: "54",
    };
    const edit = async (changed: typeof draft, accept: "if-passed" | "anyway") =>
      worker["samples/edit"]({ ...ref(), sample, draft: changed, accept }, call);
    const refused = await edit(wrong, "if-passed");
    expect(refused).toMatchObject({ passed: false, accepted: false });
    expect(refused.gates.find(({ passed }) => !passed)).toMatchObject({
      gate: "verification",
      verification: "refuted",
    });
    expect((await rows()).find(({ id }) => id === sample)?.edited).toBe(false);
    const right = { ...wrong, solution: "7 * 8 = <<7*8=56>>56", answer: "56" };
    expect(await edit(right, "if-passed")).toMatchObject({ passed: true, accepted: true });
    const row = (await rows()).find(({ id }) => id === sample);
    expect(row).toMatchObject({ kept: true, edited: true, question: right.question });
    const { gates } = await worker["samples/evidence"]({ ...ref(), sample }, call);
    expect(gates?.every(({ passed }) => passed)).toBe(true);

    await worker["samples/finishReview"](ref(), call);
    expect(await resume()).toBe("done");
    const decided = readRecords(stageFile("gate", "samples.jsonl")).find(
      (record) => (record["sample"] as { id: string }).id === sample,
    );
    expect(decided).toMatchObject({ kept: true, review: "accept", edited: true, sample: { draft: right } });
    const trained = ["training-set.jsonl", "held-out.jsonl"].map((name) =>
      readFileSync(stageFile("train", name), "utf8"),
    );
    expect(trained.join("")).toContain(right.question);
    const output = await worker["samples/error"]({ ...ref(), key: target?.error ?? "" }, call);
    expect(output.samples.find(({ id }) => id === sample)).toMatchObject({ original: draft });
    expect(output.samples.find(({ id }) => id === sample)?.trained).toMatch(/training|held-out/u);
    const overview = await worker["samples/overview"]({ ...ref() }, call);
    expect(overview.review).toBe("finished");
  });
});

describe("samples that are programs", () => {
  it("have the evidence of their own tests, run in the sandbox", async () => {
    const started = await startedRun({ families: ["code"], until: "instruct" });
    try {
      const worker = handlersOf(new Projects());
      const ref = { folder: started.folder, run: started.run, iteration: 1 };
      const { rows } = await worker["samples/page"](
        { ...ref, filter: { state: "kept", gate: null }, from: 0, count: 1 },
        call,
      );
      const [row] = rows;
      const sample = row?.id ?? "";
      const { tests } = await worker["samples/evidence"]({ ...ref, sample }, call);
      expect(tests).toMatchObject({ passed: true });
      const { samples } = await worker["samples/error"]({ ...ref, key: row?.error ?? "" }, call);
      const draft = samples.find(({ id }) => id === sample)?.draft;
      if (draft === undefined) throw new Error("The sample is not of its error.");
      const wrong = { ...draft, solution: "def f(x):\n    return x + 1", entryPoint: "f", tests: ["assert f(1) == 3"] };
      const edited = await worker["samples/edit"]({ ...ref, sample, draft: wrong, accept: "anyway" }, call);
      expect(edited).toMatchObject({ passed: false, accepted: true });
      const evidence = await worker["samples/evidence"]({ ...ref, sample }, call);
      expect(evidence.tests).toMatchObject({ passed: false, by: "assertion", expected: "3", actual: "2" });
      expect(evidence.gates?.some(({ passed }) => !passed)).toBe(true);
    } finally {
      started.remove();
    }
  });
});

describe("thousands of samples", () => {
  it("are decided about at once, and that is undone at once", async () => {
    const started = await startedRun({ families: ["math"], until: "instruct" });
    try {
      const worker = handlersOf(new Projects());
      const ref = { folder: started.folder, run: started.run, iteration: 1 };
      const file = path.join(started.folder, ".preceptor/runs", started.run, "stages/1-instruct/gated.jsonl");
      const [{ sample, ...record } = { sample: {} }] = readRecords(file) as { sample: object }[];
      const many = Array.from({ length: 5001 }, (_, index) =>
        JSON.stringify({ ...record, sample: { ...sample, id: `made-${index}` } }),
      );
      writeFileSync(file, `${many.join("\n")}\n`);
      const list = async (state: SampleFilter["state"]) =>
        worker["samples/page"]({ ...ref, filter: { state, gate: null }, from: 0, count: 1 }, call);
      const range = { filter: all, first: "made-0", last: "made-4999", count: 5000, decision: "reject" as const };
      const begun = performance.now();
      const { before } = await worker["samples/reviewRange"]({ ...ref, ...range }, call);
      expect(before).toHaveLength(5000);
      expect((await list("reviewed")).total).toBe(5000);
      await worker["samples/review"]({ ...ref, decisions: before ?? [], note: null }, call);
      expect((await list("reviewed")).total).toBe(0);
      // A second or so here; the limit is for a machine that does other things as well.
      expect(performance.now() - begun).toBeLessThan(20_000);
      const tooMany = worker["samples/reviewRange"]({ ...ref, ...range, last: "made-5000", count: 5001 }, call);
      await expect(tooMany).rejects.toMatchObject({ details: { allowed: "at most 5000" } });
    } finally {
      started.remove();
    }
  });
});

describe("the answer that arrives now", () => {
  it("is written only while somebody watches, and is gone with the run", async () => {
    const temporary = temporaryFolder();
    const { folder } = temporary;
    const live = new LiveAnswers(folder);
    const of = { iteration: 1, benchmark: "b", error: "b/target/1", round: 0, number: 3 };
    const first = live.begin(of);
    first.onText("unseen ");
    await sleep(700);
    expect(existsSync(liveFile(folder))).toBe(false);
    await watchLive(folder);
    const text = "x".repeat(1000);
    for (let piece = 0; piece < 200; piece += 1) first.onText(text);
    await expect.poll(() => existsSync(liveFile(folder)), { timeout: 5000 }).toBe(true);
    const written = parseLiveAnswer(readFileSync(liveFile(folder), "utf8"));
    expect(written).toMatchObject(of);
    expect((written?.before ?? 0) + (written?.text.length ?? 0)).toBe(200_007);
    expect(written?.text.length).toBeLessThanOrEqual(32_000);
    // The next call is shown when the first has ended.
    const second = live.begin({ ...of, number: 4 });
    second.onText("second");
    first.end();
    second.onText(" goes on");
    await expect
      .poll(() => parseLiveAnswer(readFileSync(liveFile(folder), "utf8")), { timeout: 5000 })
      .toMatchObject({ number: 4, text: "second goes on" });
    second.end();
    await live.close();
    expect(existsSync(liveFile(folder))).toBe(false);
    temporary.remove();
  });
});
