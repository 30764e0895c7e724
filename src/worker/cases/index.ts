import type { SingleCalls } from "../../adapters/project/index.js";
import { candidateProgram, type CodeData } from "../../engine/families/index.js";
import { Fault } from "../../engine/fault.js";
import type { Handlers } from "../../protocol/rpc.js";
import type { caseRequests } from "../../protocol/worker/index.js";
import { historyOf } from "../benchmarks/history.js";
import { Indexes } from "../benchmarks/indexes.js";
import type { Projects } from "../projects.js";
import type { RunRecords } from "../runRecords.js";
import { askCase, askOptions } from "./ask.js";
import { detailOf } from "./detail.js";
import { findCase, type FoundCase } from "./found.js";
import { codeErrors } from "./order.js";
import { Sandboxes } from "./sandbox.js";
import { runTests } from "./tests.js";
import { decide, triageOf, writeNote } from "./triage.js";

type CaseHandlers = Handlers<{ readonly requests: typeof caseRequests; readonly events: Record<never, never> }>;

/** Answers what documents, tests and commands about single cases ask. */
export function caseHandlers(
  projects: Projects,
  records: RunRecords,
  calls: SingleCalls,
  indexes = new Indexes(projects),
): CaseHandlers {
  const sandboxes = new Sandboxes();
  return {
    "case/detail": async ({ folder, ref }) => {
      const found = await findCase(projects, folder, ref);
      return detailOf(ref, found, await triageOf(found.readable.store, ref.key));
    },
    "case/text": async ({ folder, ref, part }) => ({ text: textOf(await findCase(projects, folder, ref), part) }),
    "case/history": async ({ folder, ref }) => ({ verdicts: await historyOf(indexes.of(folder), folder, ref.key) }),
    "case/runTests": async ({ folder, ref, program }, { signal }) => {
      const found = await findCase(projects, folder, ref);
      const own = program ?? programOf(found);
      return sandboxes.use(found.project, async (runner) => runTests(found, own, runner, signal));
    },
    "case/triage": async ({ folder, keys, decision, note }) => ({
      changed: await decide(folder, keys, decision, note),
    }),
    "case/note": async ({ folder, key, note }) => {
      await writeNote(folder, key, note);
      return {};
    },
    "case/askOptions": async ({ folder, ref }) => askOptions(await findCase(projects, folder, ref)),
    "case/ask": async (params, { signal }) => {
      // What costs money is asked as the configuration has it now, or not at all.
      await projects.open(params.folder);
      return askCase(await findCase(projects, params.folder, params.ref), params, { calls, sandboxes }, signal);
    },
    "case/answer": async ({ folder, answer }) => ({
      text: (await calls.stored({ folder }, answer))?.answer.text ?? null,
    }),
    "case/codeErrors": async ({ folder, run }) => codeErrors(projects, records, folder, run),
  };
}

/** A whole text, as it is. */
function textOf(found: FoundCase, part: "response" | "program" | "reference"): string {
  if (part === "response") return found.record.text;
  if (part === "program") return programOf(found);
  return found.benchmark.family.reference(found.testCase) ?? "";
}

/** The program that the run's verdict is about; empty when the response holds none. */
function programOf({ benchmark, testCase, record }: FoundCase): string {
  const { family, extractor, protocol } = benchmark;
  if (family.name !== "code") {
    throw new Fault("usage", "The response to this case is no program.", {
      found: family.title,
      remedy: "Open a case of a code benchmark.",
    });
  }
  return candidateProgram(record.text, testCase.data as CodeData, extractor ?? "code", protocol).program ?? "";
}
