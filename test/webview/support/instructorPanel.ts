import { afterAll, beforeAll } from "vitest";
import {
  instructorHost,
  instructorPage,
  type InstructorState,
  type InstructorStrings,
} from "../../../src/protocol/panels/instructor.js";
import type { ErrorOutput, SampleEvidence, SampleRow, SamplesOverview } from "../../../src/protocol/worker/index.js";
import { handlersOf } from "../../../src/worker/handlers.js";
import { Projects } from "../../../src/worker/projects.js";
import { startedRun, type StartedRun } from "../../support/startedRun.js";
import { closeBrowser, openPage, type OpenPage } from "./pagePeer.js";
import { instructorAnswers } from "./panels.js";

export type OpenInstructor = OpenPage<typeof instructorPage, typeof instructorHost>;

export interface SamplePage {
  total: number;
  from: number;
  rows: SampleRow[];
}

/** What a test puts in the place of what the host would answer. */
export interface InstructorOptions {
  readonly width?: number;
  readonly height?: number;
  readonly theme?: "dark" | "light";
  readonly error?: string;
  readonly words?: Partial<InstructorStrings>;
  readonly overview?: (overview: SamplesOverview) => SamplesOverview;
  readonly output?: (output: ErrorOutput) => ErrorOutput;
  readonly page?: (params: { readonly from: number; readonly count: number }) => SamplePage | Promise<SamplePage>;
  /** Where a sample stands in the list. */
  readonly place?: () => number | Promise<number>;
  readonly evidence?: (evidence: SampleEvidence) => SampleEvidence;
  readonly price?: number;
  /** What the instructor waits for. */
  readonly regenerate?: (signal: AbortSignal, key: string) => Promise<unknown>;
  /** What an edit waits for. */
  readonly held?: () => Promise<void>;
  /** Is told when the review is finished. */
  readonly finishReview?: () => void;
}

/** The Instructor output panel on a run of its own. */
export interface InstructorPanel {
  readonly started: StartedRun;
  /** What the panel shows, and what it remembers. */
  readonly state: InstructorState;
  /** Opens the page anew, at the first sample unless an error is asked for; what is decided stays. */
  readonly show: (options?: InstructorOptions) => Promise<OpenInstructor>;
  /** What each row in the page says of the state of its sample. */
  readonly states: () => Promise<string[]>;
}

/** Makes the run before the tests of a file, and ends everything after them. */
export function instructorPanel(
  options: Parameters<typeof startedRun>[0] = { families: ["math"], until: null, change: { review: true } },
): InstructorPanel {
  const worker = handlersOf(new Projects());
  let started: StartedRun | null = null;
  let state: InstructorState | null = null;
  let open: OpenInstructor | null = null;

  beforeAll(async () => {
    started = await startedRun(options);
  });
  afterAll(async () => {
    await open?.close();
    await closeBrowser();
    started?.remove();
  });

  return {
    get started() {
      return made(started);
    },
    get state() {
      return made(state);
    },
    show: async (instead = {}) => {
      await open?.close();
      state = {
        folder: made(started).folder,
        run: state?.run ?? null,
        iteration: state?.iteration ?? null,
        error: instead.error ?? null,
        sample: null,
        filter: { state: "all", gate: null },
        forms: [],
      };
      const answers = instructorAnswers(worker, state);
      open = await openPage({
        name: "instructor",
        remote: instructorPage,
        own: instructorHost,
        ...instead,
        handlers: answersWith(answers, instead),
      });
      await open.page.locator("preceptor-instructor article").first().waitFor();
      return open;
    },
    states: async () =>
      (await made(open).page.locator("[role=option] div:first-child").allTextContents()).map((text) =>
        text.trim().replace(/\s+/gu, " "),
      ),
  };
}

type InstructorAnswers = ReturnType<typeof instructorAnswers>;

function answersWith(answers: InstructorAnswers, instead: InstructorOptions): InstructorAnswers {
  return {
    ...answers,
    strings: async (params, call) => ({ ...(await answers.strings(params, call)), ...instead.words }),
    overview: async (params, call) => {
      const { overview, ...rest } = await answers.overview(params, call);
      return { ...rest, overview: instead.overview?.(overview) ?? overview };
    },
    page: async (params, call) => instead.page?.(params) ?? answers.page(params, call),
    place: async (params, call) =>
      instead.place === undefined ? answers.place(params, call) : { place: await instead.place() },
    error: async (params, call) => {
      const output = await answers.error(params, call);
      return instead.output?.(output) ?? output;
    },
    evidence: async (params, call) => {
      const evidence = await answers.evidence(params, call);
      return instead.evidence?.(evidence) ?? evidence;
    },
    edit: async (params, call) => {
      await instead.held?.();
      return answers.edit(params, call);
    },
    askPrice: async (params, call) => {
      const answer = await answers.askPrice(params, call);
      return { ...answer, cost: instead.price ?? answer.cost };
    },
    regenerate: async (params, call) => {
      await instead.regenerate?.(call.signal, params.key);
      return answers.regenerate(params, call);
    },
    finishReview: async (params, call) => {
      instead.finishReview?.();
      return answers.finishReview(params, call);
    },
  };
}

function made<Made>(value: Made | null): Made {
  if (value === null) throw new Error("It is made before the tests of a file, or by `show`.");
  return value;
}
