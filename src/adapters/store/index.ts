/** The store on disk, as docs/data-format.md describes it. */
export { openProjectStore, storeFolderName, type StoreOptions } from "./project.js";
export { followJournal, type FollowOptions } from "./journal.js";
export { openRecordLog, type DiskLog, type LogOptions } from "./recordLog.js";
export { acquireLock, liveHolder, type FileLock, type LockOptions } from "./lock.js";
export type { ProcessIdentity, ProcessTable } from "./processIdentity.js";
export { storageFault } from "./faults.js";
export { readJson, writeAtomic, writeJson } from "./files.js";
