/**
 * The worker's part of the Benchmarks view on 14,042 cases (MMLU where its files are beside the checkout): milliseconds for
 * reading the answers, for opening each kind of node, and for filtering by text, by the clock and of the
 * processor (on a busy machine only the latter says something). The editor's part is measured by
 * `test/editor/ui/benchmarks.test.ts`.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { noFilter, type CaseFilter } from "../../src/protocol/worker/index.js";
import { handlersOf } from "../../src/worker/handlers.js";
import { Projects } from "../../src/worker/projects.js";
import { makeLargeProject } from "../../test/support/largeProject.js";

const folder = mkdtempSync(path.join(tmpdir(), "preceptor-tree-"));
try {
  const { benchmark, cases, real } = await makeLargeProject(folder);
  const handlers = handlersOf(new Projects());
  const call = { signal: new AbortController().signal };
  const times: { [name: string]: number } = {};
  const processor: { [name: string]: number } = {};
  const timed = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    const started = performance.now();
    const cpu = process.cpuUsage();
    const result = await work();
    times[name] = Math.round((performance.now() - started) * 10) / 10;
    const { user, system } = process.cpuUsage(cpu);
    processor[name] = Math.round((user + system) / 100) / 10;
    return result;
  };
  const before = process.memoryUsage().heapUsed;
  const overview = async (filter: CaseFilter = noFilter): Promise<number> => {
    const { benchmarks } = await handlers["benchmarks/overview"]({ folder, filter }, call);
    return benchmarks.flatMap(({ sets }) => sets).filter(({ figures }) => figures !== null).length;
  };
  await timed("first look", overview);
  await timed("all answers read", async () => {
    while ((await overview()) < 3) await new Promise((resolve) => setTimeout(resolve, 20));
  });
  const set = { benchmark, run: "run-2", iteration: 1, stage: "evaluate" } as const;
  const groups = (filter: CaseFilter) => handlers["benchmarks/groups"]({ folder, set, by: "group", filter }, call);
  const opened = await timed("first opening, with loading the questions", async () => groups(noFilter));
  await timed("look again", overview);
  await timed("open a run", async () => groups(noFilter));
  const value = opened.groups[0]?.value ?? "";
  const list = (filter: CaseFilter, group: string | null) =>
    handlers["benchmarks/cases"](
      {
        folder,
        set,
        group: group === null ? null : { by: "group", value: group },
        filter,
        sort: "case",
        offset: 0,
        limit: 250,
      },
      call,
    );
  await timed("open a group", async () => list(noFilter, value));
  await timed("open a range of all", async () => list(noFilter, null));
  const text: CaseFilter = { ...noFilter, text: "energy market", right: true };
  await timed("filter by text", async () => groups(text));
  await timed("filter by another text", async () => groups({ ...text, text: "photosynthesis" }));
  const regex: CaseFilter = { ...noFilter, text: String.raw`\b(mass|force)\s+\w+\s+court`, regex: true };
  await timed("filter by expression", async () => groups(regex));
  await timed("look with a filter", async () => overview(text));
  await timed("forgotten since the iteration before", async () =>
    groups({ ...noFilter, since: { changes: ["forgotten"], run: "run-2", iteration: 0 } }),
  );
  await timed("poll", async () => handlers["benchmarks/poll"]({ folder }, call));
  const found = await timed("go to case", async () =>
    handlers["benchmarks/find"]({ folder, run: null, text: "signal rule", limit: 100 }, call),
  );
  const heap = Math.round((process.memoryUsage().heapUsed - before) / 1e6);
  console.log(
    JSON.stringify({
      cases,
      data: real ? "MMLU" : "made up",
      sets: 3,
      hits: found.hits.length,
      heapMB: heap,
      milliseconds: times,
      processorMilliseconds: processor,
    }),
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
