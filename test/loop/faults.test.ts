import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import type { ConfigurationInput } from "../../src/engine/configuration/index.js";
import { handlersOf } from "../../src/worker/handlers.js";
import { Projects } from "../../src/worker/projects.js";
import { eachFaultOnce, PASSING_FAULTS, type FaultServer, type ScheduledFault } from "../support/faultServer.js";
import { readRecords, resultsOf, shortConfiguration } from "../support/project.js";
import { faultOf, leftovers } from "./leftovers.js";
import { remoteModel, runFolder, runHere, serveModels, stageRecords, stagesOf } from "./support.js";

const { cleanups, projectOf } = leftovers();

/** A server whose schedule of faults can be filled later: the faultless loop goes first, against the same address. */
async function serve(
  options: Parameters<typeof serveModels>[0] = {},
): Promise<{ readonly server: FaultServer; readonly faults: ScheduledFault[] }> {
  const faults: ScheduledFault[] = [];
  const server = await serveModels({ retryAfterSeconds: 0.3, faults, ...options });
  cleanups.push(() => server.close());
  return { server, faults };
}

/** Short waits, so that a silent server is given up after a second. */
const patience = { timeouts: { idleSeconds: 1, deadlineSeconds: 20, attempts: 6 } };

function ledgerOf(folder: string): unknown[] {
  const entries = readRecords(path.join(runFolder(folder), "ledger.jsonl"));
  return entries.map(({ time: _, ...entry }) => JSON.stringify(entry)).sort();
}

describe("the loop against a server that does everything wrong once", () => {
  it("ends with the table, results and ledger of a faultless server, the instructor behind it", async () => {
    const { server, faults } = await serve();
    const configuration = shortConfiguration(["math", "choice"]);
    const models = { ...configuration.models, instructor: remoteModel(server, "instructor", patience) };
    const folders = [projectOf({ ...configuration, models }), projectOf({ ...configuration, models })] as const;
    const faultless = await runHere(folders[0]);
    expect(server.received.length).toBeGreaterThan(PASSING_FAULTS.length * 2);
    faults.push(...eachFaultOnce(server.received.length + 2, 2));
    const faulty = await runHere(folders[1]);

    expect([...server.given].sort()).toEqual([...PASSING_FAULTS].sort());
    expect(faulty.state).toEqual(faultless.state);
    expect(faulty.state.state).toBe("done");
    expect(faulty.report).toEqual(faultless.report);
    expect(resultsOf(folders[1], "run-1")).toEqual(resultsOf(folders[0], "run-1"));
    expect(ledgerOf(folders[1])).toEqual(ledgerOf(folders[0]));
    expect(faulty.spent).toEqual(faultless.spent);
  }, 120_000);

  it("gives the same results up to the gates, the target behind it, and then waits for its training", async () => {
    const { server, faults } = await serve();
    const configuration = shortConfiguration(["math", "choice"]);
    const models = {
      student: remoteModel(server, "student", patience),
      instructor: remoteModel(server, "instructor", patience),
    };
    const folders = [projectOf({ ...configuration, models }), projectOf({ ...configuration, models })] as const;
    const faultless = await runHere(folders[0], { until: "gate" });
    faults.push(...eachFaultOnce(server.received.length + 2, 3));
    const faulty = await runHere(folders[1], { until: "gate" });

    expect([...server.given].sort()).toEqual([...PASSING_FAULTS].sort());
    expect([faultless.state.state, faulty.state.state]).toEqual(["done", "done"]);
    const results = resultsOf(folders[1], "run-1");
    expect(results).toEqual(resultsOf(folders[0], "run-1"));
    expect(Object.keys(results)).toContain("1-gate/samples.jsonl");
    expect(ledgerOf(folders[1])).toEqual(ledgerOf(folders[0]));

    const whole = await runHere(folders[1], { run: "run-1" });
    expect(whole.state).toMatchObject({ state: "needs-person", stage: "train", need: { kind: "training" } });
    expect(stagesOf(whole, "stage-started")).toEqual(["0-evaluate", "1-train"]);
    const rows = /ready at (\S+);/u.exec(whole.state.need?.message ?? "")?.[1] ?? "";
    expect(existsSync(rows)).toBe(true);
    const kept = stageRecords(folders[1], "1-gate", "samples.jsonl").filter((sample) => sample["kept"] === true);
    const held = readRecords(path.join(path.dirname(rows), "held-out.jsonl"));
    expect(readRecords(rows).length + held.length).toBe(kept.length);
    expect(kept.length).toBeGreaterThan(0);
  }, 120_000);
});

describe("faults that no retry mends", () => {
  const short = (server: FaultServer, change: object = {}): ConfigurationInput => {
    const configuration = shortConfiguration(["math"]);
    return {
      ...configuration,
      models: { ...configuration.models, instructor: remoteModel(server, "instructor", { ...patience, ...change }) },
    };
  };

  it("a key that is refused is a person's turn; with the right one the run goes on", async () => {
    const { server } = await serve({ apiKey: "sk-right" });
    const folder = projectOf(short(server, { apiKey: "${env:PRECEPTOR_TEST_KEY}" }));
    const refused = await runHere(folder, { environment: { PRECEPTOR_TEST_KEY: "sk-wrong" } });
    expect(refused.state).toMatchObject({ state: "needs-person", stage: "instruct", need: { kind: "secret" } });
    expect(JSON.stringify(refused.state)).not.toContain("sk-wrong");
    expect(refused.state.need).not.toHaveProperty("secret");
    const accepted = await runHere(folder, { run: "run-1", environment: { PRECEPTOR_TEST_KEY: "sk-right" } });
    expect(accepted.state.state).toBe("done");
    expect(stagesOf(accepted, "stage-reused")).toContain("1-collect");
  });

  it("a key of the editor's that is refused, or missing, is named, so that the editor can ask for it", async () => {
    const { server } = await serve({ apiKey: "sk-right" });
    for (const environment of [{ PRECEPTOR_SECRET_OPENROUTER: "sk-wrong" }, {}]) {
      const folder = projectOf(short(server, { apiKey: "${secret:OPENROUTER}" }));
      const refused = await runHere(folder, { environment });
      expect(refused.state.need).toMatchObject({ kind: "secret", secret: "OPENROUTER" });
      const { runs } = await handlersOf(new Projects(), () => undefined)["runs/list"](
        { folder },
        { signal: new AbortController().signal },
      );
      expect(runs[0]).toMatchObject({ state: "needs-person", need: { kind: "secret", secret: "OPENROUTER" } });
    }
  });

  it("a model that the server does not have fails the run with the name and the address", async () => {
    const { server } = await serve({ models: ["another"] });
    const folder = projectOf(short(server));
    const fault = await faultOf(runHere(folder));
    expect(fault.kind).toBe("endpoint");
    expect(fault.describe()).toMatch(/`instructor`[^]*remedy/u);
  });

  it("an endpoint that is none fails with its address and is not asked a thousand times", async () => {
    const { server } = await serve({
      intercept: (_request, response) => {
        response.writeHead(200, { "content-type": "text/html" });
        response.end("<!doctype html><title>Router</title>");
        return true;
      },
    });
    const folder = projectOf(short(server, { timeouts: { ...patience.timeouts, attempts: 2 } }));
    const fault = await faultOf(runHere(folder));
    expect(fault.kind).toBe("endpoint");
    expect(fault.describe()).toContain(new URL(server.baseUrl).host);
    expect(server.received.length).toBeLessThanOrEqual(16);
  });
});

describe("a start that fails", () => {
  it.each<[string, string, string]>([
    // The one fails before the run's start is noted, the other after.
    ["the stored answers", ".preceptor/answers", "a file where a folder belongs"],
    ["the decisions", "decisions/triage.jsonl", "{ broken\n"],
  ])("for %s that cannot be read leaves no run behind, and takes none away", async (_what, name, text) => {
    const folder = projectOf(shortConfiguration(["math"]));
    const runs = path.join(folder, ".preceptor", "runs");
    const file = path.join(folder, name);
    const plant = (): void => {
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, text);
    };
    plant();
    expect((await faultOf(runHere(folder))).details.file).toContain(path.basename(file));
    expect(readdirSync(runs)).toEqual([]);
    rmSync(file);
    expect((await runHere(folder, { until: "select" })).run).toBe("run-1");
    rmSync(path.join(folder, ".preceptor", "answers"), { recursive: true, force: true });
    plant();
    await faultOf(runHere(folder, { run: "run-1" }));
    expect(existsSync(path.join(runFolder(folder), "state.json"))).toBe(true);
  });
});
