import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { endProcessesOf } from "./processes.js";
import { setRunFolder } from "./run.js";

/** Makes the folder of this run, and afterwards ends every process that has its home in it. */
export default function setup(): () => void {
  const folder = mkdtempSync(path.join(realpathSync(tmpdir()), "pe-"));
  setRunFolder(folder);
  return () => {
    endProcessesOf(folder);
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  };
}
