import { setTimeout as sleep } from "node:timers/promises";
import { isAbort } from "../../engine/fault.js";
import { parseJournalEvent, type JournalEvent } from "../../engine/store/index.js";
import { logStart, openRecordLog, readNewRecords, type LogOptions } from "./recordLog.js";

/** The time of day for people, as an ISO text; nothing is decided by it. */
export type WallClock = () => string;

/** A run's journal, open for its runner. Sequence numbers only rise, whatever the clock does. */
export interface Journal {
  readonly events: readonly JournalEvent[];
  event(type: string, fields: { readonly [field: string]: unknown }): Promise<void>;
  close(): Promise<void>;
}

export async function openJournal(file: string, clock: WallClock, options: LogOptions): Promise<Journal> {
  const log = await openRecordLog(file, parseJournalEvent, options);
  let sequence = log.records.reduce((highest, event) => Math.max(highest, event.sequence), 0);
  return {
    events: log.records,
    async event(type, fields) {
      sequence += 1;
      const own = { version: 1 as const, sequence, time: clock(), type };
      // Twice, so that its fields come first in the line and no other field takes their place.
      await log.append({ ...own, ...fields, ...own });
    },
    close: async () => log.close(),
  };
}

export interface FollowOptions {
  /** Gets the events that are new, in order, never none. May be asynchronous: the next look waits for it. */
  readonly onEvents: (events: readonly JournalEvent[]) => void | Promise<void>;
  /** The journal became shorter, so it is another one; its events follow from the first. */
  readonly onReplaced?: () => void;
  readonly signal: AbortSignal;
  /** How often to look, in milliseconds. */
  readonly intervalMs?: number;
}

/**
 * Follows a journal from its first event until the signal aborts. Looks at the file's size instead of using a file
 * watcher (network drives, limits on watchers); waits for a file that is not there yet and for the rest of a torn line.
 *
 * @throws Fault `data` with file and line for an event that cannot be read.
 */
export async function followJournal(file: string, options: FollowOptions): Promise<void> {
  let position = logStart;
  for (;;) {
    if (options.signal.aborted) return;
    const look = await readNewRecords(file, position, parseJournalEvent);
    if (look.replaced) options.onReplaced?.();
    position = look.position;
    if (look.records.length > 0) await options.onEvents(look.records);
    try {
      await sleep(options.intervalMs ?? 250, undefined, { signal: options.signal });
    } catch (thrown) {
      if (!isAbort(thrown)) throw thrown;
    }
  }
}
