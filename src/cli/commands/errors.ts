import type { Command } from "commander";
import {
  errorDocument,
  listErrors,
  noSuchError,
  readRun,
  type ListedError,
  type Project,
} from "../../adapters/project/index.js";
import { checkEquations } from "../../engine/families/index.js";
import { Fault } from "../../engine/fault.js";
import { judgementOf, type LoopBenchmark } from "../../engine/iteration/index.js";
import { contextOf, type CommandContext } from "../context.js";
import { tableText } from "../figures.js";
import { oneLine, safeText } from "../../protocol/safeText.js";
import { colours } from "../terminal.js";
import { positiveInteger, wholeNumber } from "../options.js";

interface ErrorsOptions {
  readonly run?: string;
  readonly iteration?: number;
  readonly evaluation?: boolean;
  readonly benchmark?: string;
  readonly case?: string;
  readonly disputed?: boolean;
  readonly forgeable?: boolean;
  readonly limit?: number;
}

export function registerErrors(program: Command): void {
  program
    .command("errors")
    .description("the target's wrong answers: list them, or look at one")
    .option("--run <id>", "run; without it the newest one")
    .option("--iteration <n>", "iteration; without it the last one that has answers", wholeNumber)
    .option("--evaluation", "errors on the evaluation splits (shown only; they are never taught)")
    .option("--benchmark <name>", "only this benchmark")
    .option("--disputed", "only cases on which the protocols disagree")
    .option("--forgeable", "answers, right or wrong, whose verdict the program could have forged")
    .option("--case <key>", "show this case whole")
    .option("--limit <n>", "at most so many; without it 50 lines, or all with --json", positiveInteger)
    .addHelpText(
      "after",
      "\nExamples:\n  $ preceptor errors --benchmark gsm8k\n  $ preceptor errors --case gsm8k/train/17",
    )
    .action(async (options: ErrorsOptions, command: Command) => {
      const { terminal, openProject, commandLine } = contextOf(command);
      const project = await openProject();
      const readable = await readRun(project, options.run ?? null);
      requireBenchmark(readable.benchmarks, options.benchmark);
      const errors = await listErrors(readable, options);
      if (options.case !== undefined) {
        const [found] = errors;
        if (found === undefined) throw noSuchError(options.case, readable.run.id);
        terminal.result(errorDocument(found), () => errorText(found));
        return;
      }
      const chosen = options.disputed === true ? errors.filter(({ response }) => response.disputed) : errors;
      const { limit = chosen.length } = options;
      terminal.result({ run: readable.run.id, errors: chosen.slice(0, limit).map(errorDocument) }, () =>
        listText(chosen, options, project, commandLine),
      );
    });
}

function requireBenchmark(benchmarks: readonly LoopBenchmark[], name: string | undefined): void {
  if (name === undefined || benchmarks.some((benchmark) => benchmark.name === name)) return;
  throw new Fault("usage", "The project has no benchmark of this name.", {
    field: "--benchmark",
    found: name,
    allowed: benchmarks.map((benchmark) => benchmark.name).join(", "),
    remedy: "Name one of these.",
  });
}

function listText(
  errors: readonly ListedError[],
  { limit = 50, forgeable }: ErrorsOptions,
  { configuration }: Project,
  commandLine: CommandContext["commandLine"],
): string {
  const kind = forgeable === true ? "forgeable" : "wrong";
  if (errors.length === 0) return `No ${kind} answer here.`;
  const shown = errors.slice(0, limit);
  const rest = errors.length - shown.length;
  return [
    tableText({
      title: `${errors.length} ${kind} ${errors.length === 1 ? "answer" : "answers"}`,
      head: ["Case", "Group", "Extracted", "By", "Marks"],
      rows: shown.map(({ testCase, response, benchmark, triage }) => {
        const { extraction, by, failure, forgeable } = judgementOf(response, benchmark.protocol);
        const marks = [
          response.correct ? "right" : null,
          forgeable ? "forgeable" : null,
          response.disputed ? "disputed" : null,
          response.artefact === null ? null : `artefact? ${response.artefact.reason}`,
          response.finish === "length" ? "cut" : null,
          triage?.decision ?? null,
        ].filter((mark) => mark !== null);
        const value = failure === null ? (extraction.value ?? "nothing") : `${failure.type}: ${failure.message}`;
        return [testCase.key, testCase.group ?? "", oneLine(value, 40), by, marks.join(", ")];
      }),
      note: `Verdicts by the ${configuration.protocol} protocol. '${commandLine("errors --case KEY")}' shows one whole.`,
    }),
    ...(rest > 0 ? [`… and ${rest} more (--limit)`] : []),
  ].join("\n");
}

function errorText({ benchmark, testCase, response, triage }: ListedError): string {
  const section = (title: string, text: string): string => `${colours.bold(title)}\n${safeText(text).trimEnd()}\n`;
  const { paper, clean } = response;
  const verdict = (name: string, { correct, extraction, failure }: typeof paper): string =>
    `  ${name}: ${extraction.value === null ? "nothing extracted" : oneLine(extraction.value, 60)} ${correct ? "✓" : "✗"}${failure === null ? "" : ` ${failure.type}: ${oneLine(failure.message, 120)}`}`;
  const equations = benchmark.family.name === "math" ? checkEquations(response.text) : [];
  const failure = judgementOf(response, benchmark.protocol).failure;
  return [
    section(
      `${testCase.key}${testCase.group === null ? "" : ` · ${testCase.group}`}`,
      benchmark.family.questionText(testCase),
    ),
    section("Response", response.text),
    section("Reference", benchmark.family.reference(testCase) ?? "none"),
    section("Verdicts", [verdict("paper", paper), verdict("clean", clean)].join("\n")),
    ...(equations.length === 0
      ? []
      : [
          section(
            "Equations",
            equations
              .map(
                ({ expression, stated, ok, computed }) =>
                  `  ${ok ? "✓" : "✗"} ${expression} = ${stated}${ok ? "" : `, which is ${computed ?? "not a number"}`}`,
              )
              .join("\n"),
          ),
        ]),
    ...(failure?.assertion == null
      ? []
      : [
          section(
            "Failing test",
            `${failure.assertion}\nexpected ${failure.expected ?? "?"}, got ${failure.actual ?? "?"}`,
          ),
        ]),
    ...(response.artefact === null
      ? []
      : [section("Looks like an artefact", `${response.artefact.reason}: ${response.artefact.evidence}`)]),
    ...(triage === null
      ? []
      : [
          section(
            "Triage",
            `${triage.decision ?? ""} by ${triage.by}${triage.note === undefined ? "" : `: ${triage.note}`}`,
          ),
        ]),
  ].join("\n");
}
