import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { Worker } from "node:worker_threads";
import { env } from "@huggingface/transformers";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTransformersEmbedder, type TransformersOptions } from "../../src/adapters/embedding/index.js";
import type { EncodeReply, EncodeRequest } from "../../src/adapters/embedding/messages.js";
import { root } from "../support/project.js";
import { hidden, plainVector, writeTinyBert } from "./tinyBert.js";

const folder = mkdtempSync(path.join(tmpdir(), "preceptor-encoder-"));
const model = path.join(folder, "tiny-bert");
const options: TransformersOptions = { model, cacheFolder: path.join(folder, "cache"), allowRemote: false };
const signal = new AbortController().signal;
const texts = [
  "How many apples does Tom buy?",
  "the train",
  "",
  "What is the time, Tom? 1 2 3. 12, unhappy boxes.",
  "pens ".repeat(80),
  "a zebra is unboxing 321 trains",
];

beforeAll(() => writeTinyBert(model));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function largestDifference(vectors: readonly ArrayLike<number>[], plain: readonly Float64Array[]): number {
  expect(vectors.map(({ length }) => length)).toEqual(plain.map(() => hidden));
  return Math.max(
    ...plain.flatMap((vector, row) =>
      [...vector].map((value, index) => Math.abs(value - (vectors[row]?.[index] ?? 9))),
    ),
  );
}

describe("the transformers embedder", () => {
  it("gives the vectors that the model's formulas give, in the order of the texts, whatever the batches", async () => {
    const plain = texts.map((text) => plainVector(text));
    for (const batchSize of [1, 2, 32]) {
      const embedder = createTransformersEmbedder({ ...options, batchSize });
      expect(largestDifference(await embedder.embed(texts, signal), plain)).toBeLessThan(2e-6);
      await embedder.close();
    }
  });
  it("gives the same vectors in the thread of the packaged extension, where there is no native runtime", async () => {
    const bundle = path.join(root, "dist", "portableEncoderWorker.js");
    const workerData = { ...options, maxTokens: 512, threads: 1, batchSize: 2 };
    const worker = new Worker(bundle, { workerData });
    const reply = await new Promise<EncodeReply>((resolve, reject) => {
      worker.on("message", resolve);
      worker.on("error", reject);
      worker.postMessage({ id: 1, texts } satisfies EncodeRequest);
    });
    await worker.terminate();
    if ("fault" in reply) throw new Error(reply.fault.message);
    expect(
      largestDifference(
        reply.vectors,
        texts.map((text) => plainVector(text)),
      ),
    ).toBeLessThan(2e-6);
  });
  it("cuts at the given number of tokens and keeps the last special one", async () => {
    const embedder = createTransformersEmbedder({ ...options, maxTokens: 6 });
    const plain = texts.map((text) => plainVector(text, 6));
    expect(largestDifference(await embedder.embed(texts, signal), plain)).toBeLessThan(2e-6);
    await embedder.close();
  });
  it("is named by the content of its folder, not by its place", () => {
    const moved = path.join(folder, "moved");
    cpSync(model, moved, { recursive: true });
    const identity = createTransformersEmbedder(options).identity;
    expect(createTransformersEmbedder({ ...options, model: moved }).identity).toBe(identity);
    writeFileSync(path.join(moved, "tokenizer_config.json"), "{}");
    expect(createTransformersEmbedder({ ...options, model: moved }).identity).not.toBe(identity);
    expect(createTransformersEmbedder({ ...options, maxTokens: 6 }).identity).not.toBe(identity);
    expect(identity).not.toContain(folder);
  });
  it("stops when cancelled", async () => {
    const controller = new AbortController();
    controller.abort();
    const embedder = createTransformersEmbedder(options);
    await expect(embedder.embed(texts, controller.signal)).rejects.toMatchObject({ kind: "cancelled" });
    await embedder.close();
  });

  it("names a folder that is not there, and files that a folder lacks", async () => {
    const absent = createTransformersEmbedder({ ...options, model: path.join(folder, "absent") });
    await expect(absent.embed(texts, signal)).rejects.toMatchObject({
      kind: "configuration",
      message: expect.stringContaining("no such model folder") as string,
      details: { file: path.join(folder, "absent"), field: "contrast.embedder.model" },
    });
    const empty = path.join(folder, "empty");
    mkdirSync(empty);
    await expect(createTransformersEmbedder({ ...options, model: empty }).embed(texts, signal)).rejects.toMatchObject({
      details: { found: expect.stringContaining("onnx/model.onnx") as string },
    });
  });
  it("tells a model that is not here from a Hub that cannot be reached", async () => {
    const offline = createTransformersEmbedder({ ...options, model: "nobody/no-such-model" });
    await expect(offline.embed(texts, signal)).rejects.toMatchObject({
      kind: "configuration",
      message: "The encoder is not on this machine.",
      details: { found: "nobody/no-such-model", remedy: expect.stringContaining("allowRemote") as string },
    });
  });
  it("says that the Hub cannot be reached, or does not have the model", async () => {
    const hub = env.remoteHost;
    const server = createServer((_, response) => response.writeHead(404).end());
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    env.remoteHost = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    try {
      const ask = (name: string): Promise<unknown> =>
        createTransformersEmbedder({ ...options, model: name, allowRemote: true }).embed(texts, signal);
      await expect(ask("nobody/first")).rejects.toMatchObject({
        kind: "configuration",
        message: expect.stringContaining("does not exist") as string,
      });
      await new Promise((resolve) => server.close(resolve));
      await expect(ask("nobody/second")).rejects.toMatchObject({ kind: "endpoint" });
    } finally {
      env.remoteHost = hub;
      server.close();
    }
  });
  it("says that a file is damaged", async () => {
    const broken = path.join(folder, "broken");
    cpSync(model, broken, { recursive: true });
    writeFileSync(path.join(broken, "onnx", "model.onnx"), "not a model");
    await expect(createTransformersEmbedder({ ...options, model: broken }).embed(texts, signal)).rejects.toMatchObject({
      kind: "configuration",
      message: expect.stringContaining("cannot be loaded") as string,
    });
  });
});

describe("the encoder's worker thread", () => {
  it("gives the same vectors and faults from the bundle beside the program", async () => {
    // Bundled into the checkout, so that the packages that are never bundled are found.
    const out = mkdtempSync(path.join(import.meta.dirname, "..", "..", "dist-encoder-"));
    try {
      const program = path.join(out, "program.ts");
      writeFileSync(
        program,
        `import { createTransformersEmbedder } from "../src/adapters/embedding/index.js";
        const signal = new AbortController().signal;
        const [options, texts] = JSON.parse(process.argv[2] ?? "");
        const embedder = createTransformersEmbedder(options);
        const ticks = { count: 0 };
        const timer = setInterval(() => (ticks.count += 1), 1);
        const vectors = (await embedder.embed(texts, signal)).map((vector) => [...vector]);
        clearInterval(timer);
        const absent = createTransformersEmbedder({ ...options, model: "nobody/no-such-model" });
        const fault = await absent.embed(texts, signal).catch((thrown) => ({ name: thrown.name, kind: thrown.kind, remedy: thrown.details.remedy }));
        console.log(JSON.stringify({ vectors, fault, ticks: ticks.count }));`,
      );
      await build({
        entryPoints: {
          program,
          encoderWorker: path.join(import.meta.dirname, "../../src/adapters/embedding/encoderWorker.ts"),
        },
        outdir: out,
        outExtension: { ".js": ".mjs" },
        bundle: true,
        platform: "node",
        format: "esm",
        logLevel: "error",
        external: ["@huggingface/transformers"],
      });
      cpSync(path.join(out, "encoderWorker.mjs"), path.join(out, "encoderWorker.js"));
      // The program closes neither embedder: an idle thread must not keep it alive.
      const printed = execFileSync(
        process.execPath,
        [path.join(out, "program.mjs"), JSON.stringify([options, texts])],
        { encoding: "utf8", timeout: 60_000 },
      );
      const result = JSON.parse(printed) as { vectors: number[][]; fault: unknown; ticks: number };
      expect(
        largestDifference(
          result.vectors,
          texts.map((text) => plainVector(text)),
        ),
      ).toBeLessThan(2e-6);
      expect(result.fault).toMatchObject({ name: "Fault", kind: "configuration" });
      // The main thread went on while the model was loaded and asked.
      expect(result.ticks).toBeGreaterThan(20);
    } finally {
      rmSync(out, { recursive: true, force: true });
    }
  });
});
