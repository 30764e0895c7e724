import { writeAtomic } from "../../adapters/store/index.js";
import type { benchmarkRequests } from "../../protocol/worker/benchmarks.js";
import type { Handlers } from "../../protocol/rpc.js";
import type { Projects } from "../projects.js";
import { chosenAnswers, documentOf, keysOf, markdownOf } from "./chosen.js";
import { findCases } from "./find.js";
import { groupingOf, groupsOf } from "./groups.js";
import type { BenchmarkIndex } from "./benchmarkIndex.js";
import { Indexes } from "./indexes.js";
import { overviewOf } from "./overview.js";
import { neighbourOf } from "./neighbour.js";
import { placeOf } from "./place.js";
import { caseRowOf } from "./rows.js";

type BenchmarkHandlers = Handlers<{
  readonly requests: typeof benchmarkRequests;
  readonly events: Record<never, never>;
}>;

/** What the Benchmarks view asks. */
export function benchmarkHandlers(projects: Projects, indexes = new Indexes(projects)): BenchmarkHandlers {
  const indexOf = (folder: string): BenchmarkIndex => indexes.of(folder);
  return {
    "benchmarks/overview": async ({ folder, filter }) =>
      overviewOf(indexOf(folder), await projects.shown(folder), filter),
    "benchmarks/poll": async ({ folder }) => {
      const { stamp, runs } = await indexOf(folder).stamp();
      return { stamp, runs: [...runs] };
    },
    "benchmarks/groups": async ({ folder, set, by, filter }) => {
      const index = indexOf(folder);
      const view = await index.set(set);
      const shown = await index.filtered(view, filter);
      const effective = groupingOf(view, by);
      return { by: effective, groups: groupsOf(view, effective, shown), shown: shown.length, fault: view.fault };
    },
    "benchmarks/cases": async ({ folder, set, group, filter, sort, offset, limit }) => {
      const index = indexOf(folder);
      const view = await index.set(set);
      const rows = await index.listed(view, { group, filter, sort });
      return {
        total: rows.length,
        cases: rows.slice(offset, offset + limit).map((row) => caseRowOf(row, view, view.earlier?.answers ?? null)),
      };
    },
    "benchmarks/keys": async ({ folder, selections }) => ({ keys: await keysOf(indexOf(folder), selections) }),
    "benchmarks/markdown": async ({ folder, selections }) => markdownOf(indexOf(folder), selections),
    "benchmarks/export": async ({ folder, selections, file }) => {
      const chosen = await chosenAnswers(indexOf(folder), selections);
      await writeAtomic(file, chosen.map((answer) => `${JSON.stringify(documentOf(answer))}\n`).join(""));
      return { cases: chosen.length };
    },
    "benchmarks/neighbour": async (asked) => {
      const { configuration } = await projects.shown(asked.folder);
      return neighbourOf(indexOf(asked.folder), Object.keys(configuration.benchmarks), asked);
    },
    "benchmarks/place": async (asked) => ({ place: await placeOf(indexOf(asked.folder), asked) }),
    "benchmarks/find": async ({ folder, run, text, limit }) => findCases(indexOf(folder), { run, text, limit }),
  };
}
