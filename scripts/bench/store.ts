// How quick the store is: appending with group commit, opening large caches, reading values.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { openProjectStore, openRecordLog } from "../../src/adapters/store/index.js";
import { Random } from "../../src/engine/random.js";
import { contentHash } from "../../src/engine/hash.js";

const folder = mkdtempSync(path.join(tmpdir(), "preceptor-bench-store-"));
const seconds = async (work: () => Promise<unknown>): Promise<number> => {
  const start = performance.now();
  await work();
  return Math.round(performance.now() - start) / 1000;
};

const answerCount = 100_000;
const vectorCount = 10_000;
const dimensions = 768;

try {
  const store = await openProjectStore(folder);

  const log = await openRecordLog(path.join(folder, "log.jsonl"), (value) => value);
  const together = await seconds(async () =>
    Promise.all(Array.from({ length: 1000 }, async (_, n) => log.append({ version: 1, n }))),
  );
  const commitsTogether = log.commits;
  const oneByOne = await seconds(async () => {
    for (let n = 0; n < 200; n += 1) await log.append({ version: 1, n });
  });
  await log.close();

  const keys = Array.from({ length: answerCount }, (_, n) => contentHash({ n }));
  const writing = await store.answers((value) => value);
  const answer = { text: "A worked solution of some length. ".repeat(20), usage: { input: 812, output: 233 } };
  const putAnswers = await seconds(async () => Promise.all(keys.map(async (key) => writing.put(key, answer))));
  await writing.close();
  let answers = await store.answers((value) => value);
  await answers.close();
  const openAnswers = await seconds(async () => (answers = await store.answers((value) => value)));
  const getAnswers = await seconds(async () => {
    for (const key of keys.slice(0, 5000)) await answers.get(key);
  });
  const misses = await seconds(async () => {
    for (let n = 0; n < 5000; n += 1) await answers.get(`absent-${n}`);
  });
  await answers.close();

  const random = new Random(1, "bench");
  const vectorsOut = await store.vectors("bench", dimensions);
  const vectorKeys = keys.slice(0, vectorCount);
  const putVectors = await seconds(async () =>
    Promise.all(
      vectorKeys.map(async (key) =>
        vectorsOut.put(
          key,
          Float32Array.from({ length: dimensions }, () => random.next()),
        ),
      ),
    ),
  );
  await vectorsOut.close();
  const loadVectors = await seconds(async () => {
    const vectors = await store.vectors("bench", dimensions);
    const all = await Promise.all(vectorKeys.map(async (key) => vectors.get(key)));
    if (all.some((vector) => vector?.length !== dimensions)) throw new Error("a vector is missing");
    await vectors.close();
  });

  const run = await store.openRun("bench");
  const stage = run.stage(0, "collect");
  const results = await stage.log("results.jsonl", "f", (value) => value);
  await Promise.all(keys.slice(0, 20_000).map(async (key) => results.append({ version: 1, key, ...answer })));
  const finish = await seconds(async () => stage.finish("f", {}));
  const read = await seconds(async () => stage.read("results.jsonl", (value) => value));
  await run.close();

  console.log(
    JSON.stringify({
      appendTogether: { records: 1000, seconds: together, fsyncs: commitsTogether },
      appendOneByOne: { records: 200, seconds: oneByOne },
      answers: {
        count: answerCount,
        putSeconds: putAnswers,
        openSeconds: openAnswers,
        get5000Seconds: getAnswers,
        miss5000Seconds: misses,
      },
      vectors: { count: vectorCount, dimensions, putSeconds: putVectors, loadSeconds: loadVectors },
      stage: { records: 20_000, finishSeconds: finish, readSeconds: read },
    }),
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
