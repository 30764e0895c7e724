import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { openRecordLog, readRecords } from "../../src/adapters/store/recordLog.js";
import { faultOf, item, parseItem, temporaryFolder, type Item } from "./support.js";

async function writeLog(file: string, records: readonly Item[]): Promise<void> {
  const log = await openRecordLog(file, parseItem);
  await Promise.all(records.map(async (record) => log.append(record)));
  await log.close();
}

describe("a log of records", () => {
  it("is a prefix of whole records after a crash at any byte, and goes on from there", async () => {
    const folder = temporaryFolder();
    let run = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ unit: "binary", maxLength: 30 }), { minLength: 1, maxLength: 12 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        async (texts, cut) => {
          const file = path.join(folder, `${(run += 1)}.jsonl`);
          const records = texts.map((text, n) => item(n, text));
          await writeLog(file, records);
          const bytes = readFileSync(file);
          const kept = bytes.subarray(0, Math.floor(cut * bytes.length));
          writeFileSync(file, kept);
          const pieces = kept.toString("utf8").split("\n");
          const last = pieces.length - 1;
          // A record of which only the line feed is missing is whole.
          const unended = pieces[last] === JSON.stringify(records[last]);
          const whole = unended ? last + 1 : last;

          const log = await openRecordLog(file, parseItem);
          expect(log.records).toEqual(records.slice(0, whole));
          await log.append(item(99, "after the crash"));
          await log.close();
          expect((await readRecords(file, parseItem)).records).toEqual([
            ...records.slice(0, whole),
            item(99, "after the crash"),
          ]);
          const torn = unended ? Buffer.alloc(0) : kept.subarray(kept.lastIndexOf(10) + 1);
          expect(existsSync(`${file}.torn`) ? readFileSync(`${file}.torn`) : Buffer.alloc(0)).toEqual(
            torn.length === 0 ? torn : Buffer.concat([torn, Buffer.from("\n")]),
          );
        },
      ),
      { numRuns: 40 },
    );
  });

  it("needs far fewer fsyncs than records", async () => {
    const log = await openRecordLog(path.join(temporaryFolder(), "many.jsonl"), parseItem);
    await Promise.all(Array.from({ length: 1000 }, async (_, n) => log.append(item(n))));
    await log.close();
    expect(log.records.map((record) => record.n)).toEqual(Array.from({ length: 1000 }, (_, n) => n));
    expect(log.commits).toBeLessThan(20);
  });

  it("keeps characters that other readers take for line ends inside their record", async () => {
    const file = path.join(temporaryFolder(), "lines.jsonl");
    const records = ["a\u0085b", "a\u2028b\u2029c", "a\r\nb", "\ud800 alone", "\u0000"].map((text, n) => item(n, text));
    await writeLog(file, records);
    expect((await readRecords(file, parseItem)).records).toEqual(records);
  });

  it("names file and line of a damaged line in the middle", async () => {
    const file = path.join(temporaryFolder(), "damaged.jsonl");
    writeFileSync(file, `${JSON.stringify(item(1))}\n{"version":1,"n":\n${JSON.stringify(item(3))}\n`);
    const fault = await faultOf(openRecordLog(file, parseItem));
    expect(fault.kind).toBe("data");
    expect(fault.details).toMatchObject({ file, line: 2 });
    expect(fault.describe()).toContain(`${file}:2`);
    expect(readFileSync(file, "utf8").split("\n")).toHaveLength(4);
  });

  it("takes NUL bytes at the end for what a power cut left, and in the middle for damage", async () => {
    const file = path.join(temporaryFolder(), "nul.jsonl");
    await writeLog(file, [item(1), item(2)]);
    const whole = readFileSync(file);
    appendFileSync(file, Buffer.concat([Buffer.alloc(50), Buffer.from("tail\n")]));
    const log = await openRecordLog(file, parseItem);
    expect(log.records).toEqual([item(1), item(2)]);
    await log.close();
    expect(readFileSync(file)).toEqual(whole);

    writeFileSync(file, Buffer.concat([whole, Buffer.alloc(50), Buffer.from("\n"), whole]));
    const fault = await faultOf(openRecordLog(file, parseItem));
    expect(fault.details).toMatchObject({ file, line: 3, found: "NUL bytes" });
  });

  it("refuses bytes that are not UTF-8", async () => {
    const file = path.join(temporaryFolder(), "latin1.jsonl");
    writeFileSync(file, Buffer.from('{"version":1,"n":1,"text":"caf\xe9"}\n', "latin1"));
    const fault = await faultOf(openRecordLog(file, parseItem));
    expect(fault.message).toContain("not UTF-8");
    expect(fault.details).toMatchObject({ file, line: 1 });
  });

  it("refuses records of a newer Preceptor and records without a version", async () => {
    const file = path.join(temporaryFolder(), "newer.jsonl");
    writeFileSync(file, `${JSON.stringify(item(1))}\n${JSON.stringify({ ...item(2), version: 2 })}\n`);
    const newer = await faultOf(openRecordLog(file, parseItem));
    expect(newer.message).toContain("written by a newer Preceptor");
    expect(newer.details).toMatchObject({ file, line: 2, field: "version", found: "2" });

    writeFileSync(file, '{"n":1,"text":""}\n');
    expect((await faultOf(openRecordLog(file, parseItem))).details).toMatchObject({ line: 1, field: "version" });
    const log = await openRecordLog<unknown>(path.join(temporaryFolder(), "own.jsonl"), (value) => value);
    expect((await faultOf(log.append({ n: 1 }))).details.field).toBe("version");
    await log.close();
  });

  it("reads a file that people edited: blank lines, carriage returns, no line feed at the end", async () => {
    const file = path.join(temporaryFolder(), "edited.jsonl");
    writeFileSync(file, `${JSON.stringify(item(1))}\r\n\n  \n${JSON.stringify(item(2))}\n\n`);
    expect((await readRecords(file, parseItem)).records).toEqual([item(1), item(2)]);

    writeFileSync(file, `${JSON.stringify(item(1))}\n${JSON.stringify(item(2))}`);
    expect(await readRecords(file, parseItem)).toEqual({ records: [item(1), item(2)], torn: false });
    const log = await openRecordLog(file, parseItem);
    await log.append(item(3));
    await log.close();
    expect((await readRecords(file, parseItem)).records).toEqual([item(1), item(2), item(3)]);
    expect(existsSync(`${file}.torn`)).toBe(false);
  });

  it("reads records longer than the reading buffer", async () => {
    const file = path.join(temporaryFolder(), "long.jsonl");
    const records = [item(1), item(2, "x".repeat(9_000_000)), item(3)];
    await writeLog(file, records);
    expect((await readRecords(file, parseItem)).records).toEqual(records);
  });
});
