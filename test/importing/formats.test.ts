import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { RecordedFiles } from "../../src/adapters/importing/index.js";
import { Fault } from "../../src/engine/fault.js";
import { inspectHeader, inspectSample, lmEvalRow, logLikelihoodRow, zipOf, zstdSample } from "./fixtures.js";

const folder = mkdtempSync(path.join(tmpdir(), "preceptor-import-"));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function file(name: string, content: string | Buffer): string {
  const full = path.join(folder, name);
  writeFileSync(full, content);
  return full;
}

function lines(rows: readonly object[]): string {
  return rows.map((row) => JSON.stringify(row)).join("\n");
}

async function read(name: string, content: string | Buffer) {
  return new RecordedFiles().read(file(name, content));
}

async function faultOf(name: string, content: string | Buffer): Promise<Fault> {
  const thrown: unknown = await read(name, content).catch((reason: unknown) => reason);
  expect(thrown).toBeInstanceOf(Fault);
  return thrown as Fault;
}

describe("samples of lm-evaluation-harness", () => {
  it("are told by their content, one response a document, with the task of the file's name", async () => {
    const rows = [
      lmEvalRow({ question: "2+2?" }, ["So 4.", "So 5."]),
      lmEvalRow({ question: "2+2?" }, ["So 4.", "So 5."], { filter: "flexible-extract" }),
      lmEvalRow({ question: "3+3?" }, [], { doc_id: 1, resps: [[]], filtered_resps: ["[invalid]"] }),
    ];
    const { content } = await read("samples_sums_cot_2025-01-31T10-11-12.131415.jsonl", lines(rows));
    expect([content.format, content.task, content.rows.length]).toEqual(["lm-eval", "sums_cot", 1]);
    expect(content.leftOut.map(({ row, line, reason, detail }) => [row, line, reason, detail])).toEqual([
      [0, 1, "repeat", "2"],
      [1, 2, "filter", "flexible-extract"],
      [2, 3, "no-response", null],
    ]);
  });

  it("of the older form, packed and under any name, are the same", async () => {
    const row = lmEvalRow({ question: "2+2?" }, ["4"], { arguments: [["Q: 2+2?", { until: ["\n"] }]] });
    const { content } = await read("anything.txt.gz", gzipSync(`${lines([row, { ...row, doc_id: 1 }])}\n`));
    expect([content.format, content.task, content.rows.length]).toEqual(["lm-eval", null, 2]);
  });

  it.each([
    ["texts of numbers", logLikelihoodRow({ question: "?" })],
    ["numbers", { ...logLikelihoodRow({}), resps: [[[-1.5, false]], [[-2.5, true]]] }],
    ["a rolling one", { ...logLikelihoodRow({}), arguments: [["text"]], resps: [[-33.5]] }],
  ])("that are log-likelihoods (%s) are refused, because they hold no text", async (name, row) => {
    const fault = await faultOf(`likelihood-${name}.jsonl`, lines([row]));
    expect(fault.message).toMatch(/log-likelihoods.*no text/u);
    expect(fault.details).toMatchObject({
      file: path.join(folder, `likelihood-${name}.jsonl`),
      line: 1,
      field: "resps",
    });
    expect(fault.details.remedy).toMatch(/generat/u);
  });
});

describe("logs of Inspect", () => {
  const samples = [
    inspectSample({ id: 1, input: "2+2?", output: "It is 5.", epoch: 2 }),
    inspectSample({ id: 1, input: "2+2?", output: "It is 4.", scores: { match: { value: "I" }, model: { value: 1 } } }),
    inspectSample({
      id: 2,
      input: [
        { role: "system", content: "Be brief." },
        { role: "user", content: "First?" },
        { role: "assistant", content: "Yes." },
        { role: "user", content: [{ type: "text", text: "3+3?" }] },
      ],
      output: [
        { type: "reasoning", reasoning: "Three and three …" },
        { type: "text", text: "6" },
      ],
    }),
    inspectSample({ id: 3, input: "4+4?", output: null, error: { message: "ConnectionError: gone", traceback: "…" } }),
    inspectSample({ id: 4, input: "Which?", output: "B", choices: ["one", "two"] }),
    inspectSample({ id: 5, input: "5+5?", output: "attachment://0ab1", attachments: { "0ab1": "Ten." } }),
    inspectSample({ id: 6, input: "6+6?", output: null, limit: { type: "token", limit: 10 } }),
  ];
  const expected = [
    ["1", 1, "2+2?", "It is 4.", "I"],
    ["2", 1, "3+3?", "6", "C"],
    ["4", 1, "Which?", "B", "C"],
    ["5", 1, "5+5?", "Ten.", "C"],
  ];

  function archive(method: number): Buffer {
    return zipOf([
      {
        name: "_journal/start.json",
        content: JSON.stringify({ version: 2, eval: inspectHeader.eval, plan: {} }),
        method,
      },
      ...samples.map((sample, at) => ({ name: `samples/${at}_epoch_1.json`, content: JSON.stringify(sample), method })),
      { name: "summaries.json", content: "[]", method },
      { name: "header.json", content: JSON.stringify(inspectHeader), method },
    ]);
  }

  it.each([
    ["an archive, deflated", "log.eval", archive(8)],
    ["an archive, stored, under any name", "log.bin", archive(0)],
    ["one JSON document", "log.json", JSON.stringify({ ...inspectHeader, samples })],
  ])("%s: one epoch of each sample, errors listed", async (_name, name, bytes) => {
    const { content } = await read(name, bytes);
    expect([content.format, content.task, content.model]).toEqual(["inspect", "sums", "lab/model-7b"]);
    expect(
      content.rows.map(({ fields: { id, epoch, input, output, score } }) => [id, epoch, input, output, score]),
    ).toEqual(expected);
    expect(content.rows[2]?.fields["choices"]).toEqual(["one", "two"]);
    expect(content.leftOut.map(({ row, id, reason, detail }) => [row, id, reason, detail])).toEqual([
      [0, "1", "epoch", "2"],
      [3, "3", "no-response", "ConnectionError: gone"],
      [6, "6", "no-response", "limit: token"],
    ]);
  });

  it("with entries packed by zstd are read", async () => {
    const { text, packed } = zstdSample;
    const bytes = zipOf([
      { name: "samples/zstd-1_epoch_1.json", content: text, method: 93, packed },
      { name: "header.json", content: JSON.stringify(inspectHeader) },
    ]);
    const { content } = await read("zstd.eval", bytes);
    expect(content.rows[0]?.fields).toMatchObject({ id: "zstd-1", output: expect.stringMatching(/^24 is/u) as string });
    const torn = zipOf([
      { name: "samples/a_epoch_1.json", content: text, method: 93, packed: packed.subarray(0, 100) },
      { name: "header.json", content: JSON.stringify(inspectHeader) },
    ]);
    const fault = await faultOf("torn.eval", torn);
    expect([fault.kind, fault.details.field]).toEqual(["data", "samples/a_epoch_1.json"]);
  });

  it("of an evaluation that was interrupted have no header, but a journal", async () => {
    const bytes = zipOf([
      { name: "_journal/start.json", content: JSON.stringify({ version: 2, eval: inspectHeader.eval, plan: {} }) },
      { name: "samples/1_epoch_1.json", content: JSON.stringify(samples[1]) },
    ]);
    const { content } = await read("interrupted.eval", bytes);
    expect([content.model, content.rows.length]).toEqual(["lab/model-7b", 1]);
  });

  it("may hold NaN, as Python writes it, also beside texts that only look like it", async () => {
    const text = JSON.stringify(inspectSample({ id: 1, input: "Is it NaN?", output: 'Say "NaN, Infinity".' }));
    const bytes = zipOf([
      { name: "samples/1_epoch_1.json", content: text.replace('"value":"C"', '"value":NaN,"most":-Infinity') },
      { name: "header.json", content: JSON.stringify(inspectHeader) },
    ]);
    const { content } = await read("nan.eval", bytes);
    expect(content.rows[0]?.fields).toMatchObject({ input: "Is it NaN?", output: 'Say "NaN, Infinity".', score: null });
  });

  it.each([
    ["cut off", archive(8).subarray(0, 600), /archive cannot be read/u],
    ["something else", zipOf([{ name: "a.txt", content: "a" }]), /not a log of Inspect/u],
    ["packed by an unknown method", zipOf([{ name: "header.json", content: "{}", method: 14 }]), /method/u],
    ["no JSON", zipOf([{ name: "header.json", content: "{ oh" }]), /not valid JSON/u],
  ])("that are %s are refused with their place", async (name, bytes, message) => {
    const fault = await faultOf(`${name}.eval`, bytes);
    expect(fault.message).toMatch(message);
    expect(fault.details.file).toBe(path.join(folder, `${name}.eval`));
    expect(fault.details.remedy).toBeDefined();
  });
});

describe("rows", () => {
  it("are told by their content where the name says nothing", async () => {
    const json = await read("a.out", JSON.stringify([{ q: "1" }, { q: "2" }]));
    const jsonl = await read("b.out", '{"q":"1"}\n{"q":"2"}\n');
    const csv = await read("c.out", "q,r\n1,2\n");
    expect([json, jsonl, csv].map(({ content }) => [content.format, content.rows.length])).toEqual([
      ["rows", 2],
      ["rows", 2],
      ["rows", 1],
    ]);
    expect(csv.columns.map(({ path: name }) => name)).toEqual(["q", "r"]);
  });

  it("show their columns with values, opened where they are nested", async () => {
    const rows = [1, 2, 3, 4].map((n) => ({ doc: { text: `Text\n${n}`, n }, all: [{ t: "x".repeat(500) }] }));
    const { columns } = await read("nested.jsonl", lines(rows));
    expect(columns.map((column) => [column.path, column.kind, column.filled])).toEqual([
      ["doc", "object", 4],
      ["doc.text", "text", 4],
      ["doc.n", "number", 4],
      ["all", "list", 4],
      ["all.0", "object", 4],
      ["all.0.t", "text", 4],
    ]);
    expect(columns[1]?.samples).toEqual(["Text 1", "Text 2", "Text 3"]);
    expect(columns[5]?.samples[0]).toHaveLength(161);
  });

  it("are read anew when the file changed", async () => {
    const files = new RecordedFiles();
    const name = file("changing.jsonl", '{"q":"1"}\n');
    expect((await files.read(name)).content.rows).toHaveLength(1);
    file("changing.jsonl", '{"q":"1"}\n{"q":"2"}\n');
    expect((await files.read(name)).content.rows).toHaveLength(2);
  });
});
