import { describe, expect, it } from "vitest";
import { z } from "zod";
import { Fault } from "../../src/engine/fault.js";
import { recordHash, recordsHash, stageManifest, versioned } from "../../src/engine/store/index.js";

const schema = z.strictObject({ version: z.literal(3), title: z.string(), tags: z.array(z.string()) });

const parse = versioned({
  what: "note",
  version: 3,
  schema,
  migrations: {
    1: ({ name, ...rest }) => ({ ...rest, title: name }),
    2: (record) => ({ ...record, tags: [] }),
  },
});

function faultFor(value: unknown): Fault {
  try {
    parse(value);
  } catch (thrown) {
    if (thrown instanceof Fault) return thrown;
  }
  throw new Error("no fault");
}

describe("versions of records", () => {
  it("brings older records up step by step", () => {
    expect(parse({ version: 1, name: "a" })).toEqual({ version: 3, title: "a", tags: [] });
    expect(parse({ version: 2, title: "b" })).toEqual({ version: 3, title: "b", tags: [] });
    expect(parse({ version: 3, title: "c", tags: ["x"] })).toEqual({ version: 3, title: "c", tags: ["x"] });
  });

  it("refuses newer ones and says what to do", () => {
    const fault = faultFor({ version: 4, title: "d" });
    expect(fault.describe()).toMatch(/newer Preceptor[^]*found: +4[^]*allowed: at most 3[^]*remedy: +Install/);
  });

  it("refuses an older one for which no step is known", () => {
    const strict = versioned({ what: "note", version: 3, schema });
    expect(() => strict({ version: 1, name: "a" })).toThrow("cannot be read any more");
  });

  it("names the field that is wrong, what it holds and what is allowed", () => {
    const fault = faultFor({ version: 3, title: "a", tags: ["x", 7] });
    expect(fault.details).toMatchObject({ field: "tags.1", found: "7" });
    expect(fault.details.allowed).toContain("string");
  });

  it.each([null, [], "text", 5, {}, { version: "1" }, { version: 0 }, { version: 1.5 }])("refuses %j", (value) => {
    expect(faultFor(value).kind).toBe("data");
  });
});

describe("hashes of results", () => {
  const records = [
    { version: 1, key: "a", value: 1 },
    { version: 1, key: "b", value: 2 },
  ];

  it("do not depend on the order of records or fields, nor on what was only observed", () => {
    const shuffled = [
      { value: 2, observed: { seconds: 3 }, key: "b", version: 1 },
      { observed: { seconds: 9 }, version: 1, value: 1, key: "a" },
    ];
    expect(recordsHash(shuffled.map(recordHash))).toBe(recordsHash(records.map(recordHash)));
  });

  it("depend on every result and on how often it is there", () => {
    const hashes = records.map(recordHash);
    const changed = recordHash({ version: 1, key: "b", value: 3 });
    const all = [hashes, [hashes[0] ?? "", changed], [...hashes, ...hashes], hashes.slice(1), []].map(recordsHash);
    expect(new Set(all).size).toBe(all.length);
  });

  it("of a manifest cover all of it", () => {
    const content = {
      stage: "collect",
      iteration: 1,
      fingerprint: "f",
      files: { "a.jsonl": "1" },
      counts: { cases: 2 },
    };
    const variants = [
      content,
      { ...content, stage: "gate" },
      { ...content, iteration: 2 },
      { ...content, fingerprint: "g" },
      { ...content, files: { "a.jsonl": "2" } },
      { ...content, counts: { cases: 3 } },
    ];
    expect(new Set(variants.map((variant) => stageManifest(variant).hash)).size).toBe(variants.length);
    expect(stageManifest(content).hash).toBe(stageManifest({ ...content, counts: { cases: 2 } }).hash);
  });
});
