/** Starts a runner as the extension host does, says its number, and stays until it is killed. */
import { readdirSync } from "node:fs";
import path from "node:path";
import { launchRunner } from "../../src/vscode/runner/launch.js";

const [storage = "", project = ""] = process.argv.slice(2);
const name = readdirSync(storage).find((each) => each.startsWith("runner-")) ?? "";
const folder = path.join(storage, name);
const { pid } = await launchRunner({
  runner: { folder, script: path.join(folder, "cli.js") },
  node: { file: process.execPath, version: process.versions.node, environment: {} },
  project,
  work: { command: "iterate" },
  handed: { secrets: {} },
  logs: path.join(storage, "logs"),
  environment: process.env,
});
process.stdout.write(`${pid}\n`);
setInterval(() => undefined, 1000);
