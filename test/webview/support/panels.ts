import { contrastHost, type ContrastHost, type ContrastState } from "../../../src/protocol/panels/contrast.js";
import { instructorHost, type InstructorHost, type InstructorState } from "../../../src/protocol/panels/instructor.js";
import { reportHost, type ReportHost, type ReportState } from "../../../src/protocol/panels/report.js";
import type { Handlers } from "../../../src/protocol/rpc.js";
import type { SampleDecision, WorkerContract } from "../../../src/protocol/worker/index.js";
import { DecisionHistory } from "../../../src/vscode/instructor/decisionHistory.js";

/**
 * What the extension host answers the page of a panel, with the engine's own handlers behind it: whatever needs an editor
 * does nothing, and a test that looks at that puts its own answer in the place of it.
 */
type Worker = Handlers<WorkerContract>;

const call = { signal: new AbortController().signal };

/** Every word of a page is its own name and what is filled in, so that a place without words would show. */
function wordsOf<Word extends string>(
  schema: { readonly shape: { readonly [word in Word]: unknown } },
  filled = "{0}",
): { [word in Word]: string } {
  const names = Object.keys(schema.shape) as Word[];
  return Object.fromEntries(names.map((name) => [name, `${name} ${filled}`])) as { [word in Word]: string };
}

/** Of the contrast panel; `shown` is the error in it. */
export function contrastAnswers(
  worker: Worker,
  shown: () => Pick<ContrastState, "folder" | "ref">,
): Handlers<ContrastHost> {
  const before: Pick<ContrastState, "k" | "sameGroup"> = { k: null, sameGroup: null };
  return {
    strings: async () => wordsOf(contrastHost.requests.strings.result),
    view: async ({ k, sameGroup }) => {
      if (k !== "as-before") Object.assign(before, { k });
      if (sameGroup !== "as-before") Object.assign(before, { sameGroup });
      const state = { ...shown(), ...before };
      return { view: await worker["contrast/view"](state, call), state };
    },
    message: async () => worker["contrast/message"]({ ...shown(), ...before }, call),
    decide: async ({ error, decisions }) =>
      worker["contrast/decide"]({ folder: shown().folder, error, decisions }, call),
    openCase: async () => ({}),
    copyMessage: async () => ({}),
  };
}

/** Of the Instructor output panel. `state` is what it shows, and what it remembers is kept there. */
export function instructorAnswers(worker: Worker, state: InstructorState): Handlers<InstructorHost> {
  const place = (): { folder: string; run: string; iteration: number } => {
    const { folder, run, iteration } = state;
    return { folder, run: run ?? "", iteration: iteration ?? 1 };
  };
  const history = new DecisionHistory();
  const decided = <Answer extends { readonly before: readonly SampleDecision[] | null }>(answer: Answer): Answer => {
    history.add(answer.before);
    return answer;
  };
  return {
    strings: async () => wordsOf(instructorHost.requests.strings.result, "{0} {1}"),
    overview: async () => {
      const overview = await worker["samples/overview"](state, call);
      Object.assign(state, { run: overview.run, iteration: overview.iteration });
      return { overview, state };
    },
    page: async (params) => worker["samples/page"]({ ...place(), ...params }, call),
    place: async (params) => worker["samples/place"]({ ...place(), ...params }, call),
    error: async (params) => worker["samples/error"]({ ...place(), ...params }, call),
    evidence: async (params) => worker["samples/evidence"]({ ...place(), ...params }, call),
    review: async (params) => decided(await worker["samples/review"]({ ...place(), ...params }, call)),
    reviewRange: async (params) => decided(await worker["samples/reviewRange"]({ ...place(), ...params }, call)),
    edit: async (params, { signal }) => decided(await worker["samples/edit"]({ ...place(), ...params }, { signal })),
    undo: async () =>
      history.undo(async (decisions) => worker["samples/review"]({ ...place(), decisions, note: null }, call)),
    askPrice: async (params) => worker["samples/askPrice"]({ ...place(), ...params }, call),
    regenerate: async (params) => worker["samples/regenerate"]({ ...place(), ...params, cap: 1 }, call),
    finishReview: async () => worker["samples/finishReview"](place(), call),
    showIteration: async () => ({}),
    remember: async (selected) => ({ state: Object.assign(state, selected) }),
    openCase: async () => ({}),
    openContrast: async () => ({}),
    copy: async () => ({}),
  };
}

/** Of the report of a run. What it remembers is kept in `looked`. */
export function reportAnswers(
  worker: Worker,
  shown: Pick<ReportState, "folder" | "run">,
  looked: Omit<ReportState, "folder" | "run"> = { before: null, after: null, list: null, both: false, scroll: 0 },
): Handlers<ReportHost> {
  const { folder } = shown;
  let state = { ...looked, ...shown };
  return {
    strings: async () => wordsOf(reportHost.requests.strings.result),
    view: async () => ({ ...(await worker["report/view"](shown, call)), state }),
    compare: async (params) => worker["report/compare"]({ ...params, folder }, call),
    cases: async (params) => worker["report/cases"]({ ...params, folder }, call),
    remember: async (params) => {
      state = { ...params, ...shown };
      return { state };
    },
    openCase: async () => ({}),
    openSamples: async () => ({}),
    export: async () => ({}),
  };
}
