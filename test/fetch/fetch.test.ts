import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  checkBenchmark,
  fetchBenchmark,
  mirrored,
  type FetchOptions,
  type FetchProgress,
} from "../../src/adapters/fetch/index.js";
import * as rows from "../../src/adapters/rows/index.js";
import { benchmarks, defineOwnBenchmark, filePath, filesOf, findBenchmark } from "../../src/engine/benchmarks/index.js";
import { Fault, type FaultKind } from "../../src/engine/fault.js";
import {
  breaksAfter,
  good,
  hangs,
  Mirror,
  sends,
  status,
  toyBenchmark,
  truncated,
  withoutRanges,
  type Behaviour,
} from "./mirror.js";

const content = Buffer.from(`${JSON.stringify({ q: "How many?", filler: "words ".repeat(20_000) })}\n`);
const files = { "data/a b.jsonl": content, "b.jsonl": Buffer.from('{"q":"Why?"}\n') };
const toy = toyBenchmark(files);
const first = "/owner/repo/data/a b.jsonl";

let folder = "";
let mirror: Mirror;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "fetch-"));
  mirror = await Mirror.start((name) => {
    const found = Object.entries(files).find(([file]) => name === `/owner/repo/${file}`);
    return found?.[1] ?? null;
  });
});
afterEach(async () => {
  await mirror.close();
  await rm(folder, { recursive: true });
});

async function run(options: Partial<FetchOptions> = {}) {
  const signal = new AbortController().signal;
  return fetchBenchmark(toy, folder, { signal, mirror: `${mirror.url}/prefix/`, pauseMs: 1, idleMs: 5000, ...options });
}

async function faultOf(work: Promise<unknown>, kind: FaultKind): Promise<Fault> {
  const thrown: unknown = await work.catch((error: unknown) => error);
  if (!(thrown instanceof Fault)) throw new Error(`expected a fault, not ${String(thrown)}`);
  expect(thrown.kind, thrown.describe()).toBe(kind);
  expect(thrown.details.remedy).toBeTruthy();
  return thrown;
}

const target = (): string => path.join(folder, "toy/data/a b.jsonl");

async function expectWhole(): Promise<void> {
  expect((await readFile(target())).equals(content)).toBe(true);
  expect(existsSync(`${target()}.part`)).toBe(false);
  expect((await readdir(folder)).sort()).toEqual(["toy"]);
}

describe("fetching", () => {
  it("downloads what is missing, tells its progress and states the licence", async () => {
    const told: FetchProgress[] = [];
    const report = await run({ onProgress: (progress) => told.push(progress) });
    await expectWhole();
    expect(report).toMatchObject({ benchmark: "toy", licence: { name: "MIT" } });
    expect(report.files.map(({ state }) => state)).toEqual(["fetched", "fetched"]);
    const total = content.length + 13;
    expect(told.at(-1)).toMatchObject({ filesDone: 2, files: 2, bytes: total, totalBytes: total });
    expect(
      told.every((progress, index) => index === 0 || progress.filesDone >= (told[index - 1]?.filesDone ?? 0)),
    ).toBe(true);
    const again = await run();
    expect(again.files.map(({ state }) => state)).toEqual(["present", "present"]);
    expect(mirror.requests).toHaveLength(2);
  });

  it.each<[string, Behaviour[], number]>([
    ["a broken connection", [breaksAfter(50_000)], 2],
    ["a connection that breaks twice", [breaksAfter(30_000), breaksAfter(30_000)], 3],
    ["a truncated answer", [truncated(50_000)], 2],
    ["a server without ranges", [breaksAfter(50_000), withoutRanges], 2],
    ["429 with Retry-After", [status(429, { "retry-after": "0" })], 2],
    ["503", [status(503), status(502)], 3],
    ["a hang before the answer", [hangs(null)], 2],
    ["a hang inside the answer", [hangs(40_000)], 2],
    [
      "a wrong range",
      [
        breaksAfter(50_000),
        (_request, response, body) => response.writeHead(206, { "content-range": "bytes 7-9/10" }).end(body),
      ],
      3,
    ],
    ["a reset before the answer", [(_request, response) => response.destroy()], 2],
  ])("goes on after %s", async (_name, behaviours, requests) => {
    mirror.behaviours.set(first, behaviours);
    await run({ idleMs: 300 });
    await expectWhole();
    expect(mirror.requests.filter(({ path: name }) => name === first)).toHaveLength(requests);
  });

  it("asks only for the missing part", async () => {
    mirror.behaviours.set(first, [breaksAfter(50_000)]);
    await run();
    const ranges = mirror.requests.filter(({ path: name }) => name === first).map(({ range }) => range);
    expect(ranges[0]).toBeUndefined();
    const start = Number(/^bytes=(\d+)-$/.exec(ranges[1] ?? "")?.[1]);
    expect(start).toBeGreaterThan(0);
    expect(start).toBeLessThanOrEqual(50_000);
  });

  it("goes on in a later call, also when everything but the name had arrived", async () => {
    mirror.behaviours.set(first, [breaksAfter(50_000)]);
    await faultOf(run({ retries: 0 }), "endpoint");
    expect((await stat(`${target()}.part`)).size).toBeGreaterThan(0);
    await run();
    await expectWhole();
    await rm(target());
    await writeFile(`${target()}.part`, content);
    const before = mirror.requests.length;
    await run();
    await expectWhole();
    expect(mirror.requests).toHaveLength(before);
  });

  it("starts over when the earlier part was of another version or too long", async () => {
    await mkdir(path.dirname(target()), { recursive: true });
    await writeFile(`${target()}.part`, Buffer.alloc(1000, "x"));
    await run();
    await expectWhole();
    await rm(target());
    await writeFile(`${target()}.part`, Buffer.alloc(content.length + 5, "x"));
    await run();
    await expectWhole();
  });

  it("replaces a file of other content and keeps the old one beside it", async () => {
    await mkdir(path.dirname(target()), { recursive: true });
    await writeFile(target(), "mine");
    expect((await run()).files.map(({ state }) => state)).toEqual(["replaced", "fetched"]);
    expect(await readFile(`${target()}.before`, "utf8")).toBe("mine");
    expect((await readFile(target())).equals(content)).toBe(true);
  });

  it.each<[string, Behaviour, FaultKind, string]>([
    ["404", status(404), "endpoint", "does not have the file"],
    ["403", status(403), "endpoint", "refuses"],
    ["a web page with 200", sends("<!DOCTYPE html><p>Sign in</p>", "text/html; charset=utf-8"), "endpoint", "web page"],
    ["a web page that says it is data", sends("\n<html>".padEnd(content.length, " ")), "endpoint", "web page"],
    ["other bytes of the same length", sends(Buffer.alloc(content.length, "y")), "data", "not the pinned one"],
    ["more bytes", sends(Buffer.alloc(content.length + 1, "y")), "data", "more bytes"],
  ])("does not try again after %s", async (_name, behaviour, kind, message) => {
    mirror.behaviours.set(first, [behaviour, behaviour]);
    const fault = await faultOf(run(), kind);
    expect(fault.message).toContain(message);
    expect(fault.details.file).toContain("/owner/repo/data/a%20b.jsonl");
    expect(existsSync(target())).toBe(false);
    expect(mirror.requests.filter(({ path: name }) => name === first)).toHaveLength(1);
  });

  it("gives up after so many tries", async () => {
    mirror.behaviours.set(first, [status(500), status(500), status(500), good]);
    expect((await faultOf(run({ retries: 2 }), "endpoint")).details.found).toBe("status 500");
  });

  it("says when nobody answers at the address", async () => {
    const fault = await faultOf(run({ mirror: "http://127.0.0.1:9", retries: 1 }), "endpoint");
    expect(fault.message).toBe("The connection failed.");
  });

  it("keeps what arrived when it is cancelled", async () => {
    mirror.behaviours.set(first, [hangs(50_000)]);
    const controller = new AbortController();
    const work = run({
      signal: controller.signal,
      onProgress: ({ file, bytes }) => {
        if (file.includes("a b") && bytes >= 50_000) controller.abort();
      },
    });
    await faultOf(work, "cancelled");
    expect((await stat(`${target()}.part`)).size).toBeGreaterThan(0);
    await run();
    await expectWhole();
  });

  it("lets only one process fetch a benchmark at a time", async () => {
    mirror.behaviours.set(first, [hangs(10)]);
    const controller = new AbortController();
    const one = faultOf(run({ signal: controller.signal, idleMs: 20_000 }), "cancelled");
    while (!existsSync(path.join(folder, ".fetch-toy.lock"))) await new Promise((resolve) => setTimeout(resolve, 5));
    await faultOf(run(), "locked");
    controller.abort();
    await one;
  });

  it("refuses a mirror that is no web address and a benchmark without upstream files", async () => {
    expect(mirrored("https://host/a/b%20c", "http://m/x/")).toBe("http://m/x/a/b%20c");
    for (const mirror of ["nonsense", "file:///etc"]) expect(() => mirrored("https://host/a", mirror)).toThrow(Fault);
    const own = defineOwnBenchmark({
      name: "own",
      family: "math",
      files: { train: "x.csv" },
      map: { question: "q", gold: "a" },
    });
    await faultOf(fetchBenchmark(own, folder, { signal: new AbortController().signal }), "usage");
    await faultOf(run({ splits: ["test"] }), "usage");
  });
});

describe("checking", () => {
  it("tells missing, changed and whole files apart and counts cases", async () => {
    const empty = await checkBenchmark(toy, folder, rows);
    expect(empty.files.map(({ state }) => state)).toEqual(["missing", "missing"]);
    expect(empty.splits).toMatchObject([{ split: "train", cases: null, expected: 2, fault: null }]);
    await run();
    const whole = await checkBenchmark(toy, folder, rows);
    expect(whole.files.map(({ state }) => state)).toEqual(["ok", "ok"]);
    expect(whole.splits).toMatchObject([{ cases: 2, expected: 2, duplicateQuestions: 0 }]);
    await writeFile(target(), "{");
    const changed = await checkBenchmark(toy, folder, rows);
    expect(changed.files[0]).toMatchObject({ state: "differs", bytes: 1 });
    expect(changed.splits[0]?.fault?.details).toMatchObject({ file: target(), line: 1 });
  });

  it("checks a user's own files, whose content nobody pinned", async () => {
    await writeFile(path.join(folder, "x.csv"), "q,a\nWhy?,1\n");
    const own = defineOwnBenchmark({
      name: "own",
      family: "math",
      files: { train: "x.csv" },
      map: { question: "q", gold: "a" },
    });
    const { files: checked, splits } = await checkBenchmark(own, folder, rows);
    expect(checked).toMatchObject([{ state: "unpinned", bytes: 11 }]);
    expect(splits).toMatchObject([{ cases: 1, expected: null, fault: null }]);
  });
});

const data = path.resolve(import.meta.dirname, "../../../shared/data");
const absent = !existsSync(data);
describe.skipIf(absent)(`a mirror with the real files${absent ? " (skipped: ../shared/data is not here)" : ""}`, () => {
  it.each(["gsm8k", "humaneval", "mmlu", "bbh", "gsm-plus-paper"])(
    "fetches %s by its pinned addresses",
    async (name) => {
      const benchmark = findBenchmark(name);
      const byPath = new Map(
        benchmarks
          .flatMap((each) => filesOf(each))
          .map((file) => [decodeURIComponent(new URL(file.url ?? "").pathname), file]),
      );
      const local = new Map<string, Buffer>();
      for (const file of filesOf(benchmark)) local.set(file.path, await readFile(filePath(data, file)));
      const real = await Mirror.start((requested) => local.get(byPath.get(requested)?.path ?? "") ?? null);
      try {
        const report = await fetchBenchmark(benchmark, folder, {
          signal: new AbortController().signal,
          mirror: real.url,
        });
        expect(report.files.every(({ state }) => state === "fetched")).toBe(true);
        const { files: checked, splits } = await checkBenchmark(benchmark, folder, rows);
        expect(checked.every(({ state }) => state === "ok")).toBe(true);
        for (const { cases, expected, fault } of splits) expect([cases, fault]).toEqual([expected, null]);
      } finally {
        await real.close();
      }
    },
  );
});
