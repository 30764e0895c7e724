import type * as z from "zod/mini";
import type { benchmarkRequests } from "../../protocol/worker/benchmarks.js";
import type { AnswerSetView, BenchmarkIndex } from "./benchmarkIndex.js";
import { groupingOf, groupsOf } from "./groups.js";
import { groupValue, sortRows, type Row } from "./rows.js";

type Asked = z.output<(typeof benchmarkRequests)["benchmarks/neighbour"]["params"]>;
type Neighbour = z.output<(typeof benchmarkRequests)["benchmarks/neighbour"]["result"]>;

/**
 * The wrong answer before or after a case, as the Benchmarks view lists them: benchmark by benchmark, group by group, in
 * its order, and only what its filter shows. The case itself has its place there also when the filter hides it, as it
 * does right after somebody triaged it.
 *
 * @param configured names of the project's benchmarks, in their order.
 */
export async function neighbourOf(
  index: BenchmarkIndex,
  configured: readonly string[],
  asked: Asked,
): Promise<Neighbour> {
  const { ref } = asked;
  const { run, iteration, stage } = ref;
  const none: Neighbour = { ref: null, position: 0, count: 0 };
  const { file } = await index.set({ benchmark: "", run, iteration, stage });
  const names = [...new Set([...configured, ...file.benchmarks])].filter((name) => file.answers(name).size > 0);
  const listed: string[] = [];
  const shown = new Set<string>();
  for (const benchmark of names) {
    const view = await index.set({ benchmark, run, iteration, stage });
    const filtered = await index.filtered(view, asked.filter);
    for (const { answer } of filtered) if (answer.verdict !== "right") shown.add(answer.key);
    listed.push(...keysInOrder(view, filtered, asked));
  }
  const at = listed.indexOf(ref.key);
  if (at === -1) return none;
  const isShown = (key: string): boolean => shown.has(key);
  const found = asked.direction === "next" ? listed.slice(at + 1).find(isShown) : listed.slice(0, at).findLast(isShown);
  const errors = listed.filter(isShown);
  if (found === undefined) return { ...none, count: errors.length };
  return { ref: { ...ref, key: found }, position: errors.indexOf(found) + 1, count: errors.length };
}

/** Keys of a set as its rows stand below one another when all its groups are open; the case itself is among them. */
function keysInOrder(view: AnswerSetView, filtered: readonly Row[], { ref, by, sort }: Asked): string[] {
  const kept = new Set(filtered);
  const rows = view.rows.filter((row) => kept.has(row) || row.answer.key === ref.key);
  // A decision moves a case into another group of decisions, where its neighbours were decided long ago.
  const grouping = by === "triage" ? "none" : groupingOf(view, by);
  const groups = new Map<string, Row[]>(groupsOf(view, grouping, rows).map(({ value }) => [value, []]));
  for (const row of sortRows(rows, sort)) groups.get(groupValue(row, grouping, view))?.push(row);
  return [...groups.values()].flat().map(({ answer }) => answer.key);
}
