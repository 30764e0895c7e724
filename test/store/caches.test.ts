import { appendFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { openProjectStore } from "../../src/adapters/store/index.js";
import { keyOfLine, cacheLine } from "../../src/adapters/store/cacheLine.js";
import type { KeyedCache } from "../../src/engine/store/index.js";
import { faultOf, temporaryFolder } from "./support.js";

const parseAnswer = (value: unknown): { text: string } => z.object({ text: z.string() }).parse(value);

async function openAnswers(project: string): Promise<KeyedCache<{ text: string }>> {
  return (await openProjectStore(project, { refreshMs: 0 })).answers(parseAnswer);
}

describe("the cache of answers", () => {
  it("gives back what was put, also to a later process", async () => {
    const project = temporaryFolder();
    const first = await openAnswers(project);
    expect(await first.get("a")).toBeUndefined();
    await Promise.all(["a", "b", "c"].map(async (key) => first.put(key, { text: `for ${key}` })));
    expect(await first.get("b")).toEqual({ text: "for b" });
    await first.close();
    const second = await openAnswers(project);
    expect(await second.get("c")).toEqual({ text: "for c" });
    expect(await second.get("d")).toBeUndefined();
    await second.close();
    // Only who puts has a segment, named after boot and process.
    const segments = readdirSync(path.join(project, ".preceptor", "answers"));
    expect(segments).toEqual([expect.stringMatching(new RegExp(`^[0-9a-f]{8}-${process.pid}-1\\.jsonl$`))]);
  });

  it("keeps the first entry of a key, also when two arrive together", async () => {
    const project = temporaryFolder();
    const answers = await openAnswers(project);
    await Promise.all([answers.put("a", { text: "first" }), answers.put("a", { text: "second" })]);
    await answers.put("a", { text: "third" });
    expect(await answers.get("a")).toEqual({ text: "first" });
    const folder = path.join(project, ".preceptor", "answers");
    const segment = path.join(folder, readdirSync(folder)[0] ?? "");
    expect(readFileSync(segment, "utf8").trim().split("\n")).toHaveLength(1);
    await answers.close();
  });

  it("finds on a miss what others put meanwhile, and ignores their torn last lines", async () => {
    const project = temporaryFolder();
    const [one, two] = [await openAnswers(project), await openAnswers(project)];
    await two.put("x", { text: "from two" });
    expect(await one.get("x")).toEqual({ text: "from two" });
    const folder = path.join(project, ".preceptor", "answers");
    const other = path.join(folder, "deadbeef-1-1.jsonl");
    const line = cacheLine("y", { text: "whole" });
    writeFileSync(other, line.subarray(0, 30));
    expect(await one.get("y")).toBeUndefined();
    expect(readFileSync(other)).toEqual(line.subarray(0, 30));
    appendFileSync(other, line.subarray(30));
    expect(await one.get("y")).toEqual({ text: "whole" });
    await Promise.all([one.close(), two.close()]);
  });

  it("names file and line of an entry that cannot be read", async () => {
    const project = temporaryFolder();
    const folder = path.join(project, ".preceptor", "answers");
    mkdirSync(folder, { recursive: true });
    const file = path.join(folder, "deadbeef-1-1.jsonl");
    const good = cacheLine("a", { text: "a" }).toString();
    writeFileSync(file, `${good}{"version":1,"key":5}\n${good}`);
    expect((await faultOf(openAnswers(project))).details).toMatchObject({ file, line: 2, field: "key" });

    writeFileSync(file, `${good}${good}{"version":1,"key":"b","value":{"text}\n`);
    const answers = await openAnswers(project);
    expect(await answers.get("a")).toEqual({ text: "a" });
    expect((await faultOf(answers.get("b"))).details).toMatchObject({ file, line: 3 });
    await answers.close();

    writeFileSync(file, '{"version":2,"key":"a","value":1}\n');
    expect((await faultOf(openAnswers(project))).message).toContain("newer Preceptor");
  });

  it("finds the key of a line as JSON does", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.jsonValue(), fc.boolean(), (key, value, spaced) => {
        const usual = cacheLine(key, value).subarray(0, -1);
        const line = spaced ? Buffer.from(JSON.stringify({ value, key, version: 1 }, null, 0)) : usual;
        expect(keyOfLine(line)).toBe((JSON.parse(line.toString()) as { key: string }).key);
      }),
      { numRuns: 60 },
    );
  });
});

describe("the cache of vectors", () => {
  it("gives back the same float32 numbers", async () => {
    const project = temporaryFolder();
    const store = await openProjectStore(project);
    await fc.assert(
      fc.asyncProperty(fc.string(), fc.array(fc.float(), { minLength: 5, maxLength: 5 }), async (key, numbers) => {
        const vectors = await store.vectors("hashed-n-grams/1 é", 5);
        const known = await vectors.get(key);
        await vectors.put(key, Float32Array.from(numbers));
        expect(await vectors.get(key)).toEqual(known ?? Float32Array.from(numbers));
        await vectors.close();
      }),
      { numRuns: 20 },
    );
  });

  it("keeps embedders and dimensions apart, and refuses a vector of another length", async () => {
    const project = temporaryFolder();
    const store = await openProjectStore(project);
    const [a, b, c] = await Promise.all([store.vectors("a", 2), store.vectors("b", 2), store.vectors("a", 3)]);
    await a?.put("k", new Float32Array([1, 2]));
    expect(await b?.get("k")).toBeUndefined();
    expect(await c?.get("k")).toBeUndefined();
    expect((await faultOf(a?.put("l", new Float32Array(3)) ?? Promise.resolve())).details).toMatchObject({
      found: "3",
    });
    await Promise.all([a?.close(), b?.close(), c?.close()]);
  });
});
