import type { BenchmarkFile, Licence } from "../benchmark.js";

/** Size and hash of the upstream bytes; `rows` is null for a text file. */
export interface Pin {
  readonly bytes: number;
  readonly sha256: string;
  readonly rows: number | null;
}

/** A repository at one commit, so that its files cannot change. */
export function repository(name: string, commit: string): (path: string) => string {
  return (path) =>
    `https://raw.githubusercontent.com/${name}/${commit}/${path.split("/").map(encodeURIComponent).join("/")}`;
}

export function upstreamFile(path: string, url: string, pin: Pin, read: BenchmarkFile["read"] = {}): BenchmarkFile {
  return { path, url, ...pin, kind: pin.rows === null ? "text" : "rows", read };
}

export function licence(name: string, holder: string, note: string | null = null): Licence {
  return { name, holder, note };
}

/** The repository of the paper's authors. */
export const paperRepository = repository("SkyworkAI/LLMs-as-Instructors", "54f3cc4b37aab8af24d0a5dfb70f41ee7399af1b");
export const paperNote = "Published by the paper's authors in a repository without a licence file.";
