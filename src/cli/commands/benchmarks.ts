import type { Command } from "commander";
import {
  benchmarkFolder,
  dataFiles,
  dataFolderOf,
  openProject,
  environmentSecrets,
} from "../../adapters/project/index.js";
import { openLooks } from "../../adapters/decisions/index.js";
import { openProjectStore } from "../../adapters/store/index.js";
import { checkBenchmark, fetchBenchmark, type BenchmarkCheck, type FetchReport } from "../../adapters/fetch/index.js";
import {
  benchmarks,
  countLooks,
  definitionOf,
  filesOf,
  findBenchmark,
  type LookCount,
} from "../../engine/benchmarks/index.js";
import { toFault } from "../../engine/fault.js";
import { contextOf } from "../context.js";
import { exitCodes } from "../exit.js";
import { withCommandLines } from "../invocation.js";
import { tableText } from "../figures.js";
import path from "node:path";

export function registerBenchmarks(program: Command): void {
  const group = program
    .command("benchmarks")
    .description("the known benchmarks: list them, fetch their upstream files, check what is there")
    .addHelpText(
      "after",
      `
Examples:
  $ preceptor benchmarks list
  $ preceptor benchmarks fetch gsm8k mmlu
  $ preceptor benchmarks fetch gsm8k --mirror https://mirror.example/raw
  $ preceptor benchmarks check`,
    );
  registerList(group);
  registerFetch(group);
  registerCheck(group);
}

function registerList(group: Command): void {
  group
    .command("list")
    .description("names, splits, licences")
    .addHelpText("after", "\nExamples:\n  $ preceptor benchmarks list\n  $ preceptor benchmarks list --json")
    .action((_options: unknown, command: Command) => {
      const listed = benchmarks.map(({ name, title, family, domain, licence, splits }) => ({
        name,
        title,
        family,
        domain,
        licence: licence.name,
        splits: Object.entries(splits).map(([split, { role, cases }]) => ({ split, role, cases })),
      }));
      contextOf(command).terminal.result({ benchmarks: listed }, () =>
        tableText({
          title: "Benchmarks",
          head: ["Name", "Family", "Splits", "Licence"],
          rows: listed.map(({ name, family, splits, licence }) => [
            name,
            family,
            splits
              .map(({ split, role, cases }) => `${split} (${role}${cases === null ? "" : `, ${cases}`})`)
              .join(", "),
            licence,
          ]),
          note: "Your own files are mapped in preceptor.json: see docs/benchmarks.md.",
        }),
      );
    });
}

function registerFetch(group: Command): void {
  group
    .command("fetch")
    .description("download upstream files with pinned SHA-256, resuming where an earlier download stopped")
    .argument("<names...>", "names of benchmarks")
    .option("--mirror <address>", "base address that replaces scheme and host of the upstream addresses")
    .option("--folder <folder>", "where the files go; without it the project's store")
    .addHelpText(
      "after",
      "\nExamples:\n  $ preceptor benchmarks fetch gsm8k mmlu\n  $ preceptor benchmarks fetch gsm8k --mirror https://mirror.example/raw",
    )
    .action(async (names: string[], options: { mirror?: string; folder?: string }, command: Command) => {
      const { terminal, options: globals, signal } = contextOf(command);
      const folder = options.folder ?? benchmarkFolder(path.resolve(globals.project));
      const fetched: FetchReport[] = [];
      for (const definition of names.map(findBenchmark)) {
        const bytes = filesOf(definition).reduce((sum, file) => sum + (file.bytes ?? 0), 0);
        const { name, holder, note } = definition.licence;
        terminal.note(
          `${definition.name}: ${(bytes / 1e6).toFixed(1)} MB. Licence: ${name} (${holder})${note === null ? "" : `. ${note}`}`,
        );
        const report = await fetchBenchmark(definition, folder, {
          signal,
          mirror: options.mirror,
          onProgress: ({ file, filesDone, files, bytes: done, totalBytes }) => {
            const share = totalBytes === 0 ? 0 : Math.round((done / totalBytes) * 100);
            terminal.draw(
              `${definition.name}: ${share} % · file ${Math.min(filesDone + 1, files)} of ${files} · ${file}`,
            );
          },
        });
        terminal.settle();
        fetched.push(report);
      }
      terminal.result({ folder, fetched }, () =>
        fetched
          .map(({ benchmark, files }) => {
            const fresh = files.filter(({ state }) => state !== "present").length;
            return `${benchmark}: ${fresh} files fetched, ${files.length - fresh} already there`;
          })
          .concat(`Folder: ${folder}`)
          .join("\n"),
      );
    });
}

function registerCheck(group: Command): void {
  group
    .command("check")
    .description("which files are there, whether they are the pinned ones, and how many cases they hold")
    .argument("[names...]", "names of known benchmarks; without any, those of the project")
    .option("--folder <folder>", "where the files of known benchmarks are")
    .addHelpText(
      "after",
      "\nExamples:\n  $ preceptor benchmarks check\n  $ preceptor benchmarks check gsm8k --folder downloads",
    )
    .action(async (names: string[], options: { folder?: string }, command: Command) => {
      const { terminal, options: globals, commandLine } = contextOf(command);
      const checks: BenchmarkCheck[] = [];
      let looks: readonly LookCount[] = [];
      if (names.length > 0) {
        const folder = options.folder ?? benchmarkFolder(path.resolve(globals.project));
        for (const name of names) checks.push(await checkBenchmark(findBenchmark(name), folder, dataFiles));
      } else {
        const project = await openProject(globals.project, environmentSecrets(process.env));
        for (const [name, entry] of Object.entries(project.configuration.benchmarks)) {
          const folder = dataFolderOf(project.folder, entry, options.folder);
          checks.push(await checkBenchmark(definitionOf(name, entry), folder, dataFiles));
        }
        const store = await openProjectStore(project.folder, { access: "read" });
        looks = countLooks(await openLooks(store).read());
      }
      terminal.result({ benchmarks: checks.map((check) => plain(check, looks)) }, () =>
        withCommandLines(checks.map((check) => checkText(check, looks)).join("\n"), commandLine),
      );
      if (checks.some(isBad)) process.exitCode = exitCodes.failed;
    });
}

/** How often the evaluations of a project looked at a split. */
function looksOf(looks: readonly LookCount[], benchmark: string, split: string): number {
  return looks.find((set) => set.benchmark === benchmark && set.split === split)?.looks ?? 0;
}

function plain(check: BenchmarkCheck, looks: readonly LookCount[]): unknown {
  return {
    ...check,
    splits: check.splits.map(({ fault, ...split }) => ({
      ...split,
      looks: looksOf(looks, check.benchmark, split.split),
      fault: fault === null ? null : toFault(fault).describe(),
    })),
  };
}

function isBad({ files, splits }: BenchmarkCheck): boolean {
  return (
    files.some(({ state }) => state === "differs" || state === "missing") || splits.some(({ fault }) => fault !== null)
  );
}

function checkText({ benchmark, files, splits }: BenchmarkCheck, looks: readonly LookCount[]): string {
  const trouble = files.filter(({ state }) => state === "differs" || state === "missing");
  return [
    `${benchmark}: ${files.length - trouble.length} of ${files.length} files`,
    ...trouble.map(({ path: file, state }) => `  ${state}: ${file}`),
    ...(trouble.length > 0 && benchmarks.some(({ name }) => name === benchmark)
      ? [`  \`preceptor benchmarks fetch ${benchmark}\` downloads them.`]
      : []),
    ...splits.map(({ split, cases, expected, duplicateQuestions, fault }) => {
      if (fault !== null) return `  ${split}: ${fault.describe()}`;
      if (cases === null) return `  ${split}: files missing`;
      const wanted = expected === null || expected === cases ? "" : ` (expected ${expected})`;
      const repeated =
        duplicateQuestions === null || duplicateQuestions === 0 ? "" : `, ${duplicateQuestions} repeat a question`;
      const times = looksOf(looks, benchmark, split);
      const looked = times === 0 ? "" : `, evaluated ${times === 1 ? "once" : `${times} times`}`;
      return `  ${split}: ${cases} cases${wanted}${repeated}${looked}`;
    }),
  ].join("\n");
}
