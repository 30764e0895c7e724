import { mkdtemp, rm, writeFile, mkdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { lineOf, readRows, readText, type ReadRowsOptions } from "../../src/adapters/rows/index.js";
import { readJsonLines } from "../../src/adapters/rows/json.js";
import { plainValue } from "../../src/adapters/rows/parquet.js";
import { Fault } from "../../src/engine/fault.js";
import { manyTypes, snappy } from "./parquetFiles.js";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "rows-"));
});
afterAll(async () => rm(folder, { recursive: true }));

let count = 0;
async function file(name: string, content: string | Buffer): Promise<string> {
  count += 1;
  const full = path.join(folder, `${count}-${name}`);
  await writeFile(full, content);
  return full;
}

async function rowsOf(name: string, content: string | Buffer, options?: ReadRowsOptions) {
  return readRows(await file(name, content), options);
}

async function faultOf(name: string, content: string | Buffer, options?: ReadRowsOptions): Promise<Fault> {
  const full = await file(name, content);
  const thrown: unknown = await readRows(full, options).catch((error: unknown) => error);
  if (!(thrown instanceof Fault)) throw new Error(`expected a fault, not ${JSON.stringify(thrown)}`);
  expect(thrown.kind).toBe("data");
  expect(thrown.details.file).toBe(full);
  return thrown;
}

describe("JSON Lines", () => {
  it("ends lines at \\n only: U+0085, U+2028 and a lone \\r stay inside a row", async () => {
    const text = "left\u0085middle\u2028right\u2029end";
    const rows = await rowsOf("a.jsonl", `{"text":"${text}"}\n{"text":"b"}\r\n`);
    expect(rows).toEqual([{ text }, { text: "b" }]);
  });

  it("does without a last line end, skips blank lines and a byte order mark", async () => {
    expect(await rowsOf("a.jsonl", '\uFEFF{"a":1}\n\n  \r\n{"a":2}')).toEqual([{ a: 1 }, { a: 2 }]);
  });

  it("understands a JSON array under this ending, also packed and with a byte order mark", async () => {
    const text = '\uFEFF\n[\n  {"a": 1},\n  {"a": 2}\n]\n';
    expect(await rowsOf("a.jsonl", text)).toEqual([{ a: 1 }, { a: 2 }]);
    expect(await rowsOf("a.jsonl.gz", gzipSync(text))).toEqual([{ a: 1 }, { a: 2 }]);
  });

  it("knows the line of each row, counted from 1 with blank lines", async () => {
    const found = await rowsOf("a.jsonl", '\n{"a":"\u2028"}\n\n{"a":2}');
    expect(found.map(lineOf)).toEqual([2, 4]);
  });

  it("names the line of a malformed row, counted from 1 with blank lines", async () => {
    const fault = await faultOf("a.jsonl", '{"a":1}\n\n{"a":\n{"a":3}\n');
    expect(fault.details).toMatchObject({ line: 3, found: '{"a":' });
    expect(fault.details.remedy).toContain("ends too early");
  });

  it("says that JSON has no NaN", async () => {
    expect((await faultOf("a.jsonl", '{"a":NaN}\n')).details.remedy).toContain("no NaN");
  });

  it.each(["1", "null", '"text"', "true"])("refuses the row %s, which is no object", async (row) => {
    expect((await faultOf("a.jsonl", `{}\n${row}\n`)).details).toMatchObject({ line: 2 });
  });

  it("keeps any row of any text through writing and reading, in pieces of any size", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.record({ a: fc.string({ unit: "binary" }), b: fc.jsonValue() })), async (rows) => {
        const wanted: unknown = JSON.parse(JSON.stringify(rows));
        const text = rows.map((row) => `${JSON.stringify(row)}\n`).join("");
        if (rows.length > 0) expect(await rowsOf("p.jsonl", text)).toEqual(wanted);
      }),
      { numRuns: 40 },
    );
  });

  it("reads characters that lie across the pieces in which a large file is read", async () => {
    const row = JSON.stringify({ text: "ä€😀".repeat(70_000) });
    const rows = await rowsOf("large.jsonl", `${row}\n${row}\n{"last":true}\n`);
    expect(rows).toHaveLength(3);
    expect(rows[1]).toEqual(JSON.parse(row));
  });
});

describe("JSON documents", () => {
  it("reads an array, the one array of objects of an object, and a named one", async () => {
    expect(await rowsOf("a.json", '[{"a":1}]')).toEqual([{ a: 1 }]);
    expect(await rowsOf("a.json", '{"canary":"x","examples":[{"a":1}],"tags":["t"]}')).toEqual([{ a: 1 }]);
    const two = '{"inner":{"outputs":[{"a":1}]},"more":[{"a":2}]}';
    expect(await rowsOf("a.json", two, { rows: "inner.outputs" })).toEqual([{ a: 1 }]);
  });

  it("understands JSON Lines under this ending", async () => {
    expect(await rowsOf("a.json", '{"a":1}\n{"a":2}\n')).toEqual([{ a: 1 }, { a: 2 }]);
    expect(await rowsOf("a.json", '{"rows":[{"a":1}]}\n')).toEqual([{ a: 1 }]);
  });

  it("asks for the name when several arrays could be meant, and lists them", async () => {
    const fault = await faultOf("a.json", '{"a":[{}],"b":[{}]}');
    expect(fault.details.remedy).toContain("--rows (arrays of objects here: a, b)");
    expect((await faultOf("a.json", '{"a":[{}]}', { rows: "b" })).details).toMatchObject({
      field: "b",
      found: "no such field",
    });
  });

  it("names the line of a syntax error", async () => {
    expect((await faultOf("a.json", '[\n{"a": 1},\n{"a": oops}\n]')).details.line).toBe(3);
    expect((await faultOf("a.json", "[1]")).details).toMatchObject({ field: "[0]", found: "number 1" });
  });
});

describe("CSV", () => {
  const header = ["question", "A", "B", "C", "D", "answer"];

  it("reads quoted fields with line breaks, commas and doubled quotes, without a header", async () => {
    const text = 'Pick "x" or y,"0,1","two\nlines","say ""b""",d,A\n"Line one\r\nline two",a,b,c,d,D\r\n';
    expect(await rowsOf("a.csv", text, { header })).toEqual([
      { question: 'Pick "x" or y', A: "0,1", B: "two\nlines", C: 'say "b"', D: "d", answer: "A" },
      { question: "Line one\r\nline two", A: "a", B: "b", C: "c", D: "d", answer: "D" },
    ]);
  });

  it("keeps a quote inside or at the end of a field that does not begin with one", async () => {
    expect(await rowsOf("a.csv", 'q\nWill to Truth?"\n6" pipe\n')).toEqual([
      { q: 'Will to Truth?"' },
      { q: '6" pipe' },
    ]);
  });

  it("takes names from the first record, or numbers where there are none", async () => {
    // As spreadsheets write them where the comma is taken; a comma in the header says that it separates.
    expect(await rowsOf("a.csv", 'q;a\n"x;y";1,5\n')).toEqual([{ q: "x;y", a: "1,5" }]);
    expect(await rowsOf("a.csv", "q\ta\nx, y\tz;\n")).toEqual([{ q: "x, y", a: "z;" }]);
    expect(await rowsOf("a.csv", "q;a,b\nx,y\n")).toEqual([{ "q;a": "x", b: "y" }]);
    expect(await rowsOf("a.csv", '"q;a"\nx\n')).toEqual([{ "q;a": "x" }]);
    expect(await rowsOf("a.csv", "\uFEFFa,b\r\n1,\r\n")).toEqual([{ a: "1", b: "" }]);
    expect(await rowsOf("a.csv", "x,y\n", { header: false })).toEqual([{ 0: "x", 1: "y" }]);
    expect(await rowsOf("a.csv", "a,b\n")).toEqual([]);
  });

  it("knows the line on which each row begins, also behind line breaks in fields and blank lines", async () => {
    const found = await rowsOf("a.csv", 'a,b\n1,"x\ny"\n\n2,"p\r\nq"\r\n3,4\n');
    expect(found.map(lineOf)).toEqual([2, 5, 7]);
    expect((await rowsOf("b.csv", "1,2\n3,4\n", { header: ["a", "b"] })).map(lineOf)).toEqual([1, 2]);
  });

  it("names the line on which a record with a wrong number of fields begins", async () => {
    const fault = await faultOf("a.csv", 'a,b\n"1\n1",2\n"x\ny"\n');
    expect(fault.details).toMatchObject({ line: 4, found: "1 fields", allowed: "2 fields (a, b)" });
  });

  it("refuses quotes that never close and a header with the same name twice", async () => {
    expect((await faultOf("a.csv", 'a,b\n1,"open\n\n')).details.found).toMatch(/quote/i);
    expect((await faultOf("a.csv", "a,a\n1,2\n")).details).toMatchObject({ line: 1, found: "a" });
  });
});

describe("parquet", () => {
  it("makes plain values: 64-bit integers as numbers, or as text where a number would not be exact", async () => {
    const rows = await rowsOf("a.parquet", Buffer.from(manyTypes, "base64"));
    expect(rows).toEqual([
      {
        id: 1,
        question: "Wie viele Äpfel?",
        score: 0.5,
        small: 1,
        options: { text: ["a", "b"], n: [1, 2] },
        when: "2020-01-02T03:04:05.000Z",
      },
      {
        id: "9007199254740993",
        question: "two\nlines",
        score: 1.25,
        small: 2,
        options: { text: ["c"], n: [3] },
        when: "1970-01-01T00:00:00.000Z",
      },
      {
        id: -5,
        question: "plain",
        score: -2,
        small: 3,
        options: { text: [], n: [] },
        when: "1970-01-01T00:00:01.000Z",
      },
    ]);
    expect(JSON.parse(JSON.stringify(rows))).toEqual(rows);
  });

  it("unpacks snappy pages, and files packed as a whole", async () => {
    const bytes = Buffer.from(snappy, "base64");
    expect(await rowsOf("a.parquet", bytes)).toHaveLength(60);
    expect((await rowsOf("a.parquet.gz", gzipSync(bytes)))[59]).toEqual({ text: "the same words" });
  });

  it("turns nested 64-bit integers, bytes and dates into plain values", () => {
    expect(plainValue({ a: [1n, { b: 2n ** 60n }], c: new Uint8Array([1, 255]), d: new BigInt64Array([3n]) })).toEqual({
      a: [1, { b: (2n ** 60n).toString() }],
      c: "01ff",
      d: [3],
    });
  });

  it("says when a file is cut off or something else", async () => {
    expect((await faultOf("a.parquet", Buffer.from(manyTypes, "base64").subarray(0, 300))).message).toContain(
      "parquet",
    );
    expect((await faultOf("a.parquet", '{"a":1}\n'.repeat(20))).details.found).toContain("begins with");
  });
});

describe("files that are not what they should be", () => {
  it("names a missing file, a folder and an empty file", async () => {
    await expect(readRows(path.join(folder, "none.jsonl"))).rejects.toThrow("no such file");
    await mkdir(path.join(folder, "d.jsonl"));
    await expect(readRows(path.join(folder, "d.jsonl"))).rejects.toThrow("folder");
    for (const name of ["a.jsonl", "a.json", "a.csv", "a.parquet"]) {
      expect((await faultOf(name, "")).details.found).toBe("an empty file");
      if (name !== "a.parquet") expect((await faultOf(name, "\n\n")).details.found).toBe("an empty file");
    }
  });

  it("names the line and the byte of invalid UTF-8, also far into a file", async () => {
    const fault = await faultOf("a.jsonl", Buffer.from('{"a":"é"}\n{"a":"caf\xe9"}\n', "latin1"));
    expect(fault.details).toMatchObject({ line: 1, found: "bytes e9 22 7d 0a at offset 6" });
    const good = Buffer.from(`{"a":"${"é€😀".repeat(200)}"}\n`.repeat(1000));
    const bad = Buffer.concat([good, Buffer.from('{"a":"\xff"}\n', "latin1")]);
    expect((await faultOf("a.jsonl", bad)).details).toMatchObject({
      line: 1001,
      found: `bytes ff 22 7d 0a at offset ${good.length + 6}`,
    });
    const cut = Buffer.from('{"a":"€').subarray(0, 8);
    expect((await faultOf("a.jsonl", cut)).details.found).toContain("at offset 6");
    expect((await faultOf("a.csv", Buffer.from("a\ncaf\xe9\n", "latin1"))).details.line).toBe(2);
  });

  it.each([
    ["UTF-16 with a mark", Buffer.from('\uFEFF{"a":1}', "utf16le"), "UTF-16"],
    ["UTF-16 without a mark", Buffer.from('{"a":1}\n', "utf16le"), "UTF-16"],
    ["big-endian UTF-16", Buffer.from('\uFEFF{"a":1}', "utf16le").swap16(), "UTF-16"],
    ["gzip without the ending", gzipSync('{"a":1}'), "gzip"],
    ["a zip archive", Buffer.from("PK\u0003\u0004rest"), "zip"],
    ["parquet", Buffer.from(manyTypes, "base64"), "parquet"],
  ])("recognises %s", async (_name, content, found) => {
    expect((await faultOf("a.jsonl", content)).details.found).toContain(found);
  });

  it("says when a packed file is cut off or not packed", async () => {
    const packed = gzipSync('{"a":"some words"}\n'.repeat(100));
    expect((await faultOf("a.jsonl.gz", packed.subarray(0, packed.length - 12))).details.remedy).toContain("too early");
    expect((await faultOf("a.csv.gz", "a,b\n1,2\n")).details.remedy).toContain("without `.gz`");
  });

  it("refuses one text that is too large, also when it is so only unpacked, and reads many small lines", async () => {
    const packed = path.join(folder, "large.json.gz");
    await writeFile(packed, gzipSync(`[{"a":"${"x".repeat(5000)}"}]`));
    await expect(readText(packed, 4000)).rejects.toMatchObject({
      kind: "data",
      message: "The file is too large to be read as one text.",
      details: { file: packed, remedy: expect.stringContaining("JSON Lines") as unknown },
    });
    expect(await readText(packed, 6000)).toHaveLength(5010);
    const lines = path.join(folder, "long.jsonl");
    await writeFile(lines, `{"a":1}\n{"a":"${"x".repeat(5000)}`);
    await expect(readJsonLines(lines, 4000)).rejects.toMatchObject({ kind: "data", details: { line: 2 } });
    await writeFile(lines, '{"a":1}\n'.repeat(1000));
    expect(await readJsonLines(lines, 4000)).toHaveLength(1000);
  });

  it("lists the endings there are", async () => {
    expect((await faultOf("a.txt", "x")).details.allowed).toBe(".jsonl, .json, .csv, .parquet, each also with .gz");
  });

  it("reads a text with a byte order mark of one and two characters", async () => {
    expect(await readText(await file("a.txt", "\uFEFFa"))).toBe("a");
    expect(await readText(await file("a.txt", "ab"))).toBe("ab");
    expect(await readText(await file("a.txt", "\uFEFFa\r\nb"))).toBe("a\r\nb");
  });
});
