import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Fault } from "../../engine/fault.js";

const execute = promisify(execFile);

/** What the sandbox has to know of an interpreter. Paths are absolute and resolved. */
export interface Python {
  /** The real binary: a version manager's shim costs more than a task. */
  readonly executable: string;
  readonly version: string;
  readonly prefix: string;
  /** Folders of the standard library. */
  readonly library: readonly string[];
}

const FACTS = [
  "import json,os,sys,sysconfig",
  "r=os.path.realpath",
  "print(json.dumps({'executable':r(getattr(sys,'_base_executable',None) or sys.executable),'version':'%d.%d.%d'%sys.version_info[:3]," +
    "'prefix':r(sys.base_prefix),'library':sorted({r(sysconfig.get_path(n)) for n in ('stdlib','platstdlib')})}))",
].join(";");

const OLDEST = [3, 9] as const;

/**
 * Asks an interpreter for its real binary. Without a name, `python3` and then `python` of the search path are asked.
 * Fault `sandbox`: none answers, or it is older than 3.9.
 */
export async function findPython(wanted: string | null): Promise<Python> {
  const names = wanted === null ? ["python3", "python"] : [wanted];
  const troubles: string[] = [];
  for (const name of names) {
    try {
      const { stdout } = await execute(name, ["-I", "-S", "-c", FACTS], { timeout: 20_000 });
      const python = readFacts(stdout);
      const [major = 0, minor = 0] = python.version.split(".").map(Number);
      if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return python;
      troubles.push(`${name} is Python ${python.version}`);
    } catch (thrown) {
      const message = thrown instanceof Error ? thrown.message : String(thrown);
      troubles.push(`${name}: ${message.split("\n")[0] ?? ""}`);
    }
  }
  throw new Fault("sandbox", "No usable Python interpreter was found to run programs with.", {
    found: troubles.join("; "),
    allowed: `Python ${OLDEST.join(".")} or newer`,
    remedy: "Install Python 3, and see that `python3` is found in PATH.",
  });
}

function readFacts(text: string): Python {
  const facts: unknown = JSON.parse(text);
  if (
    typeof facts === "object" &&
    facts !== null &&
    "executable" in facts &&
    typeof facts.executable === "string" &&
    "version" in facts &&
    typeof facts.version === "string" &&
    "prefix" in facts &&
    typeof facts.prefix === "string" &&
    "library" in facts &&
    Array.isArray(facts.library)
  ) {
    const library = facts.library.filter((path): path is string => typeof path === "string");
    return { executable: facts.executable, version: facts.version, prefix: facts.prefix, library };
  }
  throw new Fault("sandbox", "The Python interpreter gave an answer that is not its own.", {
    found: text.slice(0, 200),
    remedy: "Install Python 3.9 or newer as `python3`, or put it first in PATH.",
  });
}

// From the sources, from a bundle in `dist`, and from a bundle in a folder below the project.
const PLACES = ["./python/", "../python/", "../dist/python/", "../src/adapters/sandbox/python/"];

/** Folder of the harness's Python sources. Fault `sandbox`: they are not where they belong. */
export function harnessFolder(): string {
  const places = PLACES.map((path) => fileURLToPath(new URL(path, import.meta.url)));
  for (const place of places) {
    if (existsSync(`${place}zygote.py`)) return place.replace(/\/$/u, "");
  }
  throw new Fault("sandbox", "The sandbox's Python sources are missing.", {
    allowed: places.join(" or "),
    remedy: "Build the project again, or install the package again.",
  });
}
