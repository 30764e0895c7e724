/** The training set: kept samples as rows, a held-out part, and controls for experiments. */
export * from "./trainingSet.js";
