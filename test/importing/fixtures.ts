import { crc32, deflateRawSync } from "node:zlib";

/** What tools write, in our own words: the forms are those that they document, the content is made up. */

export interface ZipEntry {
  readonly name: string;
  readonly content: string | Buffer;
  /** 0 stored, 8 deflate; any other with `packed` as it lies in the archive. */
  readonly method?: number;
  readonly packed?: Buffer;
}

/** A zip archive as Python's zipfile writes it. */
export function zipOf(entries: readonly ZipEntry[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, content, method = 8, packed } of entries) {
    const bytes = Buffer.from(content);
    const data = packed ?? (method === 8 ? deflateRawSync(bytes) : bytes);
    const title = Buffer.from(name);
    const head = Buffer.alloc(26);
    head.writeUInt16LE(method === 93 ? 63 : 20, 0);
    head.writeUInt16LE(method, 4);
    head.writeUInt32LE(crc32(bytes), 10);
    head.writeUInt32LE(data.length, 14);
    head.writeUInt32LE(bytes.length, 18);
    head.writeUInt16LE(title.length, 22);
    const local = Buffer.concat([Buffer.from("PK\u0003\u0004"), head, title, data]);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(offset, 10);
    const made = Buffer.from([63, 3]);
    directory.push(Buffer.concat([Buffer.from("PK\u0001\u0002"), made, head, rest, title]));
    parts.push(local);
    offset += local.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(entries.length, 4);
  end.writeUInt16LE(entries.length, 6);
  end.writeUInt32LE(central.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...parts, central, Buffer.from("PK\u0005\u0006"), end]);
}

/** One sample of Inspect, packed by `zstd -19`, and as it is. */
export const zstdSample = {
  packed: Buffer.from(
    "KLUv/WSJACUHAOIPLR1gbXPU1GHFmtHWKNFebBWGip1KCFSVn0xCAIDjAdMkWTkuMrj5TEdEDkLWsqj53LKYrrw5xXwMyK3eanrgOYf1obi41sucS2Nq9TKiDZ1rrcwtt7ltuMpU8Y572aBqPpcUDQNA0EDnVu4k455LG7lbvUDI5uHeynGiZuWaC3NrudUPL9dm49bLSl8yDFJnvrVOCC5rk44lDR9HXOJWvhHU2K0GVr4WB+WtPgAwq5NbOcMuBREgECzr9kgxNDxSNBKEumljGRsj99gkNncvQjqNUb0QshxgUf1G0s1FlNKIKBsxgWA=",
    "base64",
  ),
  text: '{"id": "zstd-1", "epoch": 1, "input": "How many legs have three spiders, how many legs have three spiders together?", "choices": null, "target": "24", "output": {"model": "lab/model-7b", "choices": [{"message": {"role": "assistant", "content": "24 is the answer, since it is the answer that the answer asks for."}, "stop_reason": "stop"}]}, "scores": {"match": {"value": "C"}}, "metadata": {}}',
};

export const inspectHeader = {
  version: 2,
  status: "success",
  eval: { task: "sums", task_id: "t1", model: "lab/model-7b", dataset: { name: "sums", samples: 2 } },
  plan: { name: "plan", steps: [] },
  results: { total_samples: 2, completed_samples: 2, scores: [] },
  stats: {},
};

interface Sample {
  readonly id: string | number;
  readonly input: unknown;
  readonly output: unknown;
  readonly epoch?: number;
  readonly choices?: readonly string[];
  readonly [field: string]: unknown;
}

/** A sample of Inspect: `output` is the text of the model, or a list of content parts, or null when there is none. */
export function inspectSample({ output, epoch = 1, ...sample }: Sample): object {
  const choices =
    output === null
      ? []
      : [{ message: { role: "assistant", content: output, source: "generate" }, stop_reason: "stop" }];
  return {
    epoch,
    target: "?",
    messages: [],
    scores: { match: { value: "C", answer: "4", metadata: {} } },
    metadata: {},
    output: { model: "lab/model-7b", choices, usage: {} },
    events: [],
    ...sample,
  };
}

/** A row of lm-evaluation-harness of a task that generates. */
export function lmEvalRow(document: object, responses: readonly string[], change: object = {}): object {
  return {
    doc_id: 0,
    doc: document,
    target: "#### 4",
    arguments: { gen_args_0: { arg_0: "Question: …\nAnswer:", arg_1: { until: ["Question:"], do_sample: false } } },
    resps: [responses],
    filtered_resps: responses.slice(0, 1),
    filter: "strict-match",
    metrics: ["exact_match"],
    doc_hash: "d0",
    prompt_hash: "p0",
    target_hash: "t0",
    exact_match: 1.0,
    ...change,
  };
}

/** A row of a task that compares likelihoods, as recent versions write it: numbers and flags as texts. */
export function logLikelihoodRow(document: object): object {
  return lmEvalRow(document, [], {
    arguments: { gen_args_0: { arg_0: "Question: …\nAnswer:", arg_1: " A" }, gen_args_1: { arg_0: "…", arg_1: " B" } },
    resps: [[["-1.25", "False"]], [["-0.5", "True"]]],
    filtered_resps: [
      ["-1.25", "False"],
      ["-0.5", "True"],
    ],
    filter: "none",
  });
}
