import type { Benchmark } from "../benchmark.js";
import { readBigBench } from "../loaders/bigBench.js";
import { bigBenchPins } from "./bigBenchPins.js";
import { licence, repository, upstreamFile } from "./upstream.js";

const bigBenchHard = repository("suzgunmirac/BIG-Bench-Hard", "9ee07bd481feebf959a6b59d61ea57bdcf30964d");

export const bbh: Benchmark = {
  name: "bbh",
  title: "BIG-Bench Hard: 27 tasks with 3-shot chain-of-thought prompts",
  family: "bigbench",
  origin: "bbh",
  domain: "out",
  licence: licence("MIT", "Mirac Suzgun", "The canary string of the files is kept and never part of a prompt."),
  splits: {
    test: {
      role: "evaluation",
      files: [
        ...bigBenchPins.map(([task, rows, bytes, sha256]) => {
          const path = `bbh/${task}.json`;
          return upstreamFile(`bbh/${path}`, bigBenchHard(path), { rows, bytes, sha256 }, { rows: "examples" });
        }),
        ...bigBenchPins.map(([task, , , , bytes, sha256]) => {
          const path = `cot-prompts/${task}.txt`;
          return upstreamFile(`bbh/${path}`, bigBenchHard(path), { rows: null, bytes, sha256 });
        }),
      ],
      cases: 6511,
      read: readBigBench,
    },
  },
  target: [],
  evaluation: ["test"],
};
