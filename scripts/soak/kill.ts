/**
 * Proof that a killed run goes on: the demo's loop (three families, LEC then LE) is killed with SIGKILL at 25 random
 * moments and resumed each time; then the same with the instructor at a server, which counts what it is asked. Prints one
 * JSON object; fails when results differ, a key is paid for twice, or a process is left.
 */
import { demoConfiguration } from "../../src/adapters/demo/index.js";
import { killLoop } from "../../test/loop/killing.js";
import { remoteModel, serveModels } from "../../test/loop/support.js";

const demo = demoConfiguration(1, false);
const builtin = await killLoop(demo, { seed: 1, kills: 25, within: 0.5, exit: 0, server: null });

const server = await serveModels({ latencyMs: 10 });
const models = { ...demo.models, instructor: remoteModel(server, "instructor") };
const counted = await killLoop({ ...demo, models }, { seed: 2, kills: 10, within: 0.5, exit: 0, server });
await server.close();

const passed = [builtin, counted].every(
  ({ differences, repeatedKeys, orphans, askedAgain, inFlight }) =>
    differences.length === 0 && repeatedKeys === 0 && orphans === 0 && askedAgain <= inFlight,
);
console.log(JSON.stringify({ passed, demo: builtin, "demo with an instructor at a server": counted }, null, 1));
process.exitCode = passed ? 0 : 1;
