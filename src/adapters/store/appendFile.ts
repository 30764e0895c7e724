import type { Stats } from "node:fs";
import { Fault } from "../../engine/fault.js";
import { storageFault } from "./faults.js";

/** The part of a `FileHandle` that appending needs. */
export interface AppendTarget {
  write(bytes: Buffer, offset: number, length: number, position: null): Promise<{ bytesWritten: number }>;
  datasync(): Promise<void>;
  truncate(length: number): Promise<void>;
  stat(): Promise<Pick<Stats, "size">>;
  close(): Promise<void>;
}

interface Waiting {
  readonly bytes: Buffer;
  readonly resolve: (offset: number) => void;
  readonly reject: (fault: Fault) => void;
}

const largestBatch = 8 * 1024 * 1024;

/**
 * Appends pieces of bytes with group commit: everything that waits goes out in one write and one fsync, and each promise
 * resolves after that. A batch that fails is cut off again, so the file holds exactly what was acknowledged; later appends
 * try anew.
 */
export class AppendFile {
  readonly #file: string;
  readonly #target: AppendTarget;
  readonly #guard: () => Promise<void>;
  #end: number;
  #waiting: Waiting[] = [];
  #flushing: Promise<void> | null = null;
  /** True after a failed batch whose bytes could not be cut off yet. */
  #dirty = false;
  #closed = false;
  #commits = 0;

  /**
   * @param file the path, for faults.
   * @param target opened for appending (`a`).
   * @param end the size of the file, all of it whole.
   * @param guard runs before each write and throws when this process must not write any more.
   */
  constructor(file: string, target: AppendTarget, end: number, guard: () => Promise<void> = async () => {}) {
    this.#file = file;
    this.#target = target;
    this.#end = end;
    this.#guard = guard;
  }

  /** How many fsyncs there were. */
  get commits(): number {
    return this.#commits;
  }

  /** Resolves with the offset of the piece when it is durable. */
  append(bytes: Buffer): Promise<number> {
    if (this.#closed) {
      return Promise.reject(new Fault("internal", "A record was appended to a closed file.", { file: this.#file }));
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ bytes, resolve, reject });
      this.#flushing ??= this.#flush();
    });
  }

  /** Waits for what was handed over, then closes the file. */
  async close(): Promise<void> {
    this.#closed = true;
    while (this.#flushing !== null) await this.#flushing;
    await this.#target.close();
  }

  async #flush(): Promise<void> {
    // A turn of the event loop gathers what the same round of work hands over.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#waiting.length > 0) {
      const batch = this.#takeBatch();
      try {
        await this.#guard();
        const start = await this.#write(Buffer.concat(batch.map((piece) => piece.bytes)));
        let offset = start;
        for (const piece of batch) {
          piece.resolve(offset);
          offset += piece.bytes.length;
        }
      } catch (thrown) {
        const fault = storageFault(thrown, this.#file);
        for (const piece of batch) piece.reject(fault);
      }
    }
    this.#flushing = null;
  }

  #takeBatch(): Waiting[] {
    let size = 0;
    let count = 0;
    for (const piece of this.#waiting) {
      if (count > 0 && size + piece.bytes.length > largestBatch) break;
      size += piece.bytes.length;
      count += 1;
    }
    return this.#waiting.splice(0, count);
  }

  /** Writes one batch behind the durable end and returns that offset. */
  async #write(bytes: Buffer): Promise<number> {
    await this.#cutOff();
    const { size } = await this.#target.stat();
    if (size !== this.#end) {
      throw new Fault("storage", "Another program wrote to this file while it was open.", {
        file: this.#file,
        found: `${size} bytes`,
        allowed: `${this.#end} bytes`,
        remedy: "Stop the other program, then resume.",
      });
    }
    try {
      for (let done = 0; done < bytes.length;) {
        const { bytesWritten } = await this.#target.write(bytes, done, bytes.length - done, null);
        if (bytesWritten === 0) {
          throw new Fault("storage", "The disk takes no more bytes.", {
            file: this.#file,
            remedy: "Make room on the disk, then resume.",
          });
        }
        done += bytesWritten;
      }
      await this.#target.datasync();
    } catch (thrown) {
      this.#dirty = true;
      // When the disk refuses this as well the file stays marked, and the next batch begins with it and reports it.
      await this.#cutOff().catch(() => {});
      throw thrown;
    }
    this.#commits += 1;
    const start = this.#end;
    this.#end += bytes.length;
    return start;
  }

  /** Removes the bytes of a failed batch, now or, when the disk refuses even that, before the next one. */
  async #cutOff(): Promise<void> {
    if (!this.#dirty) return;
    await this.#target.truncate(this.#end);
    await this.#target.datasync();
    this.#dirty = false;
  }
}
