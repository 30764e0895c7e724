/**
 * Proof that a bad connection changes nothing but time: the demo's loop with its instructor at a server, once without
 * faults and once with every fault that a retry mends (test/support/faultServer.ts), four times each. Tables, results and
 * what was paid must be equal. Prints one JSON object.
 */
import { readFileSync } from "node:fs";
import path from "node:path";
import { demoConfiguration } from "../../src/adapters/demo/index.js";
import { eachFaultOnce, PASSING_FAULTS, type ScheduledFault } from "../../test/support/faultServer.js";
import { makeProject, resultsOf } from "../../test/support/project.js";
import { remoteModel, runFolder, runHere, serveModels } from "../../test/loop/support.js";

const rounds = 4;
const faults: ScheduledFault[] = [];
const server = await serveModels({ retryAfterSeconds: 0.5, faults });
const demo = demoConfiguration(1, false);
const timeouts = { idleSeconds: 2, deadlineSeconds: 60, attempts: 8 };
const models = { ...demo.models, instructor: remoteModel(server, "instructor", { timeouts }) };

async function runDemo(): Promise<{
  readonly report: string;
  readonly results: string;
  readonly paid: number;
  readonly seconds: number;
}> {
  const project = makeProject({ ...demo, models });
  const started = performance.now();
  const { report } = await runHere(project.folder);
  const seconds = (performance.now() - started) / 1000;
  const ledger = readFileSync(path.join(runFolder(project.folder), "ledger.jsonl"), "utf8");
  const results = JSON.stringify(resultsOf(project.folder, "run-1"));
  project.remove();
  return { report: JSON.stringify(report), results, paid: ledger.split("\n").length - 1, seconds };
}

const faultless = await runDemo();
const requests = server.received.length;
for (let round = 0; round < rounds; round += 1) {
  faults.push(...eachFaultOnce(requests + 2 + round * PASSING_FAULTS.length * 3, 3));
}
const faulty = await runDemo();
await server.close();

const given: { [fault: string]: number } = {};
for (const fault of server.given) given[fault] = (given[fault] ?? 0) + 1;
const equal = {
  table: faulty.report === faultless.report,
  results: faulty.results === faultless.results,
  paid: faulty.paid === faultless.paid,
};
const passed = Object.values(equal).every(Boolean) && PASSING_FAULTS.every((fault) => given[fault] === rounds);
const asked = { faultless: requests, faulty: server.received.length - requests };
const seconds = { faultless: faultless.seconds, faulty: faulty.seconds };
console.log(JSON.stringify({ passed, equal, asked, given, answersPaid: faulty.paid, seconds }, null, 1));
process.exitCode = passed ? 0 : 1;
