/** The store on disk, as docs/data-format.md describes it. */
export { openProjectStore } from "./project.js";
export { removeLeftClaims } from "./claims.js";
export { followJournal } from "./journal.js";
export { Launches, type Launch, type NewLaunch } from "./launches.js";
export { LiveAnswers, liveFile, parseLiveAnswer, watchLive, type LiveAnswer } from "./liveAnswers.js";
export {
  logStart,
  openRecordLog,
  readNewRecords,
  readRecordAt,
  type LogPosition,
  type RecordPlace,
} from "./recordLog.js";
export { acquireLock, liveHolder } from "./lock.js";
export type { ProcessIdentity, ProcessTable } from "./processIdentity.js";
export { writeAtomic } from "./files.js";
export { stampOf } from "./stamp.js";
export { storageFault } from "./faults.js";
