import type { SparseVector } from "./textFeatures.js";

/** Parameters of one step of the fit. */
export interface StepParameters {
  readonly learningRate: number;
  /** Pull of the touched weights towards zero. */
  readonly l2: number;
}

/** Where AdaGrad's sum of squares begins: it bounds the first steps. */
const firstSquare = 0.02;

/**
 * Multinomial logistic regression over sparse features, fitted by mini-batches with AdaGrad (Duchi et al. 2011). Labels
 * may be added at any time: a new one starts with zero weights, old ones keep theirs. The weights of one feature lie
 * side by side, label after label, because that is the order in which they are read and changed.
 */
export class SoftmaxClassifier {
  readonly dimensions: number;
  readonly #labels: string[] = [];
  readonly #places = new Map<string, number>();
  /** Labels that there is room for. */
  #room: number;
  #weights: Float32Array;
  #squares: Float32Array;

  constructor(dimensions: number, room = 16) {
    this.dimensions = dimensions;
    this.#room = room;
    this.#weights = new Float32Array(dimensions * room);
    this.#squares = new Float32Array(dimensions * room).fill(firstSquare);
  }

  get labels(): readonly string[] {
    return this.#labels;
  }

  has(label: string): boolean {
    return this.#places.has(label);
  }

  /** A label's weights, one a feature; null for an unknown label. */
  weightsOf(label: string): Float32Array | null {
    const place = this.#places.get(label);
    if (place === undefined) return null;
    return Float32Array.from({ length: this.dimensions }, (_, index) => this.#weights[index * this.#room + place] ?? 0);
  }

  add(label: string, weights?: Float32Array): void {
    if (this.#places.has(label)) return;
    const place = this.#labels.length;
    if (place === this.#room) this.#makeRoom();
    this.#places.set(label, place);
    this.#labels.push(label);
    weights?.forEach((weight, index) => (this.#weights[index * this.#room + place] = weight));
  }

  /** A copy with its own weights and fresh step sizes. */
  clone(): SoftmaxClassifier {
    const copy = new SoftmaxClassifier(this.dimensions, this.#room);
    copy.#weights.set(this.#weights);
    this.#labels.forEach((label, place) => {
      copy.#labels.push(label);
      copy.#places.set(label, place);
    });
    return copy;
  }

  /** One score a label, in the order of `labels`. */
  scores({ indices, value }: SparseVector): Float64Array {
    const count = this.#labels.length;
    const scores = new Float64Array(count);
    for (const index of indices) {
      const row = index * this.#room;
      for (let place = 0; place < count; place += 1) {
        scores[place] = (scores[place] ?? 0) + (this.#weights[row + place] ?? 0);
      }
    }
    return scores.map((score) => score * value);
  }

  /** Labels from the most to the least likely; equal scores keep the order in which labels were learnt. */
  ranked(features: SparseVector): string[] {
    const scores = this.scores(features);
    const places = this.#labels.map((_, place) => place);
    places.sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0) || a - b);
    return places.map((place) => this.#labels[place] ?? "");
  }

  /** Cross-entropy in nats; an unknown label costs as much as one more label of score zero would. */
  loss(features: SparseVector, label: string): number {
    return this.#softmax(features, this.#places.get(label) ?? -1).loss;
  }

  /** One gradient step on a weighted batch; returns the mean unweighted loss before the step. */
  step(
    batch: readonly { readonly features: SparseVector; readonly label: string; readonly weight: number }[],
    parameters: StepParameters,
  ): number {
    let total = 0;
    for (const { features, label, weight } of batch) {
      const target = this.#places.get(label) ?? -1;
      const { probabilities, loss } = this.#softmax(features, target);
      total += loss;
      const scale = (weight * features.value) / batch.length;
      // A share below this changes nothing that could be measured, and most labels are far below it.
      const moved = this.#labels
        .map((_, place) => place)
        .filter((place) => place === target || (probabilities[place] ?? 0) >= 1e-4);
      const slopes = moved.map((place) => ((probabilities[place] ?? 0) - (place === target ? 1 : 0)) * scale);
      for (const index of features.indices) {
        const row = index * this.#room;
        for (let at = 0; at < moved.length; at += 1) {
          descend(this.#weights, this.#squares, row + (moved[at] ?? 0), slopes[at] ?? 0, parameters);
        }
      }
    }
    return batch.length === 0 ? 0 : total / batch.length;
  }

  #softmax(features: SparseVector, target: number): { probabilities: Float64Array; loss: number } {
    const scores = this.scores(features);
    const { probabilities, logTotal } = normalise(scores, target < 0);
    return { probabilities, loss: logTotal - (target < 0 ? 0 : (scores[target] ?? 0)) };
  }

  #makeRoom(): void {
    const room = this.#room * 2;
    const weights = new Float32Array(this.dimensions * room);
    const squares = new Float32Array(this.dimensions * room).fill(firstSquare);
    for (let index = 0; index < this.dimensions; index += 1) {
      const [from, to] = [index * this.#room, (index + 1) * this.#room];
      weights.set(this.#weights.subarray(from, to), index * room);
      squares.set(this.#squares.subarray(from, to), index * room);
    }
    this.#room = room;
    this.#weights = weights;
    this.#squares = squares;
  }
}

/** Softmax of scores; `extra` adds one more outcome of score zero to the total. */
function normalise(scores: Float64Array, extra: boolean): { probabilities: Float64Array; logTotal: number } {
  let highest = extra || scores.length === 0 ? 0 : Number.NEGATIVE_INFINITY;
  for (const score of scores) highest = Math.max(highest, score);
  let total = extra || scores.length === 0 ? Math.exp(-highest) : 0;
  const probabilities = scores.map((score) => {
    const weight = Math.exp(score - highest);
    total += weight;
    return weight;
  });
  return { probabilities: probabilities.map((weight) => weight / total), logTotal: highest + Math.log(total) };
}

/** Moves one weight against its slope. */
function descend(
  weights: Float32Array,
  squares: Float32Array,
  at: number,
  gradient: number,
  { learningRate, l2 }: StepParameters,
): void {
  const weight = weights[at] ?? 0;
  const slope = gradient + l2 * weight;
  const square = (squares[at] ?? 0) + slope * slope;
  squares[at] = square;
  weights[at] = weight - (learningRate * slope) / Math.sqrt(square);
}

/**
 * A linear scorer of options: one weight vector, softmax over the options of a question, the same steps as above.
 * Options have no order here, so letters cannot be learnt by heart.
 */
export class OptionScorer {
  readonly weights: Float32Array;
  readonly #squares: Float32Array;

  constructor(dimensions: number, weights?: Float32Array) {
    this.weights = weights?.slice() ?? new Float32Array(dimensions);
    this.#squares = new Float32Array(dimensions).fill(firstSquare);
  }

  clone(): OptionScorer {
    return new OptionScorer(this.weights.length, this.weights);
  }

  scores(options: readonly SparseVector[]): Float64Array {
    return Float64Array.from(options, ({ indices, value }) => {
      let score = 0;
      for (const index of indices) score += this.weights[index] ?? 0;
      return score * value;
    });
  }

  loss(options: readonly SparseVector[], target: number): number {
    const scores = this.scores(options);
    return normalise(scores, false).logTotal - (scores[target] ?? 0);
  }

  step(
    batch: readonly { readonly options: readonly SparseVector[]; readonly target: number }[],
    parameters: StepParameters,
  ): number {
    let total = 0;
    for (const { options, target } of batch) {
      const scores = this.scores(options);
      const { probabilities, logTotal } = normalise(scores, false);
      total += logTotal - (scores[target] ?? 0);
      options.forEach((features, place) => {
        const error = (probabilities[place] ?? 0) - (place === target ? 1 : 0);
        const gradient = (error * features.value) / batch.length;
        for (const index of features.indices) descend(this.weights, this.#squares, index, gradient, parameters);
      });
    }
    return batch.length === 0 ? 0 : total / batch.length;
  }
}
