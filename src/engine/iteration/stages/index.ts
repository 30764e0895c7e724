import type { Stage } from "../scope.js";
import { collectStage } from "./collect.js";
import { contrastStage } from "./contrast.js";
import { evaluateStage } from "./evaluate.js";
import { gateStage } from "./gate.js";
import { instructStage } from "./instruct.js";
import { reportStage } from "./report.js";
import { selectStage } from "./select.js";
import { trainStage } from "./train.js";

/** The stages of an iteration in the order in which they run. */
export const stages: readonly Stage[] = [
  selectStage,
  collectStage,
  contrastStage,
  instructStage,
  gateStage,
  trainStage,
  evaluateStage,
  reportStage,
];
