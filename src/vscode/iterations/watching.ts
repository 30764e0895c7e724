/** Keeps the engine watching something as long as somebody needs it. This module knows nothing of the editor. */

/** How long the second try waits, in milliseconds; each one after it waits twice as long, and at most so long. */
const firstPauseMs = 2000;
const longestPauseMs = 60_000;

export interface Watched {
  /** Reads what there is; what changes from then on is told until `end`. */
  begin(folder: string): Promise<void>;
  end(folder: string): void;
  /** It could not be read: this is tried again as long as it is needed. */
  failed(thrown: unknown): void;
}

/**
 * One folder that is watched while it is needed. What cannot be read, as a store that a newer program wrote, is tried
 * again after a while, and ever more seldom; a person who looks again is answered at once.
 */
export class Watching {
  readonly #what: Watched;
  #folder: string | null = null;
  #needed = false;
  #watched = false;
  #loads = 0;
  #loading: Promise<void> = Promise.resolve();
  #pauseMs = firstPauseMs;
  #retry: NodeJS.Timeout | null = null;

  constructor(what: Watched) {
    this.#what = what;
  }

  get watched(): boolean {
    return this.#watched;
  }

  /** From now on it is about this folder. */
  show(folder: string | null): void {
    this.#stop();
    this.#folder = folder;
    this.#pauseMs = firstPauseMs;
    void this.reload();
  }

  need(needed: boolean): void {
    const before = this.#needed;
    this.#needed = needed;
    // A person has come to look: it may be readable by now.
    if (needed && !before) this.#forgetRetry();
    this.#follow();
  }

  /** Reads again; resolves when that is done, also when it failed. */
  reload(): Promise<void> {
    const folder = this.#folder;
    if (folder !== null) this.#loading = this.#load(folder);
    return this.#loading;
  }

  /** Whoever watched it is gone, and has forgotten it. */
  lost(): void {
    if (!this.#watched) return;
    this.#watched = false;
    this.#tryLater();
  }

  dispose(): void {
    this.#folder = null;
    this.#needed = false;
    this.#forgetRetry();
  }

  async #load(folder: string): Promise<void> {
    this.#forgetRetry();
    this.#loads += 1;
    try {
      await this.#what.begin(folder);
      if (folder !== this.#folder) return this.#what.end(folder);
      this.#watched = true;
      this.#pauseMs = firstPauseMs;
    } catch (thrown) {
      if (folder !== this.#folder) return;
      this.#watched = false;
      this.#what.failed(thrown);
      this.#tryLater();
    } finally {
      this.#loads -= 1;
    }
    this.#follow();
  }

  #follow(): void {
    if (!this.#needed) this.#stop();
    else if (!this.#watched && this.#loads === 0 && this.#retry === null) void this.reload();
  }

  #tryLater(): void {
    if (!this.#needed) return;
    this.#forgetRetry();
    this.#retry = setTimeout(() => void this.reload(), this.#pauseMs);
    this.#pauseMs = Math.min(this.#pauseMs * 2, longestPauseMs);
  }

  #forgetRetry(): void {
    if (this.#retry !== null) clearTimeout(this.#retry);
    this.#retry = null;
  }

  #stop(): void {
    this.#forgetRetry();
    if (this.#watched && this.#folder !== null) this.#what.end(this.#folder);
    this.#watched = false;
  }
}
