import * as vscode from "vscode";
import type { Result } from "../../protocol/rpc.js";
import type { CaseRef, FailureView, TestsRun, WorkerContract } from "../../protocol/worker/index.js";
import { uriOf, type CaseDocuments, type Located } from "../cases/caseDocuments.js";
import { caseWords, wrongWords } from "../cases/caseWords.js";
import type { CurrentCase } from "../cases/currentCase.js";
import { failureMessage } from "../cases/layout/code.js";
import { rangeIn } from "../cases/ranges.js";
import type { EngineClient } from "../engine/engineClient.js";
import { faultOf, faultSentence, type Messages } from "../messages.js";
import { plainLine } from "../plainText.js";
import type { ActiveProject } from "../project/activeProject.js";

type CodeErrors = Result<WorkerContract, "case/codeErrors">;

export interface ProgramTestsParts {
  readonly engine: EngineClient;
  readonly project: ActiveProject;
  readonly documents: CaseDocuments;
  readonly current: CurrentCase;
  readonly messages: Messages;
}

/**
 * Wrong programs in the editor's Test Explorer: of the run that the person looks at, or of the newest one, by benchmark and
 * by how they end. Nothing is read before the Test Explorer asks, and a case runs its own program in the sandbox.
 */
export class ProgramTests implements vscode.Disposable {
  readonly #parts: ProgramTestsParts;
  readonly #controller: vscode.TestController;
  readonly #cases = new WeakMap<vscode.TestItem, Located>();
  readonly #disposables: vscode.Disposable[];
  /** What is listed; null until the Test Explorer asks. */
  #listed: { readonly folder: string; readonly run: string | null; readonly benchmarks: string } | null = null;

  constructor(parts: ProgramTestsParts) {
    this.#parts = parts;
    this.#controller = vscode.tests.createTestController("preceptor.programs", vscode.l10n.t("Preceptor"));
    this.#controller.resolveHandler = async (item) => {
      if (item === undefined) await parts.messages.guard(async () => this.#list());
    };
    this.#controller.refreshHandler = async () => {
      await parts.messages.guard(async () => this.#list());
    };
    this.#controller.createRunProfile(
      vscode.l10n.t("Run in Sandbox"),
      vscode.TestRunProfileKind.Run,
      async (request, token) => this.#run(request, token),
      true,
    );
    // What nobody has looked at is not listed.
    const again = (list: () => Promise<void>) => (): void => {
      if (this.#listed !== null) void parts.messages.guard(list);
    };
    this.#disposables = [
      this.#controller,
      // The project changes when a run ends, too, whose last iteration may have other errors.
      parts.project.onDidChange(again(async () => this.#list())),
      parts.current.onDidChange(again(async () => this.#listIfOther())),
    ];
  }

  dispose(): void {
    for (const disposable of this.#disposables) disposable.dispose();
  }

  async #listIfOther(): Promise<void> {
    const { folder, run } = this.#wanted();
    if (folder !== this.#listed?.folder || (run !== null && run !== this.#listed.run)) await this.#list();
  }

  #wanted(): { readonly folder: string | null; readonly run: string | null } {
    const { project, current } = this.#parts;
    const folder = project.shown?.folder.fsPath ?? null;
    const runs = project.shown?.project.runs ?? [];
    const looked = current.located?.folder === folder ? current.located.ref.run : null;
    return { folder, run: runs.find((run) => run === looked) ?? runs.at(-1) ?? null };
  }

  async #list(): Promise<void> {
    const { engine, project } = this.#parts;
    if (project.state.state === "loading") await project.refresh();
    const { folder, run } = this.#wanted();
    if (folder === null || !vscode.workspace.isTrusted) {
      this.#listed = { folder: "", run: null, benchmarks: "" };
      return this.#controller.items.replace([]);
    }
    const errors = await engine.call("case/codeErrors", { folder, run });
    const benchmarks = JSON.stringify(errors.benchmarks);
    const { folder: before, benchmarks: shown } = this.#listed ?? {};
    this.#listed = { folder, run: errors.run, benchmarks };
    // Equal items would lose their place on the screen for nothing.
    if (before === folder && shown === benchmarks) return;
    this.#controller.items.replace(errors.benchmarks.map((benchmark) => this.#benchmarkItem(folder, benchmark)));
  }

  #benchmarkItem(folder: string, benchmark: CodeErrors["benchmarks"][number]): vscode.TestItem {
    const { name, iteration, stage, outcomes } = benchmark;
    const id = testId(`${stage}-${iteration}-${name}`);
    // Everything is in labels: a description would take the place of the label in what a screen reader says.
    const label =
      stage === "collect"
        ? vscode.l10n.t("{0} · iteration {1} · target split", plainLine(name, 80), iteration)
        : vscode.l10n.t("{0} · iteration {1} · evaluation", plainLine(name, 80), iteration);
    const item = this.#controller.createTestItem(id, label);
    for (const outcome of outcomes) {
      const words = vscode.l10n.t("{0}: {1}", plainLine(wrongWords(outcome.name), 80), outcome.cases.length);
      const group = this.#controller.createTestItem(testId(`${id}-${outcome.name}`), words);
      for (const found of outcome.cases) group.children.add(this.#caseItem(folder, found));
      item.children.add(group);
    }
    return item;
  }

  #caseItem(
    folder: string,
    { ref, id, question }: { readonly ref: CaseRef; readonly id: string; readonly question: string },
  ): vscode.TestItem {
    const located = { folder, ref };
    const name = testId(`${ref.stage}-${ref.iteration}-${ref.key}`);
    const label = `${plainLine(id, 80)} · ${plainLine(question, 100)}`;
    const item = this.#controller.createTestItem(name, label, uriOf(located, "program"));
    item.range = new vscode.Range(0, 0, 0, 0);
    this.#cases.set(item, located);
    return item;
  }

  async #run(request: vscode.TestRunRequest, token: vscode.CancellationToken): Promise<void> {
    if (!vscode.workspace.isTrusted) return;
    if (this.#listed === null) await this.#list();
    const run = this.#controller.createTestRun(request);
    const excluded = new Set(request.exclude ?? []);
    const chosen = request.include ?? [...this.#controller.items].map(([, item]) => item);
    const items = chosen.flatMap((item) => this.#casesUnder(item, excluded));
    for (const item of items) run.enqueued(item);
    try {
      for (const item of items) {
        if (token.isCancellationRequested) break;
        await this.#runCase(run, item, token);
      }
    } finally {
      run.end();
    }
  }

  #casesUnder(item: vscode.TestItem, excluded: ReadonlySet<vscode.TestItem>): vscode.TestItem[] {
    if (excluded.has(item)) return [];
    if (this.#cases.has(item)) return [item];
    return [...item.children].flatMap(([, child]) => this.#casesUnder(child, excluded));
  }

  async #runCase(run: vscode.TestRun, item: vscode.TestItem, token: vscode.CancellationToken): Promise<void> {
    const { engine, documents } = this.#parts;
    const located = this.#cases.get(item);
    if (located === undefined) return;
    run.started(item);
    const started = performance.now();
    try {
      const result = await engine.call("case/runTests", { ...located, program: null }, { token });
      documents.keepRun(located, result);
      const took = performance.now() - started;
      if (result.passed) run.passed(item, took);
      else run.failed(item, await this.#messages(located, result), took);
    } catch (thrown) {
      const fault = faultOf(thrown);
      // What the sandbox could not decide is no failure of the program.
      if (fault.kind === "cancelled") run.skipped(item);
      else run.errored(item, new vscode.TestMessage(faultSentence(fault)));
    }
  }

  /** One message a failing test, with expected and actual value as a difference, at its line among the tests. */
  async #messages(located: Located, { tests, failure, by }: TestsRun): Promise<vscode.TestMessage[]> {
    const { documents } = this.#parts;
    const words = caseWords();
    const text = await documents.text({ ...located, part: "tests" });
    const places = text.marks.filter(({ style }) => style === "passed" || style === "failed").map(({ span }) => span);
    const ran = tests.filter(({ state }) => state !== "not-run");
    const failed = ran.flatMap(({ failure: own }, index) =>
      own === null ? [] : [{ failure: own, place: places[index] }],
    );
    if (failed.length === 0) return [new vscode.TestMessage(failureMessage(failure, by, words))];
    return failed.map(({ failure: own, place }) => {
      const message = messageOf(own, failureMessage(own, by, words));
      if (place !== undefined)
        message.location = new vscode.Location(uriOf(located, "tests"), rangeIn(text.text, place));
      return message;
    });
  }
}

/** The editor refuses the one character that it writes between ids. */
function testId(text: string): string {
  return text.replaceAll("\0", "\\0");
}

function messageOf({ expected, actual }: FailureView, words: string): vscode.TestMessage {
  return expected === null || actual === null
    ? new vscode.TestMessage(words)
    : vscode.TestMessage.diff(words, expected, actual);
}
