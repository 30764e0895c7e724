import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { Random } from "../../src/engine/random.js";
import { float32, joined, message, type Field } from "./protobuf.js";

/**
 * A BERT of our own in miniature: word, position and segment embeddings, one layer with one attention head, 8 hidden
 * numbers, random weights. It is written as an ONNX file with a WordPiece tokenizer, and computed once more here in plain
 * TypeScript, so that the path through transformers.js can be compared with something that does not use it.
 */
export const hidden = 8;
const inner = 16;
const longest = 48;

const words = [
  "how",
  "many",
  "apples",
  "pens",
  "train",
  "the",
  "a",
  "does",
  "tom",
  "buy",
  "what",
  "is",
  "time",
  "un",
  "box",
];
const pieces = ["##s", "##es", "##ing", "##happy", "##t", "?", ".", ",", "1", "2", "3", "##1", "##2", "##3"];
const vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", ...words, ...pieces];

interface Matrix {
  readonly dims: readonly number[];
  readonly data: Float32Array;
}

const random = new Random(11, "tiny bert");
const matrix = (...dims: number[]): Matrix => ({
  dims,
  data: Float32Array.from({ length: dims.reduce((a, b) => a * b, 1) }, () => random.next() - 0.5),
});

const weights = {
  word: matrix(vocabulary.length, hidden),
  position: matrix(longest, hidden),
  segment: matrix(2, hidden),
  gain1: matrix(hidden),
  shift1: matrix(hidden),
  query: matrix(hidden, hidden),
  key: matrix(hidden, hidden),
  value: matrix(hidden, hidden),
  gain2: matrix(hidden),
  shift2: matrix(hidden),
  up: matrix(hidden, inner),
  down: matrix(inner, hidden),
  gain3: matrix(hidden),
  shift3: matrix(hidden),
};

/** Writes config.json, tokenizer files and onnx/model.onnx into a folder. */
export function writeTinyBert(folder: string): void {
  mkdirSync(path.join(folder, "onnx"), { recursive: true });
  const json = (name: string, value: unknown): void => writeFileSync(path.join(folder, name), JSON.stringify(value));
  const special = (content: string): object => ({
    id: vocabulary.indexOf(content),
    content,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: true,
  });
  const specials = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"];
  const token = (id: string, type = 0): object => ({ SpecialToken: { id, type_id: type } });
  json("config.json", {
    model_type: "bert",
    architectures: ["BertModel"],
    hidden_size: hidden,
    num_hidden_layers: 1,
    num_attention_heads: 1,
    intermediate_size: inner,
    max_position_embeddings: longest,
    vocab_size: vocabulary.length,
  });
  json("tokenizer_config.json", {
    tokenizer_class: "BertTokenizer",
    model_max_length: longest,
    do_lower_case: true,
    pad_token: "[PAD]",
    unk_token: "[UNK]",
    cls_token: "[CLS]",
    sep_token: "[SEP]",
    mask_token: "[MASK]",
  });
  json("tokenizer.json", {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: specials.map(special),
    normalizer: {
      type: "BertNormalizer",
      clean_text: true,
      handle_chinese_chars: true,
      strip_accents: null,
      lowercase: true,
    },
    pre_tokenizer: { type: "BertPreTokenizer" },
    post_processor: {
      type: "TemplateProcessing",
      single: [token("[CLS]"), { Sequence: { id: "A", type_id: 0 } }, token("[SEP]")],
      pair: [
        token("[CLS]"),
        { Sequence: { id: "A", type_id: 0 } },
        token("[SEP]"),
        { Sequence: { id: "B", type_id: 1 } },
        token("[SEP]", 1),
      ],
      special_tokens: Object.fromEntries(
        ["[CLS]", "[SEP]"].map((id) => [id, { id, ids: [vocabulary.indexOf(id)], tokens: [id] }]),
      ),
    },
    decoder: { type: "WordPiece", prefix: "##", cleanup: true },
    model: {
      type: "WordPiece",
      unk_token: "[UNK]",
      continuing_subword_prefix: "##",
      max_input_chars_per_word: 100,
      vocab: Object.fromEntries(vocabulary.map((piece, id) => [piece, id])),
    },
  });
  writeFileSync(path.join(folder, "onnx", "model.onnx"), onnxFile());
}

/** Field numbers are those of onnx.proto (ModelProto, GraphProto, NodeProto, TensorProto, ValueInfoProto). */
function onnxFile(): Uint8Array {
  const int64 = 7;
  const float = 1;
  const tensor = (name: string, { dims, data }: Matrix): Field => [
    5,
    [...dims.map((size): Field => [1, size]), [2, float], [8, name], [9, new Uint8Array(data.buffer)]],
  ];
  const whole = (name: string, dims: readonly number[], values: readonly number[]): Field => [
    5,
    [
      ...dims.map((size): Field => [1, size]),
      [2, int64],
      [8, name],
      [9, new Uint8Array(BigInt64Array.from(values.map(BigInt)).buffer)],
    ],
  ];
  const shaped = (field: number, name: string, type: number, dims: readonly (string | number)[]): Field => [
    field,
    [
      [1, name],
      [
        2,
        [
          [
            1,
            [
              [1, type],
              [2, dims.map((size): Field => [1, [typeof size === "string" ? [2, size] : [1, size]]])],
            ],
          ],
        ],
      ],
    ],
  ];
  const node = (operation: string, inputs: string, output: string, attributes: readonly Uint8Array[] = []): Field => [
    1,
    joined([
      message([...inputs.split(" ").map((name): Field => [1, name]), [2, output], [3, output], [4, operation]]),
      ...attributes.map((bytes) => message([[5, bytes]])),
    ]),
  ];
  const attribute = {
    number: (name: string, value: number): Uint8Array =>
      joined([message([[1, name]]), float32(2, value), message([[20, 1]])]),
    whole: (name: string, value: number): Uint8Array =>
      message([
        [1, name],
        [3, value],
        [20, 2],
      ]),
    wholes: (name: string, values: readonly number[]): Uint8Array =>
      message([[1, name], ...values.map((value): Field => [8, value]), [20, 7]]),
  };
  const normalise = (input: string, number: number, output: string): Field =>
    node("LayerNormalization", `${input} gain${number} shift${number}`, output, [attribute.number("epsilon", 1e-5)]);
  const scalar = (name: string, value: number): Field => tensor(name, { dims: [], data: Float32Array.of(value) });
  const nodes: Field[] = [
    node("Gather", "word input_ids", "words"),
    node("Gather", "segment token_type_ids", "segments"),
    node("Shape", "input_ids", "shape"),
    node("Gather", "shape one", "width"),
    node("Range", "zero width one", "positions"),
    node("Gather", "position positions", "places"),
    node("Add", "words segments", "sum1"),
    node("Add", "sum1 places", "sum2"),
    normalise("sum2", 1, "x"),
    node("MatMul", "x query", "q"),
    node("MatMul", "x key", "k"),
    node("MatMul", "x value", "v"),
    node("Transpose", "k", "kt", [attribute.wholes("perm", [0, 2, 1])]),
    node("MatMul", "q kt", "raw"),
    node("Mul", "raw scale", "scaled"),
    node("Cast", "attention_mask", "mask", [attribute.whole("to", float)]),
    node("Sub", "mask unit", "hole"),
    node("Mul", "hole big", "penalty"),
    node("Unsqueeze", "penalty axes", "penalties"),
    node("Add", "scaled penalties", "masked"),
    node("Softmax", "masked", "shares", [attribute.whole("axis", 2)]),
    node("MatMul", "shares v", "context"),
    node("Add", "context x", "sum3"),
    normalise("sum3", 2, "y"),
    node("MatMul", "y up", "wide"),
    node("Relu", "wide", "active"),
    node("MatMul", "active down", "narrow"),
    node("Add", "narrow y", "sum4"),
    normalise("sum4", 3, "last_hidden_state"),
  ];
  const graph: Field[] = [
    ...nodes,
    [2, "tiny-bert"],
    ...Object.entries(weights).map(([name, value]) => tensor(name, value)),
    whole("zero", [], [0]),
    whole("one", [], [1]),
    whole("axes", [1], [1]),
    scalar("unit", 1),
    scalar("big", 10_000),
    scalar("scale", 1 / Math.sqrt(hidden)),
    ...["input_ids", "attention_mask", "token_type_ids"].map((name) => shaped(11, name, int64, ["batch", "width"])),
    shaped(12, "last_hidden_state", float, ["batch", "width", hidden]),
  ];
  return message([
    [1, 8],
    [2, "preceptor-tests"],
    [7, graph],
    [
      8,
      [
        [1, ""],
        [2, 17],
      ],
    ],
  ]);
}

/** The unit vector of a text, computed without any library. `maxTokens` counts special tokens. */
export function plainVector(text: string, maxTokens = longest): Float64Array {
  const ids = tokenIds(text);
  const most = Math.min(maxTokens, longest);
  const cut = ids.length <= most ? ids : [...ids.slice(0, most - 1), vocabulary.indexOf("[SEP]")];
  const x = cut.map((id, place) =>
    normalised(
      range(hidden).map(
        (column) => at(weights.word, id, column) + at(weights.segment, 0, column) + at(weights.position, place, column),
      ),
      weights.gain1,
      weights.shift1,
    ),
  );
  const [q, k, v] = [weights.query, weights.key, weights.value].map((by) => x.map((row) => times(row, by)));
  const y = x.map((row, index) => {
    const scores = (k ?? []).map((other) => dot(q?.[index] ?? [], other) / Math.sqrt(hidden));
    const powers = scores.map((score) => Math.exp(score - Math.max(...scores)));
    const total = powers.reduce((sum, power) => sum + power, 0);
    const context = range(hidden).map((column) =>
      powers.reduce((sum, power, other) => sum + (power / total) * (v?.[other]?.[column] ?? 0), 0),
    );
    return normalised(added(context, row), weights.gain2, weights.shift2);
  });
  const last = y.map((row) => {
    const active = times(row, weights.up).map((value) => Math.max(0, value));
    return normalised(added(times(active, weights.down), row), weights.gain3, weights.shift3);
  });
  const mean = range(hidden).map((column) => last.reduce((sum, row) => sum + (row[column] ?? 0), 0) / last.length);
  const norm = Math.sqrt(dot(mean, mean));
  return Float64Array.from(mean, (value) => value / norm);
}

/** WordPiece: lower case, punctuation apart, the longest known piece first; a word that cannot be cut up is unknown. */
function tokenIds(text: string): number[] {
  const found = text.toLowerCase().match(/[a-z0-9]+|[^\sa-z0-9]/g) ?? [];
  return ["[CLS]", ...found.flatMap(wordPieces), "[SEP]"].map((piece) => vocabulary.indexOf(piece));
}

function wordPieces(word: string): string[] {
  const cut: string[] = [];
  for (let start = 0; start < word.length;) {
    let end = word.length;
    const piece = (): string => (start === 0 ? "" : "##") + word.slice(start, end);
    while (end > start && !vocabulary.includes(piece())) end -= 1;
    if (end === start) return ["[UNK]"];
    cut.push(piece());
    start = end;
  }
  return cut;
}

function normalised(row: readonly number[], gain: Matrix, shift: Matrix): number[] {
  const mean = row.reduce((sum, value) => sum + value, 0) / row.length;
  const variance = row.reduce((sum, value) => sum + (value - mean) ** 2, 0) / row.length;
  return row.map(
    (value, index) =>
      ((value - mean) / Math.sqrt(variance + 1e-5)) * (gain.data[index] ?? 0) + (shift.data[index] ?? 0),
  );
}

function times(row: readonly number[], by: Matrix): number[] {
  return range(by.dims[1] ?? 0).map((column) =>
    row.reduce((sum, value, index) => sum + value * at(by, index, column), 0),
  );
}

function at({ dims, data }: Matrix, row: number, column: number): number {
  return data[row * (dims[1] ?? 0) + column] ?? 0;
}

function added(a: readonly number[], b: readonly number[]): number[] {
  return a.map((value, index) => value + (b[index] ?? 0));
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0);
}

function range(length: number): number[] {
  return Array.from({ length }, (_, index) => index);
}
