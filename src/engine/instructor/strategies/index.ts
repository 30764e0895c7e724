import { Fault } from "../../fault.js";
import type { Strategy } from "../strategy.js";
import { augmentation, trainingSplit } from "./baselines.js";
import { learningByContrast, learningFromErrors, randomErrors } from "./errors.js";

/** All strategies. A new one is one object and one line here. */
export const strategies: readonly Strategy[] = [
  learningFromErrors,
  learningByContrast,
  augmentation,
  trainingSplit,
  randomErrors,
];

/** The strategy of a name; faults with kind `configuration` for an unknown one. */
export function strategyNamed(name: string, table: readonly Strategy[] = strategies): Strategy {
  const found = table.find((strategy) => strategy.name === name);
  if (found !== undefined) return found;
  throw new Fault("configuration", `There is no strategy \`${name}\`.`, {
    found: name,
    allowed: table.map((strategy) => strategy.name).join(", "),
    remedy: "Name one of these strategies.",
  });
}
