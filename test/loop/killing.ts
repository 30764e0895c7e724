import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { ConfigurationInput } from "../../src/engine/configuration/index.js";
import { Random } from "../../src/engine/random.js";
import type { FaultServer } from "../support/faultServer.js";
import { makeProject, readRecords, resultsOf } from "../support/project.js";
import { descendantsOf, runFolder, start, storedAnswers, survivors } from "./support.js";

export interface Killing {
  readonly seed: number;
  /** How often a runner has to be killed while it works. */
  readonly kills: number;
  /** A runner is killed within this part of the undisturbed duration: 0.5 kills every loop a few times. */
  readonly within: number;
  /** The exit code of a loop that ends: 0, or 3 where it ends with a person's turn. */
  readonly exit: 0 | 3;
  /** The server that answers for the models of provider `openai`; null when there are none. */
  readonly server: FaultServer | null;
}

/** What came of it, for assertions and for figures. */
export interface Killed {
  readonly kills: number;
  /** Loops that were started, each killed until it came to its end. */
  readonly loops: number;
  readonly undisturbedMs: number;
  /** Iteration and stage, as the state file named them, at the moments of the kills. */
  readonly moments: readonly string[];
  /** Processes that a killed runner had, and those of them that lived on for more than two seconds. */
  readonly children: number;
  readonly orphans: number;
  /** Result files that differ from those of the undisturbed loop. */
  readonly differences: readonly string[];
  /** Keys that stand in a project's answer cache or in its ledger more than once. */
  readonly repeatedKeys: number;
  /** Requests that had arrived and whose answers no cache held when a runner was killed: the most at once, and all. */
  readonly mostInFlight: number;
  readonly inFlight: number;
  /** Requests that the server received again. */
  readonly askedAgain: number;
}

/**
 * Runs a loop once undisturbed, then again and again in new projects with `kill -9` at random moments and `resume`, until
 * enough runners were killed, and compares.
 */
export async function killLoop(configuration: ConfigurationInput, options: Killing): Promise<Killed> {
  const { kills, exit, server } = options;
  const random = new Random(options.seed, "kill");
  const started = performance.now();
  const wanted = await finishLoop(makeProject(configuration), exit);
  const undisturbedMs = performance.now() - started;
  const sum = { loops: 0, children: 0, orphans: 0, repeatedKeys: 0, mostInFlight: 0, inFlight: 0, askedAgain: 0 };
  const moments: string[] = [];
  const differences = new Set<string>();
  while (moments.length < kills) {
    sum.loops += 1;
    const project = makeProject(configuration);
    const arrivals = new Arrivals(server);
    while (moments.length < kills) {
      const runner = start(argumentsFor(project.folder));
      const end = await Promise.race([runner.ended, sleep(random.next() * undisturbedMs * options.within)]);
      if (end !== undefined) {
        expectExit(end, exit);
        break;
      }
      const children = descendantsOf(runner.pid);
      // Every other time the children are left to notice by themselves.
      process.kill(moments.length % 2 === 0 ? runner.pid : -runner.pid, "SIGKILL");
      const { code, stderr } = await runner.ended;
      if (code !== null) {
        expectExit({ code, stderr }, exit);
        break;
      }
      moments.push(momentOf(project.folder));
      sum.children += children.length;
      sum.orphans += (await survivors(children, 2_000)).length;
      const durable = storedAnswers(project.folder).filter(({ provider }) => provider === "openai");
      const inFlight = server === null ? 0 : arrivals.different - durable.length;
      sum.inFlight += inFlight;
      sum.mostInFlight = Math.max(sum.mostInFlight, inFlight);
    }
    const results = await finishLoop(project, exit, (folder) => {
      sum.repeatedKeys += repeated(storedAnswers(folder).map(({ key }) => key));
      sum.repeatedKeys += repeated(readRecords(path.join(runFolder(folder), "ledger.jsonl")).map(({ key }) => key));
    });
    sum.askedAgain += arrivals.again;
    for (const file of differing(wanted, results)) differences.add(file);
  }
  return { ...sum, kills: moments.length, undisturbedMs, moments, differences: [...differences] };
}

type Results = ReturnType<typeof resultsOf>;

/** Brings a project's run to its end, reads its results and removes the project. */
async function finishLoop(
  project: ReturnType<typeof makeProject>,
  exit: number,
  look: (folder: string) => void = () => undefined,
): Promise<Results> {
  const { folder } = project;
  expectExit(await start(argumentsFor(folder)).ended, exit);
  const results = resultsOf(folder, "run-1");
  look(folder);
  project.remove();
  return results;
}

function argumentsFor(folder: string): string[] {
  const command = existsSync(runFolder(folder)) ? ["resume", "run-1"] : ["iterate"];
  return [...command, "--yes", "--project", folder];
}

function expectExit({ code, stderr }: { readonly code: number | null; readonly stderr: string }, wanted: number): void {
  if (code !== wanted) throw new Error(`The loop ended with ${String(code)} instead of ${wanted}:\n${stderr}`);
}

/** Counts what a server receives from now on. */
class Arrivals {
  readonly #requests: FaultServer["requests"];
  readonly #before: ReadonlyMap<string, number>;

  constructor(server: FaultServer | null) {
    this.#requests = server?.requests ?? new Map();
    this.#before = new Map(this.#requests);
  }

  /** Contents that arrived. */
  get different(): number {
    return this.#counts().length;
  }

  /** Arrivals of a content after its first. */
  get again(): number {
    return this.#counts().reduce((sum, count) => sum + count - 1, 0);
  }

  #counts(): number[] {
    return [...this.#requests].map(([key, n]) => n - (this.#before.get(key) ?? 0)).filter((count) => count > 0);
  }
}

function momentOf(folder: string): string {
  const file = path.join(runFolder(folder), "journal.jsonl");
  if (!existsSync(file)) return "before the run";
  const lines = readFileSync(file, "utf8").split("\n").slice(0, -1);
  const started = lines.map((line) => JSON.parse(line) as { type: string; iteration: number; stage: string });
  const stage = started.findLast(({ type }) => type === "stage-started");
  return stage === undefined ? "before the first stage" : `${stage.iteration}-${stage.stage}`;
}

function repeated(keys: readonly unknown[]): number {
  return keys.length - new Set(keys).size;
}

function differing(wanted: Results, found: Results): string[] {
  const files = new Set([...Object.keys(wanted), ...Object.keys(found)]);
  return [...files].filter((file) => JSON.stringify(wanted[file]) !== JSON.stringify(found[file]));
}
