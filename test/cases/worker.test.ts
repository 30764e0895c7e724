import { readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { CaseDetail, CaseRef, SpecialView } from "../../src/protocol/worker/index.js";
import { noFilter, type CaseFilter, type Grouping } from "../../src/protocol/worker/caseFilter.js";
import { programText, recordedVerdict, testsText, verdictOfRun } from "../../src/vscode/cases/layout/code.js";
import { choiceText } from "../../src/vscode/cases/layout/choice.js";
import { detailsText } from "../../src/vscode/cases/layout/details.js";
import { mathReference, mathText } from "../../src/vscode/cases/layout/math.js";
import type { CaseText } from "../../src/vscode/cases/layout/caseText.js";
import { makeShop } from "./shop.js";
import { runProject, startWorker, type RunProject, type WorkerClient } from "./support.js";
import { words } from "./words.js";

let shop: Awaited<ReturnType<typeof makeShop>>;
let worker: WorkerClient;
beforeAll(async () => {
  shop = await makeShop();
  worker = startWorker();
});
afterAll(() => shop.remove());

const refOf = (key: string): CaseRef => ({ run: "run-1", iteration: 1, stage: "collect", key });
const detailOf = (key: string): Promise<CaseDetail> =>
  worker.ask("case/detail", { folder: shop.folder, ref: refOf(key) });

function kind<K extends SpecialView["kind"]>({ special }: CaseDetail, wanted: K): Extract<SpecialView, { kind: K }> {
  if (special.kind !== wanted) throw new Error(`A case of ${special.kind} where ${wanted} was expected.`);
  return special as Extract<SpecialView, { kind: K }>;
}

/** The marked pieces of a document: the text of each with its style and words. */
function marked({ text, marks }: CaseText): string[] {
  return marks.map(({ span, style, after = "", atLineEnd = "" }) =>
    [style, text.slice(...span), after, atLineEnd].filter((part) => part !== "").join(" | "),
  );
}

const problems = ({ text, marks }: CaseText): string[] =>
  marks.flatMap(({ span, problem }) => (problem === undefined ? [] : [`${text.slice(...span)}: ${problem.message}`]));

describe("a case of mathematics", () => {
  test("every equation has its right value, the first wrong one is a problem, steps have their partners", async () => {
    const detail = await detailOf("sums/train/211");
    const math = kind(detail, "math");
    const text = mathText(detail, math, words);
    expect(text.text).toBe(
      [
        "sums 211  ✗ wrong: 62, gold 72",
        "",
        "Question",
        "A shop sold 48 kites in April and half as many in May. How many kites did it sell in both months?",
        "",
        "Response kites-7b 1",
        "In May the shop sold 48 / 2 = 24 kites.",
        "In both months it sold 48 + 24 = 62 kites.",
        "The answer is 62.",
        "",
      ].join("\n"),
    );
    expect(marked(text)).toEqual([
      "heading | sums 211  ",
      "verdictWrong | ✗ wrong: 62, gold 72",
      "heading | Question",
      "heading | Response kites-7b 1",
      "extracted | 62 | paper: 62 ✗  clean: 62 ✗",
      "extracted | 62",
      "right | 48 / 2 = 24 | ✓",
      "step | 48 / 2 = 24 | = step 1",
      "wrong | 48 + 24 = 62 | ✗ 72",
      "step | 48 + 24 = 62 | = step 2",
    ]);
    expect(problems(text)).toEqual(["48 + 24 = 62: 48 + 24 is 72, not 62"]);
    const reference = mathReference(detail, math, words);
    expect(marked(reference)).toEqual([
      "heading | Reference",
      "step | 48/2=24 | step 1",
      "step | 48+24=72 | step 2 ← first wrong",
    ]);
    // What a problem points to in the other document is the step there.
    const related = text.marks.find(({ problem }) => problem !== undefined)?.problem?.related;
    expect(reference.text.slice(...(related?.span ?? [0, 0]))).toBe("48+24=72");
  });

  test("every later wrong step says what is right, too, without being a problem of its own", async () => {
    const detail = await detailOf("sums/train/211");
    const math = kind(detail, "math");
    const equations = math.equations.map((equation) => ({ ...equation, ok: false }));
    const { marks } = mathText(detail, { ...math, equations, firstWrong: 0 }, words);
    expect(marks.flatMap(({ problem }) => (problem === undefined ? [] : [problem.severity]))).toEqual([
      "error",
      "hint",
    ]);
  });

  test("where all arithmetic is right, the place is told where the solution leaves the reference", async () => {
    const detail = await detailOf("sums/train/212");
    expect(problems(mathText(detail, kind(detail, "math"), words))).toEqual(["6 + 4 = 10: not as step 1"]);
  });

  test("two million hostile characters: cut, visible, quick, and there as a whole", async () => {
    const started = performance.now();
    const detail = await detailOf("sums/train/hostile/../214");
    expect(performance.now() - started).toBeLessThan(3000);
    const { text } = mathText(detail, kind(detail, "math"), words);
    expect(text.length).toBeLessThan(12_000);
    // eslint-disable-next-line no-control-regex -- Control characters are what must not be there.
    expect(text).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u202a-\u202e]/u);
    expect(detail.response.hidden).toBeGreaterThan(1_900_000);
    const whole = await worker.ask("case/text", { folder: shop.folder, ref: detail.ref, part: "response" });
    expect(whole.text.length).toBeGreaterThan(1_900_000);
    expect(whole.text).toContain("\u001b[31m");
  });
});

describe("a case with options", () => {
  test("gold and chosen are marked in the text, and the letter where it was read", async () => {
    const detail = await detailOf("facts/train/12");
    const text = choiceText(detail, kind(detail, "choice"), words);
    expect(text.text).toContain("  A. dry wood\n✗ B. glass\n  C. rubber\n✓ D. copper\n");
    expect(marked(text)).toContain("chosen | ✗ B. glass | chosen");
    expect(marked(text)).toContain("gold | ✓ D. copper | gold");
    expect(marked(text).filter((mark) => mark.startsWith("extracted | B"))).toHaveLength(2);
  });

  test("options of a BIG-bench question are read out of it", async () => {
    const detail = await detailOf("logic/train/7");
    const text = choiceText(detail, kind(detail, "choice"), words);
    expect(text.text).toContain("  A. Ann\n✓ B. Ben\n✗ C. Cleo\n");
    expect(text.text).not.toContain("Options:");
  });
});

describe("a case of code", () => {
  test("the failing assertion is a problem in the program and among the tests, each pointing to the other", async () => {
    const detail = await detailOf("programs/train/514");
    const code = kind(detail, "code");
    const verdict = recordedVerdict(detail, code);
    const program = programText(detail, code, verdict, words);
    const tests = testsText(detail, code, verdict, words);
    expect(problems(program)).toEqual(["sum_list: Test 2: expected -1, got 3"]);
    expect(problems(tests)).toEqual(["assert sum_list([1, -2]) == -1: Test 2: expected -1, got 3"]);
    expect(marked(tests)).toEqual([
      "passed | assert sum_list([1, 2, 3]) == 6 | ✓",
      "failed | assert sum_list([1, -2]) == -1 | ✗ got 3",
    ]);
    const [there] = program.marks.map(({ problem }) => problem?.related?.span ?? ([0, 0] as const));
    const back = tests.marks.find(({ problem }) => problem !== undefined)?.problem?.related?.span ?? ([0, 0] as const);
    expect(tests.text.slice(...(there ?? [0, 0]))).toBe("assert sum_list([1, -2]) == -1");
    expect(program.text.slice(...back)).toBe("sum_list");
  });

  test("an exception is a problem at the line that raised it", async () => {
    const detail = await detailOf("programs/train/515");
    const code = kind(detail, "code");
    expect(problems(programText(detail, code, recordedVerdict(detail, code), words))).toEqual([
      "return ordred[-1]: NameError: name 'ordred' is not defined (in test 1)",
    ]);
  });

  test("a response without a program is shown as a comment", async () => {
    const detail = await detailOf("programs/train/516");
    const code = kind(detail, "code");
    const none = programText(detail, { ...code, program: null }, recordedVerdict(detail, code), words);
    expect(none.text).toBe("# No program:\n# I am sorry, I cannot help with that.\n");
    // What was run is shown as it was run, and why that failed.
    const tried = programText(detail, code, recordedVerdict(detail, code), words);
    expect(problems(tried)).toEqual([expect.stringMatching(/^I am sorry.*SyntaxError/u)]);
  });

  test("running the tests tells of each how it went, with expected and actual value", async () => {
    const detail = await detailOf("programs/train/514");
    const run = await worker.ask("case/runTests", { folder: shop.folder, ref: detail.ref, program: null });
    expect(run.tests.map(({ state }) => state)).toEqual(["passed", "failed", "passed", "failed"]);
    expect(run.tests[3]?.failure).toMatchObject({ test: 3, expected: "-4", actual: "4" });
    const code = kind(detail, "code");
    expect(problems(testsText(detail, code, verdictOfRun(run), words))).toEqual([
      "assert sum_list([1, -2]) == -1: Test 2: expected -1, got 3",
      "assert sum_list([-4]) == -4: Test 4: expected -4, got 4",
    ]);
  });

  test("assertions inside a check function are run one by one, too", async () => {
    const ref = refOf("programs/train/517");
    const run = await worker.ask("case/runTests", { folder: shop.folder, ref, program: null });
    expect(run.tests.map(({ state }) => state)).toEqual(["passed", "failed", "failed"]);
    expect(run.tests.map(({ failure }) => failure?.actual ?? null)).toEqual([null, "9", "[0, 1]"]);
    const { special } = await detailOf(ref.key);
    const shown = special.kind === "code" ? special.assertions.map((span) => special.tests.slice(...span)) : [];
    expect(shown).toHaveLength(3);
  });

  test("the program that the other protocol cuts out of a response is there to be compared", async () => {
    const { protocol, special } = await detailOf("programs/train/517");
    if (special.kind !== "code") throw new Error("A case of code was expected.");
    expect([protocol, special.program]).toEqual(["clean", expect.stringContaining("def double(n):")]);
    // The paper's protocol takes the body of the function and puts the prompt before it, of which there is none here.
    expect(special.otherProgram).toBe("    return n * n");
  });

  test("a mended program passes, one that never ends is stopped, and cancelling is silent", async () => {
    const ref = refOf("programs/train/514");
    const ask = (program: string, signal?: AbortSignal) =>
      worker.ask("case/runTests", { folder: shop.folder, ref, program }, signal);
    const good = await ask("def sum_list(numbers):\n    return sum(numbers)\n");
    expect(good).toMatchObject({ passed: true, by: "passed" });
    expect(good.tests.every(({ state }) => state === "passed")).toBe(true);
    const cancelled = new AbortController();
    const endless = ask("def sum_list(numbers):\n    while True:\n        pass\n", cancelled.signal);
    setTimeout(() => cancelled.abort(), 300);
    await expect(endless).rejects.toMatchObject({ fault: { kind: "cancelled" } });
  });

  test("the Test Explorer's list has wrong programs alone, by how they end", async () => {
    const { run, benchmarks } = await worker.ask("case/codeErrors", { folder: shop.folder, run: null });
    expect(run).toBe("run-1");
    const collected = benchmarks.find(({ stage }) => stage === "collect");
    expect(collected?.outcomes.map(({ name, cases }) => [name, cases.map(({ id }) => id)])).toEqual([
      ["assertion", ["514", "517"]],
      ["NameError", ["515"]],
      ["syntax", ["516"]],
    ]);
  });
});

describe("decisions about a case", () => {
  test("a decision, a note that keeps it, and taking it back", async () => {
    const ref = refOf("facts/train/12");
    const { folder } = shop;
    await worker.ask("case/triage", { folder, keys: [ref.key], decision: "bad-gold", note: null });
    await worker.ask("case/note", { folder, key: ref.key, note: "copper and gold\nboth" });
    expect((await detailOf(ref.key)).triage).toMatchObject({ decision: "bad-gold", note: "copper and gold\nboth" });
    await worker.ask("case/triage", { folder, keys: [ref.key], decision: null, note: null });
    expect((await detailOf(ref.key)).triage).toMatchObject({ decision: null, note: "copper and gold\nboth" });
  });
});

describe("going from error to error", () => {
  const ask = async (
    key: string,
    direction: "next" | "previous",
    { by = "none", filter = noFilter }: { by?: Grouping; filter?: CaseFilter } = {},
  ) => {
    const { folder } = shop;
    return worker.ask("benchmarks/neighbour", { folder, ref: refOf(key), by, filter, sort: "case", direction });
  };

  test("right answers are passed over, and there is an end", async () => {
    expect((await ask("sums/train/212", "next")).ref?.key).toBe("sums/train/hostile/../214");
    expect((await ask("sums/train/213", "previous")).ref?.key).toBe("sums/train/212");
    expect((await ask("sums/train/211", "previous")).ref).toBeNull();
    expect(await ask("sums/train/hostile/../214", "next", { filter: { ...noFilter, right: true } })).toMatchObject({
      ref: { key: "facts/train/12" },
      position: 4,
    });
  });

  test("what the view hides is passed over, also from a case that it hides", async () => {
    const filter = { ...noFilter, text: "/train/hostile", right: true };
    expect(await ask("sums/train/211", "next", { filter })).toMatchObject({
      ref: { key: "sums/train/hostile/../214" },
      position: 1,
      count: 1,
    });
    expect((await ask("sums/train/hostile/../214", "next", { filter })).ref).toBeNull();
  });

  test("groups come as the view lists them", async () => {
    const { folder } = shop;
    const set = { ...refOf(""), benchmark: "programs" };
    const { by, groups } = await worker.ask("benchmarks/groups", { folder, set, by: "outcome", filter: noFilter });
    const listed: string[] = [];
    for (const { value } of groups) {
      const { cases } = await worker.ask("benchmarks/cases", {
        ...{ folder, set, filter: noFilter, sort: "case", offset: 0, limit: 100 },
        group: { by, value },
      });
      listed.push(...cases.map(({ key }) => key));
    }
    expect(groups.length).toBeGreaterThan(1);
    // Each is found where it is listed.
    let number = 0;
    for (const { value, shown } of groups) {
      for (let before = 0; before < shown; before += 1) {
        const asked = {
          folder,
          ref: refOf(listed[number++] ?? ""),
          by: "outcome",
          filter: noFilter,
          sort: "case",
        } as const;
        expect((await worker.ask("benchmarks/place", asked)).place).toEqual({
          set: { ...refOf(""), key: undefined, benchmark: "programs" },
          group: { by: "outcome", value },
          before,
        });
      }
    }
    const hidden = { folder, ref: refOf("sums/train/213"), by: "outcome", filter: noFilter, sort: "case" } as const;
    expect((await worker.ask("benchmarks/place", hidden)).place).toBeNull();
    for (const [index, key] of listed.slice(0, -1).entries()) {
      expect((await ask(key, "next", { by: "outcome" })).ref?.key).toBe(listed[index + 1]);
    }
  });
});

describe("asking again", () => {
  test("another model answers, is judged as in the run, and its answer is found again", async () => {
    const ref = refOf("sums/train/211");
    const { folder } = shop;
    const options = await worker.ask("case/askOptions", { folder, ref });
    expect(options.models.map(({ name }) => name)).toEqual(["kites", "student", "instructor"]);
    const who = { kind: "model", name: "student" } as const;
    const answer = await worker.ask("case/ask", { folder, ref, who, temperature: 0, sample: 0, cap: 1 });
    expect(answer).toMatchObject({ model: "student", cached: false, cost: 0, currency: "USD" });
    expect(typeof answer.correct).toBe("boolean");
    const again = await worker.ask("case/ask", { folder, ref, who, temperature: 0, sample: 0, cap: 1 });
    expect(again).toMatchObject({ key: answer.key, text: answer.text, cached: true });
    expect((await worker.ask("case/answer", { folder, answer: answer.key })).text).toBe(answer.text);
  });

  test("a cap is a cap: a call that might pass it is not made", async () => {
    const ref = refOf("sums/train/211");
    const who = { kind: "model", name: "kites" } as const;
    const asked = worker.ask("case/ask", { folder: shop.folder, ref, who, temperature: 0, sample: 0, cap: 0.000001 });
    await expect(asked).rejects.toMatchObject({ fault: { kind: "budget" } });
  });
});

describe("over iterations", () => {
  let project: RunProject;
  beforeAll(async () => {
    project = await runProject({ iterations: ["LE", "LE"] });
  });
  afterAll(() => project.remove());

  test("the history has every verdict about the case, and checkpoints can be asked", async () => {
    const { folder } = project;
    const [ref] = project.errors("demo-math");
    if (ref === undefined) throw new Error("The demo has no wrong answer.");
    const { verdicts } = await project.ask("case/history", { folder, ref });
    expect(verdicts.map(({ iteration, stage }) => [iteration, stage])).toEqual([
      [1, "collect"],
      [2, "collect"],
    ]);
    expect(verdicts[0]?.correct).toBe(false);
    // What the list of cases has read of the runs tells the same.
    const read = async (): Promise<boolean> => {
      const { benchmarks } = await project.ask("benchmarks/overview", { folder, filter: noFilter });
      return benchmarks.every(({ sets }) => sets.every(({ figures }) => figures !== null));
    };
    await expect.poll(read).toBe(true);
    expect((await project.ask("case/history", { folder, ref })).verdicts).toEqual(verdicts);
    const detail = await project.ask("case/detail", { folder, ref });
    expect(detailsText(detail, verdicts, words).text).toContain("✗ run-1 1 collect");
    const { checkpoints } = await project.ask("case/askOptions", { folder, ref });
    expect(checkpoints.map(({ iteration }) => iteration)).toEqual([1, 2]);
    const who = { kind: "checkpoint", run: "run-1", iteration: 2 } as const;
    const answer = await project.ask("case/ask", { folder, ref, who, temperature: 0, sample: 0, cap: 1 });
    expect(answer.text).not.toBe("");
  });

  test("while the configuration cannot be read, what was answered is there to look at, and nobody is asked", async () => {
    const { folder } = project;
    const [ref] = project.errors("demo-math");
    if (ref === undefined) throw new Error("The demo has no wrong answer.");
    const before = await project.ask("case/detail", { folder, ref });
    const file = path.join(folder, "preceptor.json");
    const written = readFileSync(file, "utf8");
    writeFileSync(file, written.slice(0, 40));
    try {
      expect(await project.ask("project/open", { folder })).toMatchObject({ state: "broken" });
      expect(await project.ask("case/detail", { folder, ref })).toEqual(before);
      const { benchmarks } = await project.ask("benchmarks/overview", { folder, filter: noFilter });
      expect(benchmarks.map(({ name }) => name)).toEqual(["demo-math", "demo-choice", "demo-code"]);
      const who = { kind: "model", name: "student" } as const;
      const asked = project.ask("case/ask", { folder, ref, who, temperature: 0, sample: 0, cap: 1 });
      await expect(asked).rejects.toMatchObject({ fault: { kind: "configuration" } });
    } finally {
      writeFileSync(file, written);
    }
  });

  test("a run that was deleted is told in words", async () => {
    const { folder } = project;
    const [ref] = project.errors("demo-math");
    if (ref === undefined) throw new Error("The demo has no wrong answer.");
    await project.ask("case/detail", { folder, ref });
    rmSync(path.join(folder, ".preceptor", "runs", "run-1"), { recursive: true });
    await expect(project.ask("case/detail", { folder, ref })).rejects.toMatchObject({
      fault: { kind: "usage", message: "There is no such run." },
    });
  });
});
