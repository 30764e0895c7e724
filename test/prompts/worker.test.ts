import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RequestFault } from "../../src/protocol/requestFault.js";
import type { CaseRef } from "../../src/protocol/worker/index.js";
import { runProject, startWorker, type RunProject } from "../cases/support.js";
import { makeProject, shortConfiguration } from "../support/project.js";

const shipped = (name: string): string =>
  readFileSync(path.resolve(import.meta.dirname, "../../prompts", `${name}.prompt`), "utf8");

let project: RunProject;
beforeAll(async () => {
  project = await runProject();
}, 120_000);
afterAll(() => project.remove());

function written(name: string, text = shipped(name)): { folder: string; file: string; text: string } {
  return { folder: project.folder, file: `${name}.prompt`, text };
}

describe("the list of templates", () => {
  it("says which the project changed from the shipped ones", async () => {
    const { path: file } = await project.ask("prompts/eject", { folder: project.folder, name: "clean-le-math" });
    const entries = async (): Promise<unknown[]> => {
      const { templates } = await project.ask("prompts/list", { folder: project.folder });
      return templates
        .filter(({ name }) => name === "clean-le-math")
        .map(({ origin, overridden, changed, errors, inUse }) => [origin, overridden, changed, errors, inUse]);
    };
    expect(await entries()).toEqual([
      ["project", false, false, 0, true],
      ["shipped", true, false, 0, true],
    ]);
    writeFileSync(file, `${shipped("clean-le-math")}\n{{ nonsense }}`);
    expect((await entries())[0]).toEqual(["project", false, true, 1, true]);
    const { templates } = await project.ask("prompts/list", { folder: project.folder });
    expect(templates.filter(({ origin }) => origin === "shipped")).toHaveLength(19);
    expect(templates.find(({ name }) => name === "paper-le-math")?.inUse).toBe(false);
  });

  it("shows a copy beside its original, each with the problem, and so does the text that is edited", async () => {
    // The broken one of before would be told first.
    rmSync(path.join(project.folder, "prompts", "clean-le-math.prompt"), { force: true });
    const { path: file } = await project.ask("prompts/eject", { folder: project.folder, name: "clean-lec-code" });
    const text = shipped("clean-lec-code");
    const analysed = async (where?: string): Promise<string[]> => {
      const at = where === undefined ? {} : { path: where };
      const { remarks } = await project.ask("prompts/analyse", { ...written("clean-lec-code"), ref: null, ...at });
      return remarks.map(({ code, start, end }) => `${code} ${text.slice(start, end)}`);
    };
    expect(await analysed(file)).toEqual([]);
    const copy = file.replace(".prompt", " copy.prompt");
    writeFileSync(copy, text);
    try {
      const { templates } = await project.ask("prompts/list", { folder: project.folder });
      const own = templates.filter(
        ({ strategy, family, origin }) => strategy === "LEC" && family === "code" && origin === "project",
      );
      expect(own.map(({ fileName, overridden, errors }) => [fileName, overridden, errors])).toEqual([
        ["clean-lec-code copy.prompt", false, 1],
        ["clean-lec-code.prompt", false, 1],
      ]);
      expect(await analysed(file)).toEqual(["duplicate-template ---"]);
      // The shipped text, and one that is nowhere yet, clash with nothing.
      expect(await analysed()).toEqual([]);
      const { problems, stages } = await project.ask("runs/plan", { folder: project.folder, run: null });
      expect(stages).toEqual([]);
      expect(problems).toMatchObject([{ kind: "fault", fault: { kind: "template", file: copy } }]);
      expect(JSON.stringify(problems)).toContain(`${file}`);
    } finally {
      rmSync(copy);
      rmSync(file);
    }
  });

  it("gives the text of a shipped template, and of nothing else", async () => {
    expect((await project.ask("prompts/shipped", { fileName: "judge.prompt" })).text).toBe(shipped("judge"));
    await expect(project.ask("prompts/shipped", { fileName: "../package.json" })).rejects.toThrow(RequestFault);
    await expect(project.ask("prompts/eject", { folder: project.folder, name: "../x" })).rejects.toThrow(RequestFault);
  });
});

describe("a text that is edited", () => {
  it("is analysed with the template it stands for", async () => {
    const text = `${shipped("clean-lec-math")}\n{{ entry_point }}`;
    const found = await project.ask("prompts/analyse", { ...written("clean-lec-math", text), ref: null });
    expect(found).toMatchObject({ strategy: "LEC", family: "math", shipped: "clean-lec-math.prompt", changed: true });
    expect(found.remarks.map(({ code, start, end }) => [code, text.slice(start, end)])).toEqual([
      ["unknown-variable", "entry_point"],
    ]);
    expect(found.symbols.map(({ kind, name, depth }) => [kind, name, depth])).toContainEqual(["turn", "user", 0]);
    expect(found.folds.length).toBeGreaterThan(4);
  });

  it("is analysed also without a project, and in one that is broken", async () => {
    const text = shipped("clean-le-math");
    for (const folder of [null, "/nowhere"]) {
      const found = await project.ask("prompts/analyse", { folder, file: "x.prompt", text, ref: null });
      expect(found).toMatchObject({ remarks: [], changed: false, shipped: "clean-le-math.prompt" });
    }
  });

  it("is completed and explained with the value of the case", async () => {
    const text = shipped("clean-le-math");
    const offset = text.indexOf("question }}");
    const { items } = await project.ask("prompts/complete", { ...written("x", text), offset });
    expect(items.map(({ label }) => label)).toContain("reference");
    const [ref] = project.errors("demo-math");
    const hover = await project.ask("prompts/hover", { ...written("x", text), offset, ref: ref ?? null });
    expect(hover).toMatchObject({ kind: "variable", name: "question", value: { empty: false, key: ref?.key } });
  });
});

describe("the preview", () => {
  async function preview(name: string, ref: CaseRef | null, text?: string): Promise<unknown> {
    return project.ask("prompts/preview", { ...written(name, text), ref });
  }

  it("knows the price of a judge of its own", async () => {
    const configuration = shortConfiguration(["math"]);
    const judge = { provider: "openai", endpoint: "http://127.0.0.1:9/v1", name: "j" } as const;
    const other = makeProject({
      ...configuration,
      models: { ...configuration.models, judge: { ...judge, price: { input: 1000, output: 0 } } },
      judge: "judge",
    });
    try {
      const asked = { folder: other.folder, file: "judge.prompt", text: shipped("judge"), ref: null };
      const shown = await project.ask("prompts/preview", asked);
      if (shown.state !== "ready") throw new Error(shown.state);
      expect(shown.cost).toBeCloseTo(shown.promptTokens / 1000);
      expect(shown.model).toBe("j");
    } finally {
      other.remove();
    }
  });

  it("shows what a run would send about the current case, word for word", async () => {
    const [ref] = project.errors("demo-math");
    const contrast = await project.ask("contrast/message", { folder: project.folder, ref: ref as CaseRef, k: null });
    const shown = await project.ask("prompts/preview", { ...written("clean-lec-math"), ref: ref ?? null });
    if (shown.state !== "ready") throw new Error(shown.state);
    expect(shown.messages).toEqual(contrast.message?.messages);
    expect(shown).toMatchObject({
      samples: contrast.message?.samples,
      promptTokens: contrast.message?.tokens,
      case: { key: ref?.key, why: "current", neighbours: "stored", evaluation: false },
    });
  });

  it("takes another error when the current case is of another family or gone", async () => {
    const [math] = project.errors("demo-math");
    const gone = { ...(math as CaseRef), key: "demo-math/train/none" };
    for (const ref of [null, math ?? null, gone]) {
      expect(await preview("clean-le-code", ref)).toMatchObject({
        state: "ready",
        case: { why: "error", neighbours: "none", key: expect.stringMatching(/^demo-code\//) as string },
      });
    }
    expect(await preview("clean-lec-choice", null)).toMatchObject({ state: "ready", case: { neighbours: "stored" } });
  });

  it("allows the answer as many tokens as the template says", async () => {
    const short = shipped("clean-le-math").replace("format: json", "format: json\nparameters:\n  max_tokens: 77");
    expect(await preview("clean-le-math", null, short)).toMatchObject({ state: "ready", answerTokens: 77 });
    expect(await preview("clean-le-math", null)).toMatchObject({ state: "ready", answerTokens: 4095 });
  });

  it("says why a template cannot be filled", async () => {
    const text = shipped("clean-le-math").replace("{{ question }}", "{{ question | join(3) }}");
    expect(await preview("clean-le-math", null, text)).toMatchObject({
      state: "broken",
      remark: { code: "tag-fails" },
    });
    expect(await preview("clean-le-math", null, "---")).toMatchObject({ state: "broken" });
  });

  it("works before the first run, with the first case", async () => {
    const made = makeProject(shortConfiguration(["math"]));
    const { folder } = made;
    try {
      const worker = startWorker();
      const ask = { folder, file: "x.prompt", text: shipped("clean-lec-math"), ref: null };
      expect(await worker.ask("prompts/preview", ask)).toMatchObject({
        state: "ready",
        case: { why: "unanswered", ref: null, neighbours: "nearby" },
      });
      const other = { ...ask, text: shipped("clean-le-code") };
      expect(await worker.ask("prompts/preview", other)).toEqual({ state: "none", family: "code" });
    } finally {
      made.remove();
    }
  });

  it("takes less than 100 ms while somebody types", async () => {
    const [ref] = project.errors("demo-math");
    const text = shipped("clean-lec-math");
    await project.ask("prompts/preview", { ...written("clean-lec-math"), ref: ref ?? null });
    const times: number[] = [];
    for (let round = 0; round < 15; round += 1) {
      const started = performance.now();
      await project.ask("prompts/preview", {
        ...written("clean-lec-math", `${text}${"more words ".repeat(round)}`),
        ref: ref ?? null,
      });
      times.push(performance.now() - started);
    }
    const median = times.sort((a, b) => a - b)[7] ?? 0;
    expect(median).toBeLessThan(100);
  });
});

describe("one call to the instructor", () => {
  it("gives parsed samples, and is not paid twice", async () => {
    const [ref] = project.errors("demo-math");
    const asked = { ...written("clean-le-math"), ref: ref ?? null, cap: 1 };
    const first = await project.ask("prompts/ask", asked);
    expect(first.samples.length).toBe(first.asked);
    expect(first.samples[0]?.question.length).toBeGreaterThan(10);
    expect(first).toMatchObject({ cached: false, problems: [], finish: "stop" });
    const second = await project.ask("prompts/ask", asked);
    expect(second).toMatchObject({ cached: true, cost: 0, key: first.key, text: first.text });
    const changed = { ...asked, text: `${asked.text}\nBe brief.` };
    expect((await project.ask("prompts/ask", changed)).cached).toBe(false);
  });

  it("finds the answer that the run has paid", async () => {
    const folder = path.join(project.folder, ".preceptor", "runs", "run-1", "stages", "1-instruct", "calls.jsonl");
    const calls = readFileSync(folder, "utf8").split("\n").filter(Boolean);
    const call = calls.map((line) => JSON.parse(line) as { error: string; template: string; answer: string; benchmark: string });
    const first = call.find(({ benchmark, template }) => benchmark === "demo-math" && template === "LEC");
    const ref = project.errors("demo-math").find(({ key }) => key === first?.error) ?? null;
    const reply = await project.ask("prompts/ask", { ...written("clean-lec-math"), ref, cap: 0 });
    expect(reply).toMatchObject({ key: first?.answer, cached: true });
  }); // prettier-ignore

  it("never shows an evaluation case to an instructor", async () => {
    const [ref] = project.errors("demo-math", "1-evaluate");
    const asked = { ...written("clean-le-math"), ref: ref ?? null, cap: 1 };
    await expect(project.ask("prompts/ask", asked)).rejects.toThrow("evaluation");
    expect(await project.ask("prompts/preview", asked)).toMatchObject({ case: { evaluation: true } });
  });

  it("is not made with a template that has errors, and can be cancelled", async () => {
    const asked = { ...written("clean-le-math"), ref: null, cap: 1 };
    await expect(project.ask("prompts/ask", { ...asked, text: `${asked.text}{{` })).rejects.toThrow("never closed");
    const text = `${asked.text}\nAnother text.`;
    await expect(project.ask("prompts/ask", { ...asked, text }, AbortSignal.abort())).rejects.toThrow("cancelled");
    expect(existsSync(project.folder)).toBe(true);
  });
});

describe("a try on a few errors", () => {
  it("counts what is asked, read and kept, beside the template before, and pays nothing twice", async () => {
    const text = `${shipped("clean-le-code")}\nBe brief.`;
    const asked = { ...written("clean-le-code", text), count: 3, cap: 1 };
    const first = await project.ask("prompts/try", asked);
    expect(first.edited.errors).toHaveLength(3);
    expect(first.edited.parsed).toBeGreaterThan(0);
    expect(first.edited.kept).toBeLessThanOrEqual(first.edited.parsed);
    const samples = first.edited.errors.flatMap((one) => one.samples);
    expect(samples).toHaveLength(first.edited.parsed);
    const kept = samples.filter(({ gates }) => gates.every(({ passed }) => passed));
    expect(kept).toHaveLength(first.edited.kept);
    expect(kept[0]?.gates.map(({ gate }) => gate)).toContain("verification");
    expect(kept[0]?.solution).toContain("def ");
    expect(first.previous?.errors.map(({ key }) => key)).toEqual(first.edited.errors.map(({ key }) => key));
    expect(await project.ask("prompts/try", { ...asked, cap: 0 })).toEqual(first);
    const same = await project.ask("prompts/try", { ...asked, text: shipped("clean-le-code") });
    expect(same.previous).toBeNull();
    expect(same.edited).toEqual(first.previous);
  });

  it("says when there is nothing to try on", async () => {
    const judge = { ...written("judge"), count: 5, cap: 1 };
    await expect(project.ask("prompts/try", judge)).rejects.toThrow("no error");
  });
});
