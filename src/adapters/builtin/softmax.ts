import type { SparseVector } from "./textFeatures.js";

/** Parameters of one step of the fit. */
export interface StepParameters {
  readonly learningRate: number;
  /** Pull of the touched weights towards zero. */
  readonly l2: number;
}

/**
 * Multinomial logistic regression over sparse features, fitted by mini-batches with AdaGrad (Duchi et al. 2011). Labels
 * may be added at any time: a new one starts with zero weights, old ones keep theirs.
 */
export class SoftmaxClassifier {
  readonly dimensions: number;
  readonly #labels: string[] = [];
  readonly #places = new Map<string, number>();
  readonly #weights: Float32Array[] = [];
  readonly #squares: Float32Array[] = [];

  constructor(dimensions: number) {
    this.dimensions = dimensions;
  }

  get labels(): readonly string[] {
    return this.#labels;
  }

  has(label: string): boolean {
    return this.#places.has(label);
  }

  weightsOf(label: string): Float32Array | null {
    return this.#weights[this.#places.get(label) ?? -1] ?? null;
  }

  add(label: string, weights?: Float32Array): void {
    if (this.#places.has(label)) return;
    this.#places.set(label, this.#labels.length);
    this.#labels.push(label);
    this.#weights.push(weights?.slice() ?? new Float32Array(this.dimensions));
    this.#squares.push(new Float32Array(this.dimensions).fill(0.02));
  }

  /** A copy with its own weights and fresh step sizes. */
  clone(): SoftmaxClassifier {
    const copy = new SoftmaxClassifier(this.dimensions);
    this.#labels.forEach((label, place) => copy.add(label, this.#weights[place]));
    return copy;
  }

  /** One score a label, in the order of `labels`. */
  scores(features: SparseVector): Float64Array {
    const scores = new Float64Array(this.#labels.length);
    this.#weights.forEach((weights, place) => {
      let score = 0;
      for (const index of features.indices) score += weights[index] ?? 0;
      scores[place] = score * features.value;
    });
    return scores;
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
    const { losses } = this.#softmax(features, this.#places.get(label) ?? -1);
    return losses;
  }

  /** One gradient step on a weighted batch; returns the mean unweighted loss before the step. */
  step(
    batch: readonly { readonly features: SparseVector; readonly label: string; readonly weight: number }[],
    { learningRate, l2 }: StepParameters,
  ): number {
    let total = 0;
    for (const { features, label, weight } of batch) {
      const target = this.#places.get(label) ?? -1;
      const { probabilities, losses } = this.#softmax(features, target);
      total += losses;
      const scale = (weight * features.value) / batch.length;
      probabilities.forEach((probability, place) => {
        const error = probability - (place === target ? 1 : 0);
        const weights = this.#weights[place];
        const squares = this.#squares[place];
        // A share below this changes nothing that could be measured, and most labels are far below it.
        if (weights === undefined || squares === undefined || Math.abs(error) < 1e-4) return;
        descend(weights, squares, features.indices, error * scale, learningRate, l2);
      });
    }
    return batch.length === 0 ? 0 : total / batch.length;
  }

  #softmax(features: SparseVector, target: number): { probabilities: Float64Array; losses: number } {
    const scores = this.scores(features);
    const { probabilities, logTotal } = normalise(scores, target < 0);
    return { probabilities, losses: logTotal - (target < 0 ? 0 : (scores[target] ?? 0)) };
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

function descend(
  weights: Float32Array,
  squares: Float32Array,
  indices: Uint32Array,
  gradient: number,
  learningRate: number,
  l2: number,
): void {
  for (const index of indices) {
    const weight = weights[index] ?? 0;
    const slope = gradient + l2 * weight;
    const square = (squares[index] ?? 0) + slope * slope;
    squares[index] = square;
    weights[index] = weight - (learningRate * slope) / Math.sqrt(square);
  }
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
    this.#squares = new Float32Array(dimensions).fill(0.02);
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
    { learningRate, l2 }: StepParameters,
  ): number {
    let total = 0;
    for (const { options, target } of batch) {
      const scores = this.scores(options);
      const { probabilities, logTotal } = normalise(scores, false);
      total += logTotal - (scores[target] ?? 0);
      options.forEach((features, place) => {
        const error = (probabilities[place] ?? 0) - (place === target ? 1 : 0);
        const gradient = (error * features.value) / batch.length;
        descend(this.weights, this.#squares, features.indices, gradient, learningRate, l2);
      });
    }
    return batch.length === 0 ? 0 : total / batch.length;
  }
}
