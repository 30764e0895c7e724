import type * as z from "zod/mini";
import { DecisionStore, personName } from "../../adapters/decisions/index.js";
import type { Project } from "../../adapters/project/index.js";
import { openProjectStore } from "../../adapters/store/index.js";
import { chooseNeighbours, storedNeighbours, type StoredNeighbour } from "../../engine/contrast/index.js";
import type { Case } from "../../engine/families/index.js";
import type { Handlers } from "../../protocol/rpc.js";
import type { ContrastMessage, contrastRequests, ContrastView } from "../../protocol/worker/index.js";
import type { Projects } from "../projects.js";
import type { RunRecords } from "../runRecords.js";
import { keptTemplates } from "../templates.js";
import { tokenCounter } from "../tokenCounter.js";
import { ErrorFinder, type FoundCase } from "./found.js";
import { messageOf } from "./message.js";
import { NeighbourSearch, poolSize } from "./search.js";
import { marked } from "./wordMarks.js";

type Wanted = z.output<(typeof contrastRequests)["contrast/view"]["params"]>;

/** An error with its nearest right cases, where they come from, and those of them that are shown. */
interface Neighbourhood {
  readonly found: FoundCase;
  readonly source: ContrastView["source"];
  readonly sameGroup: boolean;
  readonly usable: readonly StoredNeighbour[];
  readonly chosen: readonly StoredNeighbour[];
  readonly counts: Pick<ContrastView, "k" | "fewest" | "most" | "configured">;
}

export function contrastHandlers(
  projects: Projects,
  records: RunRecords,
): Handlers<{ readonly requests: typeof contrastRequests; readonly events: Record<never, never> }> {
  const contrast = new Contrast(new ErrorFinder(projects, records));
  let warm = false;
  return {
    "contrast/view": async (wanted, { signal }) => ({
      ...(await contrast.view(wanted, signal)),
      configurationFault: await projects.configurationFault(wanted.folder),
    }),
    "contrast/message": async (wanted, { signal }) => contrast.message(wanted, signal),
    "contrast/prepare": async ({ folder, ref }, { signal }) => {
      const { project, stored } = await contrast.read(folder, ref);
      await Promise.all([keptTemplates(project), tokenCounter()]);
      // The first set of a window takes several times as long as the next one, so it is made while nobody waits.
      if (stored && !warm) {
        warm = true;
        const wanted = { folder, ref, k: null };
        await contrast.view(wanted, signal);
        await contrast.message(wanted, signal);
      }
      return {};
    },
    "contrast/decide": async ({ folder, error, decisions }) => {
      const store = await openProjectStore(folder);
      const common = { version: 1, by: personName(folder), time: new Date().toISOString() } as const;
      await new DecisionStore(store).contrast.append(
        decisions.map(({ neighbour, decision }) => ({ ...common, error, neighbour, decision })),
      );
      return {};
    },
  };
}

class Contrast {
  readonly #errors: ErrorFinder;
  readonly #search = new NeighbourSearch();

  constructor(errors: ErrorFinder) {
    this.#errors = errors;
  }

  /** Reads what the sets of a run need, and says whether this error's set is stored. */
  async read(folder: string, ref: Wanted["ref"]): Promise<{ readonly project: Project; readonly stored: boolean }> {
    const found = await this.#errors.find(folder, ref);
    const [stored] = await Promise.all([this.#errors.stored(found), this.#errors.answers(found)]);
    return { project: found.project, stored: stored !== null };
  }

  /** The cards: as little is read for them as possible, because they are what a person waits for. */
  async view(wanted: Wanted, signal: AbortSignal): Promise<Omit<ContrastView, "configurationFault">> {
    const { found, source, sameGroup, usable, chosen, counts } = await this.#neighbourhood(wanted, signal);
    const { project, readable, testCase, byKey, benchmark, ref } = found;
    const { pinned, excluded } = readable.decisions.contrast(ref.key);
    const taken = new Set(chosen.map(({ key }) => key));
    const answers = await this.#errors.answersTo(found, [ref.key, ...taken]);
    const shown = (of: Case) => ({
      key: of.key,
      group: of.group,
      question: benchmark.family.questionText(of),
      response: answers.get(of.key)?.text ?? "",
      reference: benchmark.family.reference(of),
    });
    return {
      error: shown(testCase),
      ...counts,
      embedder: embedderName(project),
      source,
      sameGroup: { shown: sameGroup, configured: configuredGroup(found) },
      neighbours: chosen.flatMap(({ key, distance }) => {
        const of = byKey.get(key);
        if (of === undefined) return [];
        const { own, other } = marked(testCase, of, benchmark.family);
        return [{ ...shown(of), distance, pinned: pinned.includes(key), errorMarked: own, marked: other }];
      }),
      candidates: usable
        .filter(({ key }) => !taken.has(key))
        .map(({ key, distance }) => ({
          key,
          distance,
          question: byKey.get(key)?.question ?? "",
          excluded: excluded.includes(key),
        })),
    };
  }

  async message(wanted: Wanted, signal: AbortSignal): Promise<ContrastMessage> {
    const { found, sameGroup, chosen } = await this.#neighbourhood(wanted, signal);
    const error = { ...found, responses: await this.#errors.answers(found) };
    const { currency } = found.project.configuration.budget;
    return { ...(await messageOf(error, chosen)), pool: poolSize(error, sameGroup), currency };
  }

  async #neighbourhood(wanted: Wanted, signal: AbortSignal): Promise<Neighbourhood> {
    const found = await this.#errors.find(wanted.folder, wanted.ref);
    const sameGroup = wanted.sameGroup ?? configuredGroup(found);
    const stored = sameGroup === configuredGroup(found) ? await this.#errors.stored(found) : null;
    const nearest = stored ?? (await this.#searched(found, sameGroup, signal));
    const { byKey, readable, ref } = found;
    const usable = nearest.filter(({ key }) => byKey.has(key));
    const { pinned, excluded } = readable.decisions.contrast(ref.key);
    const chosenOf = (k: number) => chooseNeighbours(usable, k, pinned, excluded);
    // Neither fewer than a person pinned nor more than there are: the k that is told is the number of cards.
    const [fewest, most] = [chosenOf(0).length, chosenOf(storedNeighbours).length];
    const within = (k: number): number => Math.min(Math.max(fewest, k), most);
    const { iterations, contrast } = found.project.configuration;
    const configured = within(iterations[ref.iteration - 1]?.k ?? contrast.k);
    const chosen = chosenOf(within(wanted.k ?? configured));
    const counts = { k: chosen.length, fewest, most, configured };
    return { found, source: stored === null ? "searched" : "stored", sameGroup, usable, chosen, counts };
  }

  async #searched(found: FoundCase, sameGroup: boolean, signal: AbortSignal): Promise<readonly StoredNeighbour[]> {
    return this.#search.nearest({ ...found, responses: await this.#errors.answers(found) }, sameGroup, signal);
  }
}

function configuredGroup({ project }: FoundCase): boolean {
  return project.configuration.contrast.sameGroup;
}

function embedderName({ configuration }: Project): string {
  const { embedder } = configuration.contrast;
  return embedder.kind === "builtin" ? `builtin n-grams (${embedder.dimensions})` : embedder.model;
}
