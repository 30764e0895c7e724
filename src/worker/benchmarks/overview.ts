import type { Project } from "../../adapters/project/index.js";
import { definitionOf } from "../../engine/benchmarks/index.js";
import { triagedCounts } from "../../engine/errors/index.js";
import { wilson } from "../../engine/evaluation/index.js";
import { familyOf } from "../../engine/families/index.js";
import type { AnswerSet, AnswerSetRef, BenchmarkNode, Figures, Overview } from "../../protocol/worker/benchmarks.js";
import type { CaseFilter } from "../../protocol/worker/caseFilter.js";
import type { Answers } from "./answerFile.js";
import type { AnswerSetView, BenchmarkIndex } from "./benchmarkIndex.js";
import { changeOf, openProposal, type Triage } from "./rows.js";
import type { FoundAnswers } from "./scan.js";

/** Every benchmark of the project and of its runs, with what is known of their answers by now. */
export async function overviewOf(index: BenchmarkIndex, project: Project, filter: CaseFilter): Promise<Overview> {
  const { found, problems, triage, decisionsFault, stamp } = await index.look();
  const configured = Object.keys(project.configuration.benchmarks);
  const recorded = found.flatMap((one) => index.fileOf(one)?.benchmarks ?? []);
  const benchmarks: BenchmarkNode[] = [];
  for (const name of new Set([...configured, ...recorded])) {
    const sets: AnswerSet[] = [];
    for (const one of found) {
      const set = answerSetOf(index, one, { name, configured: configured.includes(name) }, triage, found);
      if (set !== null) sets.push(set);
    }
    const evaluated = sets.findIndex(
      ({ stage, run, figures }) => stage === "evaluate" && run === sets[0]?.run && figures,
    );
    benchmarks.push({
      name,
      ...titleOf(project, name),
      sets,
      headline: sets.length === 0 ? null : Math.max(0, evaluated),
    });
  }
  const refs = benchmarks.flatMap(({ name, sets }) => sets.map((set) => ({ benchmark: name, ...refOf(set) })));
  const counts = await index.counting.of(refs, filter);
  let next = 0;
  return {
    stamp,
    benchmarks: benchmarks.map((benchmark) => ({
      ...benchmark,
      sets: benchmark.sets.map((set) => ({ ...set, shown: counts[next++] ?? null })),
    })),
    problems: [...problems, ...(decisionsFault === null ? [] : [{ run: null, fault: decisionsFault }])],
  };
}

interface KnownFigures {
  readonly version: string;
  readonly triage: Triage;
  readonly figures: Figures;
}

/** Figures by the answers that they are of, which are one object as long as their file is followed. */
const known = new WeakMap<Answers, KnownFigures>();

/** The same figures as long as neither the answers, nor those that they are compared with, nor a decision changed. */
function knownFigures(answers: Answers, version: string, triage: Triage, count: () => Figures): Figures {
  const before = known.get(answers);
  if (before?.version === version && before.triage === triage) return before.figures;
  const figures = count();
  known.set(answers, { version, triage, figures });
  return figures;
}

/** Figures of the answers to one benchmark. */
function figuresOf(answers: Answers, triage: Triage, earlier: AnswerSetView["earlier"]): Figures {
  let correct = 0;
  let disputed = 0;
  let artefacts = 0;
  let shared = 0;
  const changes = { learned: 0, forgotten: 0 };
  for (const answer of answers.values()) {
    if (answer.verdict === "right") correct += 1;
    if (answer.disputed) disputed += 1;
    if (openProposal(answer, triage)) artefacts += 1;
    if (earlier?.answers.has(answer.key) === true) shared += 1;
    const change = changeOf(answer, earlier?.answers ?? null);
    if (change !== null) changes[change] += 1;
  }
  const n = answers.size;
  const triaged =
    triage.size === 0
      ? null
      : triagedCounts(
          [...answers.values()].map(({ key, verdict }) => ({ case: key, correct: verdict === "right" })),
          triage,
        );
  return {
    n,
    correct,
    interval: wilson(correct, n),
    disputed,
    artefacts,
    triaged: triaged === null || (triaged.n === n && triaged.correct === correct) ? null : triaged,
    change:
      earlier === null || shared === 0 ? null : { run: earlier.run, iteration: earlier.iteration, shared, ...changes },
  };
}

function answerSetOf(
  index: BenchmarkIndex,
  one: FoundAnswers,
  benchmark: { readonly name: string; readonly configured: boolean },
  triage: Triage,
  found: readonly FoundAnswers[],
): AnswerSet | null {
  const file = index.fileOf(one);
  const common = { ...refOf(one), shown: null };
  if (file === null) {
    return benchmark.configured ? { ...common, splits: [], figures: null, fault: null } : null;
  }
  const answers = file.answers(benchmark.name);
  if (answers.size === 0) {
    // A file that cannot be read at all is shown where a person looks for its answers.
    return file.fault !== null && benchmark.configured && file.benchmarks.length === 0
      ? { ...common, splits: [], figures: null, fault: file.fault }
      : null;
  }
  const earlier = index.earlier({ benchmark: benchmark.name, ...refOf(one) }, found);
  const than = earlier === null ? null : found.find((other) => isSame(other, earlier));
  const version = JSON.stringify([file.version, than?.file, than == null ? null : index.fileOf(than)?.version]);
  return {
    ...common,
    splits: splitsOf(answers, benchmark.name),
    figures: knownFigures(answers, version, triage, () => figuresOf(answers, triage, earlier)),
    fault: file.fault,
  };
}

function isSame(a: Omit<AnswerSetRef, "benchmark">, b: Omit<AnswerSetRef, "benchmark">): boolean {
  return a.run === b.run && a.iteration === b.iteration && a.stage === b.stage;
}

function refOf({ run, iteration, stage }: Omit<AnswerSetRef, "benchmark">): Omit<AnswerSetRef, "benchmark"> {
  return { run, iteration, stage };
}

function splitsOf(answers: Answers, benchmark: string): string[] {
  const splits = new Set<string>();
  for (const key of answers.keys()) splits.add(key.slice(benchmark.length + 1).split("/", 1)[0] ?? "");
  return [...splits];
}

function titleOf(project: Project, name: string): Pick<BenchmarkNode, "familyTitle" | "domain"> {
  const entry = project.configuration.benchmarks[name];
  if (entry === undefined) return { familyTitle: null, domain: null };
  const family = familyOf(entry.judged ? "judged" : definitionOf(name, entry).family);
  return { familyTitle: family.title, domain: entry.domain };
}
