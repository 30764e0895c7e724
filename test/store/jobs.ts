import { appendFileSync, existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { nodeClock } from "../../src/adapters/chat/index.js";
import { acquireLock, openProjectStore, openRecordLog } from "../../src/adapters/store/index.js";
import { Asker, Budget, FREE, NO_CAP, parseStoredAnswer } from "../../src/engine/asking/index.js";
import { Fault } from "../../src/engine/fault.js";
import { question, reversed } from "../support/chat.js";

/** What the tests run in processes of their own, because it is killed or races. Bundled by `support.ts`. */
export const jobs = {
  /** Appends numbered records in rounds until it is killed; prints the number of each that is durable. */
  async append(file: string): Promise<void> {
    const log = await openRecordLog(file, (value) => value);
    for (let n = log.records.length; ;) {
      const round = Array.from({ length: 7 }, async () => {
        const own = n++;
        await log.append({ version: 1, n: own, text: "x".repeat((own * 37) % 900) });
        process.stdout.write(`${own}\n`);
      });
      await Promise.all(round);
    }
  },

  /** Waits for the file `START`, tries to take a lock and says what came of it; a winner keeps it until `RELEASE`. */
  async takeLock(file: string): Promise<void> {
    process.stdout.write("ready\n");
    await appearance(`${file}.START`);
    try {
      const lock = await acquireLock(file, { intervalMs: 50, patience: 3 });
      process.stdout.write("won\n");
      await appearance(`${file}.RELEASE`);
      await lock.verify();
      await lock.release();
    } catch (thrown) {
      process.stdout.write(thrown instanceof Fault && thrown.kind === "locked" ? "locked\n" : `${String(thrown)}\n`);
    }
  },

  /** Opens a run and stays until it is killed or cancelled. */
  async holdRun(project: string, id: string): Promise<void> {
    const run = await (await openProjectStore(project, { cancelPollMs: 20 })).openRun(id);
    process.stdout.write("open\n");
    while (!run.cancelRequested()) await sleep(10);
    await run.close();
    process.stdout.write("closed\n");
  },

  /** Claims keys, separated by blanks, says so and keeps them until it is killed. */
  async claim(project: string, keys: string): Promise<void> {
    const claims = await (await openProjectStore(project)).claims();
    const taken = await Promise.all(keys.split(" ").map(async (key) => claims.take(key)));
    process.stdout.write(taken.includes(null) ? "held\n" : "claimed\n");
    for (;;) await sleep(1000);
  },

  /** Waits for the file `START`, then asks all `raceQuestions`, four at a time; writes each that is asked into a file. */
  async race(project: string, asked: string): Promise<void> {
    const store = await openProjectStore(project);
    const [cache, claims] = [await store.answers(parseStoredAnswer), await store.claims()];
    const asker = new Asker({
      model: {
        identity: raceModel,
        complete: async (request) => {
          appendFileSync(asked, `${request.messages[0]?.content ?? ""}\n`);
          await sleep(3);
          const usage = { promptTokens: 1, cachedTokens: 0, completionTokens: 1, estimated: false };
          return { text: reversed(request), reasoning: null, finish: "stop", usage };
        },
      },
      ...{ cache, claims, budget: new Budget(NO_CAP), price: FREE, run: `run-${process.pid}` },
      ...{ purpose: "instructor", clock: nodeClock },
    });
    process.stdout.write("ready\n");
    await appearance(`${asked}.START`);
    const left = [...raceQuestions];
    const { signal } = new AbortController();
    const work = async (): Promise<void> => {
      for (let next = left.shift(); next !== undefined; next = left.shift()) await asker.ask(question(next), signal);
    };
    await Promise.all([work(), work(), work(), work()]);
    await claims.close();
    await cache.close();
    process.stdout.write("done\n");
  },

  /** Puts answers until it is killed; prints each key that is durable. */
  async putAnswers(project: string, prefix: string): Promise<void> {
    const answers = await (await openProjectStore(project)).answers((value) => value);
    for (let n = 0; ; n += 5) {
      const keys = Array.from({ length: 5 }, (_, index) => `${prefix}-${n + index}`);
      await Promise.all(
        keys.map(async (key) => {
          await answers.put(key, { text: `answer to ${key}` });
          process.stdout.write(`${key}\n`);
        }),
      );
    }
  },
};

/** What the processes of a race ask, and whom. */
export const raceQuestions = Array.from({ length: 80 }, (_, index) => `question ${index}`);
export const raceModel = { provider: "openai", endpoint: "http://127.0.0.1:1/v1", name: "instructor", revision: "r1" };

async function appearance(file: string): Promise<void> {
  while (!existsSync(file)) await sleep(1);
}

export type Job = keyof typeof jobs;
