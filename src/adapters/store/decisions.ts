import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Fault } from "../../engine/fault.js";
import type { DecisionLog, RecordParser } from "../../engine/store/index.js";
import { ensureFolder } from "./files.js";
import { acquireLock, type FileLock, type LockOptions } from "./lock.js";
import { openRecordLog, readRecords } from "./recordLog.js";

const waitMs = 20;
const tries = 250;

/**
 * A log that several processes append to, each under a lock that it holds for one append only. The lock lies in
 * `.preceptor`, so that nothing but decisions is in the folder that people commit.
 *
 * @throws Fault `locked` when the lock is not given back for about 5 seconds.
 */
export function openDecisionLog<T>(
  file: string,
  locks: string,
  parse: RecordParser<T>,
  options: LockOptions,
): DecisionLog<T> {
  return {
    file,
    async read() {
      return (await readRecords(file, parse)).records;
    },
    async append(record) {
      await this.appendAll([record]);
    },
    async appendAll(records) {
      await ensureFolder(path.dirname(file));
      await ensureFolder(locks);
      const lock = await waitForLock(path.join(locks, `${path.basename(file)}.lock`), { ...options, what: file });
      try {
        const log = await openRecordLog(file, parse, { guard: async () => lock.verify() });
        try {
          // Appends that are under way together share one fsync.
          await Promise.all(records.map(async (record) => log.append(record)));
        } finally {
          await log.close();
        }
      } finally {
        await lock.release();
      }
    },
  };
}

async function waitForLock(file: string, options: LockOptions): Promise<FileLock> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await acquireLock(file, options);
    } catch (thrown) {
      if (!(thrown instanceof Fault) || thrown.kind !== "locked" || attempt === tries) throw thrown;
      await sleep(waitMs);
    }
  }
}
