import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createOpenAiEmbedder } from "../../src/adapters/chat/index.js";
import {
  cachedEmbedder,
  createHashedEmbedder,
  createTransformersEmbedder,
} from "../../src/adapters/embedding/index.js";
import { openProjectStore } from "../../src/adapters/store/index.js";
import type { Embedder } from "../../src/engine/seams/index.js";
import { writeTinyBert } from "../embedding/tinyBert.js";
import { startFaultServer, type FaultServer } from "../support/faultServer.js";

/** What every implementation of the `Embedder` seam must do. */
const folder = mkdtempSync(path.join(tmpdir(), "preceptor-contract-"));
let server: FaultServer;

const implementations: readonly (readonly [name: string, make: () => Promise<Embedder>])[] = [
  ["built-in hashed n-grams", async () => createHashedEmbedder()],
  [
    "an ONNX encoder",
    async () => createTransformersEmbedder({ model: folder, cacheFolder: folder, allowRemote: false }),
  ],
  [
    "an endpoint",
    async () => createOpenAiEmbedder({ baseUrl: server.baseUrl, apiKey: null, model: "encoder", revision: "1" }),
  ],
  ["cached vectors", async () => cachedEmbedder(createHashedEmbedder(), await openProjectStore(folder))],
];

beforeAll(async () => {
  writeTinyBert(folder);
  server = await startFaultServer({ answer: () => "" });
});

afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

const texts = ["How many apples?", "", "Wie viele Äpfel? 🍎", "How many apples?", "a ".repeat(3000)];

describe.each(implementations)("embedder: %s", (_name, make) => {
  it("gives one unit vector a text, all of one length, in the order of the texts", async () => {
    const embedder = await make();
    const vectors = await embedder.embed(texts, new AbortController().signal);
    expect(vectors).toHaveLength(texts.length);
    expect(new Set(vectors.map(({ length }) => length)).size).toBe(1);
    for (const vector of vectors) {
      expect(Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0))).toBeCloseTo(1, 5);
    }
    expect(vectors[3]).toEqual(vectors[0]);
    expect(vectors[1]).not.toEqual(vectors[0]);
    await embedder.close();
  });

  it("gives the same vectors again, and to an equal embedder", async () => {
    const [first, second] = [await make(), await make()];
    expect(second.identity).toBe(first.identity);
    const once = await first.embed(texts.slice(0, 2), new AbortController().signal);
    expect(await first.embed(texts.slice(0, 2), new AbortController().signal)).toEqual(once);
    expect(await second.embed(texts.slice(0, 2), new AbortController().signal)).toEqual(once);
    await Promise.all([first.close(), second.close()]);
  });

  it("embeds nothing for no text", async () => {
    const embedder = await make();
    expect(await embedder.embed([], new AbortController().signal)).toEqual([]);
    await embedder.close();
  });
});
