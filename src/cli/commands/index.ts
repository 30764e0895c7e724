import type { Command } from "commander";
import { registerBenchmarks } from "./benchmarks.js";
import { registerContrast } from "./contrast.js";
import { registerDemo } from "./demo.js";
import { registerDoctor } from "./doctor.js";
import { registerErrors } from "./errors.js";
import { registerGenerate } from "./generate.js";
import { registerImport } from "./import.js";
import { registerInit } from "./init.js";
import { registerIterate, registerPartialLoops, registerResume } from "./iterate.js";
import { registerPrompts } from "./prompts.js";
import { registerReport } from "./report.js";
import { registerReview } from "./review.js";
import { registerScore } from "./score.js";
import { registerCancel, registerStatus } from "./status.js";
import { registerTriage } from "./triage.js";

/** Every command of the program; each registers itself with its options, help and examples. */
export const commands: readonly ((program: Command) => void)[] = [
  registerDemo,
  registerInit,
  registerBenchmarks,
  registerImport,
  registerIterate,
  registerPartialLoops,
  registerErrors,
  registerTriage,
  registerContrast,
  registerGenerate,
  registerReview,
  registerStatus,
  registerResume,
  registerCancel,
  registerReport,
  registerScore,
  registerPrompts,
  registerDoctor,
];
