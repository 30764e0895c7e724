/**
 * The panels on a run of GSM8K's size (7,473 target cases, 4,300 errors with 20 stored neighbours each; the questions are
 * GSM8K's where its files are beside the checkout): milliseconds from opening a page to what it shows being painted, and
 * from changing k to painted cards and messages. Painted: two frames after it stands in the page. `afterReload` is with a
 * worker that knows nothing of the project; `first` with one that has read no more than the case that is looked at.
 * Fails where the contrast panel takes longer than it may; that says something on an otherwise idle machine only, so the
 * load of the machine stands beside the times.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import path from "node:path";
import { contrastHost, contrastPage } from "../../src/protocol/panels/contrast.js";
import { instructorHost, instructorPage } from "../../src/protocol/panels/instructor.js";
import { reportHost, reportPage } from "../../src/protocol/panels/report.js";
import type { Contract } from "../../src/protocol/rpc.js";
import type { CaseRef } from "../../src/protocol/worker/index.js";
import { handlersOf } from "../../src/worker/handlers.js";
import { Projects } from "../../src/worker/projects.js";
import { makeLargeRound } from "../../test/support/largeRound.js";
import { closeBrowser, openPage, type PageOptions } from "../../test/webview/support/pagePeer.js";
import { contrastAnswers, instructorAnswers, reportAnswers } from "../../test/webview/support/panels.js";

/** The most that the contrast panel may take. */
const limits = { firstPaint: 300, change: 100 };

/** How often a page is opened with a worker that knows the project. */
const openings = 7;

/** How often k goes from its fewest to its most and back. */
const rounds = 5;
const [fewest, most] = [3, 8];

const call = { signal: new AbortController().signal };
const folder = mkdtempSync(path.join(tmpdir(), "preceptor-panels-"));

/** Resolves with the page's clock once a selector has matched below the panel's root for two frames. */
const painted = (panel: string, selector: string): string => `(async () => {
  const frame = () => new Promise(requestAnimationFrame);
  while (!document.querySelector("preceptor-${panel}")?.shadowRoot?.querySelector(${JSON.stringify(selector)})) await frame();
  await frame();
  await frame();
  return performance.now();
})()`;

/** Presses a button until k is what it should be, and gives the milliseconds of each step until cards and messages are painted. */
const changeK = (button: "more" | "fewer", to: number): string => `(async () => {
  const root = document.querySelector("preceptor-contrast").shadowRoot;
  const frame = () => new Promise(requestAnimationFrame);
  const shown = () => root.querySelectorAll("article.right").length;
  const message = () => root.querySelector(".message").textContent;
  const times = [];
  while (shown() !== ${to}) {
    const wanted = shown() + ${button === "more" ? 1 : -1};
    const before = message();
    await frame();
    const begun = performance.now();
    root.querySelector("button[aria-label^=${button}]").click();
    while (shown() !== wanted || message() === before) await frame();
    await frame();
    await frame();
    times.push(performance.now() - begun);
  }
  return times;
})()`;

const round = (value: number): number => Math.round(value * 10) / 10;

function summary(times: readonly number[]): { readonly median: number; readonly worst: number } {
  const sorted = [...times].sort((a, b) => a - b);
  return { median: round(sorted[Math.floor(sorted.length / 2)] ?? 0), worst: round(sorted.at(-1) ?? 0) };
}

type Worker = ReturnType<typeof handlersOf>;

/** Opens a page and gives the milliseconds until something of it is painted. */
async function opened<Remote extends Contract, Own extends Contract>(
  options: PageOptions<Remote, Own>,
  selector: string,
): Promise<number> {
  const open = await openPage(options);
  const time = await open.page.evaluate<number>(painted(options.name, selector));
  await open.close();
  return round(time);
}

/** The same again and again, with a worker that has answered all of it before. */
async function openedAgain<Remote extends Contract, Own extends Contract>(
  options: PageOptions<Remote, Own>,
  selector: string,
): Promise<{ readonly median: number; readonly worst: number }> {
  const times: number[] = [];
  for (let opening = 0; opening < openings; opening += 1) times.push(await opened(options, selector));
  return summary(times);
}

const say = (text: string): void => console.error(text);

try {
  say("a run of GSM8K's size");
  const made = await makeLargeRound(folder);
  const { run } = made;
  const ref = { run, iteration: 1, stage: "collect", key: made.errors[made.errors.length >> 1] ?? "" } as const;
  const contrast = (worker: Worker, of: CaseRef = ref) => ({
    name: "contrast",
    remote: contrastPage,
    own: contrastHost,
    handlers: contrastAnswers(worker, () => ({ folder, ref: of })),
  });
  const instructor = (worker: Worker) => ({
    name: "instructor",
    remote: instructorPage,
    own: instructorHost,
    handlers: instructorAnswers(worker, {
      ...{ folder, run, iteration: 1, error: null, sample: null },
      filter: { state: "all", gate: null },
    }),
  });
  const report = (worker: Worker) => ({
    name: "report",
    remote: reportPage,
    own: reportHost,
    handlers: reportAnswers(worker, { folder, run }),
  });
  const fresh = (): Worker => handlersOf(new Projects());
  /** A worker of a window in which the case is open. */
  const beside = async (of: CaseRef): Promise<Worker> => {
    const worker = fresh();
    await worker["case/detail"]({ folder, ref: of }, call);
    await worker["contrast/prepare"]({ folder, ref: of }, call);
    return worker;
  };
  const shown = { contrast: "article.right", instructor: "article.selected .evidence", report: "#accuracy" };

  // What the browser itself takes for its first page is not the panel's.
  await opened(report(fresh()), shown.report);

  say("contrast panel");
  const afterReload = await opened(contrast(fresh()), shown.contrast);
  const worker = await beside(ref);
  const first = await opened(contrast(worker), shown.contrast);
  const again = await openedAgain(contrast(worker), shown.contrast);
  const { page, close } = await openPage(contrast(worker));
  await page.evaluate(painted("contrast", shown.contrast));
  const changes: number[] = [];
  for (let each = 0; each < rounds; each += 1) {
    changes.push(...(await page.evaluate<number[]>(changeK("more", most))));
    changes.push(...(await page.evaluate<number[]>(changeK("fewer", fewest))));
  }
  await close();
  const change = summary(changes);

  say("instructor output and report");
  const instructorWorker = await beside(ref);
  const reportWorker = await beside(ref);
  console.log(
    JSON.stringify({
      name: "panels",
      data: made.real ? "GSM8K" : "made up",
      cases: made.cases,
      errors: made.errors.length,
      limits,
      load: round(loadavg()[0] ?? 0),
      contrast: { firstPaint: { afterReload, first, ...again }, changeOfK: { changes: changes.length, ...change } },
      instructor: {
        firstPaint: {
          afterReload: await opened(instructor(fresh()), shown.instructor),
          first: await opened(instructor(instructorWorker), shown.instructor),
          ...(await openedAgain(instructor(instructorWorker), shown.instructor)),
        },
      },
      report: {
        firstPaint: {
          afterReload: await opened(report(fresh()), shown.report),
          first: await opened(report(reportWorker), shown.report),
          ...(await openedAgain(report(reportWorker), shown.report)),
        },
      },
    }),
  );
  process.exitCode = Math.max(first, again.worst) <= limits.firstPaint && change.worst <= limits.change ? 0 : 1;
} finally {
  await closeBrowser();
  rmSync(folder, { recursive: true, force: true });
}
