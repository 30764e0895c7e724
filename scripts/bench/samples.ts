/**
 * The Instructor output panel on 50,000 samples: milliseconds of the worker for reading them, for a piece of the list and
 * for one error, and the page scrolled from end to end: rows in the page, and tasks of its thread over 50 ms.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { instructorHost, instructorPage, type InstructorStrings } from "../../src/protocol/panels/instructor.js";
import type { SampleFilter } from "../../src/protocol/worker/index.js";
import { handlersOf } from "../../src/worker/handlers.js";
import { Projects } from "../../src/worker/projects.js";
import { startedRun } from "../../test/support/startedRun.js";
import { closeBrowser, openPage } from "../../test/webview/support/pagePeer.js";

const count = 50_000;
const started = await startedRun({ families: ["math"], until: "instruct" });
const call = { signal: new AbortController().signal };
const times: { [name: string]: number } = {};

interface Gated {
  readonly sample: { readonly id: string; readonly lineage: object };
}

/** The most rows that the page may hold, and the longest that a task of its thread may take, in milliseconds. */
const limits = { rows: 300, task: 50 };

interface Scrolled {
  readonly most: number;
  readonly longTasks: readonly number[];
  readonly seconds: number;
  readonly frames: number;
  /** How many different rows were seen with what they say. */
  readonly seen: number;
}

/**
 * Goes through the list from its first to its last row: as a person who reads, by what is in sight, which is waited for; or
 * as one who drags the bar, so many pixels a frame, past rows that nobody asked for yet.
 */
const scrolling = (by: "reading" | number): string => `(async () => {
  const list = document.querySelector("preceptor-instructor").shadowRoot.querySelector("preceptor-sample-list");
  const element = list.shadowRoot.querySelector(".list");
  element.scrollTop = 0;
  await new Promise((resolve) => setTimeout(resolve, 500));
  const longTasks = [];
  const observer = new PerformanceObserver((seen) => longTasks.push(...seen.getEntries().map(({ duration }) => duration)));
  observer.observe({ type: "longtask" });
  const seen = new Set();
  let most = 0, frames = 0;
  const begun = performance.now();
  const frame = async () => {
    await new Promise(requestAnimationFrame);
    frames += 1;
    most = Math.max(most, element.querySelectorAll("[role=option]").length);
  };
  const inSight = () => {
    const { top, bottom } = element.getBoundingClientRect();
    return [...element.querySelectorAll("[role=option]")].filter((row) => {
      const place = row.getBoundingClientRect();
      return place.bottom > top && place.top < bottom;
    });
  };
  const reading = ${by === "reading"};
  for (;;) {
    await frame();
    for (const until = performance.now() + 10_000; reading; await frame()) {
      const rows = inSight();
      if (rows.length > 0 && rows.every((row) => row.querySelector(".verdict"))) {
        for (const row of rows) seen.add(row.getAttribute("aria-posinset"));
        break;
      }
      if (performance.now() > until) throw new Error("Rows in sight are not there after 10 s.");
    }
    if (element.scrollTop + element.clientHeight >= element.scrollHeight - 1) break;
    element.scrollTop += reading ? element.clientHeight - 44 : ${by === "reading" ? 0 : by};
  }
  await new Promise((resolve) => setTimeout(resolve, 500));
  observer.disconnect();
  return { most, longTasks, seconds: (performance.now() - begun) / 1000, frames, seen: seen.size };
})()`;

async function timed<T>(name: string, work: () => Promise<T>): Promise<T> {
  const begun = performance.now();
  const result = await work();
  times[name] = Math.round((performance.now() - begun) * 10) / 10;
  return result;
}

try {
  const folder = path.join(started.folder, ".preceptor", "runs", started.run, "stages", "1-instruct");
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, "gated.jsonl");
  const records = readFileSync(file, "utf8")
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Gated);
  const many = Array.from({ length: count }, (_, index) => {
    const record = records[index % records.length];
    if (record === undefined) throw new Error("The run has no samples.");
    const { sample } = record;
    const lineage = { ...sample.lineage, call: index };
    return JSON.stringify({ ...record, sample: { ...sample, id: `${sample.id}-${index}`, lineage } });
  });
  writeFileSync(file, `${many.join("\n")}\n`);

  const worker = handlersOf(new Projects());
  const ref = { folder: started.folder, run: started.run, iteration: 1 };
  const all: SampleFilter = { state: "all", gate: null };
  await timed("overviewFirst", async () => worker["samples/overview"](ref, call));
  await timed("overviewAgain", async () => worker["samples/overview"](ref, call));
  await timed("piece", async () => worker["samples/page"]({ ...ref, filter: all, from: 40_000, count: 100 }, call));
  const kept: SampleFilter = { state: "kept", gate: null };
  await timed("pieceOfFilter", async () => worker["samples/page"]({ ...ref, filter: kept, from: 0, count: 100 }, call));

  const state = { ...ref, error: null, sample: null, filter: all };
  const empty = { gates: null, equations: [], tests: null, duplicate: null, evaluation: null };
  const { page } = await openPage({
    name: "instructor",
    remote: instructorPage,
    own: instructorHost,
    handlers: {
      strings: async () =>
        Object.fromEntries(
          Object.keys(instructorHost.requests.strings.result.shape).map((name) => [name, name]),
        ) as InstructorStrings,
      overview: async () => ({ overview: await worker["samples/overview"](ref, call), state }),
      page: async (params) => worker["samples/page"]({ ...ref, ...params }, call),
      place: async (params) => worker["samples/place"]({ ...ref, ...params }, call),
      // An error of the real run has a few samples; this one has thousands, and they are not what is measured.
      error: async (params) => {
        const output = await worker["samples/error"]({ ...ref, ...params }, call);
        return { ...output, samples: output.samples.slice(0, 3) };
      },
      evidence: async () => empty,
      review: async () => ({ before: [] }),
      reviewRange: async () => ({ before: [] }),
      edit: async () => ({ gates: [], passed: false, accepted: false, before: [] }),
      undo: async () => ({ samples: 0, first: null }),
      askPrice: async () => ({ cost: null, currency: "" }),
      regenerate: async () => Promise.reject(new Error("Nobody is asked here.")),
      finishReview: async () => ({}),
      showIteration: async () => ({}),
      remember: async () => ({ state }),
      openCase: async () => ({}),
      openContrast: async () => ({}),
      copy: async () => ({}),
    },
  });
  await page.locator("[role=option] .verdict").first().waitFor();
  // A high screen: the more rows are in sight at once, the more there is to do in one task.
  await page.setViewportSize({ width: 1280, height: 1400 });
  const dragged = await page.evaluate<Scrolled>(scrolling(3000));
  await page.locator("[role=option] .verdict").last().waitFor();
  const read = await page.evaluate<Scrolled>(scrolling("reading"));
  const figures = ({ most, longTasks, seconds, frames }: Scrolled): object => ({
    rowsInPage: most,
    tasksOver50ms: longTasks.length,
    longestTask: Math.round(Math.max(0, ...longTasks)),
    frames,
    seconds: Math.round(seconds * 10) / 10,
  });
  console.log(
    JSON.stringify({
      samples: count,
      milliseconds: times,
      rowsRead: read.seen,
      reading: figures(read),
      dragging: figures(dragged),
    }),
  );
  const fits = ({ most, longTasks }: Scrolled): boolean =>
    most <= limits.rows && longTasks.every((each) => each <= limits.task);
  if (read.seen !== count || !fits(read) || !fits(dragged)) process.exitCode = 1;
} finally {
  await closeBrowser();
  started.remove();
}
