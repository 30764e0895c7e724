import { afterAll, beforeAll, expect, test } from "vitest";
import type { Asks, LoopServices, ModelPool } from "../../src/engine/iteration/index.js";
import { handlersOf } from "../../src/worker/handlers.js";
import { Projects } from "../../src/worker/projects.js";
import { runHere, stageRecords } from "../loop/support.js";
import { makeProject, shortConfiguration } from "../support/project.js";

const project = makeProject(shortConfiguration(["math"]));
const { folder } = project;
const worker = handlersOf(new Projects());
const call = { signal: new AbortController().signal };
beforeAll(async () => {
  await runHere(folder, { until: "instruct" });
  const change = (services: LoopServices): LoopServices => ({ ...services, models: uncounted(services.models) });
  await runHere(folder, { until: "instruct", change });
}, 60_000);
afterAll(() => project.remove());

/** The same models behind servers that say nothing of tokens. */
function uncounted(models: ModelPool): ModelPool {
  const asks = (asked: Asks): Asks => ({
    identity: asked.identity,
    price: (usage) => asked.price(usage),
    ask: async (...question) => {
      const { answer, ...rest } = await asked.ask(...question);
      return { ...rest, answer: { ...answer, usage: { ...answer.usage, estimated: true } } };
    },
  });
  return {
    concurrency: (role) => models.concurrency(role),
    targetIdentity: (checkpoint) => models.targetIdentity(checkpoint),
    instructorIdentity: () => models.instructorIdentity(),
    judgeIdentity: () => models.judgeIdentity(),
    target: async (checkpoint, signal) => asks(await models.target(checkpoint, signal)),
    instructor: async (signal) => asks(await models.instructor(signal)),
    judge: async (signal) => asks(await models.judge(signal)),
  };
}

test.each([
  ["run-1", undefined],
  ["run-2", true],
] as const)("of %s, what nobody counted is marked: %s", async (run, estimated) => {
  const marks = stageRecords(folder, "1-instruct", "calls.jsonl", run).map((record) => record["estimated"]);
  expect(new Set(marks)).toEqual(new Set([estimated]));
  const place = { folder, run, iteration: 1 };
  const overview = await worker["samples/overview"](place, call);
  expect(overview.estimated).toBe(estimated === true);
  const { answers } = await worker["samples/error"]({ ...place, key: null }, call);
  expect(answers[0]?.estimated).toBe(estimated === true);
});
