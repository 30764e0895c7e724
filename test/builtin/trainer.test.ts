import { spawn } from "node:child_process";
import { appendFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  builtinTrainingParameters,
  createBuiltinServers,
  createBuiltinTrainer,
} from "../../src/adapters/builtin/index.js";
import type { TrainingProgress, TrainingRequest } from "../../src/engine/seams/index.js";
import { targetRows } from "./support.js";

const { signal } = new AbortController();
let folder = "";
let worker = "";
let count = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "preceptor-trainer-"));
  const rows = [...targetRows("math"), ...targetRows("code")];
  const lines = rows.map((row) => `${JSON.stringify(row)}\n`);
  await writeFile(join(folder, "rows.jsonl"), lines.slice(20).join(""));
  await writeFile(join(folder, "held-out.jsonl"), lines.slice(0, 20).join(""));
  // Below the checkout, so that the bundle finds the base student's rows as the product does.
  worker = join(process.cwd(), "node_modules", ".cache", `train-worker-${process.pid}.js`);
  const banner = [
    'import { createRequire as __r } from "node:module";',
    "const require = __r(import.meta.url);",
    "const __filename = new URL(import.meta.url).pathname;",
  ].join("");
  await build({
    entryPoints: ["src/adapters/builtin/trainWorker.ts"],
    outfile: worker,
    bundle: true,
    platform: "node",
    format: "esm",
    logLevel: "error",
    banner: { js: banner },
  });
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await rm(worker, { force: true });
});

function request(more: Partial<TrainingRequest> = {}): TrainingRequest {
  count += 1;
  return {
    id: `job-${count}`,
    folder: join(folder, `job-${count}`),
    trainingSet: join(folder, "rows.jsonl"),
    heldOut: join(folder, "held-out.jsonl"),
    from: null,
    seed: 1,
    parameters: builtinTrainingParameters,
    ...more,
  };
}

async function train(job: TrainingRequest, trainer = createBuiltinTrainer()) {
  const progress: TrainingProgress[] = [];
  await trainer.submit(job, signal);
  const status = await trainer.follow(job.id, job.folder, (line) => progress.push(line), signal);
  return { status, progress };
}

describe("the built-in trainer", () => {
  it("plans, trains, reports each step and gives a checkpoint that can be served and continued", async () => {
    const job = request();
    const trainer = createBuiltinTrainer();
    const plan = await trainer.plan(job, signal);
    const { status, progress } = await train(job, trainer);
    expect(status.state).toBe("finished");
    expect(progress.map((line) => line.step)).toEqual(Array.from({ length: plan.steps }, (_, index) => index + 1));
    expect(progress.at(-1)?.heldOutLoss).toBeLessThan(
      progress.find((line) => line.heldOutLoss !== null)?.heldOutLoss ?? 0,
    );
    const checkpoint = await trainer.collect(job.id, job.folder, signal);
    const served = await createBuiltinServers({ runner: null, seed: 1 }).student.serve(checkpoint, signal);
    expect(served.identity.revision).toBe(checkpoint.hash);
    await served.close();
    const next = request({ from: checkpoint });
    expect((await train(next)).status.state).toBe("finished");
    expect((await trainer.collect(next.id, next.folder, signal)).hash).not.toBe(checkpoint.hash);
  });

  it("gives the same checkpoint in a worker thread as in the program", async () => {
    const [inside, outside] = [request(), request()];
    await train(inside, createBuiltinTrainer({ worker: null }));
    expect((await train(outside, createBuiltinTrainer({ worker }))).status.state).toBe("finished");
    const trainer = createBuiltinTrainer();
    const one = await trainer.collect(inside.id, inside.folder, signal);
    const other = await trainer.collect(outside.id, outside.folder, signal);
    expect(other.hash).toBe(one.hash);
  });

  it("starts a job once, and tells all of it to whoever follows later", async () => {
    const job = request();
    const trainer = createBuiltinTrainer();
    const first = await train(job, trainer);
    const before = await trainer.collect(job.id, job.folder, signal);
    const again = await train({ ...job, seed: 99 }, createBuiltinTrainer());
    expect(again).toEqual(first);
    expect(await trainer.collect(job.id, job.folder, signal)).toEqual(before);
  });

  it("is cancelled and says so", async () => {
    const job = request({ parameters: { ...builtinTrainingParameters, epochs: 4000 } });
    const trainer = createBuiltinTrainer();
    await trainer.submit(job, signal);
    const following = trainer.follow(job.id, job.folder, () => undefined, signal);
    await trainer.cancel(job.id, job.folder);
    expect((await following).state).toBe("cancelled");
    await expect(trainer.collect(job.id, job.folder, signal)).rejects.toMatchObject({ kind: "training" });
  });

  it("begins anew when it is submitted again after it was cancelled or failed", async () => {
    const job = request({ parameters: { ...builtinTrainingParameters, epochs: 40 } });
    const trainer = createBuiltinTrainer();
    await trainer.submit(job, signal);
    await trainer.cancel(job.id, job.folder);
    await trainer.submit(job, signal);
    expect((await trainer.follow(job.id, job.folder, () => undefined, signal)).state).toBe("finished");

    const broken = request({ heldOut: join(folder, "missing.jsonl") });
    await trainer.submit(broken, signal);
    expect((await trainer.follow(broken.id, broken.folder, () => undefined, signal)).state).toBe("failed");
    await writeFile(broken.heldOut, "");
    await trainer.submit(broken, signal);
    expect((await trainer.follow(broken.id, broken.folder, () => undefined, signal)).state).toBe("finished");
  });

  it("killed with signal 9 and followed again, gives the checkpoint of an undisturbed job", async () => {
    const parameters = { ...builtinTrainingParameters, epochs: 60 };
    const [quiet, killed] = [request({ parameters }), request({ parameters })];
    const trainer = createBuiltinTrainer();
    await train(quiet, trainer);
    const script = `
      import { Worker } from "node:worker_threads";
      import { mkdirSync, writeFileSync } from "node:fs";
      const job = ${JSON.stringify(killed)};
      mkdirSync(job.folder, { recursive: true });
      writeFileSync(job.folder + "/request.json", JSON.stringify(job));
      new Worker(${JSON.stringify(worker)}, { workerData: { folder: job.folder } });
    `;
    const starter = join(folder, "start.mjs");
    await writeFile(starter, script);
    const child = spawn(process.execPath, [starter]);
    let complaint = "";
    child.stderr.on("data", (chunk: Buffer) => (complaint += chunk.toString("utf8")));
    const exited = new Promise((resolve) => child.once("exit", resolve));
    const progressFile = join(killed.folder, "progress.jsonl");
    for (let size = 0; size === 0;) {
      await new Promise((resolve) => setTimeout(resolve, 10));
      size = await readFile(progressFile, "utf8").then(
        (text) => text.length,
        () => 0,
      );
      if (child.exitCode !== null) throw new Error(`the job ended before it could be killed: ${complaint}`);
    }
    child.kill("SIGKILL");
    await exited;
    await expect(readFile(join(killed.folder, "status.json"))).rejects.toThrow();
    await appendFile(progressFile, '{"step":9,"st');
    const progress: TrainingProgress[] = [];
    const status = await createBuiltinTrainer().follow(killed.id, killed.folder, (line) => progress.push(line), signal);
    expect(status.state).toBe("finished");
    expect(progress.at(-1)?.step).toBe(progress.at(-1)?.steps);
    const one = await trainer.collect(quiet.id, quiet.folder, signal);
    expect((await trainer.collect(killed.id, killed.folder, signal)).hash).toBe(one.hash);
  });

  it("tells of a job that is not there, and of a checkpoint that was changed", async () => {
    const trainer = createBuiltinTrainer();
    expect((await trainer.follow("no-job", join(folder, "none"), () => undefined, signal)).state).toBe("lost");
    const job = request();
    await train(job, trainer);
    const { path } = await trainer.collect(job.id, job.folder, signal);
    await appendFile(path, " ");
    await expect(trainer.collect(job.id, job.folder, signal)).rejects.toThrow(/changed/);
  });

  it("names file and line of a bad row, and the field of a bad parameter", async () => {
    const bad = join(folder, "bad.jsonl");
    await writeFile(bad, '{"id":"1","family":"math","prompt":[],"completion":"x"}\n{"id":"2"}\n');
    const trainer = createBuiltinTrainer();
    await expect(trainer.plan(request({ trainingSet: bad }), signal)).rejects.toMatchObject({
      details: { file: bad, line: 2, field: "family" },
    });
    const job = request({ trainingSet: bad });
    expect((await train(job)).status).toMatchObject({
      state: "failed",
      message: expect.stringContaining("bad.jsonl:2") as string,
    });
    const parameters = { ...builtinTrainingParameters, epochs: 0 };
    await expect(trainer.submit(request({ parameters }), signal)).rejects.toMatchObject({
      details: { field: "training.epochs" },
    });
  });
});
