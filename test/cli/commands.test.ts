import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startFaultServer, type FaultServer } from "../support/faultServer.js";
import {
  cli,
  makeProject,
  preceptor,
  shortConfiguration,
  temporaryFolder,
  writeConfiguration,
} from "../support/project.js";
import { faultOf, recordsOf, run, runFile, write } from "./helpers.js";

describe("a new project", () => {
  const made = temporaryFolder();
  afterAll(() => made.remove());

  it("is made with its folder, is never overwritten, and says what comes next", async () => {
    const folder = path.join(made.folder, "new", "project");
    const { code, stdout } = await preceptor(["init", "--builtin", "--benchmark", "svamp", "--project", folder]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/Next: node \S+cli\.js benchmarks fetch svamp --project \S+project/u);
    const file = path.join(folder, "preceptor.json");
    const text = readFileSync(file, "utf8");
    const again = await faultOf(["init", "--project", folder]);
    expect([again.code, again.file]).toEqual([2, file]);
    expect(readFileSync(file, "utf8")).toBe(text);
    const doctor = await run(["doctor", "--project", folder]);
    const findings = doctor.document["findings"] as { what: string; state: string; text: string }[];
    expect(doctor.code).toBe(1);
    expect(findings.filter(({ state }) => state === "bad").map(({ what }) => what)).toEqual(["Benchmarks"]);
    expect(findings.find(({ what }) => what === "Benchmarks")?.text).toMatch(/svamp/u);
    expect(findings.some(({ what }) => what === "Sandbox")).toBe(true);
    const checked = await run(["benchmarks", "check", "--project", folder]);
    expect(checked.code).toBe(1);
    const empty = await run(["status", "--project", folder]);
    expect([empty.code, empty.document]).toEqual([0, { runs: [] }]);
  });

  it("may edit its own templates", async () => {
    const folder = path.join(made.folder, "templates");
    mkdirSync(folder);
    const here = ["--project", folder];
    const ejected = await run(["prompts", "eject", "clean-le-math", ...here]);
    const file = String(ejected.document["file"]);
    expect(existsSync(file)).toBe(true);
    expect((await faultOf(["prompts", "eject", "clean-le-math", ...here])).code).toBe(2);
    const listed = await run(["prompts", "list", ...here]);
    const templates = listed.document["templates"] as { name: string; origin: string; overridden: boolean }[];
    expect(templates.filter(({ name }) => name === "clean-le-math")).toHaveLength(2);
    expect((await run(["prompts", "show", "clean-le-math", ...here])).document["file"]).toBe(file);
    expect((await run(["prompts", "check", ...here])).document).toEqual({ diagnostics: [] });
    write(path.dirname(file), path.basename(file), `${readFileSync(file, "utf8")}\n{{ qestion }}\n`);
    const checked = await run(["prompts", "check", "clean-le-math", ...here]);
    expect(checked.code).toBe(2);
    expect(JSON.stringify(checked.document)).toMatch(/qestion/u);
    const mine = write(folder, "mine.txt", "Write a task like this one.\n[QUESTION]\n");
    const args = ["prompts", "import", mine, "--strategy", "LE", "--family", "math", ...here];
    const imported = await run(args);
    expect([imported.code, (imported.document["written"] as unknown[]).length]).toEqual([0, 1]);
    expect((await faultOf(args)).code).toBe(2);
  });
});

describe("a run of two iterations", () => {
  const made = makeProject(shortConfiguration(["math"], { iterations: ["LEC", "LE"] }));
  const here = ["--project", made.folder];
  afterAll(() => made.remove());
  const stages = (): string[] => readdirSync(runFile(made.folder, "run-1", "stages")).sort();

  it("stops after a stage of the iteration that it is at, and trains one iteration at a time", async () => {
    const gate = ["iterate", "--until", "gate", "--json", ...here];
    expect((await preceptor([...gate, "--limit", "6"])).code).toBe(0);
    const before = ["1-collect", "1-contrast", "1-gate", "1-instruct", "1-select"];
    expect(stages().filter((name) => name !== "0-evaluate")).toEqual(before);
    expect((await preceptor([...gate, "--run", "run-1"])).code).toBe(0);
    expect(stages().filter((name) => name !== "0-evaluate")).toEqual(before);
    expect((await run(["train", "--run", "run-1", ...here])).code).toBe(0);
    expect(stages()).toContain("1-train");
    expect(stages().filter((name) => name.startsWith("2-"))).toEqual([]);
    expect((await run(["train", "--run", "run-1", ...here])).code).toBe(0);
    expect(stages()).toContain("2-train");
    expect(stages()).not.toContain("2-evaluate");
  });
});

describe("a run that was asked to go only so far", () => {
  const made = makeProject(shortConfiguration(["math"]));
  const here = ["--project", made.folder];
  afterAll(() => made.remove());

  it("is said to have stopped there, until the rest is done", async () => {
    const ended = await preceptor(["iterate", "--limit", "6", "--until", "gate", ...here]);
    expect([ended.code, ended.stdout]).toEqual([
      0,
      expect.stringMatching(/^Run run-1 stopped after gate, as asked /mu),
    ]);
    expect((await preceptor(["status", "run-1", ...here])).stdout).toMatch(/^run-1: stopped after gate, as asked$/mu);
    expect((await preceptor(["status", ...here])).stdout).toMatch(/run-1 *│ stopped after gate, as asked/u);
    expect((await run(["status", "run-1", ...here])).document).toMatchObject({ state: "done", partial: true });
    expect((await run(["resume", "run-1", ...here])).code).toBe(0);
    expect((await run(["status", "run-1", ...here])).document).toMatchObject({ state: "done", partial: false });
    // Everything is there already, so nothing is left to do behind the training.
    await run(["train", "--run", "run-1", ...here]);
    expect((await preceptor(["status", "run-1", ...here])).stdout).toMatch(/^run-1: done$/mu);
  });
});

describe("verdicts that a program could have forged", () => {
  const made = temporaryFolder();
  let server: FaultServer;
  beforeAll(async () => {
    server = await startFaultServer({ answer: () => "```python\ndef f(b):\n    return b.v\n```" });
    const tests = [
      "class Box:\n    v = 3\nassert f(Box()) == 3",
      "class Box:\n    v = 3\nassert f(Box()) == 4",
      "assert f(2) == 2",
    ];
    const rows = tests.map((test, id) => JSON.stringify({ id: `${id}`, question: "Write f.", test, entry: "f" }));
    write(made.folder, "rows.jsonl", rows.join("\n"));
    writeConfiguration(made.folder, {
      version: 1,
      benchmarks: {
        boxes: {
          use: {
            family: "code",
            files: { target: "rows.jsonl" },
            map: { id: "id", question: "question", test: "test", entry_point: "entry" },
          },
          target: "target",
        },
      },
      models: {
        coder: { provider: "openai", endpoint: server.baseUrl, name: "coder", price: { input: 0, output: 0 } },
        instructor: { provider: "builtin", name: "instructor" },
      },
      target: "coder",
      instructor: "instructor",
      iterations: ["LE"],
    });
  });
  afterAll(async () => {
    made.remove();
    await server.close();
  });

  it("are counted, and listed whether right or wrong", async () => {
    const here = ["--project", made.folder];
    expect((await run(["iterate", "--until", "collect", ...here])).code).toBe(0);
    const { document } = await run(["status", "run-1", ...here]);
    const stages = document["stages"] as { stage: string; counts: object | null }[];
    expect(stages.find(({ stage }) => stage === "collect")?.counts).toMatchObject({
      asked: 3,
      correct: 1,
      forgeable: 2,
    });
    const listed = await run(["errors", "--forgeable", ...here]);
    const errors = listed.document["errors"] as { key: string; correct: boolean }[];
    expect(errors.map(({ key, correct }) => [key, correct])).toEqual([
      ["boxes/target/0", true],
      ["boxes/target/1", false],
    ]);
    const { stdout } = await preceptor(["errors", "--forgeable", ...here]);
    expect(stdout).toMatch(/^2 forgeable answers$/mu);
    expect(stdout).toMatch(/boxes\/target\/0 .*right, forgeable/u);
  });
});

describe("commands on a run", () => {
  const made = makeProject(shortConfiguration(["math"]));
  const here = ["--project", made.folder];
  beforeAll(async () => {
    expect((await run(["iterate", ...here])).code).toBe(0);
  });
  afterAll(() => made.remove());

  it("report writes a page, Markdown and CSV", async () => {
    const files = ["html", "markdown", "csv"].map((form) => path.join(made.folder, `report.${form}`));
    const options = ["html", "markdown", "csv"].flatMap((form, index) => [`--${form}`, files[index] ?? ""]);
    const { code, document } = await run(["report", ...options, ...here]);
    expect([code, document["written"]]).toEqual([0, files]);
    const [html = "", markdown = "", csv = ""] = files.map((file) => readFileSync(file, "utf8"));
    expect(html).toMatch(/^<!doctype html>/iu);
    expect(html).not.toMatch(/(?:src|href)="https?:/u);
    expect(markdown).toMatch(/^\|/mu);
    expect(csv).toContain("demo-math");
  });

  it("benchmarks check counts the looks at each evaluation set", async () => {
    const { code, document } = await run(["benchmarks", "check", ...here]);
    const [checked] = document["benchmarks"] as { splits: { split: string; looks: number }[] }[];
    const looks = Object.fromEntries(checked?.splits.map((each) => [each.split, each.looks]) ?? []);
    expect([code, looks]).toEqual([0, { target: 0, evaluation: 2 }]);
  });

  it("train stops after the training; a finished run trains nothing twice", async () => {
    const { code, document } = await run(["train", "--run", "run-1", ...here]);
    expect([code, (document["state"] as { state: string }).state]).toEqual([0, "done"]);
    const types = recordsOf(made.folder, "run-1", "journal.jsonl").map(({ type }) => type);
    expect(types.filter((type) => type === "stage-started")).toHaveLength(9);
    expect(types).toContain("stage-reused");
  });

  it("contrast takes another k from what is stored, up to 20", async () => {
    const { document } = await run(["errors", "--iteration", "1", ...here]);
    const [error] = document["errors"] as { key: string }[];
    const sets = await run(["contrast", error?.key ?? "", "--k", "6", ...here]);
    const neighbours = sets.document["neighbours"] as { distance: number }[];
    expect(neighbours.length).toBeLessThanOrEqual(6);
    expect(neighbours.length).toBeGreaterThan(3);
    const distances = neighbours.map(({ distance }) => distance);
    expect(distances).toEqual([...distances].sort((a, b) => a - b));
    const many = await faultOf(["contrast", error?.key ?? "", "--k", "21", ...here]);
    expect([many.code, many.allowed]).toEqual([2, "1 to 20"]);
  });

  it("errors looks at evaluation splits, at one benchmark, at so many", async () => {
    const all = await run(["errors", "--evaluation", "--iteration", "0", ...here]);
    const few = await run(["errors", "--evaluation", "--iteration", "0", "--limit", "2", ...here]);
    const errors = all.document["errors"] as unknown[];
    expect(errors.length).toBeGreaterThan(2);
    expect(few.document["errors"]).toEqual(errors.slice(0, 2));
    expect((await faultOf(["errors", "--benchmark", "nope", ...here])).allowed).toBe("demo-math");
    expect((await faultOf(["errors", "--iteration", "7", ...here])).code).toBe(2);
    expect((await faultOf(["iterate", "--until", "nope", ...here])).allowed).toMatch(/^select, /u);
  });

  it("end quietly when their reader stops reading", () => {
    const shell = `'${process.execPath}' '${cli}' errors --json --project '${made.folder}' | head -c 1; echo " \${PIPESTATUS[0]}"`;
    const { stdout, stderr } = spawnSync("bash", ["-c", shell], { encoding: "utf8" });
    expect([stdout, stderr]).toEqual(["{ 0\n", ""]);
  });
});
