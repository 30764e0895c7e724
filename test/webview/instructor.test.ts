import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  instructorHost,
  instructorPage,
  type InstructorState,
  type InstructorStrings,
} from "../../src/protocol/panels/instructor.js";
import type { ErrorOutput, SampleEvidence } from "../../src/protocol/worker/index.js";
import { handlersOf } from "../../src/worker/handlers.js";
import { Projects } from "../../src/worker/projects.js";
import { startedRun, type StartedRun } from "../support/startedRun.js";
import { axeViolations } from "../editor/support/pages.js";
import { closeBrowser, openPage, type OpenPage } from "./support/pagePeer.js";

const strings = (): InstructorStrings =>
  Object.fromEntries(
    Object.keys(instructorHost.requests.strings.result.shape).map((name) => [name, `${name} {0} {1}`]),
  ) as InstructorStrings;

describe("the Instructor output panel", () => {
  let started: StartedRun;
  let state: InstructorState;
  const worker = handlersOf(new Projects());
  const call = { signal: new AbortController().signal };
  let open: OpenPage<typeof instructorPage, typeof instructorHost> | null = null;
  let finished = 0;

  const place = (): { folder: string; run: string; iteration: number } => ({
    folder: started.folder,
    run: state.run ?? "",
    iteration: state.iteration ?? 1,
  });

  async function show(
    options: {
      readonly width?: number;
      readonly height?: number;
      readonly theme?: "dark" | "light";
      readonly output?: (output: ErrorOutput) => ErrorOutput;
      readonly evidence?: (evidence: SampleEvidence) => SampleEvidence;
    } = {},
  ): Promise<OpenPage<typeof instructorPage, typeof instructorHost>> {
    await open?.close();
    open = await openPage({
      name: "instructor",
      remote: instructorPage,
      own: instructorHost,
      ...options,
      handlers: {
        strings: async () => strings(),
        overview: async () => {
          const overview = await worker["samples/overview"](
            { folder: started.folder, run: state.run, iteration: state.iteration },
            call,
          );
          state = { ...state, run: overview.run, iteration: overview.iteration };
          return { overview, state };
        },
        page: async (params) => worker["samples/page"]({ ...place(), ...params }, call),
        place: async (params) => worker["samples/place"]({ ...place(), ...params }, call),
        error: async (params) => {
          const output = await worker["samples/error"]({ ...place(), ...params }, call);
          return options.output?.(output) ?? output;
        },
        evidence: async (params) => {
          const evidence = await worker["samples/evidence"]({ ...place(), ...params }, call);
          return options.evidence?.(evidence) ?? evidence;
        },
        review: async (params) => worker["samples/review"]({ ...place(), ...params }, call),
        reviewRange: async (params) => worker["samples/reviewRange"]({ ...place(), ...params }, call),
        edit: async (params) => worker["samples/edit"]({ ...place(), ...params }, call),
        regenerate: async (params) => worker["samples/regenerate"]({ ...place(), ...params, cap: 1 }, call),
        finishReview: async () => {
          finished += 1;
          return worker["samples/finishReview"](place(), call);
        },
        showIteration: async () => ({}),
        remember: async (selected) => {
          state = { ...state, ...selected };
          return { state };
        },
        openCase: async () => ({}),
        openContrast: async () => ({}),
        copy: async () => ({}),
      },
    });
    await open.page.locator("preceptor-instructor article").first().waitFor();
    return open;
  }

  beforeAll(async () => {
    started = await startedRun({ families: ["math"], until: null, change: { review: true } });
    state = {
      folder: started.folder,
      run: null,
      iteration: null,
      error: null,
      sample: null,
      filter: { state: "all", gate: null },
    };
  });
  afterAll(async () => {
    await open?.close();
    await closeBrowser();
    started.remove();
  });

  it("shows samples with what the gates found, evidence and marked answers", async () => {
    const { page, violations } = await show();
    expect(await page.locator("[role=option]").count()).toBeGreaterThan(3);
    expect(await page.locator("article .gates li").count()).toBeGreaterThan(3);
    await page.locator("article.selected .evidence").waitFor();
    expect(await page.locator("article.selected .equations li").count()).toBeGreaterThan(0);
    await page.locator("details.raw-answers summary").click();
    expect(await page.locator("pre.raw mark").count()).toBeGreaterThan(1);
    expect(await violations()).toEqual([]);
    expect(finished).toBe(0);
  });

  it.each(["dark", "light"] as const)("has nothing that axe objects to (%s), wide and at 300 px", async (theme) => {
    for (const width of [1200, 300]) {
      const { page } = await show({ width, theme });
      await page.locator("article.selected .evidence").waitFor();
      expect(await axeViolations(page)).toEqual([]);
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(width);
    }
  });
});
