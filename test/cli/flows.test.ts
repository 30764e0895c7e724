import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import type { ConfigurationInput } from "../../src/engine/configuration/index.js";
import { makeProject, preceptor, readRecords, resultsOf, shortConfiguration } from "../support/project.js";
import { configure, faultOf, recordsOf, run, runFile, start, until, write } from "./helpers.js";

interface Stage {
  readonly iteration: number;
  readonly stage: string;
  readonly plan: string;
  readonly reasons: readonly string[];
}

interface State {
  readonly state: string;
  readonly iteration: number;
  readonly stage: string;
  readonly need: { readonly kind: string; readonly message: string } | null;
}

const made: { remove(): void }[] = [];
afterEach(() => {
  for (const each of made.splice(0)) each.remove();
});

function project(change: Partial<ConfigurationInput> = {}): string {
  const each = makeProject(shortConfiguration(["math"], change));
  made.push(each);
  return each.folder;
}

async function plan(folder: string): Promise<string[]> {
  const { code, document } = await run(["status", "run-1", "--project", folder]);
  expect(code).toBe(0);
  return (document["stages"] as Stage[])
    .filter((stage) => stage.plan !== "done")
    .map(({ iteration, stage, plan: what, reasons }) => `${iteration} ${stage} ${what}: ${reasons.join("; ")}`);
}

function stateOf(document: { readonly [field: string]: unknown }): State {
  return document["state"] as State;
}

/** Content keys of everything paid in a run, one for each call. */
function paid(folder: string): string[] {
  return recordsOf(folder, "run-1", "ledger.jsonl").map((entry) => String(entry["answer"] ?? entry["key"]));
}

describe("a review", () => {
  it("makes the run wait with 3, and what is rejected is not trained on", async () => {
    const folder = project({ review: true });
    const first = await run(["iterate", "--project", folder]);
    expect(first.code).toBe(3);
    expect(stateOf(first.document)).toMatchObject({ state: "needs-person", need: { kind: "review" } });
    const again = await run(["resume", "run-1", "--project", folder]);
    expect([again.code, stateOf(again.document).state]).toEqual([3, "needs-person"]);

    const { document } = await run(["review", "--project", folder]);
    const [rejected] = document["samples"] as { sample: { id: string; draft: { question: string } } }[];
    const { id = "", draft } = rejected?.sample ?? {};
    const whole = await preceptor(["review", "--sample", id, "--project", folder]);
    expect(whole.stdout).toContain(draft?.question);
    const decided = await run(["review", "--reject", id, "--note", "no", "--finish", "--project", folder]);
    expect(decided.code).toBe(0);
    // What was corrected in an editor is not lost when the sample is accepted here.
    const [, second] = document["samples"] as { sample: { id: string; draft: object } }[];
    const sample = second?.sample.id ?? "";
    const corrected = { ...second?.sample.draft, question: "A corrected question about 3 pears?" };
    const line = { version: 2, sample, decision: "accept", draft: corrected, by: "ann", time: "2030-01-02T03:04:05Z" };
    appendFileSync(path.join(folder, "decisions", "review.jsonl"), `${JSON.stringify(line)}\n`);
    await run(["review", "--accept", sample, "--project", folder]);
    const done = await run(["resume", "run-1", "--project", folder]);
    expect([done.code, stateOf(done.document).state]).toEqual([0, "done"]);
    const rows = ["training-set", "held-out"].flatMap((name) =>
      readRecords(runFile(folder, "run-1", "stages", "1-train", `${name}.jsonl`)),
    );
    expect(rows.length).toBe((document["samples"] as unknown[]).length - 1);
    expect(JSON.stringify(rows)).not.toContain(id);
    expect(JSON.stringify(rows)).toContain(corrected.question);
  });

  it("knows samples by the beginning of their ids, and says so", async () => {
    const folder = project();
    const early = await faultOf(["review", "--project", folder]);
    expect([early.code, early.message]).toEqual([2, "This project has no run yet."]);
    await preceptor(["generate", "--project", folder]);
    const unknown = await faultOf(["review", "--accept", "zzz", "--project", folder]);
    expect([unknown.code, unknown.found]).toEqual([2, "zzz"]);
    const other = await faultOf(["review", "--iteration", "4", "--project", folder]);
    expect([other.code, other.message]).toEqual([2, "The run run-1 has no samples of iteration 4 yet."]);
  });
});

describe("a budget", () => {
  it("ends the run with 3 at its cap; with a higher one it goes on and asks nothing twice", async () => {
    const whole = project();
    const undisturbed = await run(["iterate", "--project", whole]);
    expect(undisturbed.code).toBe(0);

    const folder = project({ budget: { calls: 30, currency: "USD" } });
    const capped = await run(["iterate", "--project", folder]);
    expect(capped.code).toBe(3);
    expect(stateOf(capped.document)).toMatchObject({ state: "needs-person", need: { kind: "budget" } });
    expect(stateOf(capped.document).need?.message).toMatch(/30/u);
    expect(paid(folder).length).toBeLessThanOrEqual(30);
    const listed = await preceptor(["status", "--project", folder]);
    expect(listed.stdout).toMatch(/run-1.*needs-person/u);

    configure(folder, () => ({ budget: { calls: 5000, currency: "USD" } }));
    const done = await run(["resume", "run-1", "--project", folder]);
    expect([done.code, stateOf(done.document).state]).toEqual([0, "done"]);
    const keys = paid(folder);
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys.length).toBe(paid(whole).length);
    expect(resultsOf(folder, "run-1")).toEqual(resultsOf(whole, "run-1"));
  });
});

describe("stopping", () => {
  it.each(["cancel", "SIGINT"])(
    "by %s ends with 130, and resume gives the results of an undisturbed run",
    async (how) => {
      const whole = project();
      await preceptor(["iterate", "--project", whole]);
      const folder = project();
      const running = start(["iterate", "--json", "--project", folder]);
      await until(() => recordsOf(folder, "run-1", "ledger.jsonl").length >= 8);
      if (how === "SIGINT") running.kill("SIGINT");
      else {
        const asked = await run(["cancel", "run-1", "--project", folder]);
        expect([asked.code, asked.document]).toEqual([0, { run: "run-1", cancelled: true }]);
      }
      const { code, stdout } = await running.finished;
      expect([code, stateOf(JSON.parse(stdout) as { state: State }).state]).toEqual([130, "cancelled"]);
      const done = await run(["resume", "run-1", "--project", folder]);
      expect([done.code, stateOf(done.document).state]).toEqual([0, "done"]);
      expect(resultsOf(folder, "run-1")).toEqual(resultsOf(whole, "run-1"));
      const keys = paid(folder);
      expect(new Set(keys).size).toBe(keys.length);
      const nothing = await run(["cancel", "run-1", "--project", folder]);
      expect(nothing.document).toEqual({ run: "run-1", cancelled: false });
    },
  );
});

describe("one run", () => {
  it("has one runner: the second says who holds the lock; followers only watch", async () => {
    const folder = project();
    const running = start(["iterate", "--json", "--project", folder]);
    await until(() => recordsOf(folder, "run-1", "ledger.jsonl").length >= 3);
    const following = start(["status", "run-1", "--follow", "--json", "--project", folder]);
    const leaving = start(["status", "run-1", "--follow", "--project", folder]);
    // However slow the machine is, the run is still going when the others look.
    running.kill("SIGSTOP");
    try {
      const second = await faultOf(["resume", "run-1", "--project", folder]);
      expect([second.code, second.kind]).toEqual([1, "locked"]);
      expect(JSON.stringify(second)).toContain(String(running.pid));
      expect(second.remedy).toMatch(/status run-1 --follow.*cancel run-1/u);
      await until(() => leaving.said() !== "");
      leaving.kill("SIGINT");
      expect((await leaving.finished).stderr).toMatch(/the run goes on/u);
    } finally {
      running.kill("SIGCONT");
    }
    expect((await running.finished).code).toBe(0);
    const followed = await following.finished;
    const { state, events } = JSON.parse(followed.stdout) as { state: string; events: { type: string }[] };
    expect([followed.code, state]).toEqual([0, "done"]);
    const types = events.map(({ type }) => type);
    expect(types.slice(0, 2)).toEqual(["runner-started", "run-running"]);
    expect(types.at(-1)).toBe("run-done");
    expect(types.filter((type) => type === "stage-finished")).toHaveLength(9);
  });

  it("is never begun by the name of a run that does not exist", async () => {
    const folder = project();
    for (const args of [
      ["resume", "other"],
      ["iterate", "--run", "other"],
      ["report", "other"],
      ["cancel", "other"],
    ]) {
      const fault = await faultOf([...args, "--project", folder]);
      expect([fault.code, fault.found], args.join(" ")).toEqual([2, "other"]);
    }
    const { document } = await run(["status", "--project", folder]);
    expect(document).toEqual({ runs: [] });
  });

  it("keeps the cases that it was started with when it goes on", async () => {
    const folder = project();
    const first = await run(["iterate", "--limit", "6", "--until", "collect", "--project", folder]);
    expect(first.code).toBe(0);
    const done = await run(["resume", "run-1", "--project", folder]);
    expect(done.code).toBe(0);
    expect(recordsOf(folder, "run-1", "stages", "1-collect", "responses.jsonl")).toHaveLength(6);
    const [evaluated] = recordsOf(folder, "run-1", "stages", "0-evaluate", "responses.jsonl");
    const key = String(evaluated?.["key"]);
    const one = await run(["evaluate", "--case", key, "--project", folder]);
    expect(one.code, one.stderr).toBe(0);
    const records = recordsOf(folder, "run-2", "stages", "0-evaluate", "responses.jsonl");
    expect(records.map((record) => record["key"])).toEqual([key]);
    const unknown = await faultOf(["evaluate", "--case", "nope", "--project", folder]);
    expect([unknown.code, unknown.found]).toEqual([2, "nope"]);
  });
});

describe("what would run, and why", () => {
  it("is what a changed field touches, and what follows from it", async () => {
    const folder = project();
    expect((await run(["iterate", "--project", folder])).code).toBe(0);
    expect(await plan(folder)).toEqual([]);

    configure(folder, ({ models }) => ({
      models: Object.fromEntries(
        Object.entries(models).map(([name, model]) => [name, { ...model, limits: { concurrency: 3 } }]),
      ),
    }));
    expect(await plan(folder)).toEqual([]);

    configure(folder, () => ({ contrast: { k: 4 } }));
    const stages = await plan(folder);
    expect(stages[0]).toMatch(/^1 contrast run: .*3.*4/u);
    expect(stages.map((line) => line.split(":")[0])).toEqual([
      "1 contrast run",
      "1 instruct wait",
      "1 gate wait",
      "1 train wait",
      "1 evaluate wait",
      "1 report wait",
    ]);
  });
});

describe("triage", () => {
  it("keeps an artefact out of teaching; the published figure stays, the triaged one stands beside it", async () => {
    const folder = project();
    const before = await run(["iterate", "--project", folder]);
    const { document } = await run(["errors", "--iteration", "1", "--project", folder]);
    const wrong = (document["errors"] as { key: string }[]).map(({ key }) => key);
    const evaluated = await run(["errors", "--evaluation", "--iteration", "0", "--limit", "1", "--project", folder]);
    const [shown] = evaluated.document["errors"] as { key: string }[];
    const keys = [wrong[0] ?? "", shown?.key ?? ""];
    const decided = await run(["triage", ...keys, "--as", "artefact", "--note", "checked", "--project", folder]);
    expect(decided.code).toBe(0);
    const after = await run(["iterate", "--project", folder]);
    expect(after.code).toBe(0);
    const taught = recordsOf(folder, "run-2", "stages", "1-instruct", "calls.jsonl").map(({ error }) => error);
    expect(taught).not.toContain(keys[0]);
    expect(recordsOf(folder, "run-1", "stages", "1-instruct", "calls.jsonl").map(({ error }) => error)).toContain(
      keys[0],
    );
    interface Figures {
      report: {
        benchmarks: { accuracies: { n: number; correct: number; triaged: { n: number; correct: number } | null }[] }[];
      };
    }
    const base = (found: { document: unknown }) =>
      (found.document as Figures).report.benchmarks[0]?.accuracies[0] ?? { n: 0, correct: -1, triaged: null };
    expect(base(after).correct).toBe(base(before).correct);
    expect(base(after).triaged).toMatchObject({ n: base(before).n, correct: base(before).correct + 1 });

    await run(["triage", keys[0] ?? "", "--clear", "--project", folder]);
    const open = await run(["errors", "--case", keys[0] ?? "", "--iteration", "1", "--project", folder]);
    expect(open.document["triage"]).toBeNull();
  });

  it("knows its classes and the project's cases", async () => {
    const folder = project();
    const unknown = await faultOf(["triage", "nope", "--as", "artefact", "--project", folder]);
    expect([unknown.code, unknown.found]).toEqual([2, "nope"]);
    const wrong = await faultOf(["triage", "nope", "--as", "art", "--project", folder]);
    expect([wrong.code, wrong.allowed]).toEqual([2, "true-error, artefact, bad-gold, disputed, ignored"]);
  });
});

describe("answers", () => {
  it("of an earlier run are used again, with --fresh asked again", async () => {
    const folder = project();
    const args = ["generate", "--project", folder, "--limit", "10"];
    const first = await run(args);
    const reused = await run(args);
    const fresh = await run([...args, "--fresh"]);
    const calls = [first, reused, fresh].map(({ document }) => (document["spent"] as { calls: number }).calls);
    expect(calls[0]).toBeGreaterThan(10);
    expect(calls.slice(1)).toEqual([0, calls[0]]);
  });

  it("that another tool recorded are imported and taught from, without asking the target", async () => {
    const folder = project();
    const cases = readRecords(`${folder}/benchmarks/demo-math/target.jsonl`).slice(0, 12);
    const rows = cases.map(({ question, answer }, index) => ({
      doc: { question },
      resps: [[`The answer is ${index < 7 ? String(answer) : "-41"}.`]],
    }));
    const file = write(
      folder,
      "outputs.jsonl",
      [...rows, { doc: { question: "Unknown?" }, resps: [["1"]] }].map((row) => JSON.stringify(row)).join("\n"),
    );
    const maps = ["--map", "question=doc.question", "--map", "response=resps.0.0", "--project", folder];
    const imported = await run(["import", file, "--benchmark", "demo-math", ...maps]);
    expect(imported.code, imported.stderr).toBe(0);
    expect(imported.document).toMatchObject({ run: "run-1", matched: 12 });
    expect(imported.document["leftOut"]).toMatchObject([{ row: 12, line: 13, reason: "no-case" }]);
    const { document } = await run(["errors", "--project", folder]);
    const errors = document["errors"] as { key: string; response: string }[];
    expect(errors).toHaveLength(5);
    expect(errors[0]?.response).toBe("The answer is -41.");
    const contrast = await run(["contrast", "--run", "run-1", "--project", folder]);
    expect(contrast.code).toBe(0);
    const sets = await run(["contrast", errors[0]?.key ?? "", "--messages", "--project", folder]);
    expect(sets.document["neighbours"]).toHaveLength(3);
    expect(JSON.stringify(sets.document["messages"])).toContain("-41");
    // What is shown is what the run then asks, to the number of samples.
    const generated = await run(["generate", "--run", "run-1", "--project", folder]);
    expect(generated.code).toBe(0);
    const call = recordsOf(folder, "run-1", "stages", "1-instruct", "calls.jsonl").find(
      ({ error, round }) => error === errors[0]?.key && round === 0,
    );
    expect(sets.document["samples"]).toBe(call?.["asked"]);
    expect(call?.["asked"]).toBeGreaterThan(1);
    expect(JSON.stringify(sets.document["messages"])).toContain(String(call?.["asked"]));
    const asked = new Set(recordsOf(folder, "run-1", "ledger.jsonl").map(({ purpose }) => purpose));
    expect(asked).toEqual(new Set(["instructor"]));

    // The mapping is remembered, and the responses are those of the first run.
    const again = await run(["import", file, "--project", folder]);
    expect(again.document).toMatchObject({ run: "run-1", already: true, sources: [{ remembered: true }] });
    const fault = await faultOf(["import", file, "--map", "response=nothing", "--project", folder]);
    expect([fault.code, fault.kind, fault.file]).toEqual([2, "data", file]);
    const other = await faultOf(["import", file, "--benchmark", "nope", ...maps]);
    expect([other.code, other.allowed]).toEqual([2, "demo-math"]);
  });

  it("about an evaluation split are a base evaluation that is shown and never taught", async () => {
    const folder = project();
    const cases = readRecords(`${folder}/benchmarks/demo-math/evaluation.jsonl`);
    const rows = cases.map(({ question }) => JSON.stringify({ question, response: "The answer is -41." }));
    const file = write(folder, "test.jsonl", rows.join("\n"));
    const here = ["--project", folder];
    const shown = await preceptor(["import", file, ...here]);
    expect(shown.code, shown.stderr).toBe(0);
    expect(shown.stdout).toMatch(
      /: 16 answers to the evaluation split of demo-math \(16 of its 16 cases\): shown and counted as base evaluation, never taught\./u,
    );
    expect(shown.stdout).toContain("errors --run run-1 --evaluation");
    expect(shown.stdout).not.toContain("iterate");
    const imported = await run(["import", file, ...here]);
    expect(imported.document).toMatchObject({
      already: true,
      matched: 0,
      evaluated: { "demo-math": { answered: 16 } },
    });
    const { document } = await run(["errors", "--evaluation", ...here]);
    expect(document["errors"]).toHaveLength(16);
    const hidden = await faultOf(["errors", ...here]);
    expect([hidden.code, hidden.remedy]).toEqual([2, expect.stringContaining("--evaluation")]);
    for (const command of [
      ["iterate", "--run", "run-1"],
      ["iterate", "--run", "run-1", "--estimate"],
      ["train", "--run", "run-1"],
    ]) {
      const refused = await faultOf([...command, ...here]);
      expect([refused.code, refused.message]).toEqual([2, expect.stringContaining("never taught")]);
    }
    const status = await run(["status", "run-1", ...here]);
    expect(JSON.stringify(status.document)).toContain('"state":"done"');
  });
});

describe("a try-out", () => {
  it("shows samples, gates and prices of a few errors, and a later run does not ask them again", async () => {
    const folder = project();
    const tried = await run(["generate", "--try", "3", "--project", folder]);
    expect(tried.code).toBe(0);
    expect(tried.document["tried"]).toHaveLength(3);
    expect(tried.document).toMatchObject({ run: "run-1", cost: 0 });
    const before = paid(folder);
    const text = await preceptor(["generate", "--try", "3", "--run", "run-1", "--project", folder]);
    expect(text.stdout).toMatch(/3 errors: \d+ samples asked, \d+ parsed/u);
    expect(paid(folder)).toEqual(before);
    await run(["generate", "--run", "run-1", "--project", folder]);
    const keys = paid(folder);
    expect(new Set(keys).size).toBe(keys.length);
  });
});

describe("output of a model", () => {
  it("cannot move the cursor, reverse text or flood the terminal", async () => {
    const folder = project();
    await preceptor(["generate", "--limit", "8", "--project", folder]);
    const file = runFile(folder, "run-1", "stages", "1-collect", "responses.jsonl");
    const hostile = `\u001b[2J\u001b]0;owned\u0007\u202egnorw\u009b31m${"x".repeat(2_000_000)}`;
    const [line = "", ...rest] = readFileSync(file, "utf8").split("\n");
    const record = JSON.parse(line) as { key: string; text: string; paper: { extraction: { value: string } } };
    const changed = { ...record, correct: false, text: hostile };
    for (const side of ["paper", "clean"] as const) {
      Object.assign(changed, {
        [side]: { ...record.paper, correct: false, extraction: { ...record.paper.extraction, value: hostile } },
      });
    }
    writeFileSync(file, [JSON.stringify(changed), ...rest].join("\n"));
    for (const args of [["errors"], ["errors", "--case", record.key]]) {
      const { code, stdout } = await preceptor([...args, "--project", folder]);
      expect(code).toBe(0);
      // eslint-disable-next-line no-control-regex -- None of these may reach a terminal.
      expect(stdout).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/u);
      expect(stdout).toContain("owned");
      expect(stdout.length).toBeLessThan(60_000);
    }
    const { document } = await run(["errors", "--case", record.key, "--project", folder]);
    expect(document["response"]).toBe(hostile);
  });
});
