import { readFileSync } from "node:fs";
import path from "node:path";
import type { Command } from "commander";
import { describe, expect, it } from "vitest";
import { createProgram } from "../../src/cli/program.js";
import { exitCodes } from "../../src/cli/exit.js";
import { root } from "../support/project.js";

const page = readFileSync(path.join(root, "docs", "command-line.md"), "utf8");
const program = createProgram("0.0.0");

function nameOf(command: Command): string {
  return command.parent === null ? "" : `${nameOf(command.parent)} ${command.name()}`.trim();
}

function leaves(command: Command): Command[] {
  return command.commands.length === 0 ? [command] : command.commands.flatMap(leaves);
}

describe("docs/command-line.md", () => {
  it.each(leaves(program).map(nameOf))("describes '%s' with an example", (name) => {
    const headings = page.split("\n").filter((line) => line.startsWith("### "));
    expect(headings.filter((line) => line.includes(`\`${name}\``))).toHaveLength(1);
    expect(page).toMatch(new RegExp(`^preceptor ${name}\\b`, "mu"));
  });

  it("names only commands and options that exist", () => {
    const examples = page
      .split("\n")
      .flatMap((line) => line.split(" && "))
      .filter((line) => line.startsWith("preceptor "));
    expect(examples.length).toBeGreaterThan(30);
    for (const example of examples) {
      const words = example.split(" ").slice(1);
      let command = program;
      for (const word of words) command = command.commands.find((each) => each.name() === word) ?? command;
      expect(command.commands, example).toEqual([]);
      const known = [...program.options, ...command.options].map(({ long }) => long);
      for (const option of words.filter((word) => word.startsWith("--"))) expect(known, example).toContain(option);
    }
  });

  it("has every exit code", () => {
    for (const code of Object.values(exitCodes)) expect(page).toMatch(new RegExp(`^\\| ${code} +\\| \\w`, "mu"));
  });
});
