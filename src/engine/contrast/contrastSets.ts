import type { Case } from "../families/index.js";
import { throwIfCancelled } from "../fault.js";
import type { Embedder } from "../seams/index.js";
import { distanceBetween, nearest, type Near } from "./nearest.js";

/** A case with the target's response, wrong or right. */
export interface Answered {
  readonly testCase: Case;
  readonly response: string;
}

/** A right case beside an error, as it is stored. */
export interface StoredNeighbour {
  readonly key: string;
  /** L2 distance between unit vectors, from 0 to 2. */
  readonly distance: number;
}

/** The nearest right cases of one error, nearest first; more than are shown, so that another k needs no search. */
export interface ContrastSet {
  readonly error: string;
  readonly neighbours: readonly StoredNeighbour[];
}

/** Neighbours stored of an error. */
export const storedNeighbours = 20;

export interface ContrastOptions {
  /** `question`: v(q), what the paper's code embeds. `question-response`: v(d, r), as Eq. 2 is written. */
  readonly vector: "question" | "question-response";
  /** Whether only right cases of the error's own group count. */
  readonly sameGroup: boolean;
  /** Right cases nearer than this are skipped; 0 skips none. */
  readonly floor: number;
  /** Right cases that a person pinned to an error: they are stored with their distance, however far away they are. */
  readonly pinned?: (errorKey: string) => readonly string[];
  readonly onProgress?: (embedded: number, texts: number) => void;
}

/** Texts embedded before progress is told and a cancel is seen. */
const batchTexts = 256;

/**
 * Contrast sets (Eq. 2): for each error the nearest of the right cases of the same benchmark by L2 distance between
 * embeddings, exactly, equal distances by case key. Sets come in the order of the errors; without any right case they are
 * empty, and LEC falls back to LE.
 */
export async function findContrastSets(
  errors: readonly Answered[],
  right: readonly Answered[],
  embedder: Embedder,
  options: ContrastOptions,
  signal: AbortSignal,
): Promise<ContrastSet[]> {
  const pool = [...right].sort((a, b) => compare(a.testCase.key, b.testCase.key));
  if (errors.length === 0 || pool.length === 0) return errors.map(({ testCase }) => emptySet(testCase));
  const vectors = await embedTexts([...errors, ...pool], embedder, options, signal);
  const found = new Map<string, ContrastSet>();
  for (const { own, candidates } of groups(errors, pool, options.sameGroup)) {
    throwIfCancelled(signal);
    const near = nearest(own.map(vectors), candidates.map(vectors), storedNeighbours, { floor: options.floor });
    for (const [row, { testCase }] of own.entries()) {
      found.set(testCase.key, { error: testCase.key, neighbours: (near[row] ?? []).map(toStored(candidates)) });
    }
  }
  const byKey = new Map(pool.map((answered) => [answered.testCase.key, answered]));
  return errors.map((error) => {
    const set = found.get(error.testCase.key) ?? emptySet(error.testCase);
    const missing = new Set(options.pinned?.(error.testCase.key) ?? []);
    for (const { key } of set.neighbours) missing.delete(key);
    const pinned = [...missing].flatMap((key) => {
      const answered = byKey.get(key);
      return answered === undefined ? [] : [{ key, distance: distanceBetween(vectors(error), vectors(answered)) }];
    });
    if (pinned.length === 0) return set;
    return { ...set, neighbours: [...set.neighbours, ...pinned].sort(byDistance) };
  });
}

/**
 * The neighbours that an error is taught with, nearest first: what a person pinned and the nearest ones that nobody
 * excluded, k in all. A person's pins are all shown, also when they are more than k; a pinned case that is not stored
 * (it became wrong) is left out.
 */
export function chooseNeighbours(
  stored: readonly StoredNeighbour[],
  k: number,
  pins: readonly string[] = [],
  exclusions: readonly string[] = [],
): StoredNeighbour[] {
  const byKey = new Map(stored.map((neighbour) => [neighbour.key, neighbour]));
  const pinned = [...new Set(pins)].flatMap((key) => byKey.get(key) ?? []);
  const left = new Set([...exclusions, ...pins]);
  const others = [...stored].sort(byDistance).filter(({ key }) => !left.has(key));
  return [...pinned, ...others.slice(0, Math.max(0, k - pinned.length))].sort(byDistance);
}

/** The text that stands for an answered case. */
function contrastText({ testCase, response }: Answered, vector: ContrastOptions["vector"]): string {
  return vector === "question" ? testCase.question : `${testCase.question}\n${response}`;
}

/** Embeds each different text once, and gives the vector of an answered case. */
async function embedTexts(
  answered: readonly Answered[],
  embedder: Embedder,
  { vector, onProgress }: ContrastOptions,
  signal: AbortSignal,
): Promise<(answered: Answered) => Float32Array> {
  const texts = [...new Set(answered.map((item) => contrastText(item, vector)))];
  const vectors = new Map<string, Float32Array>();
  for (let start = 0; start < texts.length; start += batchTexts) {
    throwIfCancelled(signal);
    const batch = texts.slice(start, start + batchTexts);
    const made = await embedder.embed(batch, signal);
    for (const [index, text] of batch.entries()) {
      const one = made[index];
      if (one === undefined)
        throw new Error(`${embedder.identity} returned ${made.length} vectors for ${batch.length} texts`);
      vectors.set(text, one);
    }
    onProgress?.(Math.min(texts.length, start + batchTexts), texts.length);
  }
  return (item) => vectors.get(contrastText(item, vector)) ?? new Float32Array(0);
}

/** Errors with the right cases that may stand beside them. */
function groups(
  errors: readonly Answered[],
  pool: readonly Answered[],
  sameGroup: boolean,
): { own: Answered[]; candidates: Answered[] }[] {
  if (!sameGroup) return [{ own: [...errors], candidates: [...pool] }];
  return [...new Set(errors.map(({ testCase }) => testCase.group))].map((group) => ({
    own: errors.filter(({ testCase }) => testCase.group === group),
    candidates: pool.filter(({ testCase }) => testCase.group === group),
  }));
}

function toStored(candidates: readonly Answered[]): (near: Near) => StoredNeighbour {
  return ({ index, distance }) => ({ key: candidates[index]?.testCase.key ?? "", distance });
}

function emptySet({ key }: Case): ContrastSet {
  return { error: key, neighbours: [] };
}

function byDistance(a: StoredNeighbour, b: StoredNeighbour): number {
  return a.distance - b.distance || compare(a.key, b.key);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
