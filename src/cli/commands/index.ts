import type { Command } from "commander";
import { registerDemo } from "./demo.js";
import { registerIterate, registerPartialLoops, registerResume } from "./iterate.js";

/** Every command of the program; each registers itself with its options, help and examples. */
export const commands: readonly ((program: Command) => void)[] = [
  registerDemo,
  registerIterate,
  registerPartialLoops,
  registerResume,
];
