import path from "node:path";
import {
  configurationFile,
  environmentSecrets,
  loadProjectBenchmarks,
  openProject,
  overlayFile,
  readRun,
  readSplit,
  type EditorBridge,
  type Project,
  type ReadableRun,
  type ReadSplit,
} from "../adapters/project/index.js";
import type { FaultView } from "../protocol/fault.js";
import { toFaultView } from "./faultView.js";
import { keep, stampOf, type Kept } from "./kept.js";

/**
 * The projects and runs that this window looks at, read again only when their files changed: loading the cases of MMLU
 * takes much longer than any view may.
 */
export class Projects {
  readonly #read: ReadSplit;
  readonly #projects = new Map<string, Kept<Project>>();
  readonly #runs = new Map<string, Kept<ReadableRun>>();
  /** Cases by project and filter: runs of equal filters share them, and a person's decision does not load them again. */
  readonly #benchmarks = new Map<string, Kept<Awaited<ReturnType<typeof loadProjectBenchmarks>>>>();
  /** Projects as they could last be read. */
  readonly #readable = new Map<string, { readonly stamp: string; readonly project: Project }>();
  #secrets: { readonly [name: string]: string } = {};
  #bridge: EditorBridge | null = null;

  constructor(read: ReadSplit = readSplit) {
    this.#read = read;
  }

  /**
   * Secrets of the editor's store, by the names that configurations use in `${secret:NAME}`, and where the editor's own
   * models answer.
   */
  handOver(secrets: { readonly [name: string]: string }, bridge: EditorBridge | null): void {
    this.#secrets = secrets;
    this.#bridge = bridge;
    this.#projects.clear();
    this.#runs.clear();
    this.#benchmarks.clear();
  }

  async open(folder: string): Promise<Project> {
    const stamp = await stampOf([path.join(folder, configurationFile), path.join(folder, overlayFile)]);
    const project = await keep(this.#projects, folder, stamp, async () =>
      openProject(folder, environmentSecrets(process.env, this.#secrets), this.#bridge),
    );
    this.#readable.set(folder, { stamp, project });
    return project;
  }

  /**
   * The project, or as it could last be read while somebody writes in its configuration: what was answered stays to be
   * looked at. Whatever starts something takes `open`.
   */
  async shown(folder: string): Promise<Project> {
    return (await this.#shown(folder)).project;
  }

  /** Why the configuration cannot be read now, where `shown` is the project as it was before; null while it can be. */
  async configurationFault(folder: string): Promise<FaultView | null> {
    try {
      await this.open(folder);
      return null;
    } catch (thrown) {
      return toFaultView(thrown);
    }
  }

  async #shown(folder: string): Promise<{ readonly stamp: string; readonly project: Project }> {
    try {
      await this.open(folder);
    } catch (thrown) {
      // Nothing is kept of a project that could never be read.
      if (!this.#readable.has(folder)) throw thrown;
    }
    const readable = this.#readable.get(folder);
    if (readable === undefined) throw new Error(`Nothing was read of ${folder}.`);
    return readable;
  }

  /** A run with its cases. A person's decisions are read anew when their files changed. */
  async run(folder: string, run: string): Promise<ReadableRun> {
    const { project, stamp: configured } = await this.#shown(folder);
    const files = await stampOf([
      path.join(folder, "decisions", "triage.jsonl"),
      path.join(folder, "decisions", "contrast.jsonl"),
      path.join(folder, "decisions", "review.jsonl"),
      path.join(folder, ".preceptor", "runs", run, "run.json"),
    ]);
    return keep(this.#runs, `${folder}\0${run}`, `${configured}|${files}`, async () =>
      readRun(project, run, this.#load),
    );
  }

  /** Loads cases as their files are now, for whoever says what a run would read. */
  readonly load: typeof loadProjectBenchmarks = async (project, filter) =>
    loadProjectBenchmarks(project, filter, this.#read);

  readonly #load: typeof loadProjectBenchmarks = async (project, filter) => {
    const { folder } = project;
    const { stamp } = await this.#shown(folder);
    return keep(this.#benchmarks, `${folder}\0${JSON.stringify(filter)}`, stamp, async () =>
      this.load(project, filter),
    );
  };
}
