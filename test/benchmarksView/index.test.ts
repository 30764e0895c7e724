import { SingleCalls } from "../../src/adapters/project/index.js";
import { appendFileSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { noFilter, type AnswerSetRef, type CaseFilter } from "../../src/protocol/worker/index.js";
import { benchmarkHandlers } from "../../src/worker/benchmarks/index.js";
import { caseHandlers } from "../../src/worker/cases/index.js";
import { Projects } from "../../src/worker/projects.js";
import { RunRecords } from "../../src/worker/runRecords.js";
import type { Report } from "../../src/engine/report/index.js";
import { makeProject, preceptor, readRecords, shortConfiguration } from "../support/project.js";

/** A run of the demo's project, made by the command line; every test reads it, those that write have copies of their own. */
const made = makeProject(shortConfiguration(["math", "choice", "code"], { iterations: ["LEC", "LE"] }));
const { folder } = made;
const stages = path.join(folder, ".preceptor", "runs", "run-1", "stages");
const call = { signal: new AbortController().signal };
const evaluated = (benchmark: string, iteration: number): AnswerSetRef => ({
  benchmark,
  run: "run-1",
  iteration,
  stage: "evaluate",
});

beforeAll(async () => {
  const { code, stderr } = await preceptor(["iterate", "--project", folder, "--yes"]);
  expect(code, stderr).toBe(0);
}, 120_000);
afterAll(() => made.remove());

/** Handlers that have read everything that is there. */
async function readHandlers(of = folder): Promise<ReturnType<typeof benchmarkHandlers>> {
  const handlers = benchmarkHandlers(new Projects());
  await expect
    .poll(async () => {
      const { benchmarks } = await handlers["benchmarks/overview"]({ folder: of, filter: noFilter }, call);
      return benchmarks.flatMap(({ sets }) => sets).every(({ figures, fault }) => figures !== null || fault !== null);
    })
    .toBe(true);
  return handlers;
}

async function keysShown(
  handlers: ReturnType<typeof benchmarkHandlers>,
  set: AnswerSetRef,
  filter: Partial<CaseFilter>,
): Promise<string[]> {
  const { cases } = await handlers["benchmarks/cases"](
    { folder, set, group: null, filter: { ...noFilter, ...filter }, sort: "case", offset: 0, limit: 1000 },
    call,
  );
  return cases.map(({ key }) => key);
}

describe("figures", () => {
  it("are those of the run's report, with learned and forgotten cases", async () => {
    const handlers = await readHandlers();
    const report = JSON.parse(readFileSync(path.join(stages, "2-report", "report.json"), "utf8")) as Report;
    const { benchmarks, problems } = await handlers["benchmarks/overview"]({ folder, filter: noFilter }, call);
    expect(problems).toEqual([]);
    expect(benchmarks.map(({ name }) => name)).toEqual(["demo-math", "demo-choice", "demo-code"]);
    for (const { name, sets } of benchmarks) {
      const expected = report.benchmarks.find((one) => one.name === name);
      for (const { iteration, n, correct, interval, disputed } of expected?.accuracies ?? []) {
        const set = sets.find((one) => one.stage === "evaluate" && one.iteration === iteration);
        expect(set?.figures).toMatchObject({ n, correct, interval, disputed });
        const learning = expected?.learning.find((one) => one.iteration === iteration);
        if (learning === undefined) expect(set?.figures?.change).toBeNull();
        else {
          expect(set?.figures?.change).toMatchObject({
            run: "run-1",
            iteration: iteration - 1,
            learned: learning.learned.length,
            forgotten: learning.forgotten.length,
          });
          const since = { run: "run-1", iteration: iteration - 1 };
          const learned = await keysShown(handlers, evaluated(name, iteration), {
            since: { changes: ["learned"], ...since },
          });
          const forgotten = await keysShown(handlers, evaluated(name, iteration), {
            since: { changes: ["forgotten"], ...since },
          });
          expect([learned.sort(), forgotten.sort()]).toEqual([learning.learned, learning.forgotten]);
        }
      }
    }
  });

  it("are counted again only when something changed", async () => {
    const handlers = await readHandlers();
    const look = async () =>
      (await handlers["benchmarks/overview"]({ folder, filter: noFilter }, call)).benchmarks[0]?.sets[0]?.figures;
    const first = await look();
    expect(await look()).toBe(first);
    const decisions = path.join(folder, "decisions", "triage.jsonl");
    mkdirSync(path.dirname(decisions), { recursive: true });
    const decision = {
      version: 1,
      case: "demo-math/x/1",
      decision: "ignored",
      by: "a",
      time: new Date(0).toISOString(),
    };
    writeFileSync(decisions, `${JSON.stringify(decision)}\n`);
    expect(await look()).not.toBe(first);
    rmSync(decisions);
  });

  it("stand beside a benchmark for the last evaluation of the newest run", async () => {
    const handlers = await readHandlers();
    const { benchmarks } = await handlers["benchmarks/overview"]({ folder, filter: noFilter }, call);
    for (const { sets, headline } of benchmarks) {
      expect(sets[headline ?? -1]).toMatchObject({ run: "run-1", iteration: 2, stage: "evaluate" });
      expect(sets.map(({ iteration, stage }) => `${iteration} ${stage}`)).toEqual([
        "2 evaluate",
        "2 collect",
        "1 evaluate",
        "1 collect",
        "0 evaluate",
      ]);
    }
  });
});

it("a look says by its stamp whether more was read since", async () => {
  const handlers = benchmarkHandlers(new Projects());
  const look = async () => handlers["benchmarks/overview"]({ folder, filter: noFilter }, call);
  const poll = async () => (await handlers["benchmarks/poll"]({ folder }, call)).stamp;
  const first = await look();
  const complete = first.benchmarks.every(({ sets }) => sets.every(({ figures }) => figures !== null));
  if (complete) expect(await poll()).toBe(first.stamp);
  else await expect.poll(poll).not.toBe(first.stamp);
  await readHandlers();
  await expect.poll(async () => (await look()).stamp === (await poll())).toBe(true);
});

describe("groups and cases", () => {
  it("every error is in one group, whatever the grouping; right answers come on wish", async () => {
    const handlers = await readHandlers();
    for (const benchmark of ["demo-math", "demo-choice", "demo-code"]) {
      const set = evaluated(benchmark, 0);
      const errors = await keysShown(handlers, set, {});
      const all = await keysShown(handlers, set, { right: true });
      expect(all.length).toBe(16);
      expect(all).toEqual(expect.arrayContaining(errors));
      for (const by of ["group", "outcome", "verdict", "triage", "type", "none"] as const) {
        const {
          groups,
          shown,
          by: effective,
        } = await handlers["benchmarks/groups"]({ folder, set, by, filter: noFilter }, call);
        expect(shown).toBe(errors.length);
        const inGroups: string[] = [];
        for (const { value, shown: count } of groups) {
          const { cases, total } = await handlers["benchmarks/cases"](
            {
              folder,
              set,
              group: { by: effective, value },
              filter: noFilter,
              sort: "key",
              offset: 0,
              limit: 1000,
            },
            call,
          );
          expect([cases.length, total]).toEqual([count, count]);
          inGroups.push(...cases.map(({ key }) => key));
        }
        expect(inGroups.sort()).toEqual([...errors].sort());
      }
    }
  });

  it("a failing program tells its exception, and verdicts can be chosen", async () => {
    const handlers = await readHandlers();
    const records = readRecords(path.join(stages, "0-evaluate", "responses.jsonl"));
    const wrong = records.filter(({ benchmark, correct }) => benchmark === "demo-code" && correct === false);
    const types = new Set(wrong.map(({ clean }) => (clean as { failure: { type: string } | null }).failure?.type));
    const set = evaluated("demo-code", 0);
    const { groups } = await handlers["benchmarks/groups"]({ folder, set, by: "outcome", filter: noFilter }, call);
    expect(groups.map(({ value }) => value)).toEqual(expect.arrayContaining([...types].filter(Boolean)));
    const right = await keysShown(handlers, set, { verdicts: ["right"] });
    expect(right.length).toBe(16 - wrong.length);
  });

  it("cases come in pieces and in the wanted order", async () => {
    const handlers = await readHandlers();
    const list = async (sort: "tokens" | "length" | "key", offset: number, limit: number) =>
      handlers["benchmarks/cases"](
        {
          folder,
          set: evaluated("demo-math", 0),
          group: null,
          filter: { ...noFilter, right: true },
          sort,
          offset,
          limit,
        },
        call,
      );
    const { cases, total } = await list("tokens", 0, 100);
    expect(total).toBe(16);
    const tokens = cases.map((row) => row.tokens);
    expect(tokens).toEqual([...tokens].sort((a, b) => b - a));
    const pieces = [...(await list("tokens", 0, 10)).cases, ...(await list("tokens", 10, 10)).cases];
    expect(pieces).toEqual(cases);
  });
});

describe("filter by text", () => {
  it("finds text of questions, keys and responses without regard to case, and expressions", async () => {
    const handlers = await readHandlers();
    const set = evaluated("demo-math", 0);
    const records = readRecords(path.join(stages, "0-evaluate", "responses.jsonl"));
    const [record] = records.filter(({ benchmark }) => benchmark === "demo-math");
    const text = String(record?.["text"]).split("\n")[0]?.slice(0, 30) ?? "";
    const key = String(record?.["key"]);
    expect(await keysShown(handlers, set, { text: text.toUpperCase(), right: true })).toContain(key);
    expect(await keysShown(handlers, set, { text: key, right: true })).toEqual([key]);
    const literal = await keysShown(handlers, set, { text: ".*", right: true });
    const expression = await keysShown(handlers, set, { text: ".*", regex: true, right: true });
    expect([literal.length, expression.length]).toEqual([0, 16]);
  });

  it("says what is wrong with an expression, and ends one that takes too long", async () => {
    const handlers = await readHandlers();
    const set = evaluated("demo-math", 0);
    await expect(keysShown(handlers, set, { text: "(", regex: true })).rejects.toThrow("not a regular expression");
    const slow = keysShown(handlers, set, {
      text: String.raw`(.|\s)*(.|\s)*(.|\s)*(.|\s)*~~`,
      regex: true,
      right: true,
    });
    await expect(slow).rejects.toThrow("takes too long");
  });

  it("a look counts what a filter shows, and a set without a hit says so", async () => {
    const handlers = await readHandlers();
    const filter = { ...noFilter, text: "no case has this text" };
    // What there is no time to count at once is counted meanwhile.
    await expect
      .poll(async () => {
        const { benchmarks } = await handlers["benchmarks/overview"]({ folder, filter }, call);
        return benchmarks.flatMap(({ sets }) => sets.map(({ shown }) => shown));
      })
      .toEqual(Array.from({ length: 15 }, () => 0));
  });
});

describe("chosen cases", () => {
  it("are exported as the command line prints them", async () => {
    const handlers = await readHandlers();
    const set = { benchmark: "demo-math", run: "run-1", iteration: 1, stage: "collect" } as const;
    const file = path.join(folder, "exported.jsonl");
    const whole = { set, group: null, filter: noFilter, sort: "case", offset: 0, limit: null } as const;
    const { cases } = await handlers["benchmarks/export"]({ folder, selections: [whole], file }, call);
    const { stdout } = await preceptor([
      ...["errors", "--project", folder, "--run", "run-1", "--iteration", "1"],
      ...["--benchmark", "demo-math", "--json"],
    ]);
    const { errors } = JSON.parse(stdout) as { errors: readonly object[] };
    expect(cases).toBe(errors.length);
    const place = { run: "run-1", iteration: 1, stage: "collect" };
    expect(readRecords(file)).toEqual(errors.map((error) => ({ ...place, ...error })));
  });

  it("are each meant once, and stay text in Markdown", async () => {
    const handlers = await readHandlers();
    const set = evaluated("demo-math", 0);
    const all = await keysShown(handlers, set, { right: true });
    const [first = "", second = ""] = all;
    const selections = [
      { set, keys: [first, second] },
      { set, group: null, filter: { ...noFilter, right: true }, sort: "case" as const, offset: 1, limit: 2 },
    ];
    const { keys } = await handlers["benchmarks/keys"]({ folder, selections }, call);
    expect(keys.sort()).toEqual(all.slice(0, 3).sort());
    const { text, cases } = await handlers["benchmarks/markdown"]({ folder, selections }, call);
    expect(cases).toBe(3);
    expect(text.match(/^## /gmu)).toHaveLength(3);
  });

  it("are found by key or text, the best fitting key first", async () => {
    const handlers = await readHandlers();
    const [key = ""] = await keysShown(handlers, evaluated("demo-choice", 2), { right: true });
    const { run, hits } = await handlers["benchmarks/find"]({ folder, run: null, text: key, limit: 100 }, call);
    expect(run).toBe("run-1");
    expect(hits[0]?.ref).toMatchObject({ key, iteration: 2, stage: "evaluate" });
  });
});

describe("decisions", () => {
  it("change triage groups and the triaged figure, and open proposals end", async () => {
    const handlers = await readHandlers();
    const projects = new Projects();
    const cases = caseHandlers(projects, new RunRecords(), new SingleCalls());
    const set = evaluated("demo-math", 0);
    const errors = await keysShown(handlers, set, {});
    const [artefact = "", ignored = ""] = errors;
    const before = (await handlers["benchmarks/poll"]({ folder }, call)).stamp;
    await cases["case/triage"]({ folder, keys: [artefact], decision: "artefact", note: null }, call);
    await cases["case/triage"]({ folder, keys: [ignored], decision: "ignored", note: null }, call);
    expect((await handlers["benchmarks/poll"]({ folder }, call)).stamp).not.toBe(before);
    expect(await keysShown(handlers, set, { triage: ["artefact"] })).toEqual([artefact]);
    expect(await keysShown(handlers, set, { triage: ["undecided"] })).toEqual(errors.slice(2));
    const { benchmarks } = await handlers["benchmarks/overview"]({ folder, filter: noFilter }, call);
    const figures = benchmarks[0]?.sets.find(
      ({ iteration, stage }) => iteration === 0 && stage === "evaluate",
    )?.figures;
    // An artefact counts as right, an ignored case not at all.
    expect(figures?.triaged).toEqual({ n: 15, correct: (figures?.correct ?? 0) + 1 });
    await cases["case/triage"]({ folder, keys: [artefact, ignored], decision: null, note: null }, call);
    expect(await keysShown(handlers, set, { triage: ["undecided"] })).toEqual(errors);
  });
});

describe("runs that grow, break and go", () => {
  const other = path.join(folder, ".preceptor", "runs", "run-9", "stages", "0-evaluate");
  const file = path.join(other, "responses.jsonl");
  const lines = (): string[] =>
    readFileSync(path.join(stages, "0-evaluate", "responses.jsonl"), "utf8")
      .split("\n")
      .slice(0, -1);
  const set: AnswerSetRef = { benchmark: "demo-math", run: "run-9", iteration: 0, stage: "evaluate" };
  const sizeOf = async (handlers: ReturnType<typeof benchmarkHandlers>): Promise<number | undefined> => {
    const { benchmarks } = await handlers["benchmarks/overview"]({ folder, filter: noFilter }, call);
    const found = benchmarks.find(({ name }) => name === "demo-math")?.sets.find(({ run }) => run === "run-9");
    return found?.figures?.n;
  };
  afterAll(() => rmSync(path.join(folder, ".preceptor", "runs", "run-9"), { recursive: true, force: true }));

  it("a folder made by hand grows line by line, a torn line does not count, and a replaced file is read anew", async () => {
    mkdirSync(other, { recursive: true });
    const [first = "", second = "", third = ""] = lines().filter((line) => line.includes('"benchmark":"demo-math"'));
    writeFileSync(file, `${first}\n`);
    const handlers = await readHandlers();
    await expect.poll(async () => sizeOf(handlers)).toBe(1);
    const { stamp } = await handlers["benchmarks/poll"]({ folder }, call);
    appendFileSync(file, `${second}\n${third.slice(0, 40)}`);
    expect((await handlers["benchmarks/poll"]({ folder }, call)).stamp).not.toBe(stamp);
    await expect.poll(async () => sizeOf(handlers)).toBe(2);
    appendFileSync(file, `${third.slice(40)}\n`);
    await expect.poll(async () => sizeOf(handlers)).toBe(3);
    truncateSync(file, Buffer.byteLength(`${first}\n`));
    await expect.poll(async () => sizeOf(handlers)).toBe(1);
  });

  it("a record of a newer version is told with its line, and what came before it stays", async () => {
    const [first = "", second = ""] = lines().filter((line) => line.includes('"benchmark":"demo-math"'));
    writeFileSync(file, `${first}\n`);
    const handlers = await readHandlers();
    await expect.poll(async () => sizeOf(handlers)).toBe(1);
    appendFileSync(file, `${second.replace('"version":1', '"version":2')}\n`);
    await expect
      .poll(async () => {
        const { benchmarks } = await handlers["benchmarks/overview"]({ folder, filter: noFilter }, call);
        return benchmarks[0]?.sets.find(({ run }) => run === "run-9")?.fault;
      })
      .toMatchObject({ file, line: 2 });
    expect(await sizeOf(handlers)).toBe(1);
    const { fault, shown } = await handlers["benchmarks/groups"](
      { folder, set, by: "group", filter: { ...noFilter, right: true } },
      call,
    );
    expect([shown, fault?.line]).toEqual([1, 2]);
  });

  it("answers that are deleted under an open row are a fault in words, and the rest goes on", async () => {
    const handlers = await readHandlers();
    rmSync(path.join(folder, ".preceptor", "runs", "run-9"), { recursive: true });
    // What was found a moment ago counts for that moment.
    const groups = async (): Promise<unknown> =>
      handlers["benchmarks/groups"]({ folder, set, by: "group", filter: noFilter }, call);
    await expect.poll(async () => groups().then(() => null, String)).toContain("not there any more");
    const { benchmarks } = await handlers["benchmarks/overview"]({ folder, filter: noFilter }, call);
    expect(benchmarks[0]?.sets.map(({ run }) => run)).not.toContain("run-9");
    expect(await keysShown(handlers, evaluated("demo-math", 0), { right: true })).toHaveLength(16);
  });

  it("a folder by a name that no run has, as a copy has it, is no run and hides none", async () => {
    const odd = path.join(folder, ".preceptor", "runs", "my run");
    mkdirSync(odd);
    try {
      const handlers = await readHandlers();
      const { benchmarks, problems } = await handlers["benchmarks/overview"]({ folder, filter: noFilter }, call);
      expect(problems).toEqual([]);
      expect(benchmarks[0]?.sets.length).toBe(5);
    } finally {
      rmSync(odd, { recursive: true });
    }
  });

  it("a run whose start cannot be read lists its answers without their questions, and says why", async () => {
    mkdirSync(other, { recursive: true });
    const [first = ""] = lines().filter((line) => line.includes('"benchmark":"demo-math"'));
    writeFileSync(file, `${first}\n`);
    writeFileSync(path.join(other, "..", "..", "run.json"), '{"version":2}');
    const handlers = await readHandlers();
    const filter = { ...noFilter, right: true };
    const { fault, shown, by } = await handlers["benchmarks/groups"]({ folder, set, by: "group", filter }, call);
    expect([shown, by]).toEqual([1, "outcome"]);
    expect(fault?.message).toMatch(/not the start of a run/);
    const { cases } = await handlers["benchmarks/cases"](
      { folder, set, group: null, filter, sort: "case", offset: 0, limit: 10 },
      call,
    );
    expect(cases.map(({ question }) => question)).toEqual([""]);
    expect(cases[0]?.key).toContain(cases[0]?.id);
  });
});
