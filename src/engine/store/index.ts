/** Ports of the store and the records that go into it. */
export type * from "./ports.js";
