/** Ports of the store, and the rules of its records: versions, migrations, hashes that do not depend on time or order. */
export type * from "./ports.js";
export {
  manifestIsWhole,
  parseJournalEvent,
  parseStageManifest,
  recordHash,
  recordsHash,
  stageManifest,
} from "./manifest.js";
export { requireVersion, versioned } from "./versions.js";
