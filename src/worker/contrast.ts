import { diffWordsWithSpace } from "diff";
import { DecisionStore, personName } from "../adapters/decisions/index.js";
import { createEmbedder, pricesOf, type Project, type ReadableRun } from "../adapters/project/index.js";
import { openProjectStore } from "../adapters/store/index.js";
import { costOf, promptTokens } from "../engine/asking/index.js";
import { quotaOf } from "../engine/configuration/index.js";
import {
  chooseNeighbours,
  findContrastSets,
  storedNeighbours,
  type StoredNeighbour,
} from "../engine/contrast/index.js";
import { Fault } from "../engine/fault.js";
import type { Case } from "../engine/families/index.js";
import { samplesOfCall, type InstructorCall } from "../engine/instructor/index.js";
import {
  parseNearest,
  parseResponse,
  requestOf,
  type LoopBenchmark,
  type ResponseRecord,
} from "../engine/iteration/index.js";
import type { Embedder } from "../engine/seams/index.js";
import type { Handlers } from "../protocol/rpc.js";
import type {
  CaseRef,
  contrastRequests,
  ContrastView,
  InstructorMessage,
  MarkedText,
} from "../protocol/worker/index.js";
import { once } from "./kept.js";
import type { Projects } from "./projects.js";
import type { RunRecords } from "./runRecords.js";
import { keptTemplates } from "./templates.js";
import { tokenCounter } from "./tokenCounter.js";

/** An error with everything around it that a contrast set is made of. */
interface Found {
  readonly project: Project;
  readonly readable: ReadableRun;
  readonly benchmark: LoopBenchmark;
  readonly testCase: Case;
  readonly responses: ReadonlyMap<string, ResponseRecord>;
  readonly byKey: ReadonlyMap<string, Case>;
}

export function contrastHandlers(
  projects: Projects,
  records: RunRecords,
): Handlers<{ readonly requests: typeof contrastRequests; readonly events: Record<never, never> }> {
  const searched = new Searched();
  let warm = false;
  return {
    "contrast/view": async ({ folder, ref, k }, { signal }) => {
      const found = await find(projects, records, folder, ref);
      const stored = await storedOf(records, found, ref);
      const neighbours = stored ?? (await searched.nearest(found, ref, signal));
      return viewOf(found, ref, k, neighbours, stored === null ? "searched" : "stored");
    },
    "contrast/prepare": async ({ folder, ref }) => {
      const found = await find(projects, records, folder, ref);
      const [stored] = await Promise.all([storedOf(records, found, ref), keptTemplates(found.project), tokenCounter()]);
      // The first set of a window takes several times as long as the next one, so it is made while nobody waits.
      if (stored !== null && !warm) {
        warm = true;
        await viewOf(found, ref, null, stored, "stored");
      }
      return {};
    },
    "contrast/decide": async ({ folder, error, decisions }) => {
      const store = await openProjectStore(folder);
      const common = { version: 1, by: personName(folder), time: new Date().toISOString() } as const;
      await new DecisionStore(store).contrast.append(
        decisions.map(({ neighbour, decision }) => ({ ...common, error, neighbour, decision })),
      );
      return {};
    },
  };
}

/** Stepping through errors, and through k, looks at the same thousands of cases and answers each time. */
const casesByKey = once((cases: readonly Case[]) => new Map(cases.map((testCase) => [testCase.key, testCase])));
const firstAnswers = once(
  (records: readonly ResponseRecord[]) =>
    new Map(records.filter(({ sample }) => sample === 0).map((record) => [record.key, record])),
);

async function find(projects: Projects, records: RunRecords, folder: string, ref: CaseRef): Promise<Found> {
  const [project, readable] = await Promise.all([projects.open(folder), projects.run(folder, ref.run)]);
  for (const benchmark of readable.benchmarks) {
    const byKey = casesByKey(ref.stage === "collect" ? benchmark.target : benchmark.evaluation);
    const testCase = byKey.get(ref.key);
    if (testCase === undefined) continue;
    const answers = await records.read(readable.run, ref.iteration, ref.stage, "responses.jsonl", parseResponse);
    return { project, readable, benchmark, testCase, responses: firstAnswers(answers), byKey };
  }
  throw new Fault("usage", "The project has no case of this key any more.", {
    found: ref.key,
    remedy: "Its benchmark was changed or removed in preceptor.json; choose a case in the Benchmarks view.",
  });
}

/** The neighbours that the run's contrast stage stored for this error; null when it has none. */
async function storedOf(
  records: RunRecords,
  { readable }: Found,
  ref: CaseRef,
): Promise<readonly StoredNeighbour[] | null> {
  if (ref.stage !== "collect") return null;
  const nearest = await records.read(readable.run, ref.iteration, "contrast", "neighbours.jsonl", parseNearest);
  return nearest.find(({ error }) => error === ref.key)?.nearest ?? null;
}

/**
 * Neighbours of errors whose run has no contrast stage (imported results, evaluation splits, LE): searched when they are
 * looked at, with the project's embedder; each text is embedded once a window.
 */
class Searched {
  readonly #embedders = new Map<string, Promise<Embedder>>();

  async nearest(found: Found, ref: CaseRef, signal: AbortSignal): Promise<readonly StoredNeighbour[]> {
    const { project, readable, testCase, responses } = found;
    const { vector, sameGroup, floor } = project.configuration.contrast;
    const answered = (record: ResponseRecord, of: Case) => ({ testCase: of, response: record.text });
    const own = responses.get(ref.key);
    const [set] = await findContrastSets(
      [{ testCase, response: own?.text ?? "" }],
      rightCases(found).map(({ record, of }) => answered(record, of)),
      await this.#embedder(project),
      { vector, sameGroup, floor, pinned: (error) => readable.decisions.contrast(error).pinned },
      signal,
    );
    return set?.neighbours ?? [];
  }

  async #embedder(project: Project): Promise<Embedder> {
    const key = JSON.stringify([project.folder, project.configuration.contrast.embedder]);
    let embedder = this.#embedders.get(key);
    if (embedder === undefined) {
      embedder = openProjectStore(project.folder).then(async (store) =>
        rememberingEmbedder(await createEmbedder(project, store)),
      );
      this.#embedders.set(key, embedder);
      // A model that could not be loaded is tried again the next time; the caller gets the fault.
      void embedder.catch(() => this.#embedders.delete(key));
    }
    return embedder;
  }
}

function rememberingEmbedder(embedder: Embedder): Embedder {
  const known = new Map<string, Float32Array>();
  return {
    identity: embedder.identity,
    embed: async (texts, signal) => {
      const missing = [...new Set(texts.filter((text) => !known.has(text)))];
      const made = missing.length === 0 ? [] : await embedder.embed(missing, signal);
      for (const [index, text] of missing.entries()) {
        const vector = made[index];
        if (vector !== undefined) known.set(text, vector);
      }
      return texts.map((text) => known.get(text) ?? new Float32Array(0));
    },
    close: async () => embedder.close(),
  };
}

/** Right cases of the benchmark that may stand beside an error. */
function rightCases({ readable, responses, byKey, testCase }: Found): { record: ResponseRecord; of: Case }[] {
  return [...responses.values()].flatMap((record) => {
    const of = byKey.get(record.key);
    const usable = record.correct && record.key !== testCase.key && readable.decisions.teaches(record.key);
    return of === undefined || !usable ? [] : [{ record, of }];
  });
}

async function viewOf(
  found: Found,
  ref: CaseRef,
  wanted: number | null,
  stored: readonly StoredNeighbour[],
  source: ContrastView["source"],
): Promise<ContrastView> {
  const { project, readable, testCase, responses, byKey, benchmark } = found;
  const { configuration } = project;
  const configured = configuration.iterations[ref.iteration - 1]?.k ?? configuration.contrast.k;
  const k = Math.min(Math.max(0, wanted ?? configured), storedNeighbours);
  const { pinned, excluded } = readable.decisions.contrast(ref.key);
  const usable = stored.filter(({ key }) => byKey.has(key));
  const chosen = chooseNeighbours(usable, k, pinned, excluded);
  const shown = (of: Case) => ({
    key: of.key,
    group: of.group,
    question: benchmark.family.questionText(of),
    response: responses.get(of.key)?.text ?? "",
    reference: benchmark.family.reference(of),
  });
  const error = shown(testCase);
  const taken = new Set(chosen.map(({ key }) => key));
  return {
    error,
    k,
    most: Math.min(storedNeighbours, usable.length),
    configured,
    embedder: embedderName(project),
    source,
    pool: rightCases(found).length,
    neighbours: chosen.flatMap(({ key, distance }) => {
      const of = byKey.get(key);
      if (of === undefined) return [];
      const side = shown(of);
      const { own, other } = marked(testCase, of, benchmark.family);
      return [{ ...side, distance, pinned: pinned.includes(key), errorMarked: own, marked: other }];
    }),
    candidates: usable
      .filter(({ key }) => !taken.has(key))
      .map(({ key, distance }) => ({
        key,
        distance,
        question: byKey.get(key)?.question ?? "",
        excluded: excluded.includes(key),
      })),
    message: ref.stage === "collect" ? await messageOf(found, ref, chosen) : null,
    currency: configuration.budget.currency,
  };
}

/** The exact messages of the call that would teach this error with these neighbours. */
async function messageOf(
  found: Found,
  { iteration }: CaseRef,
  chosen: readonly StoredNeighbour[],
): Promise<InstructorMessage> {
  const { project, readable, benchmark, testCase, responses, byKey } = found;
  const { configuration } = project;
  const errors = benchmark.target.filter(({ key }) => {
    const record = responses.get(key);
    return record !== undefined && !record.correct && readable.decisions.teaches(key);
  }).length;
  const quota = quotaOf(configuration, benchmark.name, Math.max(0, iteration - 1));
  const call: InstructorCall = {
    number: 0,
    error: { testCase, response: responses.get(testCase.key)?.text ?? "" },
    neighbours: chosen.flatMap(({ key, distance }) => {
      const of = byKey.get(key);
      return of === undefined ? [] : [{ testCase: of, distance }];
    }),
    samples: samplesOfCall(quota, errors, configuration.instruction.samplesPerCall),
    sample: 0,
    template: chosen.length === 0 ? "LE" : "LEC",
  };
  const request = requestOf({ configuration, templates: await keptTemplates(project) }, benchmark, call);
  const tokens = promptTokens(request, await tokenCounter());
  const { instructor } = pricesOf(project);
  const usage = {
    promptTokens: tokens,
    cachedTokens: 0,
    completionTokens: request.parameters.maxTokens ?? 0,
    estimated: true,
  };
  return {
    template: request.template.name,
    origin: request.template.set,
    samples: call.samples,
    messages: request.messages.map(({ role, content }) => ({ role, content })),
    tokens,
    cost: instructor === null ? null : costOf(usage, instructor),
  };
}

function embedderName({ configuration }: Project): string {
  const { embedder } = configuration.contrast;
  return embedder.kind === "builtin" ? `builtin n-grams (${embedder.dimensions})` : embedder.model;
}

/** Characters of two questions up to which words are compared: beyond, it takes long and nobody reads the marks. */
const mostCompared = 4000;

interface Marked {
  readonly own: MarkedText;
  readonly other: MarkedText;
}

/** What was compared with a case stays as it is while k changes. */
const comparedWith = once((_error: Case) => new Map<Case, Marked>());

/** The questions of two cases in pieces: what only one of them has is marked in it. Blanks alone are never marked. */
function marked(error: Case, neighbour: Case, family: LoopBenchmark["family"]): Marked {
  const compared = comparedWith(error);
  const present = compared.get(neighbour);
  if (present !== undefined) return present;
  const made = compareTexts(family.questionText(error), family.questionText(neighbour));
  compared.set(neighbour, made);
  return made;
}

function compareTexts(own: string, other: string): Marked {
  const whole = (text: string): MarkedText => [{ text, differs: false }];
  if (own.length + other.length > mostCompared) return { own: whole(own), other: whole(other) };
  const parts = diffWordsWithSpace(own, other);
  const pieces = (skip: "added" | "removed"): MarkedText =>
    parts
      .filter((part) => !part[skip])
      .map(({ value, added, removed }) => ({ text: value, differs: (added || removed) && value.trim() !== "" }));
  return { own: pieces("added"), other: pieces("removed") };
}
