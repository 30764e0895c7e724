/** Which Node runs the runner. This module knows nothing of the editor. */
import { execFile } from "node:child_process";
import * as z from "zod/mini";

/** The oldest Node that runs it: `engines.node` of package.json. */
const oldest = [20, 12] as const;

export interface NodeProgram {
  readonly file: string;
  /** What its environment must have beside the usual. */
  readonly environment: { readonly [name: string]: string };
  readonly version: string;
}

const answer = z.object({ version: z.string(), file: z.string() });
const question = "JSON.stringify({ version: process.versions.node, file: process.execPath })";
const patienceMs = 10_000;

/** Thrown for a configured Node that cannot be used; the person chose it, so nothing else is taken instead. */
export class UnusableNode extends Error {
  override readonly name = "UnusableNode";
  readonly file: string;
  readonly found: string;

  constructor(file: string, found: string) {
    super(`${file}: ${found}`);
    this.file = file;
    this.found = found;
  }
}

/**
 * The Node that the person configured; else the one of PATH when it is new enough; else the editor's own, which runs as
 * plain Node when it is told to.
 */
export async function findNode(
  configured: string,
  own: { readonly file: string; readonly version: string },
): Promise<NodeProgram> {
  if (configured !== "") {
    const found = await ask(configured);
    if (typeof found === "string") throw new UnusableNode(configured, found);
    return found;
  }
  const found = await ask("node");
  if (typeof found !== "string") return found;
  return { file: own.file, environment: { ELECTRON_RUN_AS_NODE: "1" }, version: own.version };
}

/** The program, or why it cannot be used. */
async function ask(file: string): Promise<NodeProgram | string> {
  return new Promise((resolve) => {
    execFile(file, ["-p", question], { timeout: patienceMs, windowsHide: true }, (error, stdout) => {
      if (error !== null) return resolve(error.message.split("\n")[0] ?? error.message);
      const parsed = answer.safeParse(jsonOf(stdout));
      if (!parsed.success) return resolve(stdout.slice(0, 80));
      const { version, file: program } = parsed.data;
      resolve(isNewEnough(version) ? { file: program, environment: {}, version } : `Node ${version}`);
    });
  });
}

function isNewEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > oldest[0] || (major === oldest[0] && minor >= oldest[1]);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not Node: whoever asked tells what it said.
    return null;
  }
}
