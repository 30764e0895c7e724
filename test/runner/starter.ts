/** Starts a runner as the extension host does, says its number when it has come as far as it is told, and stays until it is killed. */
import { readdirSync } from "node:fs";
import path from "node:path";
import { Launches, openProjectStore } from "../../src/adapters/store/index.js";
import { launchRunner } from "../../src/vscode/runner/launch.js";

const [storage = "", project = "", stop = "handed"] = process.argv.slice(2);
const name = readdirSync(storage).find((each) => each.startsWith("runner-")) ?? "";
const folder = path.join(storage, name);

function say(pid: number): void {
  process.stdout.write(`${pid}\n`);
}

async function forEver(): Promise<void> {
  await new Promise(() => setInterval(() => undefined, 1000));
}

const { pid } = await launchRunner({
  runner: { folder, script: path.join(folder, "cli.js") },
  node: { file: process.execPath, version: process.versions.node, environment: {} },
  project,
  work: { command: "iterate" },
  handed: { secrets: {} },
  logs: path.join(storage, "logs"),
  environment: process.env,
  note: async ({ id, pid: started, log, result }) => {
    if (stop === "spawned") {
      say(started);
      await forEver();
    }
    await new Launches((await openProjectStore(project)).folder).note({
      id,
      pid: started,
      log,
      result,
      run: null,
      ended: -1,
    });
    if (stop === "noted") {
      say(started);
      await forEver();
    }
  },
});
say(pid);
await forEver();
