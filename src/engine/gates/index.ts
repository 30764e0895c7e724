/** Gates on generated samples, in order: format, leak, verification, duplicate, contamination, quota. */
export type * from "./gate.js";
