// Kills a runner with SIGKILL at a hundred random moments and lets many processes race for dead locks. The results of
// the killed runs must equal those of an undisturbed one, and no question may be asked twice beyond those in flight.
import { spawn, type ChildProcess } from "node:child_process";
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { acquireLock, openProjectStore } from "../../src/adapters/store/index.js";
import { Fault } from "../../src/engine/fault.js";
import { contentHash } from "../../src/engine/hash.js";
import { Random } from "../../src/engine/random.js";

const questions = 400;
const concurrency = 8;
const iterations = 3;
const kills = 100;

const keyOf = (iteration: number, n: number): string => contentHash({ iteration, n });

/** A runner: asks each question once (an "answer" costs a line in `asked`), logs results, ends each stage. */
async function runner(project: string): Promise<void> {
  const store = await openProjectStore(project);
  const run = await store.openRun("soak");
  const answers = await store.answers((value) => value);
  await run.event("started", {});
  process.stdout.write("working\n");
  for (let iteration = 0; iteration < iterations; iteration += 1) {
    const stage = run.stage(iteration, "collect");
    if ((await stage.manifest()) !== null) continue;
    const log = await stage.log<{ version: 1; key: string }>("results.jsonl", "f", (value) => value as never);
    const done = new Set(log.records.map((record) => record.key));
    let next = 0;
    const worker = async (): Promise<void> => {
      for (let n = next++; n < questions; n = next++) {
        const key = keyOf(iteration, n);
        if (done.has(key)) continue;
        let answer = await answers.get(key);
        if (answer === undefined) {
          appendFileSync(path.join(project, "asked"), `${key}\n`);
          await sleep(n % 3);
          answer = { text: `answer ${n} `.repeat(1 + (n % 40)) };
          await answers.put(key, answer);
        }
        await log.append({ version: 1, key, ...(answer as object) });
        if (n % 50 === 0) await run.event("progress", { iteration, n });
      }
    };
    await Promise.all(Array.from({ length: concurrency }, worker));
    await stage.finish("f", { results: questions });
  }
  await run.event("done", {});
  await answers.close();
  await run.close();
}

async function taker(file: string): Promise<void> {
  process.stdout.write("ready\n");
  while (!existsSync(`${file}.start`)) await sleep(1);
  try {
    const lock = await acquireLock(file, { intervalMs: 50, patience: 3 });
    process.stdout.write("won\n");
    while (!existsSync(`${file}.release`)) await sleep(1);
    await lock.verify();
    await lock.release();
  } catch (thrown) {
    if (!(thrown instanceof Fault) || thrown.kind !== "locked") throw thrown;
    process.stdout.write("locked\n");
  }
}

function start(job: string, place: string): ChildProcess {
  return spawn(process.execPath, [process.argv[1] ?? "", job, place], { stdio: ["ignore", "pipe", "inherit"] });
}

async function ended(child: ChildProcess): Promise<{ code: number | null; output: string }> {
  let output = "";
  child.stdout?.on("data", (chunk: Buffer) => (output += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  return { code, output };
}

async function manifestHashes(project: string): Promise<(string | undefined)[]> {
  const reader = await (await openProjectStore(project)).readRun("soak");
  const stages = Array.from({ length: iterations }, (_, iteration) => reader.stage(iteration, "collect"));
  for (const stage of stages) await stage.read("results.jsonl", (value) => value);
  return Promise.all(stages.map(async (stage) => (await stage.manifest())?.hash));
}

async function killTest(folder: string): Promise<object> {
  const calm = path.join(folder, "calm");
  const killed = path.join(folder, "killed");
  const random = new Random(11, "soak", "store");
  await openProjectStore(calm);
  await openProjectStore(killed);
  if ((await ended(start("runner", calm))).code !== 0) throw new Error("the undisturbed runner failed");
  let torn = 0;
  let healed = 0;
  let finished = 0;
  let progressed = 0;
  let before = 0;
  for (let kill = 0; kill < kills; kill += 1) {
    const child = start("runner", killed);
    const end = ended(child);
    // The moment counts from when the run is open: on a busy machine a kill must not hit a process that only starts.
    await new Promise((resolve) => child.stdout?.once("data", resolve));
    await sleep(random.integer(0, 300));
    child.kill("SIGKILL");
    if ((await end).code === 0) {
      // Done before the kills were: the stages begin again, from the answers.
      finished += 1;
      healed += await healedEvents(killed);
      rmSync(path.join(killed, ".preceptor", "runs"), { recursive: true });
      before = 0;
      continue;
    }
    const bytes = resultBytes(killed);
    if (bytes > before) progressed += 1;
    before = bytes;
    const results = path.join(killed, ".preceptor/runs/soak/stages/0-collect/results.jsonl");
    if (existsSync(results) && random.next() < 0.3 && readFileSync(results).at(-1) === 10) {
      appendFileSync(results, '{"version":1,"key":"torn');
      torn += 1;
      rmSync(path.join(path.dirname(results), "manifest.json"), { force: true });
    }
  }
  if ((await ended(start("runner", killed))).code !== 0) throw new Error("the last runner failed");
  const asked = readFileSync(path.join(killed, "asked"), "utf8").trim().split("\n");
  const journal = await (await (await openProjectStore(killed)).readRun("soak")).journal();
  const rising = journal.every((event, index) => index === 0 || event.sequence > (journal[index - 1]?.sequence ?? 0));
  return {
    kills,
    finished,
    tornByHand: torn,
    healed: healed + (await healedEvents(killed)),
    killedAfterNewResults: progressed,
    equal: JSON.stringify(await manifestHashes(killed)) === JSON.stringify(await manifestHashes(calm)),
    sequencesRise: rising,
    questions: new Set(asked).size,
    askedTwice: asked.length - new Set(asked).size,
    askedTwiceAllowed: kills * concurrency,
  };
}

async function healedEvents(project: string): Promise<number> {
  const journal = await (await (await openProjectStore(project)).readRun("soak")).journal();
  return journal.filter((event) => event.type === "healed").length;
}

function resultBytes(project: string): number {
  const stages = Array.from({ length: iterations }, (_, n) => `.preceptor/runs/soak/stages/${n}-collect/results.jsonl`);
  const files = stages.map((stage) => path.join(project, stage)).filter((file) => existsSync(file));
  return files.reduce((sum, file) => sum + statSync(file).size, 0);
}

async function lockTest(folder: string): Promise<object> {
  const rounds = 20;
  const takers = 6;
  let oneWinner = 0;
  let left = 0;
  for (let round = 0; round < rounds; round += 1) {
    const place = mkdtempSync(path.join(folder, "lock-"));
    const file = path.join(place, "lock.json");
    const lock = await acquireLock(file);
    const text = readFileSync(file, "utf8");
    await lock.release();
    // A dead holder of this boot: the same process number with another start time.
    writeFileSync(file, text.replace(/"startTime":"(\d+)"/, '"startTime":"1$1"'));
    const children = Array.from({ length: takers }, () => start("taker", file));
    const outputs = children.map(() => "");
    children.forEach((child, index) =>
      child.stdout?.on("data", (chunk: Buffer) => (outputs[index] += chunk.toString())),
    );
    const ends = children.map(ended);
    const lines = async (count: number): Promise<void> => {
      while (outputs.some((output) => output.split("\n").length <= count)) await sleep(2);
    };
    await lines(1);
    writeFileSync(`${file}.start`, "");
    await lines(2);
    writeFileSync(`${file}.release`, "");
    const winners = (await Promise.all(ends)).filter((end) => end.output.includes("won") && end.code === 0).length;
    if (winners === 1) oneWinner += 1;
    left += readdirSync(place).filter((name) => !["lock.json.start", "lock.json.release"].includes(name)).length;
  }
  return { rounds, takers, oneWinner, filesLeft: left };
}

const [job, place = ""] = process.argv.slice(2);
if (job === "runner") await runner(place);
else if (job === "taker") await taker(place);
else {
  const folder = mkdtempSync(path.join(tmpdir(), "preceptor-soak-store-"));
  try {
    const killResult = await killTest(folder);
    const lockResult = await lockTest(folder);
    console.log(JSON.stringify({ kill: killResult, lock: lockResult }));
    // A run whose kills all came too early or too late would prove nothing.
    const vacuous = !("killedAfterNewResults" in killResult) || Number(killResult.killedAfterNewResults) < kills / 4;
    const failed =
      vacuous ||
      !("equal" in killResult && killResult.equal === true) ||
      !("oneWinner" in lockResult && "rounds" in lockResult && lockResult.oneWinner === lockResult.rounds);
    if (failed) process.exitCode = 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
