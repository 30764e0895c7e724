import type { Benchmark, BenchmarkFile, LoadedFile, Split, SplitContent } from "../benchmark.js";
import { mbppSplits, readHumanEval, readMbpp, readMbppSanitized } from "../loaders/code.js";
import { licence, paperNote, paperRepository, repository, upstreamFile } from "./upstream.js";

type MbppReader = (files: readonly LoadedFile[], range: readonly [number, number]) => SplitContent;
type MbppCounts = { readonly [Name in keyof typeof mbppSplits]: number };

/** MBPP's four splits are ranges of one file. */
function mbppRanges(file: BenchmarkFile, reader: MbppReader, counts: MbppCounts): { [split: string]: Split } {
  const split = (name: keyof typeof mbppSplits, role: Split["role"]): Split => ({
    role,
    files: [file],
    cases: counts[name],
    read: (files) => reader(files, mbppSplits[name]),
  });
  return {
    prompt: split("prompt", "target"),
    train: split("train", "target"),
    validation: split("validation", "target"),
    test: split("test", "evaluation"),
  };
}

export const mbpp: Benchmark = {
  name: "mbpp",
  title: "MBPP: short Python tasks, the upstream file",
  family: "code",
  origin: "mbpp",
  domain: "in",
  licence: licence("CC BY 4.0", "Google Research"),
  splits: mbppRanges(
    upstreamFile(
      "mbpp/mbpp.jsonl",
      repository(
        "deepseek-ai/DeepSeek-Coder",
        "2f9fd85927c669dae3c0fbb2d607274023af243e",
      )("Evaluation/MBPP/data/mbpp.jsonl"),
      {
        rows: 974,
        bytes: 563743,
        sha256: "ccf64ceae9c5403bf50a044cb6d505bfd2a2963ee58338ba268fd65beab92a9f",
      },
    ),
    readMbpp,
    { prompt: 10, train: 374, validation: 90, test: 500 },
  ),
  target: ["validation", "train"],
  evaluation: ["test"],
};

export const mbppSanitized: Benchmark = {
  name: "mbpp-sanitized",
  title: "MBPP, the 427 tasks that its authors checked by hand",
  family: "code",
  origin: "mbpp",
  domain: "in",
  licence: licence("CC BY 4.0", "Google Research"),
  splits: mbppRanges(
    // No stored commit has these bytes, so the address is that of the branch; the hash decides whether it still fits.
    upstreamFile(
      "mbpp/sanitized-mbpp.json",
      repository("google-research/google-research", "master")("mbpp/sanitized-mbpp.json"),
      {
        rows: 427,
        bytes: 255053,
        sha256: "ca95deaa9a01ef0a6f439f88bcf0dd3db3563d22f22aad6cae04ebb9a8d8c8e9",
      },
    ),
    readMbppSanitized,
    { prompt: 7, train: 120, validation: 43, test: 257 },
  ),
  target: ["validation", "train"],
  evaluation: ["test"],
};

export const mbppPaper: Benchmark = {
  name: "mbpp-paper",
  title: "MBPP as the paper refined it: signatures with types, doctests, check(candidate)",
  family: "code",
  origin: "mbpp",
  domain: "in",
  licence: licence("none stated", "Google Research (CC BY 4.0); SkyworkAI", paperNote),
  splits: {
    train: {
      role: "target",
      files: [
        upstreamFile("mbpp/refined/train.jsonl", paperRepository("data/mbpp/train_refined_data.jsonl"), {
          rows: 462,
          bytes: 299863,
          sha256: "552cd3c3e4d7c0f8159d2da3820bd03de8fa3052869cf16e42a6d4ad31476c03",
        }),
      ],
      cases: 462,
      read: readHumanEval,
    },
    test: {
      role: "evaluation",
      files: [
        upstreamFile("mbpp/refined/test.jsonl", paperRepository("data/mbpp/test_refined_data.jsonl"), {
          rows: 499,
          bytes: 328670,
          sha256: "a2184b4511c3badd95b4d11d6cb507ee349c77f666c74b584db98beaa4476fd1",
        }),
      ],
      cases: 499,
      read: readHumanEval,
    },
  },
  target: ["train"],
  evaluation: ["test"],
};

export const humanEval: Benchmark = {
  name: "humaneval",
  title: "HumanEval: Python functions from signature and docstring",
  family: "code",
  origin: "humaneval",
  domain: "out",
  licence: licence("MIT", "OpenAI"),
  splits: {
    test: {
      role: "evaluation",
      files: [
        upstreamFile(
          "humaneval/HumanEval.jsonl.gz",
          repository("openai/human-eval", "6d43fb980f9fee3c892a914eda09951f772ad10d")("data/HumanEval.jsonl.gz"),
          {
            rows: 164,
            bytes: 44877,
            sha256: "b796127e635a67f93fb35c04f4cb03cf06f38c8072ee7cee8833d7bee06979ef",
          },
        ),
      ],
      cases: 164,
      read: readHumanEval,
    },
  },
  target: [],
  evaluation: ["test"],
};
