/**
 * The ONNX encoder in its worker thread, beside the formulas of our miniature BERT, on 3,000 random texts and several
 * batch sizes. With PRECEPTOR_ENCODER=FOLDER (an ONNX encoder that you have, for example MiniLM or bert-base-uncased) it
 * also measures texts a second and checks that neither batches nor order change the vectors by more than rounding.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createTransformersEmbedder } from "../../src/adapters/embedding/index.js";
import { Random } from "../../src/engine/random.js";
import { plainVector, writeTinyBert } from "../../test/embedding/tinyBert.js";

const folder = mkdtempSync(path.join(tmpdir(), "preceptor-encoder-"));
const random = new Random(2, "soak encoder");
const signal = new AbortController().signal;
const words =
  "How many apples does Tom buy? the train pens is time unhappy boxes 12 321 zebra , . unboxing a What".split(" ");
const texts = Array.from({ length: 3000 }, () =>
  Array.from({ length: random.integer(0, 70) }, () => random.pick(words)).join(" "),
);

async function encode(model: string, batchSize: number, list: readonly string[]): Promise<[Float32Array[], number]> {
  const embedder = createTransformersEmbedder({
    model,
    batchSize,
    cacheFolder: folder,
    allowRemote: false,
    threads: 2,
  });
  try {
    await embedder.embed(["warm"], signal);
    const started = performance.now();
    const vectors = await embedder.embed(list, signal);
    return [vectors, (performance.now() - started) / 1000];
  } finally {
    await embedder.close();
  }
}

function difference(a: readonly ArrayLike<number>[], b: readonly ArrayLike<number>[]): number {
  let largest = a.length === b.length ? 0 : Number.POSITIVE_INFINITY;
  for (const [row, vector] of a.entries()) {
    for (let column = 0; column < vector.length; column += 1) {
      largest = Math.max(largest, Math.abs((vector[column] ?? 0) - (b[row]?.[column] ?? 9)));
    }
  }
  return largest;
}

try {
  const tiny = path.join(folder, "tiny-bert");
  writeTinyBert(tiny);
  const plain = texts.map((text) => plainVector(text));
  const largest: { [batchSize: string]: number } = {};
  for (const batchSize of [1, 7, 32]) largest[batchSize] = difference(plain, (await encode(tiny, batchSize, texts))[0]);
  const given = process.env["PRECEPTOR_ENCODER"];
  const real: { [name: string]: number | string } = {};
  if (given === undefined) real["skipped"] = "PRECEPTOR_ENCODER names no folder with an ONNX encoder";
  else {
    const some = texts.slice(0, 500);
    const [one, alone] = await encode(path.resolve(given), 1, some);
    const [many, together] = await encode(path.resolve(given), 32, some);
    real["textsPerSecondOneByOne"] = Math.round(some.length / alone);
    real["textsPerSecondBatches"] = Math.round(some.length / together);
    real["largestDifference"] = difference(one, many);
  }
  console.log(JSON.stringify({ name: "encoder", texts: texts.length, largestDifferenceByBatchSize: largest, real }));
  process.exitCode = Math.max(...Object.values(largest)) < 2e-6 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
