import type { Command } from "commander";
import { loadTokenCounter } from "../../adapters/chat/index.js";
import { listErrors, noSuchError, readRun, templatesOf, type Project } from "../../adapters/project/index.js";
import { promptTokens } from "../../engine/asking/index.js";
import { chooseNeighbours, storedNeighbours } from "../../engine/contrast/index.js";
import { Fault } from "../../engine/fault.js";
import {
  callAbout,
  parseNearest,
  parseResponse,
  requestOf,
  type LoopBenchmark,
  type UnsentReason,
} from "../../engine/iteration/index.js";
import type { InstructorCall } from "../../engine/instructor/index.js";
import type { ChatMessage } from "../../engine/seams/index.js";
import { contextOf } from "../context.js";
import { colours } from "../terminal.js";
import { safeText } from "../../protocol/safeText.js";
import { iterate } from "./iterate.js";
import { caseFilterOf, positiveInteger, secretsOption, withCaseOptions } from "../options.js";

interface ContrastOptions {
  readonly run?: string;
  readonly iteration: number;
  readonly k?: number;
  readonly messages?: boolean;
  readonly limit?: number;
  readonly case?: string[];
  readonly fresh?: boolean;
}

/** What shows one contrast set and what runs the loop exclude each other; an option that would do nothing is refused. */
function refuseMisplaced(
  key: string | undefined,
  { k, messages, limit, case: keys = [], fresh }: ContrastOptions,
): void {
  const misplaced =
    key === undefined
      ? Object.entries({ "--k": k, "--messages": messages })
      : Object.entries({ "--limit": limit, "--case": keys[0], "--fresh": fresh });
  const [option] = misplaced.find(([, value]) => value !== undefined) ?? [];
  if (option === undefined) return;
  throw new Fault(
    "usage",
    `${option} does nothing ${key === undefined ? "without the key of an error" : "where one contrast set is shown"}.`,
    {
      field: option,
      found: key === undefined ? "no key" : `the key ${key}`,
      remedy:
        key === undefined ? "Name an error, as `preceptor errors` lists them." : "Leave out the option, or the key.",
    },
  );
}

export function registerContrast(program: Command): void {
  withCaseOptions(
    program
      .command("contrast")
      .description("the nearest right cases of an error (Eq. 2), or the loop up to the contrast sets")
      .argument("[key]", "key of an error; without it the loop runs up to the contrast stage")
      .option("--run <id>", "run; without it the newest one")
      .option("--iteration <n>", "iteration", positiveInteger, 1)
      .option("--k <n>", "another number of neighbours, up to 20, without a new search", positiveInteger)
      .option("--messages", "the exact messages that the instructor receives")
      .addOption(secretsOption()),
  )
    .addHelpText(
      "after",
      "\nExamples:\n  $ preceptor contrast --limit 200\n  $ preceptor contrast gsm8k/train/17 --k 5 --messages",
    )
    .action(async (key: string | undefined, options: ContrastOptions, command: Command) => {
      const context = contextOf(command);
      refuseMisplaced(key, options);
      const project = await context.openProject();
      if (key === undefined) {
        await iterate(context, project, {
          run: options.run ?? null,
          until: "contrast",
          iterations: options.iteration,
          filter: caseFilterOf(options),
          fresh: options.fresh === true,
        });
        return;
      }
      const readable = await readRun(project, options.run ?? null);
      const [error] = await listErrors(readable, { iteration: options.iteration, case: key });
      if (error === undefined) throw noSuchError(key, readable.run.id);
      const stored = await readable.run
        .stage(options.iteration, "contrast")
        .readSoFar("neighbours.jsonl", parseNearest);
      const nearest = stored.find((record) => record.error === key)?.nearest;
      if (nearest === undefined) {
        throw new Fault("usage", "This case has no contrast set in this run.", {
          found: key,
          remedy: "Only errors of an iteration with LEC have one: `preceptor contrast` runs the loop that far.",
        });
      }
      if (options.k !== undefined && options.k > storedNeighbours) {
        throw new Fault("usage", "Not so many neighbours are stored.", {
          field: "--k",
          found: String(options.k),
          allowed: `1 to ${storedNeighbours}`,
          remedy: "Ask for fewer neighbours.",
        });
      }
      const { configuration } = project;
      const { pinned, excluded } = readable.decisions.contrast(key);
      const { iteration } = options;
      const k = options.k ?? configuration.iterations[iteration - 1]?.k ?? configuration.contrast.k;
      const chosen = chooseNeighbours(nearest, k, pinned, excluded);
      const responses = await readable.run.stage(iteration, "collect").readSoFar("responses.jsonl", parseResponse);
      const call = callAbout(
        { configuration, decisions: readable.decisions, iteration },
        {
          ...error,
          responses: new Map(responses.map((record) => [record.key, record])),
          neighbours: chosen,
        },
      );
      const sent = typeof call === "string" ? null : await sentFor(project, error.benchmark, call);
      const byKey = new Map(error.benchmark.target.map((testCase) => [testCase.key, testCase]));
      const neighbours = chosen.flatMap(({ key: other, distance }) => {
        const testCase = byKey.get(other);
        return testCase === undefined ? [] : [{ testCase, distance }];
      });
      const document = {
        error: key,
        question: error.testCase.question,
        neighbours: neighbours.map(({ testCase, distance }) => ({
          key: testCase.key,
          distance,
          question: testCase.question,
        })),
        samples: sent?.samples ?? 0,
        tokens: sent?.tokens ?? 0,
        ...(typeof call === "string" ? { unsent: call } : {}),
        ...(options.messages === true ? { messages: sent?.messages ?? [] } : {}),
      };
      context.terminal.result(document, () =>
        [
          `${colours.red("wrong")} ${key}`,
          `  ${safeText(error.testCase.question)}`,
          ...neighbours.flatMap(({ testCase, distance }) => [
            `${colours.green("right")} ${testCase.key} · distance ${distance.toFixed(3)}`,
            `  ${safeText(testCase.question)}`,
          ]),
          typeof call === "string"
            ? `The instructor receives nothing: ${unsentTexts[call]}.`
            : `${document.tokens} tokens for ${document.samples} ${document.samples === 1 ? "sample" : "samples"}`,
          ...(options.messages === true
            ? (sent?.messages ?? []).map(({ role, content }) => `\n${colours.bold(role)}\n${safeText(content)}`)
            : []),
        ].join("\n"),
      );
    });
}

/** What the instructor receives by a call of the run. */
async function sentFor(
  project: Project,
  benchmark: LoopBenchmark,
  call: InstructorCall,
): Promise<{ readonly messages: readonly ChatMessage[]; readonly samples: number; readonly tokens: number }> {
  const { configuration } = project;
  const request = requestOf({ configuration, templates: await templatesOf(project) }, benchmark, call);
  return {
    messages: request.messages,
    samples: call.samples,
    tokens: promptTokens(request, await loadTokenCounter()),
  };
}

const unsentTexts: { readonly [reason in UnsentReason]: string } = {
  evaluation: "cases of evaluation splits are never taught",
  iteration: "preceptor.json has no such iteration",
  strategy: "the strategy of this iteration asks no instructor",
  quota: "the quota of this benchmark is 0",
  triage: "you marked this case as one that is not taught",
  right: "the answer is right, and only errors are taught",
  undrawn: "the strategy of this iteration drew other errors",
};
