import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { makeProject, preceptor, shortConfiguration, temporaryFolder } from "../support/project.js";
import { configure, faultOf, recordsOf, run, write, type FaultDocument } from "./helpers.js";

type Expected = Partial<Record<"kind" | "message" | "file" | "field" | "found" | "allowed" | "remedy", RegExp>> & {
  readonly line?: number;
};

function expectFault(found: FaultDocument, { line, ...fields }: Expected): void {
  const shown = JSON.stringify(found, null, 1);
  if (line !== undefined) expect(found.line, shown).toBe(line);
  for (const [field, pattern] of Object.entries(fields)) expect(found[field as "message"], shown).toMatch(pattern);
}

describe("a faulty preceptor.json names line, field and remedy, and ends with 2", () => {
  const made = temporaryFolder();
  afterAll(() => made.remove());
  const good = shortConfiguration(["math"]);
  const lines = (...rest: string[]): string => ["{", '  "version": 1,', ...rest, "}"].join("\n");
  const changed = (change: object): string => JSON.stringify({ ...good, ...change }, null, 2);
  const seedLine =
    changed({})
      .split("\n")
      .findIndex((line) => line.startsWith('  "seed"')) + 1;

  it.concurrent.each<[string, string | Buffer, Expected]>([
    ["empty", "", { message: /./u, remedy: /./u }],
    ["syntax", lines('  "seed": 1', '  "quota": 2'), { line: 4, message: /./u }],
    ["not an object", "[]", { message: /./u }],
    ["unknown key", changed({ itterations: ["LE"] }), { field: /^itterations$/u, remedy: /iterations/u }],
    ["wrong type", changed({ seed: "one" }), { line: seedLine, field: /^seed$/u, found: /one/u, allowed: /number/u }],
    ["no target", JSON.stringify({ ...good, target: undefined }), { field: /target/u }],
    ["unknown target", changed({ target: "studnt" }), { field: /^target$/u, found: /studnt/u, allowed: /student/u }],
    [
      "unknown benchmark",
      changed({ benchmarks: { gsm: { use: "gsm9k", domain: "in" } } }),
      { field: /benchmarks\.gsm/u, found: /gsm9k/u, allowed: /gsm8k/u },
    ],
    ["unknown strategy", changed({ iterations: ["LECC"] }), { field: /iterations/u, found: /LECC/u, allowed: /LEC/u }],
    [
      "a key instead of a reference to it",
      changed({
        models: {
          ...good.models,
          big: { provider: "openai", endpoint: "http://x/v1", name: "m", apiKey: "sk-live-1" },
        },
      }),
      { field: /models\.big\.apiKey/u, remedy: /env:/u },
    ],
    [
      "a password in an address",
      changed({
        models: { ...good.models, big: { provider: "openai", endpoint: "https://me:sk-live-1@host/v1", name: "m" } },
      }),
      { field: /^models\.big\.endpoint$/u, remedy: /apiKey/u },
    ],
    [
      "no file of a split",
      changed({
        benchmarks: {
          own: { use: { family: "math", files: {}, map: { question: "q", gold: "a" } }, domain: "in", target: "train" },
        },
      }),
      { field: /^benchmarks\.own\.use\.files$/u, allowed: /train\.jsonl/u },
    ],
    [
      "not UTF-8",
      Buffer.from('{\n  "target": "caf\u00e9"\n}', "latin1"),
      { message: /not valid UTF-8/u, line: 2, found: /e9/u, remedy: /UTF-8/u },
    ],
    ["UTF-16", Buffer.from("\uFEFF{}", "utf16le"), { message: /not UTF-8/u, found: /UTF-16/u, remedy: /UTF-8/u }],
  ])("%s", async (name, text, expected) => {
    const folder = path.join(made.folder, name.replaceAll(" ", "-"));
    mkdirSync(folder);
    const file = write(folder, "preceptor.json", text);
    const found = await faultOf(["iterate", "--project", folder]);
    expect([found.code, found.kind, found.file]).toEqual([2, "configuration", file]);
    expectFault(found, { remedy: /./u, ...expected });
    expect(JSON.stringify(found)).not.toContain("sk-live-1");
  });

  it("has all its problems in one document", async () => {
    const folder = path.join(made.folder, "several");
    mkdirSync(folder);
    write(folder, "preceptor.json", changed({ seed: "one", quota: -1 }));
    const found = await faultOf(["status", "--project", folder]);
    const others = (found as unknown as { others: FaultDocument[] }).others;
    expect([found.field, ...others.map(({ field }) => field)].sort()).toEqual(["quota", "seed"]);
  });
});

describe("faulty files of a benchmark name file and line, end with 2, and start no run", () => {
  const made: { remove(): void }[] = [];
  afterEach(() => {
    for (const each of made.splice(0)) each.remove();
  });

  it.each<[string, (rows: string[]) => string | Buffer | null, Expected]>([
    ["missing", () => null, { message: /./u, remedy: /./u }],
    ["empty", () => "", { message: /./u }],
    ["broken JSON", (rows) => [rows[0], '{"id": ', rows[1]].join("\n"), { line: 2 }],
    [
      "a row without a field",
      (rows) => [...rows.slice(0, 2), '{"id":"x","answer":"1","solution":"1","group":"g"}'].join("\n"),
      { line: 3, field: /^question$/u, found: /id, answer/u },
    ],
    [
      "two rows with one id",
      (rows) => [...rows.slice(0, 3), "", "", rows[1]].join("\n"),
      { line: 6, found: /mt-002, also in line 2$/u },
    ],
    [
      "another encoding",
      (rows) => Buffer.concat([Buffer.from(`${rows[0] ?? ""}\n{"id":"x","question":"caf`), Buffer.from([0xe9, 0x22])]),
      { message: /UTF-8/u, line: 2 },
    ],
  ])("%s", async (_name, change, expected) => {
    const each = makeProject(shortConfiguration(["math"]));
    made.push(each);
    const file = path.join(each.folder, "benchmarks", "demo-math", "target.jsonl");
    const content = change(readFileSync(file, "utf8").split("\n"));
    if (content === null) rmSync(file);
    else write(path.dirname(file), "target.jsonl", content);
    const found = await faultOf(["iterate", "--project", each.folder]);
    expect(found.code).toBe(2);
    expect(found.file).toBe(file);
    expectFault(found, expected);
    expect(recordsOf(each.folder, "run-1", "journal.jsonl")).toEqual([]);
    const checked = await run(["benchmarks", "check", "--project", each.folder]);
    expect(checked.code).toBe(1);
    expect(JSON.stringify(checked.document)).toContain("target.jsonl");
    const doctor = await run(["doctor", "--project", each.folder]);
    expect(doctor.code).toBe(1);
  });
});

describe("a selection", () => {
  const made = makeProject(shortConfiguration(["math"]));
  afterAll(() => made.remove());
  const here = ["--project", made.folder];
  const select = (selection: object): void => {
    configure(made.folder, ({ benchmarks }) => ({
      benchmarks: {
        ...benchmarks,
        "demo-math": { ...benchmarks["demo-math"], selection } as (typeof benchmarks)[string],
      },
    }));
  };

  it.each<[string, object, string[], RegExp]>([
    ["that leaves out an unknown case", { exclude: ["demo-math/target/nope"] }, [], /nope/u],
    ["of a case that is left out", { exclude: ["mt-001"] }, ["--case", "demo-math/target/mt-001"], /mt-001/u],
  ])("%s is told before a run begins", async (_name, selection, args, found) => {
    select(selection);
    const fault = await faultOf(["iterate", "--until", "select", ...args, ...here]);
    expect([fault.code, fault.kind]).toEqual([2, "usage"]);
    expect(fault.found).toMatch(found);
    expect((await run(["status", ...here])).document).toEqual({ runs: [] });
  });

  it("leaves cases out before so many of them are taken", async () => {
    select({ exclude: ["demo-math/target/mt-002", "demo-math/target/mt-150"] });
    const done = await run(["iterate", "--until", "select", "--limit", "3", ...here]);
    expect(done.code, done.stderr).toBe(0);
    const keys = recordsOf(made.folder, "run-1", "stages", "1-select", "selected.jsonl").map(({ key }) => key);
    expect(keys).toEqual([1, 3, 4].map((number) => `demo-math/target/mt-00${number}`));
  });
});

describe("a run whose state cannot be read", () => {
  const made = makeProject(shortConfiguration(["math"]));
  afterAll(() => made.remove());

  it("is named with its file and remedy beside the other runs, which are listed", async () => {
    const state = { version: 1, state: "done", iteration: 1, stage: "report", need: null, fault: null };
    const runs = path.join(made.folder, ".preceptor", "runs");
    for (const id of ["run-1", "run-2", "run-3"]) mkdirSync(path.join(runs, id), { recursive: true });
    write(runs, "run-1/state.json", JSON.stringify(state));
    const file = write(runs, "run-2/state.json", '{"version": 1, "state": ');
    const here = ["--project", made.folder];
    const whole = await faultOf(["status", "run-2", ...here]);
    const { code, document } = await run(["status", ...here]);
    expect(code).toBe(whole.code);
    expect(document["runs"]).toMatchObject([
      { run: "run-1", state: "done", stage: "report", fault: null },
      { run: "run-2", state: "unreadable", stage: null },
      { run: "run-3", state: "new" },
    ]);
    const [, { fault } = {}] = document["runs"] as { readonly fault?: string }[];
    expect(fault).toContain(file);
    expect(fault).toContain(whole.remedy ?? "a remedy");
    const { stdout, code: shown } = await preceptor(["status", ...here]);
    expect(shown).toBe(whole.code);
    expect(stdout).toMatch(/run-1 *│ done/u);
    expect(stdout).toMatch(/run-2 *│ unreadable/u);
    expect(stdout).toContain(`run-2 cannot be read. ${file}`);
    expect(stdout).toContain(whole.remedy ?? "a remedy");
  });
});

describe("a template of the project", () => {
  const made = makeProject(shortConfiguration(["math"]));
  afterAll(() => made.remove());

  it("that is broken is told before anything is asked, and leaves evaluations alone", async () => {
    mkdirSync(path.join(made.folder, "prompts"));
    const head = ["version: 1", "name: clean-le-math", "strategy: LE", "family: math", "set: clean"];
    const file = write(made.folder, "prompts/clean-le-math.prompt", ["---", ...head, "---", "Hm."].join("\n"));
    for (const args of [["iterate"], ["generate", "--try", "1"]]) {
      const found = await faultOf([...args, "--project", made.folder]);
      expect([found.code, found.kind, found.file, found.line]).toEqual([2, "template", file, 1]);
      expect(found.remedy).toMatch(/format/u);
    }
    expect((await run(["status", "--project", made.folder])).document).toEqual({ runs: [] });
    expect((await run(["evaluate", "--limit", "3", "--project", made.folder])).code).toBe(0);
  });

  it("is imported from UTF-8 only, for a strategy and a family that exist", async () => {
    const source = write(made.folder, "mine.txt", Buffer.from("Un caf\u00e9: [QUESTION]", "latin1"));
    const read = await faultOf(["prompts", "import", source, "--project", made.folder]);
    expect([read.code, read.kind, read.file]).toEqual([2, "data", source]);
    const family = await faultOf(["prompts", "import", source, "--family", "maths", "--project", made.folder]);
    expect([family.code, family.field, family.allowed]).toEqual([2, "--family", "math, choice, code"]);
  });
});

describe("a folder that cannot be written to", () => {
  const made = makeProject(shortConfiguration(["math"]));
  afterAll(() => made.remove());

  it("because a file stands where the store belongs", async () => {
    write(made.folder, ".preceptor", "mine\n");
    const found = await faultOf(["iterate", "--project", made.folder]);
    expect([found.code, found.kind]).toEqual([1, "storage"]);
    expect(found.file).toContain(".preceptor");
    expect(readFileSync(path.join(made.folder, ".preceptor"), "utf8")).toBe("mine\n");
    rmSync(path.join(made.folder, ".preceptor"));
  });

  const mayMount = process.platform === "linux" && process.getuid?.() === 0;
  it.skipIf(!mayMount)("because it is mounted read-only (skipped unless root may mount)", async () => {
    expect((await run(["evaluate", "--limit", "3", "--project", made.folder])).code).toBe(0);
    const mount = (...args: string[]): number | null => spawnSync("mount", args).status;
    expect(mount("--bind", made.folder, made.folder)).toBe(0);
    try {
      expect(mount("-o", "remount,bind,ro", made.folder)).toBe(0);
      const folder = path.join(made.folder, "demo");
      const demo = await faultOf(["demo", "--folder", folder]);
      expect([demo.code, demo.kind, demo.file]).toEqual([1, "storage", folder]);
      for (const args of [["iterate"], ["init"], ["review", "--finish"]]) {
        const found = await faultOf([...args, "--project", made.folder]);
        expect([args[0], found.code]).toEqual([args[0], args[0] === "iterate" ? 1 : found.code]);
        expect(found.remedy ?? found.message, JSON.stringify(found)).toMatch(/./u);
        expect(found.kind).not.toBe("internal");
      }
      const doctor = await run(["doctor", "--project", made.folder]);
      expect(doctor.code).toBe(1);
      const read = await run(["status", "run-1", "--project", made.folder]);
      expect([read.code, read.document["state"]]).toEqual([0, "done"]);
    } finally {
      spawnSync("umount", [made.folder]);
    }
  });

  it("because there is none where a report belongs", async () => {
    await run(["evaluate", "--limit", "3", "--project", made.folder]);
    const found = await faultOf(["report", "--html", "/does/not/exist/r.html", "--project", made.folder]);
    expect([found.code, found.kind, found.file]).toEqual([1, "storage", "/does/not/exist/r.html"]);
  });
});
