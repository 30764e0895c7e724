import { afterAll, beforeAll } from "vitest";
import { reportHost, reportPage, type ReportHost, type ReportState } from "../../../src/protocol/panels/report.js";
import type { Handlers } from "../../../src/protocol/rpc.js";
import type { ReportView } from "../../../src/protocol/worker/index.js";
import { handlersOf } from "../../../src/worker/handlers.js";
import { Projects } from "../../../src/worker/projects.js";
import { startedRun, type StartedRun } from "../../support/startedRun.js";
import { closeBrowser, openPage, type OpenPage } from "./pagePeer.js";
import { reportAnswers } from "./panels.js";

type OpenReport = OpenPage<typeof reportPage, typeof reportHost>;

/** A row of a list of cases. */
export const option = "preceptor-case-rows [role=option]";

/** The first picture's own root. */
export const chartRoot = "querySelector('preceptor-chart').shadowRoot";

/** The report of a run of its own. */
export interface ReportPanel {
  readonly started: StartedRun;
  /** What the engine makes of the run. */
  readonly report: () => Promise<ReportView>;
  /** What the host answers, for a test that puts something before it. */
  readonly answers: () => Handlers<ReportHost>;
  /** Opens the page anew; `own` in the place of what the host answers. */
  readonly show: (
    options?: { readonly width?: number; readonly theme?: "dark" | "light" },
    own?: Partial<Handlers<ReportHost>>,
    looked?: Omit<ReportState, "folder" | "run">,
  ) => Promise<OpenReport>;
  /** The report with something else in it. */
  readonly changed: (change: (report: ReportView) => ReportView) => Pick<Handlers<ReportHost>, "view">;
}

/** Makes the run before the tests of a file, and ends everything after them. */
export function reportPanel(): ReportPanel {
  const worker = handlersOf(new Projects());
  let made: StartedRun | null = null;
  let open: OpenReport | null = null;

  beforeAll(async () => {
    made = await startedRun({ families: ["math", "choice"], until: null, change: { iterations: ["LEC", "LE"] } });
  });
  afterAll(async () => {
    await open?.close();
    await closeBrowser();
    made?.remove();
  });

  const started = (): StartedRun => {
    if (made === null) throw new Error("The run is made before the tests of a file.");
    return made;
  };
  const answers: ReportPanel["answers"] = () => {
    const { folder, run } = started();
    return reportAnswers(worker, { folder, run });
  };
  return {
    get started() {
      return started();
    },
    answers,
    report: async () => {
      const { folder, run } = started();
      return (await worker["report/view"]({ folder, run }, { signal: new AbortController().signal })).report;
    },
    show: async (options = {}, own = {}, looked) => {
      await open?.close();
      const { folder, run } = started();
      open = await openPage({
        ...{ name: "report", remote: reportPage, own: reportHost, ...options },
        handlers: { ...reportAnswers(worker, { folder, run }, looked), ...own },
      });
      await open.page.locator("preceptor-report table").first().waitFor();
      return open;
    },
    changed: (change) => ({
      view: async (params, context) => {
        const { report, ...rest } = await answers().view(params, context);
        return { ...rest, report: change(report) };
      },
    }),
  };
}

/** So many cases behind every figure. */
export function manyCases(total: number, question = "How many?"): Handlers<ReportHost>["cases"] {
  return async ({ offset, limit, after }) => ({
    total,
    cases: Array.from({ length: Math.min(limit, total - offset) }, (_, index) => ({
      ref: { ...after, stage: "evaluate" as const, key: `demo-math/evaluation/${offset + index}` },
      question,
    })),
  });
}

/** Evaluates something of the panel's root. */
export async function inReport<T>(page: OpenReport["page"], expression: string): Promise<T> {
  return page.evaluate<T>(`document.querySelector("preceptor-report").shadowRoot.${expression}`);
}

/** Name of what has the focus, through every shadow root. */
export async function focused(page: OpenReport["page"]): Promise<string> {
  return page.evaluate<string>(`(() => {
    let element = document.activeElement;
    while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
    return element?.textContent ?? "";
  })()`);
}
