import { DecisionStore } from "../../adapters/decisions/index.js";
import {
  allCases,
  estimateSource,
  missingFiles,
  newRunSource,
  planFacts,
  readRun,
  requireTemplates,
  unknownPrices,
  type Project,
  type RunSource,
} from "../../adapters/project/index.js";
import { probeSandbox } from "../../adapters/sandbox/index.js";
import { openProjectStore } from "../../adapters/store/index.js";
import { modelNameOf, resolveSecrets, type ModelRole } from "../../engine/configuration/index.js";
import { applyDecisions } from "../../engine/errors/index.js";
import { throwIfCancelled, toFault } from "../../engine/fault.js";
import {
  parseResponse,
  planRun,
  requireTaught,
  stageNames,
  type LoopBenchmark,
  type PlannedStage,
  type RoleEstimate,
  type RunEstimate,
  type StageName,
} from "../../engine/iteration/index.js";
import type { PlanProblem, RunPlan } from "../../protocol/worker/index.js";
import { toFaultView } from "../faultView.js";
import { fetchableView } from "../importing/fetchable.js";
import type { Projects } from "../projects.js";
import type { RunFollower } from "./follower.js";
import { errorShareOf, keptShareOf, secondsAhead, sizeOf, type WorkSize } from "./pace.js";

/** What would run: its cases, and which stages are current. */
interface Ahead {
  readonly source: RunSource;
  readonly stages: readonly PlannedStage[];
  readonly problems: readonly PlanProblem[];
}

/**
 * What a new run of the project would do, or the run that goes on: stages, calls, tokens, cost and time, and what stands
 * in its way. Asks no model and writes nothing. `followers` are the project's runs, the newest first; `load` loads the cases.
 */
export async function planOf(
  project: Project,
  run: string | null,
  followers: readonly RunFollower[],
  signal: AbortSignal,
  { baseOnly = false, load }: { readonly baseOnly?: boolean | undefined; readonly load?: Projects["load"] } = {},
): Promise<RunPlan> {
  const { configuration } = project;
  const { amount, calls, tokens, currency } = configuration.budget;
  const common = {
    run,
    budget: { amount: amount ?? null, calls: calls ?? null, tokens: tokens ?? null, currency },
    running: followers.filter(({ live }) => live).map(({ reader }) => reader.id),
  };
  let ahead: Ahead;
  let measured: number | null;
  let size: WorkSize;
  let estimate: RunEstimate;
  try {
    ahead = await aheadOf(project, run, baseOnly, load);
    throwIfCancelled(signal);
    requireTaught({ configuration, benchmarks: ahead.source.benchmarks }, baseOnly ? 0 : null);
    // A broken template is found before anything is asked, as the command line does.
    if (ahead.stages.some(({ stage, plan }) => stage === "instruct" && plan !== "done"))
      await requireTemplates(project);
    size = sizeOf(project, ahead.source.benchmarks);
    measured = errorShareOf(followers, size);
    const keptShare = keptShareOf(followers, size);
    const request = {
      pending: pendingOf(ahead.stages),
      ...(measured === null ? {} : { errorShare: measured }),
      ...(keptShare === null ? {} : { keptShare }),
    };
    estimate = await estimateSource(project, ahead.source, request, signal);
  } catch (thrown) {
    throwIfCancelled(signal);
    const problem = (await filesProblem(project)) ?? { kind: "fault", fault: toFaultView(thrown) };
    return { ...common, stages: [], estimate: nothing, problems: [problem] };
  }
  throwIfCancelled(signal);
  const { benchmarks } = ahead.source;
  const asked = modelsAhead(project, ahead);
  const spent = followers.find(({ reader }) => reader.id === run)?.spent ?? 0;
  return {
    ...common,
    stages: ahead.stages.map(({ iteration, stage, plan, reasons }) => ({
      iteration,
      stage,
      plan,
      reasons: [...reasons],
      strategy: configuration.iterations[iteration - 1]?.strategy ?? null,
    })),
    estimate: {
      ...{ target: roleOf(estimate.target), instructor: roleOf(estimate.instructor), judge: roleOf(estimate.judge) },
      ...{ cost: estimate.cost, most: estimate.most, basis: estimate.basis, errorShare: estimate.errorShare },
      measured: measured !== null,
      seconds: secondsAhead(
        ahead.stages,
        { target: estimate.target.calls, instructor: estimate.instructor.calls },
        followers,
        size,
      ),
    },
    problems: [
      ...ahead.problems,
      ...secretProblems(project, asked),
      ...unknownPrices(project)
        .filter(({ model }) => asked.includes(model))
        .map(({ model, name }) => ({ kind: "price" as const, model, name })),
      ...(await sandboxProblems(project, benchmarks)),
      ...budgetProblems(amount ?? null, estimate.cost, spent),
      ...(baseOnly ? [] : await artefactProblems(project, run, followers)),
      ...stopProblems(project, ahead.stages),
    ],
  };
}

const noCalls: RunPlan["estimate"]["target"] = { calls: 0, tokens: 0, cost: 0, stored: 0 };
const nothing: RunPlan["estimate"] = {
  ...{ target: noCalls, instructor: noCalls, judge: noCalls },
  ...{ cost: 0, most: 0, basis: "counted", errorShare: 0, measured: false, seconds: null },
};

async function aheadOf(
  project: Project,
  run: string | null,
  baseOnly: boolean,
  load: Projects["load"] | undefined,
): Promise<Ahead> {
  if (run !== null) {
    const source = await readRun(project, run, load);
    return { source, stages: await planRun(await planFacts(project, source), source.run), problems: [] };
  }
  const { leftOut, ...source } = await newRunSource(project, allCases, load);
  const iterations = baseOnly ? [] : project.configuration.iterations.map((_, index) => index + 1);
  return {
    source,
    stages: [
      entry(0, "evaluate", "run"),
      ...iterations.flatMap((iteration) =>
        stageNames.map((stage, index) => entry(iteration, stage, iteration === 1 && index === 0 ? "run" : "wait")),
      ),
    ],
    problems: leftOut.map(({ benchmark, overlaps }) => ({ kind: "overlap", benchmark, cases: overlaps.length })),
  };
}

/** Files that can be downloaded are no fault of the project. */
async function filesProblem(project: Project): Promise<PlanProblem | null> {
  const missing = await missingFiles(project);
  return missing.length === 0
    ? null
    : { kind: "files", benchmarks: missing.map(({ benchmark }) => fetchableView(benchmark)) };
}

function entry(iteration: number, stage: StageName, plan: PlannedStage["plan"]): PlannedStage {
  return { iteration, stage, plan, reasons: [], counts: null };
}

function pendingOf(stages: readonly PlannedStage[]): (iteration: number, stage: StageName) => boolean {
  const open = new Set(
    stages.filter(({ plan }) => plan !== "done").map(({ iteration, stage }) => `${iteration} ${stage}`),
  );
  return (iteration, stage) => open.has(`${iteration} ${stage}`);
}

function roleOf({ calls, promptTokens, completionTokens, cost, stored }: RoleEstimate): RunPlan["estimate"]["target"] {
  return { calls, tokens: promptTokens + completionTokens, cost, stored };
}

/** Names of the models that the stages ahead ask: nobody else's key or price stands in the way. */
function modelsAhead({ configuration }: Project, { source: { benchmarks }, stages }: Ahead): string[] {
  const ahead = (...names: readonly StageName[]): boolean =>
    stages.some(({ stage, plan }) => plan !== "done" && names.includes(stage));
  const judged = benchmarks.some(({ family }) => family.name === "judged");
  const roles: readonly ModelRole[] = [
    ...(ahead("evaluate", "collect") ? ["target" as const] : []),
    ...(ahead("instruct") ? ["instructor" as const] : []),
    ...(judged && ahead("evaluate", "collect", "instruct") ? ["judge" as const] : []),
  ];
  return [...new Set(roles.map((role) => modelNameOf(configuration, role)))];
}

function secretProblems({ configuration, secrets }: Project, names: readonly string[]): PlanProblem[] {
  return names.flatMap((name): PlanProblem[] => {
    try {
      resolveSecrets(configuration, secrets, [name]);
      return [];
    } catch (thrown) {
      const fault = toFault(thrown);
      if (fault.kind !== "authentication") throw fault;
      return [{ kind: "secret", fault: toFaultView(fault) }];
    }
  });
}

async function sandboxProblems(
  { configuration }: Project,
  benchmarks: readonly LoopBenchmark[],
): Promise<PlanProblem[]> {
  if (!benchmarks.some(({ family }) => family.name === "code")) return [];
  const { layer, reasons } = await probeSandbox();
  return layer === null
    ? [{ kind: "sandbox", reasons, plainProcess: configuration.sandbox.consent === "process" }]
    : [];
}

function budgetProblems(cap: number | null, cost: number | null, spent: number): PlanProblem[] {
  return cap === null || (cost ?? 0) + spent <= cap ? [] : [{ kind: "budget", cap, spent }];
}

/** Wrong answers that look like artefacts and that nobody has decided about: they would be taught as errors. */
async function artefactProblems(
  project: Project,
  run: string | null,
  followers: readonly RunFollower[],
): Promise<PlanProblem[]> {
  const collected = followers
    .filter(({ reader }) => run === null || reader.id === run)
    .flatMap((follower) => {
      const iterations = follower.fold.iterations().filter((each) => follower.isDone(each, "collect"));
      // A new run begins with the base again.
      const iteration = run === null ? iterations.find((each) => each === 1) : iterations.at(-1);
      return iteration === undefined ? [] : [{ follower, iteration }];
    })[0];
  if (collected === undefined) return [];
  const { reader } = collected.follower;
  const records = await reader.stage(collected.iteration, "collect").readSoFar("responses.jsonl", parseResponse);
  const store = await openProjectStore(project.folder, { access: "read" });
  const triage = applyDecisions(await new DecisionStore(store).triage.read());
  const cases = new Map<string, number>();
  for (const { benchmark, key, sample, correct, artefact } of records) {
    if (sample !== 0 || correct || artefact === null || (triage.get(key)?.decision ?? null) !== null) continue;
    cases.set(benchmark, (cases.get(benchmark) ?? 0) + 1);
  }
  return [...cases].map(([benchmark, count]) => ({ kind: "artefacts", run: reader.id, benchmark, cases: count }));
}

/** Where the run will stop for a person. */
function stopProblems({ configuration }: Project, stages: readonly PlannedStage[]): PlanProblem[] {
  if (!stages.some(({ stage, plan }) => stage === "train" && plan !== "done")) return [];
  const target = configuration.models[modelNameOf(configuration, "target")];
  return [
    ...(configuration.review ? [{ kind: "review" as const }] : []),
    ...(target?.provider === "builtin" ? [] : [{ kind: "training" as const }]),
  ];
}
