import http from "node:http";
import { afterEach, describe, expect, it } from "vitest";
import { PersonNeeded, runLoop, type RunState } from "../../src/engine/iteration/index.js";
import type { ChatRequest } from "../../src/engine/seams/index.js";
import {
  createEditorChatModel,
  environmentSecrets,
  openProject,
  openRun,
  type EditorBridge,
  type EditorModelConfiguration,
} from "../../src/adapters/project/index.js";
import { parseLedgerEntry } from "../../src/engine/asking/index.js";
import { admitModels, type LentModels } from "../../src/vscode/bridge/admission.js";
import { BridgeFault, BridgeServer, type BridgeModels } from "../../src/vscode/bridge/server.js";
import { makeProject, preceptor, readRecords, shortConfiguration } from "../support/project.js";
import { silent } from "../support/watcher.js";

const servers: BridgeServer[] = [];
const made: { remove(): void }[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.dispose();
  for (const each of made.splice(0)) each.remove();
});

const limits = { concurrency: 2, requestsPerMinute: null, tokensPerMinute: null };
const configured: EditorModelConfiguration = {
  provider: "editor",
  name: "lent",
  revision: null,
  contextTokens: null,
  limits,
  timeouts: { idleSeconds: 5, deadlineSeconds: 10, attempts: 3 },
  parameters: {},
};
const identity = { provider: "editor", endpoint: "editor", name: "lent", revision: "lent/1" };
const request: ChatRequest = {
  messages: [
    { role: "system", content: "Be short." },
    { role: "user", content: "Say something." },
  ],
  parameters: { temperature: 0.2, topP: null, maxTokens: 20, seed: null, stop: [], format: null },
  sample: 0,
};
const never = new AbortController().signal;

/** A model that says the words one by one. */
function speaking(words: readonly string[], asked: unknown[] = []): BridgeModels {
  return {
    names: async () => ["lent"],
    ask: async (given, _signal, onText) => {
      asked.push(given);
      for (const word of words) onText(word);
      return { promptTokens: 7, completionTokens: words.length };
    },
  };
}

async function lent(models: BridgeModels): Promise<{ bridge: EditorBridge; server: BridgeServer }> {
  const server = new BridgeServer(models);
  servers.push(server);
  return { bridge: { ...(await server.start()), revisions: { lent: "lent/1" } }, server };
}

describe("models of the editor over the bridge", () => {
  it("answer in pieces, with tokens that are marked as estimates", async () => {
    const asked: unknown[] = [];
    const { bridge } = await lent(speaking(["Two ", "words."], asked));
    const pieces: string[] = [];
    const answer = await createEditorChatModel(configured, identity, bridge).complete(request, never, (piece) =>
      pieces.push(piece),
    );
    expect(answer).toMatchObject({
      text: "Two words.",
      finish: "stop",
      usage: { promptTokens: 7, completionTokens: 2, estimated: true },
    });
    expect(pieces.join("")).toBe("Two words.");
    expect(asked).toMatchObject([{ model: "lent", temperature: 0.2, max_completion_tokens: 20 }]);
  });

  it("refuse whoever does not know the token, and pages of a browser", async () => {
    const { bridge } = await lent(speaking([]));
    const status = async (headers: Record<string, string>): Promise<number | undefined> =>
      new Promise((resolve, reject) => {
        http
          .get(`${bridge.url}/models`, { headers }, (response) => {
            response.resume();
            resolve(response.statusCode);
          })
          .on("error", reject);
      });
    const authorization = `Bearer ${bridge.token}`;
    expect(await status({})).toBe(401);
    expect(await status({ authorization: "Bearer x" })).toBe(401);
    expect(await status({ authorization })).toBe(200);
    expect(await status({ authorization, host: "evil.example" })).toBe(403);
    expect(await status({ authorization, origin: "https://evil.example" })).toBe(403);
  });

  it.each([
    [
      403,
      "no_permission",
      /does not let Preceptor ask lent \(the editor's own words\)/u,
      /Manage Language Model Access/u,
    ],
    [404, "model_not_found", /has no model lent any more/u, /enable the extension that offers it/u],
    [429, "insufficient_quota", /The plan behind lent allows no more questions for now/u, /Wait until it does/u],
  ])(
    "that refuse with %i need a person, who is told what to do in the editor",
    async (status, code, message, remedy) => {
      let asked = 0;
      const { bridge } = await lent({
        names: async () => [],
        ask: async () => {
          asked += 1;
          throw new BridgeFault(status, code, "the editor's own words");
        },
      });
      const thrown: unknown = await createEditorChatModel(configured, identity, bridge)
        .complete(request, never)
        .catch((fault: unknown) => fault);
      if (!(thrown instanceof PersonNeeded)) throw thrown;
      expect(thrown).toMatchObject({ kind: "person-needed", need: "editor" });
      expect(thrown.message).toMatch(message);
      expect(thrown.details.remedy).toMatch(remedy);
      expect(`${thrown.message} ${thrown.details.remedy}`).not.toMatch(/key|doctor|127\.0\.0\.1/iu);
      expect(asked).toBe(1);
    },
  );

  it("stop when nobody waits any more", async () => {
    let aborted = false;
    const controller = new AbortController();
    const { bridge } = await lent({
      names: async () => [],
      ask: async (_request, signal) => {
        // Earlier, the question might not have arrived.
        setTimeout(() => controller.abort(), 100);
        return new Promise((_resolve, reject) => {
          signal.addEventListener("abort", () => {
            aborted = true;
            reject(new Error("aborted"));
          });
        });
      },
    });
    const model = createEditorChatModel(configured, identity, bridge);
    const waiting = model.complete(request, controller.signal);
    await expect(waiting).rejects.toMatchObject({ kind: "cancelled" });
    await expect.poll(() => aborted).toBe(true);
  });

  it("need a person once their window is closed, and where there is no editor", async () => {
    const { bridge, server } = await lent(speaking(["x"]));
    server.dispose();
    const model = createEditorChatModel(configured, identity, bridge);
    await expect(model.complete(request, never)).rejects.toMatchObject({ need: "editor" });
    expect(() => createEditorChatModel(configured, identity, null)).toThrow(PersonNeeded);
  });
});

describe("before a run starts, the editor's models that it asks", () => {
  const editor = (answers: { [name: string]: boolean | undefined }, after?: boolean) => {
    const tried: string[] = [];
    const models: LentModels<string> = {
      names: async () => Object.keys(answers),
      find: async (name) => (name in answers ? name : null),
      maySend: (model) => (tried.includes(model) ? after : answers[model]),
      tryOnce: async (model) => {
        tried.push(model);
      },
    };
    return { models, tried };
  };

  it("are there and may be asked; a person who has not decided is asked once each, within the click", async () => {
    const { models, tried } = editor({ allowed: true, undecided: undefined }, true);
    expect(await admitModels(["allowed", "undecided"], models)).toBeNull();
    expect(tried).toEqual(["undecided"]);
  });

  it("are told apart when they are missing or refused, and then nothing is asked of anybody", async () => {
    const { models, tried } = editor({ refused: false, undecided: undefined, other: true });
    expect(await admitModels(["undecided", "absent"], models)).toEqual({
      why: "missing",
      name: "absent",
      offered: ["refused", "undecided", "other"],
    });
    expect(await admitModels(["undecided", "refused"], models)).toEqual({ why: "refused", name: "refused" });
    expect(tried).toEqual([]);
  });

  it("are refused when the person says no to the question", async () => {
    const denied = editor({ undecided: undefined }, false);
    expect(await admitModels(["undecided"], denied.models)).toEqual({ why: "refused", name: "undecided" });
    // An editor that does not keep the answer has let the question through.
    const unkept = editor({ undecided: undefined });
    expect(await admitModels(["undecided"], unkept.models)).toBeNull();
  });
});

describe("a run that is taught by a model of the editor", () => {
  const short = shortConfiguration(["math"], { quota: 4, rounds: 1 });
  const configuration = {
    ...short,
    models: { ...short.models, teacher: { provider: "editor" as const, name: "lent" } },
    instructor: "teacher",
    budget: { calls: 200 },
  };

  async function run(folder: string, id: string | null, bridge: EditorBridge | null): Promise<[string, RunState]> {
    const project = await openProject(folder, environmentSecrets({}), bridge);
    const open = await openRun(project, { run: id, filter: null, fresh: false, watcher: silent, signal: never });
    try {
      return [open.services.run.id, await runLoop(open.services, { until: "instruct", iterations: null })];
    } finally {
      await open.close();
    }
  }

  it("waits for a person when the window closes, and goes on when it is lent one again", async () => {
    const project = makeProject(configuration);
    made.push(project);
    let calls = 0;
    const first = await lent({
      names: async () => ["lent"],
      ask: async (_request, _signal, onText) => {
        calls += 1;
        if (calls === 4) first.server.dispose();
        onText("There is nothing to say.");
        return { promptTokens: 5, completionTokens: 6 };
      },
    });
    const [id, stopped] = await run(project.folder, null, first.bridge);
    expect(stopped).toMatchObject({ state: "needs-person", stage: "instruct", need: { kind: "editor" } });
    expect(stopped.need?.message).toContain("The editor's models are gone");

    const again: unknown[] = [];
    const second = await lent(speaking(["Nothing."], again));
    const [, done] = await run(project.folder, id, second.bridge);
    expect(done.state).toBe("done");
    expect(again.length).toBeGreaterThan(0);
    const ledger = readRecords(`${project.folder}/.preceptor/runs/${id}/ledger.jsonl`).map(parseLedgerEntry);
    const asked = ledger.filter(({ purpose }) => purpose === "instructor");
    expect(asked[0]).toMatchObject({ model: identity, usage: { estimated: true }, cost: null });
    // What was answered before the window closed is not asked again.
    expect(new Set(asked.map(({ key }) => key)).size).toBe(asked.length);
  });

  it("stops at its cap in calls, which it must have", async () => {
    const project = makeProject({ ...configuration, budget: { calls: 30 } });
    made.push(project);
    const asked: unknown[] = [];
    const { bridge } = await lent(speaking(["Nothing."], asked));
    const [id, state] = await run(project.folder, null, bridge);
    expect(state).toMatchObject({ state: "needs-person", stage: "instruct", need: { kind: "budget" } });
    expect(asked.length).toBeGreaterThan(0);
    // Calls of the built-in student count as well.
    const ledger = readRecords(`${project.folder}/.preceptor/runs/${id}/ledger.jsonl`).map(parseLedgerEntry);
    expect(ledger.filter(({ cached }) => !cached)).toHaveLength(30);
    const unbounded = makeProject({ ...configuration, budget: { amount: 5 } });
    made.push(unbounded);
    await expect(openProject(unbounded.folder, environmentSecrets({}))).rejects.toMatchObject({
      kind: "configuration",
      details: { field: "budget", remedy: "Add `calls` to `budget`." },
    });
  });

  it("says on the command line that it needs the editor", async () => {
    const project = makeProject(configuration);
    made.push(project);
    const { code, stdout, stderr } = await preceptor(["iterate", "--project", project.folder, "--yes"]);
    expect(code).toBe(3);
    expect(`${stdout}${stderr}`).toMatch(
      /one of the editor's: it answers only to runs that are started in the editor/u,
    );
  }, 60_000);
});
