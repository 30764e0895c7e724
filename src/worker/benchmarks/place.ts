import type * as z from "zod/mini";
import type { benchmarkRequests } from "../../protocol/worker/benchmarks.js";
import type { BenchmarkIndex } from "./benchmarkIndex.js";
import { groupingOf } from "./groups.js";
import { groupValue } from "./rows.js";

type Requests = typeof benchmarkRequests;
type Asked = z.output<Requests["benchmarks/place"]["params"]>;
type Place = z.output<Requests["benchmarks/place"]["result"]>["place"];

/** Where a case stands in the view: its set, its group and how many cases of that come before it; null when it is hidden. */
export async function placeOf(index: BenchmarkIndex, { ref, by, filter, sort }: Asked): Promise<Place> {
  const { key, ...stage } = ref;
  const { file } = await index.set({ benchmark: "", ...stage });
  const benchmark = file.benchmarks.find((name) => file.answers(name).has(key));
  if (benchmark === undefined) return null;
  const set = { benchmark, ...stage };
  const view = await index.set(set);
  const row = (await index.filtered(view, filter)).find(({ answer }) => answer.key === key);
  if (row === undefined) return null;
  const effective = groupingOf(view, by);
  const group = effective === "none" ? null : { by: effective, value: groupValue(row, effective, view) };
  const rows = await index.listed(view, { group, filter, sort });
  return { set, group, before: rows.findIndex(({ answer }) => answer.key === key) };
}
