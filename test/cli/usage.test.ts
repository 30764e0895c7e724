import path from "node:path";
import type { Command } from "commander";
import { afterAll, describe, expect, it } from "vitest";
import { createProgram } from "../../src/cli/program.js";
import { preceptor, temporaryFolder } from "../support/project.js";
import { faultOf } from "./helpers.js";

function leaves(command: Command): Command[] {
  return command.commands.length === 0 ? [command] : command.commands.flatMap(leaves);
}

function nameOf(command: Command): string {
  return command.parent === null ? "" : `${nameOf(command.parent)} ${command.name()}`.trim();
}

const program = createProgram("0.0.0");
const everyCommand = leaves(program);

describe("help", () => {
  it("knows every command", () => {
    expect(everyCommand.map(nameOf).sort()).toEqual(
      [
        "benchmarks check",
        "benchmarks fetch",
        "benchmarks list",
        "cancel",
        "contrast",
        "demo",
        "doctor",
        "errors",
        "evaluate",
        "generate",
        "import",
        "init",
        "iterate",
        "prompts check",
        "prompts eject",
        "prompts import",
        "prompts list",
        "prompts show",
        "report",
        "resume",
        "review",
        "score",
        "status",
        "train",
        "triage",
      ].sort(),
    );
  });

  it.each([program, ...program.commands, ...everyCommand].map((command) => [nameOf(command), command] as const))(
    "of '%s' has a description and examples of this command",
    (name, command) => {
      const written: string[] = [];
      command.configureOutput({ writeOut: (text) => written.push(text) });
      command.outputHelp();
      expect(command.description().length).toBeGreaterThan(10);
      expect(written.join("")).toMatch(new RegExp(`Examples?:\n(.*\n)*?  \\$ preceptor ${name}`, "u"));
    },
  );

  it("goes to standard output and is no fault", async () => {
    const { code, stdout, stderr } = await preceptor(["iterate", "--help"]);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toContain("Usage: preceptor iterate");
  });
});

describe("bad usage ends with 2, and is JSON when asked for", () => {
  const empty = temporaryFolder();
  afterAll(() => empty.remove());

  it.concurrent.each<
    [string, string[], Partial<Record<"message" | "field" | "found" | "allowed" | "remedy" | "file", RegExp>>]
  >([
    ["no command", [], { message: /command is missing/u, allowed: /iterate/u }],
    ["no subcommand", ["prompts"], { message: /command is missing/u, allowed: /list, show, eject/u }],
    ["unknown command", ["itrate"], { message: /'itrate'/u, remedy: /Did you mean iterate\?/u }],
    ["unknown subcommand", ["benchmarks", "lst"], { remedy: /Did you mean list\?/u }],
    ["unknown option", ["iterate", "--limmit", "3"], { message: /--limmit/u, remedy: /--limit/u }],
    [
      "missing argument",
      ["resume"],
      { message: /missing required argument 'run'/iu, remedy: /preceptor resume --help/u },
    ],
    ["too many arguments", ["report", "run-1", "run-2"], { message: /too many arguments/iu }],
    ["option without value", ["errors", "--run"], { message: /--run <id>.* missing/u }],
    [
      "not a number",
      ["iterate", "--limit", "x"],
      { message: /does not take this value/u, field: /^--limit$/u, found: /^x$/u, allowed: /^1, 2/u },
    ],
    ["zero cases", ["generate", "--try", "0"], { field: /^--try$/u, found: /^0$/u, allowed: /^1, 2/u }],
    ["negative iteration", ["errors", "--iteration", "-1"], { field: /^--iteration$/u, found: /^-1$/u }],
    ["no project", ["status", "--project", "does-not-exist"], { file: /does-not-exist/u, remedy: /preceptor init/u }],
    ["a project that is a file", ["status", "--project", process.execPath], { remedy: /--project/u }],
    ["unknown benchmark", ["benchmarks", "fetch", "gsm9k"], { found: /gsm9k/u, allowed: /gsm8k/u }],
    ["init of an unknown benchmark", ["init", "--benchmark", "gsm9k"], { found: /gsm9k/u, allowed: /gsm8k/u }],
    ["unknown template", ["prompts", "show", "nope"], { found: /nope/u, allowed: /clean-lec-math/u }],
    ["unknown template set", ["prompts", "import", "x", "--set", "nope"], { allowed: /paper/u }],
    ["missing file", ["prompts", "import", "nope.txt"], { file: /nope\.txt/u, message: /cannot be read/u }],
    ["unknown choice", ["import", "x", "--verdicts", "mine"], { field: /^--verdicts$/u, allowed: /judged, recorded/u }],
    ["unknown class", ["triage", "k", "--as", "artfact"], { field: /^--as$/u, allowed: /artefact/u }],
    ["no address", ["init", "--target", "localhost:8000"], { field: /^--target$/u, allowed: /http/u }],
    ["a password in an address", ["init", "--instructor", "http://me:pw@host/v1"], { field: /^--instructor$/u }],
    ["no name of a model", ["init", "--target-model", " "], { field: /^--target-model$/u }],
    [
      "built-in models at an address",
      ["init", "--builtin", "--target", "http://x/v1"],
      { message: /cannot be used with/u },
    ],
    ["a decision and none", ["triage", "k", "--as", "artefact", "--clear"], { message: /cannot be used with/u }],
    ["a decision about no case", ["triage", "--as", "artefact"], { field: /^--as$/u, remedy: /preceptor|cli\.js/u }],
    ["all proposals and keys", ["triage", "k", "--accept-proposals"], { found: /k/u }],
    ["a set that is shown, and a limit", ["contrast", "k", "--limit", "3"], { field: /^--limit$/u, found: /k/u }],
    ["messages of no error", ["contrast", "--messages"], { field: /^--messages$/u, remedy: /errors/u }],
    ["data for no new project", ["import", "x", "--data", "y"], { field: /^--data$/u, remedy: /--create/u }],
    [
      "a new project and a run",
      ["import", "x", "--create", "y", "--run", "run-1"],
      { message: /cannot be used with/u },
    ],
    ["nothing to score", ["score", "nope.jsonl", "--benchmark", "gsm8k"], { file: /nope\.jsonl/u }],
  ])("%s", async (_name, args, expected) => {
    const found = await faultOf(args, { cwd: empty.folder });
    expect(found.code).toBe(2);
    expect(found.remedy, JSON.stringify(found)).toMatch(/./u);
    for (const [field, pattern] of Object.entries(expected)) {
      expect(found[field as "message"], JSON.stringify(found)).toMatch(pattern);
    }
  });

  it("never makes a project where there is one, nor downloads for it", async () => {
    const made = temporaryFolder();
    try {
      expect((await preceptor(["init", "--project", made.folder])).code).toBe(0);
      const found = await faultOf(["import", "gsm8k.jsonl", "--create", made.folder]);
      expect([found.code, found.kind, found.message]).toEqual([2, "usage", "There is a project already."]);
      expect(found.file).toBe(path.join(made.folder, "preceptor.json"));
    } finally {
      made.remove();
    }
  });

  it("shows where a fault comes from only with --debug", async () => {
    const plain = await preceptor(["status"], { cwd: empty.folder });
    const debug = await preceptor(["status", "--debug"], { cwd: empty.folder });
    expect([plain.code, debug.code]).toEqual([2, 2]);
    expect(plain.stderr).not.toMatch(/^\s+at /mu);
    expect(debug.stderr).toMatch(/^\s+at /mu);
    expect(plain.stdout).toBe("");
  });
});
