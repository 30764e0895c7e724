import { noFilter, type Verdict } from "../../protocol/worker/caseFilter.js";
import type { CaseRef } from "../../protocol/worker/caseRef.js";
import type { BenchmarkIndex } from "./benchmarkIndex.js";
import { briefLine } from "./rows.js";

interface Found {
  readonly run: string | null;
  readonly hits: {
    readonly ref: CaseRef;
    readonly question: string;
    readonly verdict: Verdict;
    readonly outcome: string;
  }[];
  /** There are more than these. */
  readonly more: boolean;
}

/** Cases of a run by key or text; each once, in the newest answer to it. Keys that begin with the text come first. */
export async function findCases(
  index: BenchmarkIndex,
  { run, text, limit }: { readonly run: string | null; readonly text: string; readonly limit: number },
): Promise<Found> {
  const { found } = await index.look();
  const wanted = run ?? found[0]?.run ?? null;
  const wording = text.trim();
  const filter = { ...noFilter, text: wording, right: wording !== "" };
  const hits = new Map<string, Found["hits"][number]>();
  let more = false;
  for (const { iteration, stage, file, stamp, run: of } of found) {
    if (of !== wanted) continue;
    const benchmarks = index.fileOf({ run: of, iteration, stage, file, stamp })?.benchmarks ?? [];
    for (const benchmark of benchmarks) {
      const set = { benchmark, run: of, iteration, stage };
      const view = await index.set(set);
      for (const { answer, testCase } of await index.filtered(view, filter)) {
        if (hits.has(answer.key)) continue;
        // Some more than are shown, so that keys that fit best are among them.
        if (hits.size >= limit * 10) {
          more = true;
          break;
        }
        hits.set(answer.key, {
          ref: { run: of, iteration, stage, key: answer.key },
          question: testCase === null ? "" : briefLine(testCase, view.family),
          verdict: answer.verdict,
          outcome: answer.outcome,
        });
      }
    }
  }
  const best = [...hits.values()].sort((a, b) => fit(a.ref.key, wording) - fit(b.ref.key, wording));
  return { run: wanted, hits: best.slice(0, limit), more: more || best.length > limit };
}

/** How well a key fits: 0 for the key or id itself, 1 for its end, 2 for a part of it, 3 when the text is elsewhere. */
function fit(key: string, wording: string): number {
  if (wording === "") return 0;
  const low = key.toLowerCase();
  const wanted = wording.toLowerCase();
  if (low === wanted || low.endsWith(`/${wanted}`)) return 0;
  if (low.endsWith(wanted)) return 1;
  return low.includes(wanted) ? 2 : 3;
}
