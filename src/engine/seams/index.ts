/** The five seams of the engine: what it needs from the outside world, each with at least two real implementations. */
export type * from "./chatModel.js";
export type * from "./codeRunner.js";
export type * from "./embedder.js";
export type * from "./remoteShell.js";
export type * from "./trainer.js";
