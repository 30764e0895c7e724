import { open } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { isAbort } from "../../engine/fault.js";
import { parseJournalEvent, type JournalEvent } from "../../engine/store/index.js";
import { onDisk, unlessAbsent } from "./faults.js";
import { parseJson, placed } from "./files.js";
import { isBlank, scanLines } from "./lines.js";
import { openRecordLog, type LogOptions } from "./recordLog.js";

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
  let position: Position = { offset: 0, line: 0 };
  for (;;) {
    if (options.signal.aborted) return;
    const look = await readFrom(file, position);
    if (look.replaced) options.onReplaced?.();
    position = look.position;
    if (look.events.length > 0) await options.onEvents(look.events);
    try {
      await sleep(options.intervalMs ?? 250, undefined, { signal: options.signal });
    } catch (thrown) {
      if (!isAbort(thrown)) throw thrown;
    }
  }
}

interface Position {
  readonly offset: number;
  readonly line: number;
}

async function readFrom(
  file: string,
  position: Position,
): Promise<{ events: JournalEvent[]; position: Position; replaced: boolean }> {
  const handle = await unlessAbsent(file, null, async () => open(file, "r"));
  if (handle === null) return { events: [], position, replaced: false };
  try {
    const { size } = await onDisk(file, async () => handle.stat());
    const replaced = size < position.offset;
    const start = replaced ? { offset: 0, line: 0 } : position;
    if (size === start.offset) return { events: [], position: start, replaced };
    const events: JournalEvent[] = [];
    let line = start.line;
    const offset = await onDisk(file, async () =>
      scanLines(handle, start.offset, ({ bytes }) => {
        line += 1;
        if (!isBlank(bytes)) events.push(placed(file, line, () => parseJournalEvent(parseJson(bytes))));
      }),
    );
    return { events, position: { offset, line }, replaced };
  } finally {
    await handle.close();
  }
}
