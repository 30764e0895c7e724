import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ConfigurationInput } from "../../src/engine/configuration/index.js";
import { tableText } from "../../src/cli/figures.js";
import { createProgram } from "../../src/cli/program.js";
import { layerNotes } from "../../src/cli/runLoop.js";
import { cutLine, visibleWidth, wrapWords } from "../../src/cli/terminal.js";
import { fromWhereYouStand, programCall, withCommandLines } from "../../src/cli/invocation.js";
import { oneLine, safeText } from "../../src/protocol/safeText.js";
import { startFaultServer, type FaultServer } from "../support/faultServer.js";
import { preceptor, root, temporaryFolder, writeConfiguration } from "../support/project.js";
import { run, write } from "./helpers.js";

/** Sums, each with its answer and a worked solution. */
function sums(split: string, count: number, from: number): string {
  return Array.from({ length: count }, (_, index) => {
    const [a, b] = [index + from, index * 3 + 1];
    const solution = `Together ${a} + ${b} = <<${a}+${b}=${a + b}>>${a + b}.\n#### ${a + b}`;
    return JSON.stringify({
      id: `${split}-${index}`,
      question: `What is ${a} and ${b} together?`,
      answer: `${a + b}`,
      solution,
    });
  }).join("\n");
}

/** A target that adds, and is one off where the first number is even. */
function sumOf(question: string): string {
  const [a = 0, b = 0] = (question.match(/\d+/gu) ?? []).map(Number);
  const stated = a + b + (a % 2 === 0 ? 1 : 0);
  return `${a} + ${b} = ${stated}.\nThe answer is ${stated}.`;
}

/** Compares with a golden file, which UPDATE_GOLDEN=1 writes. */
function golden(name: string, text: string): void {
  const file = path.join(import.meta.dirname, "golden", `${name}.golden.txt`);
  if (process.env["UPDATE_GOLDEN"] === "1") writeFileSync(file, text);
  expect(existsSync(file), `${file} is missing; run with UPDATE_GOLDEN=1`).toBe(true);
  expect(text).toBe(readFileSync(file, "utf8"));
}

describe("texts of a run", () => {
  const made = temporaryFolder();
  let server: FaultServer;

  beforeAll(async () => {
    server = await startFaultServer({ answer: ({ messages }) => sumOf(messages.at(-1)?.content ?? "") });
    mkdirSync(path.join(made.folder, "data"));
    write(made.folder, "data/target.jsonl", sums("t", 8, 2));
    write(made.folder, "data/evaluation.jsonl", sums("e", 6, 20));
    const configuration: ConfigurationInput = {
      version: 1,
      benchmarks: {
        sums: {
          use: {
            family: "math",
            files: { target: "data/target.jsonl", evaluation: "data/evaluation.jsonl" },
            map: { id: "id", question: "question", gold: "answer", solution: "solution" },
          },
          domain: "in",
          target: "target",
          evaluation: "evaluation",
        },
      },
      models: {
        adder: { provider: "openai", endpoint: server.baseUrl, name: "adder", price: { input: 0, output: 0 } },
        instructor: { provider: "builtin", name: "instructor" },
      },
      target: "adder",
      instructor: "instructor",
      iterations: ["LEC"],
      quota: 8,
    };
    writeConfiguration(made.folder, configuration);
    const first = await run(["evaluate", "--project", made.folder]);
    expect(first.code, first.stderr).toBe(0);
    const second = await run(["contrast", "--run", "run-1", "--project", made.folder]);
    expect(second.code, second.stderr).toBe(0);
  });
  afterAll(async () => {
    await server.close();
    made.remove();
  });

  it.each<[string, string[]]>([
    ["status", ["status"]],
    ["status-run", ["status", "run-1"]],
    ["report", ["report"]],
    ["errors", ["errors"]],
    ["errors-case", ["errors", "--case", "sums/target/t-0"]],
    ["contrast-case", ["contrast", "sums/target/t-0"]],
  ])("%s", async (name, args) => {
    // Commands in hints begin with the path of the program, which is another one on each machine.
    const { code, stdout } = await preceptor(args, { cwd: made.folder });
    expect(code).toBe(0);
    const text = stdout
      .replace(/node \S*cli\.js/gu, "preceptor")
      .replaceAll(made.folder, "PROJECT")
      .replace(/\d+ tokens/u, "N tokens");
    golden(name, text);
  });
});

describe("a table", () => {
  const figures = {
    title: "Things",
    head: ["Name", "Count", "Words"],
    rows: [
      ["first", "12", "a long text that has to be broken somewhere"],
      ["second", "±0.0", "short"],
    ],
    note: "A note of several words.",
  };

  it("has lines where there is room, figures to the right, words to the left", () => {
    const text = tableText(figures, 80);
    expect(text).toContain("│ first  │    12 │ a long text that has to be broken somewhere │");
    expect(text).toContain("│ second │  ±0.0 │ short                                       │");
  });

  it.each([60, 40, 30])("fits %i columns without cutting a word", (columns) => {
    const text = tableText(figures, columns);
    for (const line of text.split("\n")) expect(visibleWidth(line)).toBeLessThanOrEqual(columns);
    for (const word of figures.rows.flat().join(" ").split(" ")) expect(text).toContain(word);
  });
});

describe("a line", () => {
  it("is cut to the terminal's width, colours uncounted", () => {
    expect(cutLine("\u001b[36m●\u001b[39m abcdef", 5)).toBe("\u001b[36m●\u001b[39m abc…".replace("abc…", "ab…"));
    expect(cutLine("abc", 3)).toBe("abc");
  });

  it("is broken between words, and what follows is indented", () => {
    expect(wrapWords("one two three", 9, 2)).toBe("one two\n  three");
    expect(wrapWords("one two three", null)).toBe("one two three");
  });
});

describe("foreign text", () => {
  it("loses what steers a terminal or turns the direction of writing", () => {
    expect(safeText("a\u001b[31mb\u0007c\u009bd\u202ee\u2066f\tg\r\nh")).toBe(
      "a\ufffd[31mb\ufffdc\ufffdd\ufffde\ufffdf\tg\nh",
    );
    expect(safeText("x".repeat(30), 10)).toBe(`${"x".repeat(10)}… (20 more characters)`);
    expect(safeText("ab😀cd", 3)).toBe("ab… (3 more characters)");
  });

  it("is one line where a table shows it", () => {
    expect(oneLine("a\n  b\tc", 20)).toBe("a b c");
    expect(oneLine("abcdef", 4)).toBe("abc…");
  });
});

describe("hints", () => {
  it("call the program as the reader can", () => {
    expect(programCall("/usr/local/bin/preceptor", "/home/me", "run-script")).toBe("preceptor");
    expect(programCall("/home/me/node_modules/.bin/preceptor", "/home/me", "exec")).toBe("npx preceptor");
    expect(programCall("/home/me/preceptor/dist/cli.js", "/home/me/preceptor")).toBe("node dist/cli.js");
    expect(programCall("/opt/with space/cli.js", "/home/me/deep/down")).toBe("node '/opt/with space/cli.js'");
    expect(fromWhereYouStand("/home/me/demo", "/home/me")).toBe("demo");
    expect(fromWhereYouStand("/home/me", "/home/me")).toBe(".");
  });

  it("of faults are put into the words of the reader, as often as there are some", () => {
    const text = "Run `preceptor init`, or `preceptor status run-1`; `preceptor.json` and `other` stay.";
    expect(withCommandLines(text, (args) => `npx preceptor ${args} --project x`)).toBe(
      "Run 'npx preceptor init --project x', or 'npx preceptor status run-1 --project x'; `preceptor.json` and `other` stay.",
    );
  });

  it("of faults name this program and the project that the person named", async () => {
    const empty = temporaryFolder();
    try {
      const { code, stderr } = await preceptor(["status", "--project", path.join(empty.folder, "mine")]);
      expect([code, stderr]).toEqual([
        2,
        expect.stringMatching(/Run 'node \S*cli\.js init --project \S*mine' to make one/u),
      ]);
    } finally {
      empty.remove();
    }
  });

  it("stand in backticks in every fault, where they can be found", () => {
    const sources = ["engine", "adapters", "worker", "cli"].flatMap((folder) =>
      readdirSync(path.join(root, "src", folder), { recursive: true, encoding: "utf8" })
        .filter((name) => name.endsWith(".ts"))
        .map((name) => path.join("src", folder, name)),
    );
    const found = sources.flatMap((file) =>
      readFileSync(path.join(root, file), "utf8")
        .split("\n")
        .filter((line) => /["'][^`]*'preceptor [a-z]/u.test(line) && !/\.(?:option|argument)\(/u.test(line))
        .map((line) => `${file}: ${line.trim()}`),
    );
    expect(sources.length).toBeGreaterThan(200);
    expect(found).toEqual([]);
  });

  it("are whole: every argument that the command needs is there", () => {
    const sources = ["engine", "adapters", "worker", "cli"].flatMap((folder) =>
      readdirSync(path.join(root, "src", folder), { recursive: true, encoding: "utf8" })
        .filter((name) => name.endsWith(".ts"))
        .map((name) => path.join("src", folder, name)),
    );
    const shown = sources.flatMap((file) =>
      [...readFileSync(path.join(root, file), "utf8").matchAll(/(?<!\* .*)\\?`preceptor ([a-z][^`\n]*?)\\?`/gu)].map(
        ([, args = ""]) => ({
          file,
          args: args.replaceAll(/\$\{[^}]*\}/gu, "x"),
        }),
      ),
    );
    const program = createProgram("0.0.0");
    const lacking = shown.filter(({ args }) => {
      let command = program;
      const rest: string[] = [];
      for (const word of args.split(" ")) {
        const next = rest.length > 0 ? undefined : command.commands.find((each) => each.name() === word);
        if (next === undefined) rest.push(word);
        else command = next;
      }
      const needed = command.registeredArguments.filter(({ required }) => required).length;
      return command.commands.length > 0 || rest.filter((word) => !word.startsWith("-")).length < needed;
    });
    expect(shown.length).toBeGreaterThan(25);
    expect(lacking).toEqual([]);
  });
});

describe("a run without a sandbox", () => {
  it("says that programs run as plain processes", () => {
    expect(layerNotes({ layer: "process" }).join(" ")).toMatch(/plain processes/u);
    expect(layerNotes({ layer: "bubblewrap" })).toEqual([]);
    expect(layerNotes(null)).toEqual([]);
  });
});
