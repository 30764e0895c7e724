/** Seam 5, `CodeRunner`: programs run in a sandbox, and their verdicts are decided outside of it. See docs/sandbox.md. */
import { availableParallelism } from "node:os";
import { Fault, toFault } from "../../engine/fault.js";
import type { CodeRunner, SandboxLayer } from "../../engine/seams/index.js";
import { readVerdict } from "./answers.js";
import { bubblewrapPath, DEFAULT_LIMITS, launchOf, type SandboxLimits, type Variant, variantsOf } from "./layers.js";
import { findPython, harnessFolder, type Python } from "./python.js";
import { WorkerPool } from "./runner.js";
import { Worker, type WorkerFacts } from "./worker.js";

export type { SandboxLimits } from "./layers.js";

export interface CodeRunnerOptions {
  /** The interpreter; null looks for `python3`. */
  readonly python?: string | null;
  /** Tasks at the same time; by default one for each processor, at least two. */
  readonly workers?: number;
  /**
   * Layers that may be used, best first. `process` has to be named explicitly: it is the user's consent to run programs
   * of a model with the user's own rights.
   */
  readonly allow?: readonly SandboxLayer[];
  readonly limits?: Partial<SandboxLimits>;
}

/** What `doctor` tells of this machine. */
export interface SandboxReport {
  /** The strongest layer that works here; null when none does. `process` is never reported: it needs consent. */
  readonly layer: SandboxLayer | null;
  /** Path and version of the interpreter, null when none was found. */
  readonly python: string | null;
  /** One sentence for each layer that was tried: what is in force, or why it does not work. */
  readonly reasons: string[];
}

const ISOLATED: readonly SandboxLayer[] = ["bubblewrap", "landlock"];

interface Found {
  readonly variant: Variant;
  readonly facts: WorkerFacts;
}

/**
 * Opens a runner with the strongest layer of `allow` that works on this machine.
 * Fault `sandbox`: no interpreter, or no allowed layer works; the fault says why for each.
 */
export async function createCodeRunner(options: CodeRunnerOptions = {}): Promise<CodeRunner> {
  const python = await findPython(options.python ?? null);
  const allow = options.allow ?? ISOLATED;
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const { found, reasons } = await search(allow, python, limits);
  if (found === null) {
    throw new Fault("sandbox", "No sandbox works on this machine.", {
      found: reasons.join(" "),
      allowed: allow.join(", "),
      remedy:
        "Install bubblewrap (Debian: apt-get install bubblewrap), or consent to plain processes in the configuration.",
    });
  }
  const harness = harnessFolder();
  const workers = Math.max(1, options.workers ?? Math.max(2, availableParallelism()));
  return new WorkerPool(found.variant.layer, workers, (index) =>
    launchOf(found.variant, python, harness, limits, index),
  );
}

/** Tries the isolating layers of this machine. */
export async function probeSandbox(python: string | null = null): Promise<SandboxReport> {
  let interpreter: Python;
  try {
    interpreter = await findPython(python);
  } catch (thrown) {
    return { layer: null, python: null, reasons: [toFault(thrown).describe()] };
  }
  const reasons: string[] = [];
  let layer: SandboxLayer | null = null;
  for (const candidate of ISOLATED) {
    const { found, reasons: said } = await search([candidate], interpreter, DEFAULT_LIMITS);
    reasons.push(...said);
    layer ??= found?.variant.layer ?? null;
  }
  return { layer, python: `${interpreter.executable} (${interpreter.version})`, reasons };
}

async function search(
  allow: readonly SandboxLayer[],
  python: Python,
  limits: SandboxLimits,
): Promise<{ found: Found | null; reasons: string[] }> {
  const reasons: string[] = [];
  for (const layer of allow) {
    if (layer !== "process" && process.platform !== "linux") {
      reasons.push(`${layer}: only Linux has it.`);
      continue;
    }
    if (layer === "bubblewrap" && bubblewrapPath() === null) {
      reasons.push("bubblewrap: bwrap is not installed.");
      continue;
    }
    for (const variant of variantsOf(layer)) {
      try {
        const facts = await check(variant, python, limits);
        reasons.push(`${variant.title}: works${describeFacts(facts)}.`);
        return { found: { variant, facts }, reasons };
      } catch (thrown) {
        const fault = toFault(thrown);
        // Of what a program said on its way out, the last line says why.
        const said = fault.details.found?.trimEnd().split("\n").at(-1) ?? "";
        reasons.push(`${variant.title}: ${fault.message} ${said}`.trim());
      }
    }
  }
  return { found: null, reasons };
}

function describeFacts(facts: WorkerFacts): string {
  const parts = [
    ...(facts.seccomp ? ["seccomp"] : []),
    ...(facts.landlock > 0 ? [`Landlock ABI ${facts.landlock}`] : []),
  ];
  return parts.length === 0 ? "" : `, with ${parts.join(" and ")}`;
}

/** A module that the harness does not load itself shows that programs can read the standard library. */
const TRIAL = {
  kind: "run",
  program: "import colorsys\ndef one():\n    return int(colorsys.rgb_to_hsv(1, 1, 1)[2])\n",
  entryPoint: "one",
  tests: { imports: [], setup: "", kind: "assertions", code: ["assert one() == 1"] },
  timeoutMs: 10_000,
};

async function check(variant: Variant, python: Python, limits: SandboxLimits): Promise<WorkerFacts> {
  // The highest index has user ids that no worker of a pool meets.
  const launch = await launchOf(variant, python, harnessFolder(), limits, 31);
  const { worker, facts } = await Worker.start(launch);
  try {
    const verdict = readVerdict(await worker.ask({ id: 0, timeoutMs: TRIAL.timeoutMs }, TRIAL, 30_000));
    if (verdict.outcome !== "passed") {
      throw new Fault("sandbox", `A trial program failed: ${verdict.failure?.message ?? verdict.outcome}`, {
        found: verdict.output,
        remedy: "`preceptor doctor` lists the layers; docs/sandbox.md says what each needs.",
      });
    }
    return facts;
  } finally {
    await worker.kill();
  }
}
