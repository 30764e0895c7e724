/** Composition root of the extension: each feature registers itself with the two or three things that it needs. */
import * as vscode from "vscode";
import { registerBenchmarks } from "./benchmarks/index.js";
import { EditorBridge } from "./bridge/index.js";
import { registerConfiguration } from "./configuration/index.js";
import { CurrentCase } from "./cases/currentCase.js";
import { registerContrast } from "./contrast/contrastPanel.js";
import { registerCases } from "./cases/index.js";
import { registerDemo } from "./demo/tryDemo.js";
import { EngineClient } from "./engine/engineClient.js";
import { registerHosts } from "./hosts/index.js";
import { registerImport } from "./import/index.js";
import { Work } from "./import/work.js";
import { registerInstructor } from "./instructor/index.js";
import { registerIterations } from "./iterations/index.js";
import { Launches } from "./iterations/launches.js";
import { Runs } from "./iterations/runsModel.js";
import { Starter } from "./iterations/startRun.js";
import { engineTranslation } from "./language/index.js";
import { Messages } from "./messages.js";
import { ActiveProject } from "./project/activeProject.js";
import { BenchmarkFiles } from "./project/benchmarkFiles.js";
import { registerProjectCommands } from "./project/commands.js";
import { registerPrompts } from "./prompts/index.js";
import { registerReport } from "./report/reportPanel.js";
import { Runner } from "./runner/runner.js";
import { registerNotices } from "./status/runNotices.js";
import { registerSecrets } from "./secrets/index.js";
import { registerStatus } from "./status/runStatus.js";
import { registerTasks } from "./tasks/index.js";
import { registerWalkthrough } from "./walkthrough/index.js";

export function activate(context: vscode.ExtensionContext): void {
  const started = performance.now();
  const log = vscode.window.createOutputChannel("Preceptor", { log: true });
  const translate = engineTranslation(context.extensionUri);
  const engine = new EngineClient(
    { script: context.asAbsolutePath("dist/engineWorker.js"), storage: context.storageUri?.fsPath ?? null },
    log,
    translate,
  );
  const project = new ActiveProject(engine, context.workspaceState);
  const messages = new Messages(log);
  const current = new CurrentCase();
  const bridge = new EditorBridge(context);
  context.subscriptions.push(log, engine, project, current, bridge);
  const work = new Work(engine);
  const files = new BenchmarkFiles(engine, project, work);
  registerProjectCommands(context, { engine, project, files, messages, log });
  const order = registerBenchmarks(context, { engine, project, messages });
  registerContrast(context, { engine, project, current, messages, log });
  registerInstructor(context, { engine, project, current, messages, log });
  registerPrompts(context, { engine, project, current, messages });
  registerCases(context, { engine, project, current, messages, order });
  const secrets = registerSecrets(context, { engine, project, bridge, messages });
  const runs = new Runs(engine, project, context.workspaceState, log);
  const runner = new Runner(context, async (folder) => secrets.handOver(folder), log);
  registerTasks(context, { project, runner, messages });
  const launches = new Launches({ engine, runs, messages, log });
  const starter = new Starter({ engine, project, runs, runner, launches, bridge, messages });
  registerConfiguration(context, { engine, project, secrets, starter, messages });
  context.subscriptions.push(runs, launches, starter);
  registerNotices(context, { runs, launches, log });
  registerIterations(context, { engine, runs, runner, starter, messages, log });
  registerHosts(context, { engine, runs, messages, log });
  registerStatus(context, { project, runs, starter });
  registerReport(context, { engine, project, messages, log });
  registerWalkthrough(context, runs);
  registerDemo(context, { engine, project, starter, messages });
  registerImport(context, { engine, project, work, files, messages });
  void messages.guard(async () => project.refresh());
  log.info(`Activated in ${(performance.now() - started).toFixed(1)} ms.`);
}
