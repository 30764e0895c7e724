import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

/** What code of the extension began: a process, a worker thread, a connection, or a change of a file. */
export interface Deed {
  readonly what: "process" | "worker" | "connection" | "file";
  readonly detail: string;
  /** The line of the extension's bundle. */
  readonly place: string;
}

/** Watches what the extension does in an editor of one's own: give `env` to it. */
export function watchHost(): { readonly env: Readonly<Record<string, string>>; deeds(): Deed[]; remove(): void } {
  const folder = mkdtempSync(path.join(tmpdir(), "preceptor-watch-"));
  const file = path.join(folder, "deeds.jsonl");
  return {
    env: { PRECEPTOR_TEST_WATCH: file },
    deeds: () => {
      const lines = existsSync(file) ? readFileSync(file, "utf8").split("\n").slice(0, -1) : [];
      // The editor writes the extension's log in the extension's name.
      return lines
        .map((line) => JSON.parse(line) as Deed)
        .filter(({ what, detail }) => what !== "file" || !detail.includes("/data/logs/"));
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
