/** Contrast sets: for each error the nearest right cases of the same benchmark (Eq. 2). */
export * from "./contrastSets.js";
export { nearest } from "./nearest.js";
