import { DecisionStore, personName } from "../../adapters/decisions/index.js";
import type { SingleCalls } from "../../adapters/project/index.js";
import { openProjectStore } from "../../adapters/store/index.js";
import { draftInForce, type ReviewDecision } from "../../engine/errors/index.js";
import { Fault } from "../../engine/fault.js";
import type { Handlers } from "../../protocol/rpc.js";
import type { SampleDecision, sampleRequests } from "../../protocol/worker/index.js";
import { Sandboxes } from "../cases/sandbox.js";
import { shown } from "../cases/shown.js";
import type { Say } from "../say.js";
import type { Projects } from "../projects.js";
import type { RunRecords } from "../runRecords.js";
import { evidenceOf } from "./evidence.js";
import { SampleIndexes, type FoundIteration, type IterationRef } from "./found.js";
import { gateDrafts, gateViews, taughtCase } from "./gating.js";
import { draftView, errorOutput, overviewOf } from "./output.js";
import { priceOfAsking, regenerate } from "./regenerate.js";
import type { IndexedSample } from "./sampleIndex.js";
import { SamplesWatch } from "./watch.js";

/** Rows of one piece of a list, and samples of one decision. */
const mostRows = 500;
const mostDecided = 5000;

/** Answers what the Instructor output panel asks. */
export function sampleHandlers(
  projects: Projects,
  records: RunRecords,
  { calls, say }: { readonly calls: SingleCalls; readonly say: Say },
): Handlers<{ readonly requests: typeof sampleRequests; readonly events: Record<never, never> }> {
  const indexes = new SampleIndexes(projects);
  const sandboxes = new Sandboxes();
  const watches = new Map<string, SamplesWatch>();
  /** For what gates decide and what is paid for: that is done as the configuration has it now, or not at all. */
  const sound = async (ref: IterationRef): Promise<FoundIteration> => {
    await projects.open(ref.folder);
    return indexes.find(ref);
  };
  return {
    "samples/overview": async ({ folder, run, iteration }) => {
      const { ref, iterations } = await indexes.choose(folder, run, iteration);
      return {
        ...(await overviewOf(indexes, await indexes.find(ref), iterations)),
        configurationFault: await projects.configurationFault(folder),
      };
    },
    "samples/page": async ({ filter, from, count, ...ref }) => {
      const { index } = await indexes.find(ref);
      const list = index.list(filter);
      const start = Math.max(0, Math.min(from, list.length));
      const rows = list.slice(start, start + Math.min(count, mostRows)).map((sample) => index.row(sample));
      return { total: list.length, from: start, rows };
    },
    "samples/place": async ({ filter, sample, error, ...ref }) => {
      const { index } = await indexes.find(ref);
      const place = index
        .list(filter)
        .findIndex(({ id, source }) => (sample === null ? source === error : id === sample));
      return { place: place === -1 ? null : place };
    },
    "samples/error": async ({ key, ...ref }) => errorOutput(await indexes.find(ref), records, key),
    "samples/evidence": async ({ sample, ...ref }, { signal }) =>
      evidenceOf(await indexes.find(ref), sample, { sandboxes, signal }),
    "samples/review": async ({ decisions, note, ...ref }) => ({
      before: await decide(ref, await indexes.find(ref), decisions, note),
    }),
    "samples/reviewRange": async ({ filter, first, last, count, decision, ...ref }) => {
      const found = await indexes.find(ref);
      // Places are those of the list as the person saw it; a run that goes on may have put samples between them since.
      const chosen = between(found.index.list(filter), first, last);
      if (chosen.length !== count) return { before: null };
      const decisions = chosen.map(({ id }) => ({ sample: id, decision }));
      return { before: await decide(ref, found, decisions, null) };
    },
    "samples/edit": async ({ sample, draft, accept, ...ref }, { signal }) => {
      const found = await sound(ref);
      const { source } = found.index.sample(sample);
      const of = taughtCase(found, source);
      const gated = await gateDrafts(found, of, [draft], { sandboxes, signal, except: new Set([sample]) });
      const passed = gated.every(({ rejectedBy }) => rejectedBy === null);
      const accepted = accept === "anyway" || (accept === "if-passed" && passed);
      const before = accepted ? await decide(ref, found, [{ sample, decision: "accept", draft }], null) : [];
      return { gates: gated.flatMap(gateViews), passed, accepted, before };
    },
    "samples/askPrice": async ({ key, ...ref }) => priceOfAsking(await sound(ref), records, key),
    "samples/regenerate": async ({ key, attempt, cap, ...ref }, { signal }) => {
      const { folder, run, iteration } = ref;
      let text = "";
      const tell = (answer: string | null): void =>
        say("samples/live", {
          folder,
          run,
          answer:
            answer === null
              ? null
              : { iteration, error: key, round: 0, number: attempt, text: shown(answer).text, before: 0 },
        });
      let told = Number.NEGATIVE_INFINITY;
      try {
        return await regenerate(
          await sound(ref),
          records,
          { key, attempt, cap },
          {
            sandboxes,
            signal,
            calls,
            onText: (piece) => {
              text += piece;
              if (performance.now() - told < 100) return;
              told = performance.now();
              tell(text);
            },
          },
        );
      } finally {
        tell(null);
      }
    },
    "samples/finishReview": async ({ folder, run, iteration }) => {
      const { review } = await decisionsOf(folder);
      const time = new Date().toISOString();
      await review.append([{ version: 2, run, iteration, decision: "finished", by: personName(folder), time }]);
      return {};
    },
    "samples/watch": async ({ folder, run }) => {
      watches.get(folder)?.stop();
      watches.set(folder, new SamplesWatch(folder, run, say));
      return {};
    },
    "samples/unwatch": async ({ folder }) => {
      watches.get(folder)?.stop();
      watches.delete(folder);
      return {};
    },
  };
}

/** The samples from one to another, whichever comes first; none where one of them is not in the list. */
function between(list: readonly IndexedSample[], first: string, last: string): readonly IndexedSample[] {
  const [from, to] = [first, last].map((id) => list.findIndex((sample) => sample.id === id)) as [number, number];
  return from === -1 || to === -1 ? [] : list.slice(Math.min(from, to), Math.max(from, to) + 1);
}

async function decisionsOf(folder: string): Promise<DecisionStore> {
  return new DecisionStore(await openProjectStore(folder));
}

/** Writes decisions as the command line does; the answer is what was in force before. */
async function decide(
  { folder }: IterationRef,
  { index }: FoundIteration,
  decisions: readonly SampleDecision[],
  note: string | null,
): Promise<SampleDecision[]> {
  if (decisions.length > mostDecided) {
    throw new Fault("usage", "So many samples cannot be decided about at once.", {
      found: String(decisions.length),
      allowed: `at most ${mostDecided}`,
      remedy: "Choose fewer samples.",
    });
  }
  const before = decisions.map(({ sample }): SampleDecision => {
    const review = index.review(index.sample(sample).id);
    const draft = review?.draft ?? null;
    return { sample, decision: review?.decision ?? null, draft: draft === null ? null : draftView(draft) };
  });
  const common = { version: 2, by: personName(folder), time: new Date().toISOString() } as const;
  const said = note === null || note === "" ? {} : { note };
  const lines = decisions.map(({ sample, decision, draft }): ReviewDecision => {
    const line = { ...common, ...said, sample };
    if (decision === null) return { ...line, decision };
    const written = draft === undefined ? draftInForce(index.review(sample)) : draft === null ? {} : { draft };
    return { ...line, decision, ...written };
  });
  await (await decisionsOf(folder)).review.append(lines);
  return before;
}
