import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { FaultServer } from "../support/faultServer.js";
import { shortConfiguration } from "../support/project.js";
import { killLoop, type Killed } from "./killing.js";
import { remoteModel, serveModels } from "./support.js";

/** Requests of one model in flight at once. */
const concurrency = 4;

function expectNothingLost(killed: Killed): void {
  expect(killed.differences).toEqual([]);
  expect(killed.repeatedKeys).toBe(0);
  expect(killed.orphans).toBe(0);
  // Of what is asked again, every request was under way when a runner was killed.
  expect(killed.askedAgain).toBeLessThanOrEqual(killed.inFlight);
}

describe.concurrent("a loop whose runner is killed at 25 random moments", () => {
  let server: FaultServer;

  beforeAll(async () => {
    server = await serveModels({ latencyMs: 5 });
  });

  afterAll(async () => server.close());

  it("ends with the results of an undisturbed one: built-in student, instructor at a server (10 kills)", async () => {
    const instructor = remoteModel(server, "instructor", { limits: { concurrency } });
    const configuration = shortConfiguration(["math", "choice"]);
    const killed = await killLoop(
      { ...configuration, models: { ...configuration.models, instructor } },
      { seed: 11, kills: 10, within: 0.6, exit: 0, server },
    );
    expect(killed.kills).toBe(10);
    expectNothingLost(killed);
    // One worker a benchmark and slot.
    expect(killed.mostInFlight).toBeLessThanOrEqual(2 * concurrency);
  }, 300_000);

  it("ends with the results of an undisturbed one: programs in the sandbox, recomputed tests (7 kills)", async () => {
    const killed = await killLoop(shortConfiguration(["code"]), {
      seed: 12,
      kills: 7,
      within: 0.8,
      exit: 0,
      server: null,
    });
    expect(killed.kills).toBe(7);
    expectNothingLost(killed);
    // The sandbox is a process of its own; this would prove nothing if none had been running.
    expect(killed.children).toBeGreaterThan(0);
  }, 300_000);
});

describe("a loop of a target and an instructor at a server whose runner is killed at random moments", () => {
  it("asks nothing again that had been answered, up to the training that is not ours (8 kills)", async () => {
    const server = await serveModels({ latencyMs: 5 });
    const models = {
      student: remoteModel(server, "student", { limits: { concurrency } }),
      instructor: remoteModel(server, "instructor", { limits: { concurrency } }),
    };
    const killed = await killLoop(
      { ...shortConfiguration(["math", "choice"]), models },
      { seed: 13, kills: 8, within: 0.5, exit: 3, server },
    );
    expect(killed.kills).toBe(8);
    expectNothingLost(killed);
    expect(killed.mostInFlight).toBeLessThanOrEqual(2 * concurrency);
    await server.close();
  }, 300_000);
});
