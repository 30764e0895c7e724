/** Texts that the engine really makes are known again and said in another language (ux 62). */
import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { reportedFault } from "../../src/adapters/chat/faults.js";
import { readRows } from "../../src/adapters/rows/index.js";
import { storageFault } from "../../src/adapters/store/index.js";
import { checkConfiguration, parseConfiguration, resolveSecrets } from "../../src/engine/configuration/index.js";
import { familyOf } from "../../src/engine/families/index.js";
import { toFault } from "../../src/engine/fault.js";
import { leakIn } from "../../src/engine/gates/index.js";
import { parseAnswer } from "../../src/engine/instructor/index.js";
import { PersonNeeded } from "../../src/engine/iteration/index.js";
import { analyse, factsOf } from "../../src/engine/prompts/index.js";
import { EngineTexts, type EngineCatalogue, type TextKind } from "../../src/vscode/language/engineTexts.js";
import { judge } from "../gates/toy.js";
import { root } from "../manifest/support.js";

/** Every text and every value in brackets of its own: what is not in brackets is English still. */
function say(template: string): string {
  return `⟦${template.replace(/\{\d+\}/gu, (placeholder) => `‹${placeholder}›`)}⟧`;
}

const catalogue = JSON.parse(readFileSync(path.join(root, "l10n", "engine.json"), "utf8")) as EngineCatalogue;
const texts = new EngineTexts(catalogue, say);
const sentence = (text: string): string => texts.translate(text, "sentence");
const value = (text: string | undefined): string => texts.translate(text ?? "", "value");

/** The fault that a work ends with, in the other language. */
async function faultOf(
  work: () => unknown,
): Promise<{ message: string; remedy: string; found: string; allowed: string }> {
  try {
    await work();
  } catch (thrown) {
    const { message, details } = toFault(thrown);
    const { remedy = "", found, allowed } = details;
    return { message: sentence(message), remedy: sentence(remedy), found: value(found), allowed: value(allowed) };
  }
  throw new Error("It ended well.");
}

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "preceptor-language-"));
});
afterAll(async () => rm(folder, { recursive: true }));

const project = {
  benchmarks: { gsm8k: { use: "gsm8k" } },
  models: {
    student: { provider: "builtin", name: "student" },
    teacher: { provider: "openai", endpoint: "http://127.0.0.1:8000/v1", name: "gpt", apiKey: "${secret:TEACHER}" },
  },
  target: "student",
  instructor: "teacher",
};

describe("faults as the engine makes them", () => {
  it("of a broken preceptor.json are translated whole, each with what was found and its remedy", () => {
    const broken = { ...project, target: "stduent", budget: { calls: -1 }, extra: true };
    const { faults } = checkConfiguration({ file: "preceptor.json", text: JSON.stringify(broken, null, 2) });
    expect(faults.map(({ message }) => sentence(message)).sort()).toEqual(["⟦is not a known field⟧", "⟦is too small⟧"]);
    const [named] = checkConfiguration({
      file: "preceptor.json",
      text: JSON.stringify({ ...project, target: "x" }),
    }).faults;
    expect(sentence(named?.message ?? "")).toBe("⟦names no entry of `models`⟧");
    const torn = checkConfiguration({ file: "preceptor.json", text: '{ "target": ' }).faults.map(
      ({ message }) => message,
    );
    expect(torn.length).toBeGreaterThan(0);
    for (const message of torn) expect(sentence(message)).toMatch(/^⟦is not valid JSON: ‹.*›⟧$/u);
    for (const { details } of faults) expect(sentence(details.remedy ?? "")).toMatch(/^⟦.*⟧$/u);
  });

  it("of files: missing, empty, no JSON, with a wrong ending", async () => {
    const missing = await faultOf(async () => readRows(path.join(folder, "gsm8k.jsonl")));
    expect(missing.message).toBe("⟦There is no such file.⟧");
    expect(missing.remedy).toMatch(/^⟦Check the path; .*⟧$/u);
    const torn = path.join(folder, "torn.jsonl");
    await writeFile(torn, '{"a": 1}\n{"a": ');
    expect(await faultOf(async () => readRows(torn))).toMatchObject({
      message: "⟦This line is not valid JSON.⟧",
      allowed: "⟦one JSON object a line⟧",
      found: '{"a":',
    });
    const empty = path.join(folder, "empty.jsonl");
    await writeFile(empty, "");
    expect((await faultOf(async () => readRows(empty))).found).toBe("⟦an empty file⟧");
    const refused = storageFault(Object.assign(new Error("EIO: i/o error"), { code: "EIO" }), "a.jsonl");
    expect(sentence(refused.message)).toBe("⟦The disk reports an input or output error.⟧");
  });

  it("of an endpoint keep its address and the model's name, also where it was tried several times", () => {
    const context = { baseUrl: "http://127.0.0.1:8000/v1", model: "gpt", apiKey: null, answeredBefore: true };
    const refused = reportedFault({ message: "a bad request" }, 400, null, context);
    expect(sentence(refused.message)).toBe("⟦‹gpt› at ‹http://127.0.0.1:8000/v1› refuses the request (HTTP ‹400›).⟧");
    expect(sentence(refused.final("It was tried 3 times.").message)).toBe(
      "⟦‹⟦‹gpt› at ‹http://127.0.0.1:8000/v1› refuses the request (HTTP ‹400›).⟧› It was tried ‹3› times.⟧",
    );
    // What the server says is its own.
    expect(value(refused.details.found)).toBe("a bad request");
    const nobody = reportedFault({}, 401, null, { ...context, model: null });
    expect(sentence(nobody.message)).toContain("wants an API key, and none is configured.⟧");
  });

  it("of a key that is not there keep the reference, by which the editor asks for it", async () => {
    const configuration = parseConfiguration(JSON.stringify(project), "preceptor.json");
    const { message, found } = await faultOf(() => resolveSecrets(configuration, () => undefined, ["teacher"]));
    expect(message).toBe("⟦The key of a model is not there.⟧");
    expect(found).toBe("⟦‹${secret:TEACHER}›, which is not set⟧");
  });

  it("as a run keeps them: lines with the place, what was found and the remedy", () => {
    const needed = new PersonNeeded("review", "The samples of iteration 1 wait for a review.", "Wait for it.");
    expect(sentence(needed.describe())).toMatch(/^⟦The samples of iteration ‹1› wait for a review\.⟧\n/u);
    const [fault] = checkConfiguration({
      file: "preceptor.json",
      text: JSON.stringify({ ...project, target: "x" }, null, 1),
    }).faults;
    const said = sentence(fault?.describe() ?? "").split("\n");
    expect(said[0]).toBe("preceptor.json:19 · target: ⟦names no entry of `models`⟧");
    expect(said.slice(1).join("\n")).toMatch(/^ {2}⟦found: {3}‹"x"›⟧$/mu);
  });
});

describe("what gates, the parser and the language of templates say", () => {
  it("is translated with its values", async () => {
    const draft = {
      question: "What is 6 * 7?",
      solution: "6 * 7 = 41",
      answer: "41",
      options: null,
      tests: null,
      entryPoint: null,
    };
    expect(sentence((await familyOf("math").verify(draft, judge)).evidence)).toBe("⟦‹6 * 7› is ‹42›, not ‹41›⟧");
    expect(sentence(leakIn({ ...draft, question: "What is it? The answer is 41." }) ?? "")).toBe(
      "⟦answer `‹41›` stated in the question⟧",
    );
    const [none] = parseAnswer("", "math", "text").faults;
    expect(sentence(none ?? "")).toBe("⟦The answer is empty.⟧");
    const { diagnostics } = analyse("---\nname: x\n---\n---user---\n{{ nothing_of_ours }}\n", factsOf("x.prompt"));
    expect(diagnostics.length).toBeGreaterThan(2);
    for (const { message, remedy } of diagnostics) {
      expect(sentence(message), message).toMatch(/^⟦[^]*⟧$/u);
      expect(sentence(remedy), remedy).toMatch(/^⟦[^]*⟧$/u);
    }
  });
});

describe("a catalogue", () => {
  const own = (known: EngineCatalogue, text: string, kind: TextKind = "sentence"): string =>
    new EngineTexts(known, say).translate(text, kind);

  it("takes the text with the most words of its own where several fit, whatever their order", () => {
    const known = { "{0} is gone.": {}, "The file {0} is gone.": {}, "{0} file {1} is gone.": {} };
    expect(own(known, "The file a.json is gone.")).toBe("⟦The file ‹a.json› is gone.⟧");
  });

  it("takes values over as they are: with line ends, empty, or with what patterns are made of", () => {
    const known = { "The server says: {0}": {}, "Use `${env:NAME}` or {0}.": {} };
    expect(own(known, "The server says: a\nb {0} $& .*")).toBe("⟦The server says: ‹a\nb {0} $& .*›⟧");
    expect(own(known, "The server says:  (nothing)")).toBe("⟦The server says: ‹ (nothing)›⟧");
    expect(own({ "Write {{ {0} }} there.": {} }, "Write {{ k }} there.")).toBe("⟦Write {{ ‹k› }} there.⟧");
    expect(own(known, "Use `${env:NAME}` or none.")).toBe("⟦Use `${env:NAME}` or ‹none›.⟧");
  });

  it("takes a number for a number only", () => {
    const known = { "{0} cases": { numbers: [0], value: true } };
    expect(own(known, "12 cases", "value")).toBe("⟦‹12› cases⟧");
    expect(own(known, "a few cases", "value")).toBe("a few cases");
  });

  it("leaves what somebody else wrote alone, also where a sentence of ours would fit it", () => {
    const known = { "The template {0} is gone.": {}, "no {0}": { value: true } };
    expect(own(known, "The template of life is gone.", "value")).toBe("The template of life is gone.");
    expect(own(known, "ENOENT: no such file", "value")).toBe("ENOENT: no such file");
  });

  it("leaves a text of a newer version, and one of great length, in English and is quick about it", () => {
    expect(sentence("Something that no version says.")).toBe("Something that no version says.");
    const long = `The run ${"has no answers of iteration ".repeat(100_000)}`;
    const began = performance.now();
    expect(sentence(long)).toBe(long);
    expect(performance.now() - began).toBeLessThan(500);
  });
});
