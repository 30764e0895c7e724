import type { Command } from "commander";
import { registerBenchmarks } from "./benchmarks.js";
import { registerDemo } from "./demo.js";
import { registerDoctor } from "./doctor.js";
import { registerInit } from "./init.js";
import { registerIterate, registerPartialLoops, registerResume } from "./iterate.js";
import { registerPrompts } from "./prompts.js";
import { registerReport } from "./report.js";
import { registerScore } from "./score.js";
import { registerCancel, registerStatus } from "./status.js";

/** Every command of the program; each registers itself with its options, help and examples. */
export const commands: readonly ((program: Command) => void)[] = [
  registerDemo,
  registerInit,
  registerBenchmarks,
  registerIterate,
  registerPartialLoops,
  registerResume,
  registerStatus,
  registerCancel,
  registerReport,
  registerScore,
  registerPrompts,
  registerDoctor,
];
