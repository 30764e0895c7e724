/** What a task of the editor runs: its words, its keys, and the problems that are read off what it writes. */
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Command } from "commander";
import { afterEach, describe, expect, it } from "vitest";
import { createProgram } from "../../src/cli/program.js";
import { commandsWithKeys, wordsOf } from "../../src/vscode/tasks/commandLine.js";
import { TypedLine } from "../../src/vscode/tasks/typedLine.js";
import { RunnerProcess, type RunnerCall } from "../../src/vscode/tasks/runnerProcess.js";
import { remoteModel, serveModels } from "../loop/support.js";
import { cli, makeProject, preceptor, root, shortConfiguration, temporaryFolder } from "../support/project.js";

const made: { remove(): void }[] = [];
afterEach(() => {
  for (const each of made.splice(0)) each.remove();
});

describe("words of a task", () => {
  it("are those of tasks.json, whether its arguments are a list or one text", () => {
    expect(wordsOf("iterate", undefined)).toEqual(["iterate"]);
    expect(wordsOf("benchmarks check", ["gsm8k"])).toEqual(["benchmarks", "check", "gsm8k"]);
    expect(wordsOf("evaluate", "--yes  --limit 5")).toEqual(["evaluate", "--yes", "--limit", "5"]);
    expect(wordsOf("evaluate", ["--limit", 5])).toEqual(["evaluate", "--limit", "5"]);
    expect(wordsOf("evaluate", { yes: true })).toEqual(["evaluate"]);
  });

  it("get their keys exactly where the command line reads them", () => {
    const reads = ({ options }: Command): boolean => options.some(({ long }) => long === "--secrets-on-stdin");
    const commands = createProgram("0.0.0").commands.filter(
      (command) => reads(command) || command.commands.some((each) => reads(each)),
    );
    expect(commands.map((command) => command.name()).sort()).toEqual([...commandsWithKeys].sort());
  });
});

describe("a task's process", () => {
  /** A program that says its words and then its first line of input, and gives up when that is late, as the command line does. */
  function call(words: readonly string[], handed: RunnerCall["handed"]): RunnerCall {
    const folder = temporaryFolder();
    made.push(folder);
    const script = path.join(folder.folder, "says.cjs");
    writeFileSync(
      script,
      `setTimeout(() => process.exit(9), 1500).unref();
       console.log(process.argv.slice(2).join(" "));
       process.stdin.on("data", (text) => { console.log(String(text)); process.exit(0); });
       process.stdin.on("end", () => process.exit(0));
       setTimeout(() => {}, 5000);`,
    );
    const program = async () => ({
      script,
      node: { file: process.execPath, version: process.versions.node, environment: {} },
    });
    return { project: folder.folder, words, program, handed };
  }

  it("has its keys on its input at once, however long the keyring asked for them", async () => {
    let said = "";
    const slow = async (): ReturnType<RunnerCall["handed"]> => {
      await new Promise((resolve) => setTimeout(resolve, 2000));
      return { secrets: { SOME_KEY: "value" } };
    };
    const task = call(["doctor"], slow);
    expect(await new RunnerProcess(task).run((text) => (said += text))).toBe(0);
    expect(said).toContain(`doctor --project ${task.project} --secrets-on-stdin`);
    expect(said).toContain('{"secrets":{"SOME_KEY":"value"},"answers":true}');
  });

  it("asks for no keys where the command needs none", async () => {
    let said = "";
    const never = async (): ReturnType<RunnerCall["handed"]> => Promise.reject(new Error("not to be asked"));
    expect(await new RunnerProcess(call(["report"], never)).run((text) => (said += text))).toBe(0);
    expect(said).not.toContain("secrets");
  });

  it("never starts when its terminal was closed before it could", async () => {
    let said = "";
    const task = new RunnerProcess(
      call(["evaluate"], async () => {
        task.stop();
        return { secrets: {} };
      }),
    );
    expect(await task.run((text) => (said += text))).toBe(130);
    expect(said).toBe("");
  });
});

describe("what is typed in a task's terminal", () => {
  it.each<[string, string[], string, string[]]>([
    ["letters are shown, Enter ends the line", ["y", "\r"], "y\r\n", ["y"]],
    ["a text may be pasted", ["yes\r\nno\n"], "yes\r\nno\r\n", ["yes", "no"]],
    [
      "Backspace takes one letter back, and no more than there are",
      ["\u007f", "nä\u007f\b", "y\r"],
      "nä\b \b\b \by\r\n",
      ["y"],
    ],
    ["other keys do nothing", ["\u001b[A\u001b[1;5C\u001bOP", "\t\u0001y\r"], "y\r\n", ["y"]],
  ])("%s", (_title, keys, shown, lines) => {
    const typed = new TypedLine();
    const taken = keys.map((key) => typed.take(key));
    expect(taken.map((each) => each.shown).join("")).toBe(shown);
    expect(taken.flatMap((each) => each.lines)).toEqual(lines);
  });
});

describe("a task that spends money", () => {
  it.each([
    ["y", 0],
    ["n", 130],
    // The terminal is closed, or Ctrl+C is pressed.
    [null, 130],
  ])(
    "names the cost, asks in its terminal, and does what is answered: %s",
    async (answer, code) => {
      const server = await serveModels();
      const short = shortConfiguration(["math"]);
      const target = remoteModel(server, "student", { price: { input: 1, output: 1 }, apiKey: "${secret:TASK_KEY}" });
      const project = makeProject({ ...short, models: { ...short.models, target }, target: "target" });
      made.push(project);
      let said = "";
      const task = new RunnerProcess({
        project: project.folder,
        words: ["evaluate", "--limit", "2"],
        program: async () => ({
          script: cli,
          node: { file: process.execPath, version: process.versions.node, environment: {} },
        }),
        handed: async () => ({ secrets: { TASK_KEY: "value" } }),
      });
      try {
        const ended = task.run((text) => (said += text));
        await expect
          .poll(() => said, { timeout: 20_000 })
          .toMatch(/calls[^]*spends money \(.*\)\. Start\? \[y\/N\] $/u);
        expect(server.requests.size).toBe(0);
        if (answer === null) task.stop();
        else task.answer(answer);
        expect(await ended, said).toBe(code);
        expect(server.requests.size > 0).toBe(answer === "y");
      } finally {
        await server.close();
      }
    },
    30_000,
  );
});

describe("problems of a task", () => {
  const { contributes } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")) as {
    contributes: { problemPatterns: readonly [{ readonly regexp: string }] };
  };
  const pattern = new RegExp(contributes.problemPatterns[0].regexp, "u");

  it.each(["doctor", "iterate"])(
    "that %s writes about the project's file are found at their place",
    async (command) => {
      const project = makeProject(shortConfiguration(["math"]));
      made.push(project);
      const file = path.join(project.folder, "preceptor.json");
      writeFileSync(file, '{\n  "version": 1,\n  "benchmarks": 7\n}\n');
      const { stdout, stderr } = await preceptor([command, "--project", project.folder]);
      const found = `${stdout}\n${stderr}`.split("\n").flatMap((line) => {
        const [, place, number, field, message] = pattern.exec(line) ?? [];
        return place === undefined ? [] : [[place, number, field, message]];
      });
      expect(found).toContainEqual([file, "3", "benchmarks", expect.stringContaining("number")]);
    },
  );
});
