import type { Benchmark } from "../benchmark.js";
import { readGsm8k, readGsmPlus, readGsmPlusPaper, readMath, readSvamp } from "../loaders/math.js";
import { licence, paperNote, paperRepository, repository, upstreamFile } from "./upstream.js";

const gradeSchoolMath = repository("openai/grade-school-math", "3101c7d5072418e28b9008a6636bde82a006892c");

export const gsm8k: Benchmark = {
  name: "gsm8k",
  title: "GSM8K: grade-school word problems",
  family: "math",
  origin: "gsm8k",
  domain: "in",
  licence: licence("MIT", "OpenAI"),
  splits: {
    train: {
      role: "target",
      files: [
        upstreamFile("gsm8k/train.jsonl", gradeSchoolMath("grade_school_math/data/train.jsonl"), {
          rows: 7473,
          bytes: 4166206,
          sha256: "17f347dc51477c50d4efb83959dbb7c56297aba886e5544ee2aaed3024813465",
        }),
      ],
      cases: 7473,
      read: readGsm8k,
    },
    test: {
      role: "evaluation",
      files: [
        upstreamFile("gsm8k/test.jsonl", gradeSchoolMath("grade_school_math/data/test.jsonl"), {
          rows: 1319,
          bytes: 749738,
          sha256: "3730d312f6e3440559ace48831e51066acaca737f6eabec99bccb9e4b3c39d14",
        }),
      ],
      cases: 1319,
      read: readGsm8k,
    },
  },
  target: ["train"],
  evaluation: ["test"],
};

export const gsmPlus: Benchmark = {
  name: "gsm-plus",
  title: "GSM-Plus testmini: GSM8K questions under eight kinds of perturbation",
  family: "math",
  origin: "gsm-plus",
  domain: "out",
  licence: licence("CC BY-SA 4.0", "Li et al.", "Stated on the data set's card, not in its repository."),
  splits: {
    testmini: {
      role: "evaluation",
      files: [
        upstreamFile(
          "gsm_plus/gsmplus_testmini.jsonl",
          repository("qtli/GSM-Plus", "3474129ec12fcd3e8ac08cb037aca1928efca98c")("dataset/gsmplus_testmini.jsonl"),
          {
            rows: 2400,
            bytes: 3128556,
            sha256: "6653b4b941956da12ba0af2eae660800db13a901123553b163b77be2d20eb7d5",
          },
        ),
      ],
      cases: 2400,
      read: readGsmPlus,
    },
  },
  target: [],
  evaluation: ["testmini"],
};

export const gsmPlusPaper: Benchmark = {
  name: "gsm-plus-paper",
  title: "GSM-Plus, the 1,400 questions of the paper: seven kinds of perturbation",
  family: "math",
  origin: "gsm-plus",
  domain: "out",
  licence: licence("none stated", "Li et al.; SkyworkAI", paperNote),
  splits: {
    test: {
      role: "evaluation",
      files: [
        upstreamFile("gsm_plus/lai_gsm8k+_test.json", paperRepository("data/gsm8k+/test.jsonl"), {
          rows: 1400,
          bytes: 1102573,
          sha256: "74ae131bf88e74592f4c1756f8795b282766dbe67efe6e0fc5b543af6feb5b79",
        }),
      ],
      cases: 1400,
      read: readGsmPlusPaper,
    },
  },
  target: [],
  evaluation: ["test"],
};

export const math: Benchmark = {
  name: "math",
  title: "MATH: competition problems with boxed answers",
  family: "math",
  origin: "math",
  domain: "out",
  licence: licence("MIT", "Dan Hendrycks"),
  splits: {
    test: {
      role: "evaluation",
      files: [
        upstreamFile(
          "math/math_test5000.jsonl",
          repository("microsoft/ToRA", "213c1c995038c73fab10343814df7a42f990f026")("src/data/math/test.jsonl"),
          {
            rows: 5000,
            bytes: 4101364,
            sha256: "3371949f33dd702d04b43fddd7d53a028de0aaca0e76abb1b875a050297b3aa4",
          },
        ),
      ],
      cases: 5000,
      read: readMath,
    },
    "test-500": {
      role: "evaluation",
      files: [
        upstreamFile(
          "math/math500_prm800k_split.jsonl",
          repository(
            "ZubinGou/math-evaluation-harness",
            "db77bc6bb2a17c90ed2d63e88ebd8c40a82858c5",
          )("data/math_oai/test.jsonl"),
          {
            rows: 500,
            bytes: 446564,
            sha256: "35dc41080a3680858b27fa7e0533d2d547825316fc5dafe5d316f4ccc5a06132",
          },
        ),
      ],
      cases: 500,
      read: readMath,
    },
  },
  target: [],
  evaluation: ["test-500"],
};

export const svamp: Benchmark = {
  name: "svamp",
  title: "SVAMP: one-step word problems with varied wording",
  family: "math",
  origin: "svamp",
  domain: "out",
  licence: licence("MIT", "Arkil Patel"),
  splits: {
    test: {
      role: "evaluation",
      files: [
        upstreamFile(
          "svamp/SVAMP.json",
          repository("arkilpatel/SVAMP", "689d7ccac74b9983a2ac7cc3b264f441b99e7c53")("SVAMP.json"),
          {
            rows: 1000,
            bytes: 339970,
            sha256: "5be77703a6d891ae476d7c082787ad361392aa02453b132516cdd5f4e7934e3e",
          },
        ),
      ],
      cases: 1000,
      read: readSvamp,
    },
  },
  target: [],
  evaluation: ["test"],
};
