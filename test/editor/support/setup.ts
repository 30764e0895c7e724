import { mkdtempSync, readdirSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { endProcessesOf, isRunning } from "./processes.js";
import { setRunFolder } from "./run.js";

/**
 * Makes the folder of this run, and afterwards ends every process that has its home in it. The folder is named after this
 * process, so that what a killed run left behind is found and ended by the next one.
 */
export default function setup(): () => void {
  const parent = realpathSync(tmpdir());
  for (const name of readdirSync(parent)) {
    const owner = /^pe(\d+)-/.exec(name)?.[1];
    if (owner !== undefined && !isRunning(Number(owner))) remove(path.join(parent, name));
  }
  const folder = mkdtempSync(path.join(parent, `pe${process.pid}-`));
  setRunFolder(folder);
  return () => remove(folder);
}

function remove(folder: string): void {
  endProcessesOf(folder);
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}
