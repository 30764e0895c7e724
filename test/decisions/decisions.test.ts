import { execFile } from "node:child_process";
import { appendFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DecisionStore, openLooks, recordLooks } from "../../src/adapters/decisions/index.js";
import { openProjectStore } from "../../src/adapters/store/index.js";
import {
  applyDecisions,
  applyReviews,
  contrastOf,
  groupErrors,
  parseReviewDecision,
  steers,
  triageClasses,
  triagedCounts,
  type ContrastDecision,
  type ReviewDecision,
  type TargetError,
  type TriageClass,
  type TriageDecision,
} from "../../src/engine/errors/index.js";
import { countLooks } from "../../src/engine/benchmarks/index.js";
import { Fault } from "../../src/engine/fault.js";
import { plainCase } from "../benchmarks/memory.js";

const time = "2030-01-02T03:04:05Z";
const triage = (testCase: string, decision: TriageClass | null, note?: string): TriageDecision => ({
  version: 1,
  case: testCase,
  decision,
  ...(note === undefined ? {} : { note }),
  by: "ann",
  time,
});

describe("decisions about errors", () => {
  it("the last line of a case wins, and a decision can be taken back", () => {
    const records = [triage("a", "artefact"), triage("b", "ignored"), triage("a", "true-error"), triage("b", null)];
    expect([...applyDecisions(records)]).toEqual([["a", records[2]]]);
  });

  it("joining the lines of two people loses no case", () => {
    const line = fc.record({ testCase: fc.constantFrom("a", "b", "c"), decision: fc.constantFrom(...triageClasses) });
    fc.assert(
      fc.property(fc.array(line), fc.array(line), (ours, theirs) => {
        const records = [...ours, ...theirs].map(({ testCase, decision }) => triage(testCase, decision));
        const applied = applyDecisions(records);
        expect([...applied.keys()].sort()).toEqual([...new Set(records.map((record) => record.case))].sort());
        for (const [testCase, { decision }] of applied) {
          expect(records.findLast((record) => record.case === testCase)?.decision).toBe(decision);
        }
      }),
    );
  });

  it("artefacts, bad golds and ignored cases are neither taught nor used as contrast", () => {
    const taught = [null, ...triageClasses].filter((decision) => steers(decision).teach);
    expect(taught).toEqual([null, "true-error", "disputed"]);
    for (const decision of triageClasses) expect(steers(decision).contrast).toBe(steers(decision).teach);
  });

  it("the triaged figure counts artefacts as right and leaves bad golds and ignored cases out", () => {
    const decisions = applyDecisions([
      triage("a", "artefact"),
      triage("b", "bad-gold"),
      triage("c", "ignored"),
      triage("d", "disputed"),
    ]);
    const verdicts = ["a", "b", "c", "d", "e"].map((name) => ({ case: name, correct: name === "e" }));
    expect(triagedCounts(verdicts, decisions)).toEqual({ n: 3, correct: 2 });
    expect(triagedCounts(verdicts, new Map())).toEqual({ n: 5, correct: 1 });
  });

  it("groups errors by benchmark, subject, outcome and decision, the largest first", () => {
    const error = (id: string, group: string | null, outcome: string): TargetError => ({
      case: plainCase(id, group),
      outcome,
    });
    const errors = [
      error("1", "x", "timeout"),
      error("2", "y", "NameError"),
      error("3", "y", "timeout"),
      error("4", null, "timeout"),
    ];
    const decisions = applyDecisions([triage("toy/train/3", "artefact")]);
    const shape = (by: "benchmark" | "group" | "outcome" | "triage") =>
      groupErrors(errors, by, decisions).map(({ name, errors: members }) => [
        name,
        members.map((member) => member.case.id),
      ]);
    expect(shape("benchmark")).toEqual([["toy", ["1", "2", "3", "4"]]]);
    expect(shape("group")).toEqual([
      ["y", ["2", "3"]],
      ["toy", ["4"]],
      ["x", ["1"]],
    ]);
    expect(shape("outcome")).toEqual([
      ["timeout", ["1", "3", "4"]],
      ["NameError", ["2"]],
    ]);
    expect(shape("triage")).toEqual([
      ["undecided", ["1", "2", "4"]],
      ["artefact", ["3"]],
    ]);
  });

  it("keeps pins and exclusions of neighbours for each error", () => {
    const line = (error: string, neighbour: string, decision: ContrastDecision["decision"]): ContrastDecision => ({
      version: 1,
      error,
      neighbour,
      decision,
      by: "ann",
      time,
    });
    const records = [
      line("e", "n1", "pin"),
      line("e", "n2", "exclude"),
      line("f", "n3", "pin"),
      line("e", "n1", "exclude"),
      line("e", "n2", null),
      line("e", "n4", "pin"),
    ];
    expect(contrastOf(records, "e")).toEqual({ pinned: ["n4"], excluded: ["n1"] });
  });
});

describe("on the disk", () => {
  let folder = "";
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "decisions-"));
  });
  afterEach(async () => rm(folder, { recursive: true }));
  const open = async () => new DecisionStore(await openProjectStore(folder));
  const file = () => path.join(folder, "decisions", "triage.jsonl");

  async function faultOf(work: Promise<unknown>): Promise<Fault> {
    const thrown: unknown = await work.catch((error: unknown) => error);
    if (!(thrown instanceof Fault)) throw new Error(`expected a fault, not ${String(thrown)}`);
    return thrown;
  }

  it("appends lines, one a decision, and reads them back", async () => {
    const store = await open();
    expect(await store.triage.read()).toEqual([]);
    await store.triage.append([triage("a", "artefact", "lost\nimport"), triage("b", null)]);
    await (await open()).triage.append([triage("c", "ignored")]);
    expect(await store.triage.read()).toEqual([
      triage("a", "artefact", "lost\nimport"),
      triage("b", null),
      triage("c", "ignored"),
    ]);
    expect((await readFile(file(), "utf8")).split("\n")).toHaveLength(4);
    await store.review.append([{ version: 2, run: "r", iteration: 1, decision: "finished", by: "ann", time }]);
    await store.contrast.append([{ version: 1, error: "e", neighbour: "n", decision: "pin", by: "ann", time }]);
    expect([await store.review.read(), await store.contrast.read()].flat()).toHaveLength(2);
  });

  it("asks version control to join lines, once, and keeps the rules that are there", async () => {
    await mkdir(path.join(folder, "decisions"));
    await writeFile(path.join(folder, "decisions", ".gitattributes"), "*.md text");
    const store = await open();
    await store.triage.append([triage("a", "artefact")]);
    await store.triage.append([triage("b", "artefact")]);
    const rules = await readFile(path.join(folder, "decisions", ".gitattributes"), "utf8");
    expect(rules).toBe("*.md text\n*.jsonl text eol=lf merge=union\n");
  });

  it("joins the decisions of two branches without a conflict", async () => {
    const git = async (...words: string[]) =>
      promisify(execFile)("git", ["-c", "user.name=t", "-c", "user.email=t@localhost", ...words], { cwd: folder });
    await git("init", "-q", "-b", "main");
    const store = await open();
    const commit = async (name: string) => {
      await store.triage.append([triage(name, "artefact")]);
      await git("add", "decisions");
      await git("commit", "-q", "-m", name);
    };
    await commit("base");
    await git("checkout", "-q", "-b", "other");
    await commit("theirs");
    await git("checkout", "-q", "main");
    await commit("ours");
    await git("merge", "-q", "--no-edit", "other");
    expect((await store.triage.read()).map((record) => record.case).sort()).toEqual(["base", "ours", "theirs"]);
  });

  it("loses nothing when several stores append at the same time", async () => {
    const stores = await Promise.all([open(), open(), open()]);
    await Promise.all(
      stores.flatMap((store, index) =>
        Array.from({ length: 5 }, async (_value, at) => store.triage.append([triage(`${index}-${at}`, "ignored")])),
      ),
    );
    const names = (await (await open()).triage.read()).map((record) => record.case);
    expect(new Set(names).size).toBe(15);
    expect(names.filter((name) => name.startsWith("1-"))).toEqual(["1-0", "1-1", "1-2", "1-3", "1-4"]);
  });

  it("reads past a torn last line and heals it with the next append", async () => {
    const store = await open();
    await store.triage.append([triage("a", "artefact")]);
    await appendFile(file(), '{"version":1,"case":"b","deci');
    expect(await store.triage.read()).toEqual([triage("a", "artefact")]);
    await store.triage.append([triage("c", "ignored")]);
    expect(await readFile(file(), "utf8")).toBe(
      `${JSON.stringify(triage("a", "artefact"))}\n${JSON.stringify(triage("c", "ignored"))}\n`,
    );
  });

  it("refuses a newer version and a malformed line with file and line", async () => {
    const store = await open();
    await store.triage.append([triage("a", "artefact")]);
    const good = await readFile(file(), "utf8");
    await writeFile(file(), `${good}${JSON.stringify({ ...triage("b", "ignored"), version: 2 })}\n`);
    const newer = await faultOf(store.triage.read());
    expect(newer.details).toMatchObject({ file: file(), line: 2, found: "2" });
    expect(newer.message).toContain("newer Preceptor");
    await writeFile(file(), `${good}${JSON.stringify({ ...triage("b", null), decision: "wrong" })}\n`);
    expect((await faultOf(store.triage.read())).details).toMatchObject({
      line: 2,
      field: "decision",
      found: '"wrong"',
    });
  });

  it("refuses a wrong record before anything is written, and goes on", async () => {
    const store = await open();
    await faultOf(store.triage.append([triage("a", "artefact"), { ...triage("b", null), by: "" }]));
    expect(await store.triage.read()).toEqual([]);
    await store.triage.append([triage("c", "ignored")]);
    expect(await store.triage.read()).toHaveLength(1);
  });

  it("counts looks at evaluation sets", async () => {
    const looks = openLooks(await openProjectStore(folder));
    const look = { version: 1, benchmark: "gsm8k", split: "test", run: "r", iteration: 0, when: time } as const;
    await looks.append(look);
    await looks.append({ ...look, iteration: 1 });
    expect(countLooks(await looks.read())).toEqual([{ benchmark: "gsm8k", split: "test", looks: 2, runs: 1 }]);
    expect(looks.file).toBe(path.join(folder, ".preceptor", "looks.jsonl"));
  });

  it("counts an evaluation once that a kill made begin again, and another one of the same iteration anew", async () => {
    const looks = openLooks(await openProjectStore(folder));
    const look = { version: 1, benchmark: "gsm8k", split: "test", run: "r", iteration: 0 } as const;
    const evaluation = (name: string, when: string) => [{ ...look, evaluation: name, when }];
    await recordLooks(looks, evaluation("first", "2030-01-01T00:00:00Z"));
    await recordLooks(looks, evaluation("first", "2030-01-01T00:09:00Z"));
    await recordLooks(looks, evaluation("second", "2030-01-02T00:00:00Z"));
    expect(await looks.read()).toHaveLength(2);
    expect(countLooks(await looks.read())).toEqual([{ benchmark: "gsm8k", split: "test", looks: 2, runs: 1 }]);
  });
});

describe("decisions about samples", () => {
  it("of version 1 are read; a changed draft needs version 2, and an older program refuses it", () => {
    const old = { version: 1, sample: "s", decision: "accept", by: "ann", time };
    expect(parseReviewDecision(old)).toEqual({ ...old, version: 2 });
    expect(() => parseReviewDecision({ ...old, version: 3 })).toThrow(Fault);
    expect(() => parseReviewDecision({ ...old, version: 2, decision: "maybe" })).toThrow(Fault);
  });

  it("the last line of a sample wins, with its draft; null takes both back", () => {
    const draft = { question: "q", solution: "s", answer: "1", options: null, tests: null, entryPoint: null };
    const line = (sample: string, decision: "accept" | "reject" | null): ReviewDecision =>
      decision === "accept"
        ? { version: 2, sample, decision, draft, by: "ann", time }
        : { version: 2, sample, decision, by: "ann", time };
    const finished: ReviewDecision = { version: 2, run: "r", iteration: 2, decision: "finished", by: "ann", time };
    const { bySample, finished: isFinished } = applyReviews([
      line("a", "accept"),
      line("b", "accept"),
      line("b", null),
      line("c", "accept"),
      line("c", "reject"),
      finished,
    ]);
    expect([...bySample].map(([sample, { decision, draft: kept }]) => [sample, decision, kept])).toEqual([
      ["a", "accept", draft],
      ["c", "reject", null],
    ]);
    expect([isFinished("r", 2), isFinished("r", 1)]).toEqual([true, false]);
  });
});
