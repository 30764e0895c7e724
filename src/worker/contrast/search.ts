import { createEmbedder, type Project } from "../../adapters/project/index.js";
import { openProjectStore } from "../../adapters/store/index.js";
import { findContrastSets, type StoredNeighbour } from "../../engine/contrast/index.js";
import type { Case } from "../../engine/families/index.js";
import type { ResponseRecord } from "../../engine/iteration/index.js";
import type { Embedder } from "../../engine/seams/index.js";
import type { FoundError } from "./found.js";

/**
 * Neighbours of errors whose run has not stored what is wanted (imported results, evaluation splits, LE, another pool):
 * searched when they are looked at, with the project's embedder; each text is embedded once a window.
 */
export class NeighbourSearch {
  readonly #embedders = new Map<string, Promise<Embedder>>();

  /** The nearest right cases of an error, of all or of its own group only. */
  async nearest(found: FoundError, sameGroup: boolean, signal: AbortSignal): Promise<readonly StoredNeighbour[]> {
    const { ref, project, readable, testCase, responses } = found;
    const { vector, floor } = project.configuration.contrast;
    const answered = (record: ResponseRecord, of: Case) => ({ testCase: of, response: record.text });
    const own = responses.get(ref.key);
    const [set] = await findContrastSets(
      [{ testCase, response: own?.text ?? "" }],
      rightCases(found).map(({ record, of }) => answered(record, of)),
      await this.#embedder(project),
      { vector, sameGroup, floor, pinned: (error) => readable.decisions.contrast(error).pinned },
      signal,
    );
    return set?.neighbours ?? [];
  }

  async #embedder(project: Project): Promise<Embedder> {
    const key = JSON.stringify([project.folder, project.configuration.contrast.embedder]);
    let embedder = this.#embedders.get(key);
    if (embedder === undefined) {
      embedder = openProjectStore(project.folder).then(async (store) =>
        rememberingEmbedder(await createEmbedder(project, store)),
      );
      this.#embedders.set(key, embedder);
      // A model that could not be loaded is tried again the next time; the caller gets the fault.
      void embedder.catch(() => this.#embedders.delete(key));
    }
    return embedder;
  }
}

function rememberingEmbedder(embedder: Embedder): Embedder {
  const known = new Map<string, Float32Array>();
  return {
    identity: embedder.identity,
    embed: async (texts, signal) => {
      const missing = [...new Set(texts.filter((text) => !known.has(text)))];
      const made = missing.length === 0 ? [] : await embedder.embed(missing, signal);
      for (const [index, text] of missing.entries()) {
        const vector = made[index];
        if (vector !== undefined) known.set(text, vector);
      }
      return texts.map((text) => known.get(text) ?? new Float32Array(0));
    },
    close: async () => embedder.close(),
  };
}

/** Right cases of the benchmark that may stand beside an error. */
function rightCases({ readable, responses, byKey, testCase }: FoundError): { record: ResponseRecord; of: Case }[] {
  return [...responses.values()].flatMap((record) => {
    const of = byKey.get(record.key);
    const usable = record.correct && record.key !== testCase.key && readable.decisions.teaches(record.key);
    return of === undefined || !usable ? [] : [{ record, of }];
  });
}

/** How many right cases the neighbours of an error are the nearest of. */
export function poolSize(found: FoundError, sameGroup: boolean): number {
  return rightCases(found).filter(({ of }) => !sameGroup || of.group === found.testCase.group).length;
}
