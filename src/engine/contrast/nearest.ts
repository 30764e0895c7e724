import { blockRows, createDotKernel, lanes, tripleRows } from "./dotKernel.js";

/** A row of the right matrix and its L2 distance. */
export interface Near {
  readonly index: number;
  readonly distance: number;
}

export interface NearestOptions {
  /** Rows nearer than this distance are skipped; 0 skips none. */
  readonly floor?: number;
}

/** Left rows that lie in the kernel's memory at once, and right rows of one panel (a panel stays in the cache). */
const chunkRows = 1024;
const panelRows = 48;

/**
 * The k nearest rows of `right` for each row of `left` by L2 distance, exactly: nearest first, equal distances in the order
 * of `right`. All vectors have one length and any norm.
 *
 * A first pass multiplies vectors rounded to 16 bits, which orders candidates up to an error that is bounded for each pair;
 * whatever that error could have hidden is measured again in 64 bits, one dimension after the other, so the result is the
 * same on every machine.
 */
export function nearest(
  left: readonly Float32Array[],
  right: readonly Float32Array[],
  k: number,
  { floor = 0 }: NearestOptions = {},
): Near[][] {
  const dimensions = commonLength([...left, ...right]);
  if (k <= 0 || right.length === 0 || dimensions === 0) return left.map(() => []);
  const searches = scan(left, right, k, floor, dimensions);
  return left.map((vector, row) => {
    const exact: Near[] = [];
    for (const index of searches[row]?.candidates() ?? []) {
      const distance = distanceBetween(vector, right[index] as Float32Array);
      if (distance >= floor) exact.push({ index, distance });
    }
    return exact.sort((a, b) => a.distance - b.distance || a.index - b.index).slice(0, k);
  });
}

/** L2 distance in 64-bit arithmetic, summed in the order of the dimensions. */
export function distanceBetween(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let dimension = 0; dimension < a.length; dimension += 1) {
    const difference = (a[dimension] as number) - (b[dimension] as number);
    sum += difference * difference;
  }
  return Math.sqrt(sum);
}

/** One pass over all pairs: products by the kernel, the best candidates of each left row kept. */
function scan(
  left: readonly Float32Array[],
  right: readonly Float32Array[],
  k: number,
  floor: number,
  dimensions: number,
): CandidateSearch[] {
  const steps = Math.ceil(dimensions / lanes);
  const rowBytes = steps * lanes * 2;
  const rightAt = chunkRows * rowBytes;
  const outAt = rightAt + panelRows * rowBytes;
  const { memory, dot } = createDotKernel(outAt + panelRows * blockRows * 4);
  const numbers = new Int16Array(memory);
  const products = new Int32Array(memory, outAt, panelRows * blockRows);
  const centre = meanOf(right);
  const wrong = left.map((vector) => quantize(vector, centre));
  const pool = right.map((vector) => quantize(vector, centre));
  const rightUnits = Float64Array.from(pool, ({ unit }) => unit);
  const rightHalves = Float64Array.from(pool, ({ squaredNorm }) => squaredNorm / 2);
  const error = errorBound(pool, dimensions);
  const searches = wrong.map(
    (vector) => new CandidateSearch(k, error(vector), (vector.squaredNorm - floor * floor) / 2, floor > 0),
  );
  for (let first = 0; first < left.length; first += chunkRows) {
    const chunk = wrong.slice(first, first + chunkRows);
    interleave(chunk, blockRows, steps, numbers, 0);
    for (let panel = 0; panel < right.length; panel += panelRows) {
      const columns = pool.slice(panel, panel + panelRows);
      interleave(columns, tripleRows, steps, numbers, rightAt / 2);
      for (let block = 0; block < chunk.length; block += blockRows) {
        dot(block * rowBytes, rightAt, outAt, steps, Math.ceil(columns.length / tripleRows));
        for (let row = block; row < Math.min(chunk.length, block + blockRows); row += 1) {
          const search = searches[first + row] as CandidateSearch;
          const { unit } = chunk[row] as Quantized;
          for (let column = 0; column < columns.length; column += 1) {
            const product = (products[column * blockRows + row - block] as number) * unit;
            // A half of |a|² − |a − b|²: the nearer, the larger.
            const score = product * (rightUnits[panel + column] as number) - (rightHalves[panel + column] as number);
            if (score >= search.least) search.offer(panel + column, score);
          }
        }
      }
    }
  }
  return searches;
}

/** A vector less the common centre (which changes no distance), as whole numbers of a unit of its own. */
interface Quantized {
  readonly values: Int16Array;
  readonly unit: number;
  /** Sum of the absolute whole numbers. */
  readonly magnitude: number;
  /** Of the centred vector itself, before rounding. */
  readonly squaredNorm: number;
}

/**
 * Rounds a vector to whole numbers that fit 16 bits and whose norm is at most 46,000 before rounding: then a product of
 * two such vectors, and every part of it, is below 2³¹ (Cauchy and Schwarz).
 */
function quantize(vector: Float32Array, centre: Float64Array): Quantized {
  const length = vector.length;
  let [squaredNorm, largest] = [0, 0];
  for (let dimension = 0; dimension < length; dimension += 1) {
    const value = (vector[dimension] as number) - (centre[dimension] as number);
    squaredNorm += value * value;
    largest = Math.max(largest, Math.abs(value));
  }
  const values = new Int16Array(length);
  if (squaredNorm === 0) return { values, unit: 0, magnitude: 0, squaredNorm };
  const scale = Math.min(46_000 / Math.sqrt(squaredNorm), 32_767 / largest);
  let magnitude = 0;
  for (let dimension = 0; dimension < length; dimension += 1) {
    const whole = Math.round(((vector[dimension] as number) - (centre[dimension] as number)) * scale);
    values[dimension] = whole;
    magnitude += Math.abs(whole);
  }
  return { values, unit: 1 / scale, magnitude, squaredNorm };
}

/**
 * The most by which the product of a left vector with any right one may be wrong. With a = A + α and b = B + β in their
 * units, where A and B are whole and |α|, |β| ≤ ½ each, a·b − A·B = α·b + A·β, so its size is at most
 * ½ (Σ|b| + Σ|A|) ≤ ½ (Σ|B| + ½ n + Σ|A|). A little is added for the 64-bit arithmetic around it.
 */
function errorBound(right: readonly Quantized[], dimensions: number): (left: Quantized) => number {
  let [unit, weighted, norm] = [0, 0, 0];
  for (const vector of right) {
    unit = Math.max(unit, vector.unit);
    weighted = Math.max(weighted, vector.unit * (vector.magnitude + dimensions / 2));
    norm = Math.max(norm, vector.squaredNorm);
  }
  return (left) => (left.unit * (weighted + unit * left.magnitude)) / 2 + 1e-12 * (left.squaredNorm + norm);
}

/** Copies rows in groups so that the same eight dimensions of a group's rows lie side by side; missing ones become 0. */
function interleave(rows: readonly Quantized[], group: number, steps: number, into: Int16Array, at: number): void {
  const padded = Math.ceil(rows.length / group) * group;
  into.fill(0, at, at + padded * steps * lanes);
  for (const [row, { values }] of rows.entries()) {
    const start = at + (row - (row % group)) * steps * lanes + (row % group) * lanes;
    for (let dimension = 0; dimension < values.length; dimension += 1) {
      const lane = dimension % lanes;
      into[start + (dimension - lane) * group + lane] = values[dimension] as number;
    }
  }
}

/** Keeps every row that can still be among the k best when each score may be wrong by `error`. */
class CandidateSearch {
  /** Scores below it cannot be among the best any more. */
  least = Number.NEGATIVE_INFINITY;
  readonly #k: number;
  readonly #error: number;
  /** Scores above belong to rows nearer than the floor. */
  readonly #most: number;
  readonly #hasFloor: boolean;
  /** The k best certain scores so far, as a heap with the least on top. */
  readonly #best: number[] = [];
  #indices: number[] = [];
  #scores: number[] = [];

  constructor(k: number, error: number, most: number, hasFloor: boolean) {
    this.#k = k;
    this.#error = error;
    this.#most = most;
    this.#hasFloor = hasFloor;
  }

  offer(index: number, score: number): void {
    if (this.#hasFloor && score > this.#most + this.#error) return;
    this.#indices.push(index);
    this.#scores.push(score);
    // A row that may lie below the floor is measured later, but must not push a certain one out.
    if (this.#hasFloor && score > this.#most - this.#error) return;
    pushLimited(this.#best, score, this.#k);
    if (this.#best.length === this.#k) this.least = (this.#best[0] as number) - 2 * this.#error;
  }

  candidates(): number[] {
    const scores = this.#scores;
    return this.#indices.filter((_, position) => (scores[position] as number) >= this.least);
  }
}

/** Adds a number to a heap of the largest `limit` numbers, the least of them at position 0. */
function pushLimited(heap: number[], value: number, limit: number): void {
  if (heap.length < limit) {
    let child = heap.push(value) - 1;
    while (child > 0) {
      const parent = (child - 1) >> 1;
      if ((heap[parent] as number) <= value) break;
      heap[child] = heap[parent] as number;
      child = parent;
    }
    heap[child] = value;
    return;
  }
  if (value <= (heap[0] as number)) return;
  let parent = 0;
  for (;;) {
    let child = 2 * parent + 1;
    if (child >= limit) break;
    if (child + 1 < limit && (heap[child + 1] as number) < (heap[child] as number)) child += 1;
    if ((heap[child] as number) >= value) break;
    heap[parent] = heap[child] as number;
    parent = child;
  }
  heap[parent] = value;
}

function meanOf(vectors: readonly Float32Array[]): Float64Array {
  const mean = new Float64Array(vectors[0]?.length ?? 0);
  for (const vector of vectors) {
    for (let dimension = 0; dimension < vector.length; dimension += 1) {
      mean[dimension] = (mean[dimension] as number) + (vector[dimension] as number);
    }
  }
  return mean.map((sum) => sum / vectors.length);
}

function commonLength(vectors: readonly Float32Array[]): number {
  const length = vectors[0]?.length ?? 0;
  const other = vectors.find((vector) => vector.length !== length);
  if (other !== undefined) throw new RangeError(`vectors of ${length} and ${other.length} numbers cannot be compared`);
  return length;
}
