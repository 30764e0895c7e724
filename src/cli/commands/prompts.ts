import { isUtf8 } from "node:buffer";
import { readFile } from "node:fs/promises";
import { Option, type Command } from "commander";
import { TemplateFolder } from "../../adapters/prompts/index.js";
import { Fault } from "../../engine/fault.js";
import {
  check,
  eject,
  importPublished,
  listTemplates,
  templateSetNames,
  type TemplateSetName,
  type Diagnostic,
} from "../../engine/prompts/index.js";
import { contextOf, type CommandContext } from "../context.js";
import { exitCodes } from "../exit.js";
import { tableText } from "../figures.js";

export function registerPrompts(program: Command): void {
  const prompts = program
    .command("prompts")
    .description("the instructor's templates: list, show, eject, import, check")
    .addHelpText(
      "after",
      `
Examples:
  $ preceptor prompts list
  $ preceptor prompts eject clean-lec-math      copy it into prompts/, where it can be edited and takes over
  $ preceptor prompts check                     problems with file, line and remedy
  $ preceptor prompts import mine.txt --strategy LE --family math --set paper`,
    );
  registerList(prompts);
  registerShow(prompts);
  registerEject(prompts);
  registerImport(prompts);
  registerCheck(prompts);
}

function filesOf({ options }: CommandContext): TemplateFolder {
  return new TemplateFolder(options.project);
}

function registerList(prompts: Command): void {
  prompts
    .command("list")
    .description("all templates, and which of them are the project's own")
    .addHelpText("after", "\nExample:\n  $ preceptor prompts list")
    .action(async (_options: unknown, command: Command) => {
      const context = contextOf(command);
      const templates = (await listTemplates(filesOf(context))).map(({ file, head, overridden, diagnostics }) => ({
        name: head.name,
        strategy: head.strategy,
        family: head.family,
        set: head.set,
        origin: file.origin,
        file: file.path,
        overridden,
        problems: diagnostics.length,
      }));
      context.terminal.result({ templates }, () =>
        tableText({
          title: "Templates",
          head: ["Name", "Set", "Strategy", "Family", "From"],
          rows: templates.map(({ name, set, strategy, family, origin, overridden }) => [
            name,
            set,
            strategy,
            family,
            overridden ? `${origin} (overridden)` : origin,
          ]),
          note: `'${context.commandLine("prompts eject NAME")}' copies one into the project.`,
        }),
      );
    });
}

function registerShow(prompts: Command): void {
  prompts
    .command("show")
    .description("the text of a template that is in force")
    .argument("<name>", "name or file name")
    .addHelpText("after", "\nExample:\n  $ preceptor prompts show clean-lec-math")
    .action(async (name: string, _options: unknown, command: Command) => {
      const context = contextOf(command);
      const files = filesOf(context);
      const templates = await listTemplates(files);
      const wanted = name.replace(/\.prompt$/u, "");
      const found = templates.find(
        ({ head, file, overridden }) => !overridden && (head.name === wanted || file.name === `${wanted}.prompt`),
      );
      if (found === undefined) {
        throw new Fault("usage", "There is no template of this name.", {
          found: name,
          allowed: [...new Set(templates.map(({ head }) => head.name))].join(", "),
          remedy: "`preceptor prompts list` names all templates.",
        });
      }
      const text = await files.read(found.file);
      context.terminal.result({ ...found.head, file: found.file.path, text }, () => text.trimEnd());
    });
}

function registerEject(prompts: Command): void {
  prompts
    .command("eject")
    .description("copy a shipped template into the project, where it takes over")
    .argument("<name>", "name or file name")
    .option("--replace", "replace the project's own copy")
    .addHelpText("after", "\nExample:\n  $ preceptor prompts eject clean-lec-math")
    .action(async (name: string, options: { replace?: boolean }, command: Command) => {
      const context = contextOf(command);
      const file = await eject(filesOf(context), name, options.replace === true);
      context.terminal.result({ file: file.path }, () => `Written: ${file.path}`);
    });
}

function registerImport(prompts: Command): void {
  prompts
    .command("import")
    .description("turn your copy of a published prompt, with [QUESTION] and the like, into a template of the project")
    .argument("<file>", "text file")
    .addOption(new Option("--strategy <name>", "where the text does not tell").choices(["LE", "LEC", "AugGPT"]))
    .addOption(new Option("--family <name>", "where the text does not tell").choices(["math", "choice", "code"]))
    .addOption(new Option("--set <set>", "set that the template belongs to").choices(templateSetNames).default("paper"))
    .option("--replace", "replace the project's own copy")
    .addHelpText("after", "\nExample:\n  $ preceptor prompts import mine.txt --strategy LE --family math --set paper")
    .action(async (source: string, options: ImportCommandOptions, command: Command) => {
      const context = contextOf(command);
      const files = filesOf(context);
      const imported = importPublished(await readSource(source), {
        set: options.set,
        ...(options.strategy === undefined ? {} : { strategy: options.strategy }),
        ...(options.family === undefined ? {} : { family: options.family }),
      });
      const written: { file: string; notes: readonly string[] }[] = [];
      for (const { name, text, notes } of imported) {
        written.push({ file: (await files.write(name, text, options.replace === true)).path, notes });
      }
      context.terminal.result({ written }, () =>
        written.flatMap(({ file, notes }) => [`Written: ${file}`, ...notes.map((note) => `  ${note}`)]).join("\n"),
      );
    });
}

interface ImportCommandOptions {
  readonly strategy?: string;
  readonly family?: string;
  readonly set: TemplateSetName;
  readonly replace?: boolean;
}

async function readSource(file: string): Promise<string> {
  const bytes = await readFile(file).catch((thrown: unknown) => {
    throw new Fault("usage", "The file cannot be read.", { file, remedy: "Check the path.", cause: thrown });
  });
  if (isUtf8(bytes)) return bytes.toString("utf8");
  throw new Fault("data", "The file is not UTF-8.", {
    file,
    allowed: "a text in UTF-8",
    remedy: "Save it as UTF-8, so that no letter of it is lost.",
  });
}

function registerCheck(prompts: Command): void {
  prompts
    .command("check")
    .description("problems of the templates, with file, line and remedy")
    .argument("[names...]", "names; without any, all")
    .addHelpText("after", "\nExamples:\n  $ preceptor prompts check\n  $ preceptor prompts check clean-lec-math")
    .action(async (names: string[], _options: unknown, command: Command) => {
      const context = contextOf(command);
      const diagnostics = await check(filesOf(context), names);
      context.terminal.result({ diagnostics }, () =>
        diagnostics.length === 0 ? "No problem found." : diagnostics.map(diagnosticText).join("\n"),
      );
      if (diagnostics.some(({ severity }) => severity === "error")) process.exitCode = exitCodes.usage;
    });
}

function diagnosticText({ file, line, column, severity, message, remedy }: Diagnostic): string {
  return `${file}:${line}:${column}: ${severity}: ${message} ${remedy}`;
}
