import type { Benchmark, BenchmarkFile } from "../benchmark.js";
import { mmluHeader, readArc, readMmlu, readMmluPaper } from "../loaders/choice.js";
import { mmluPins } from "./mmluPins.js";
import { licence, paperRepository, repository, upstreamFile } from "./upstream.js";

const mmluRepository = repository("lu-wang-dl/chain-of-thought-hub", "d52bae89527daca8a354f97561438f12725df780");
const arcRepository = repository("chujiezheng/LLM-MCQ-Bias", "2ae2f40c77006f7a00a4675bdfb30151c2406691");

function mmluFiles(part: "dev" | "val" | "test"): BenchmarkFile[] {
  const column = { dev: 1, val: 2, test: 3 } as const;
  return mmluPins.map((pins) => {
    const path = `${part}/${pins[0]}_${part}.csv`;
    const [rows, bytes, sha256] = pins[column[part]];
    return upstreamFile(
      `mmlu/${path}`,
      mmluRepository(`MMLU/data/${path}`),
      { rows, bytes, sha256 },
      { header: mmluHeader },
    );
  });
}

/** The paper's target are the 1,816 questions of validation and dev (section 3.1). */
export const mmlu: Benchmark = {
  name: "mmlu",
  title: "MMLU: multiple choice in 57 subjects",
  family: "choice",
  origin: "mmlu",
  domain: "in",
  licence: licence("MIT", "Dan Hendrycks"),
  splits: {
    dev: { role: "target", files: mmluFiles("dev"), cases: 285, read: readMmlu },
    validation: { role: "target", files: mmluFiles("val"), cases: 1531, read: readMmlu },
    "paper-train": {
      role: "target",
      files: [
        upstreamFile("mmlu/lai_train.json", paperRepository("data/mmlu/train.jsonl"), {
          rows: 1816,
          bytes: 1097148,
          sha256: "6d2d90ab803b6bed07c5288749e6e0ed640512705eef8b9565386c542ddc99a7",
        }),
      ],
      cases: 1816,
      read: readMmluPaper,
    },
    test: { role: "evaluation", files: mmluFiles("test"), cases: 14042, read: readMmlu },
  },
  target: ["validation", "dev"],
  evaluation: ["test"],
};

export const arcChallenge: Benchmark = {
  name: "arc-challenge",
  title: "ARC-Challenge: grade-school science questions",
  family: "choice",
  origin: "arc-challenge",
  domain: "out",
  licence: licence("CC BY-SA 4.0", "Allen Institute for AI"),
  splits: {
    dev: {
      role: "target",
      files: [
        upstreamFile("arc_challenge/ARC-Challenge-Dev.jsonl", arcRepository("code/data_arc/ARC-Challenge-Dev.jsonl"), {
          rows: 299,
          bytes: 126540,
          sha256: "55224364abd2477f66a9a57c5cbef109fb71d83019aa5e37aec0e7ab757746ca",
        }),
      ],
      cases: 299,
      read: readArc,
    },
    test: {
      role: "evaluation",
      files: [
        upstreamFile(
          "arc_challenge/ARC-Challenge-Test.jsonl",
          arcRepository("code/data_arc/ARC-Challenge-Test.jsonl"),
          {
            rows: 1172,
            bytes: 492726,
            sha256: "9fa8ffb3e3a1f88cb302d53dd95aae81e39209ad9bcf974376b319d8fd35717c",
          },
        ),
      ],
      cases: 1172,
      read: readArc,
    },
  },
  target: ["dev"],
  evaluation: ["test"],
};
