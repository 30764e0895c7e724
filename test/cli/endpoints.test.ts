import { createServer } from "node:http";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { ConfigurationInput } from "../../src/engine/configuration/index.js";
import { startFaultServer, type FaultServer } from "../support/faultServer.js";
import { makeProject, preceptor, shortConfiguration } from "../support/project.js";
import { configure, faultOf, recordsOf, run, runFile } from "./helpers.js";
import { readFileSync } from "node:fs";

const key = "sk-test-4f1d";
let server: FaultServer;
beforeAll(async () => {
  server = await startFaultServer({ answer: () => "The answer is 42.", apiKey: key, models: ["student"] });
});
afterAll(async () => server.close());

const made: { remove(): void }[] = [];
afterEach(() => {
  for (const each of made.splice(0)) each.remove();
});

type Model = Extract<ConfigurationInput["models"][string], { provider: "openai" }>;

function project(change: Partial<Model> = {}, rest: Partial<ConfigurationInput> = {}): string {
  const target: Model = {
    provider: "openai",
    endpoint: server.baseUrl,
    name: "student",
    apiKey: "${env:TEST_KEY}",
    price: { input: 0, output: 0 },
    timeouts: { attempts: 1 },
    ...change,
  };
  const { models, ...configuration } = shortConfiguration(["math"], rest);
  const each = makeProject({ ...configuration, models: { ...models, target }, target: "target" });
  made.push(each);
  return each.folder;
}

interface State {
  readonly state: string;
  readonly need: { readonly kind: string; readonly message: string } | null;
}

describe("a key", () => {
  it.each<[string, Record<string, string>, RegExp]>([
    ["that is missing", {}, /TEST_KEY/u],
    ["that is wrong", { TEST_KEY: "sk-wrong-77aa" }, /key/iu],
  ])("%s makes the run wait with 3; once it is set, the run goes on", async (_name, env, message) => {
    const folder = project();
    const args = ["evaluate", "--limit", "4", "--project", folder];
    const first = await run(args, { env });
    expect(first.code, first.stderr).toBe(3);
    const { state, need } = first.document["state"] as State;
    expect([state, need?.kind]).toEqual(["needs-person", "secret"]);
    expect(need?.message).toMatch(message);
    expect(need?.message).toContain("models.target.apiKey");
    const everything =
      first.stderr + JSON.stringify(first.document) + readFileSync(runFile(folder, "run-1", "journal.jsonl"), "utf8");
    expect(everything).not.toContain("sk-wrong-77aa");
    const status = await preceptor(["status", "run-1", "--project", folder]);
    expect(status.stdout).toContain("needs-person");

    const done = await run(["evaluate", "--run", "run-1", "--project", folder], { env: { TEST_KEY: key } });
    expect([done.code, (done.document["state"] as State).state]).toEqual([0, "done"]);
    expect(recordsOf(folder, "run-1", "stages", "0-evaluate", "responses.jsonl")).toHaveLength(4);
    expect(recordsOf(folder, "run-1", "ledger.jsonl")).toHaveLength(4);
    // A served model that nobody here can train waits for a person, too.
    const train = await run(["resume", "run-1", "--project", folder], { env: { TEST_KEY: key } });
    expect([train.code, (train.document["state"] as State).need?.kind]).toEqual([3, "training"]);
    expect((train.document["state"] as State).need?.message).toMatch(/train/iu);
  });
});

it("a key that the instructor's server refuses ends a try-out with 3", async () => {
  const folder = project();
  const price = { input: 0, output: 0 };
  const big: Model = {
    provider: "openai",
    endpoint: server.baseUrl,
    name: "student",
    apiKey: "${env:OTHER_KEY}",
    price,
  };
  configure(folder, ({ models }) => ({ models: { ...models, big }, instructor: "big" }));
  const env = { TEST_KEY: key, OTHER_KEY: "sk-wrong-77aa" };
  const found = await faultOf(["generate", "--try", "1", "--limit", "4", "--project", folder], { env });
  expect([found.code, found.kind, found.field]).toEqual([3, "authentication", "models.big.apiKey"]);
});

describe("an endpoint that does not answer as one ends the run with 1", () => {
  const html = createServer((_request, response) => {
    response.writeHead(200, { "content-type": "text/html" });
    response.end("<!doctype html><title>Router login</title>");
  });
  let page = "";
  beforeAll(async () => {
    await new Promise<void>((resolve) => html.listen(0, "127.0.0.1", resolve));
    const address = html.address();
    page = typeof address === "object" && address !== null ? `http://127.0.0.1:${address.port}/v1` : "";
  });
  afterAll(() => html.close());

  it.each<[string, () => Partial<Model>, RegExp, boolean, string]>([
    ["a web page", () => ({ endpoint: page }), /endpoint|\/v1|HTML/u, true, "endpoint"],
    ["nobody listening", () => ({ endpoint: "http://127.0.0.1:9/v1" }), /127\.0\.0\.1:9/u, true, "endpoint"],
    [
      "a host without an address",
      () => ({ endpoint: "http://no-such-host.invalid/v1" }),
      /no-such-host\.invalid/u,
      true,
      "endpoint",
    ],
    ["a model that is not served", () => ({ name: "studnet" }), /studnet/u, false, "name"],
  ])("%s", async (_name, change, shown, listed, field) => {
    const folder = project(change());
    const env = { TEST_KEY: key };
    const found = await faultOf(["evaluate", "--limit", "2", "--project", folder], { env });
    expect([found.code, found.kind], JSON.stringify(found)).toEqual([1, "endpoint"]);
    expect(JSON.stringify(found)).toMatch(shown);
    expect(found.field).toBe(`models.target.${field}`);
    expect(found.remedy).toMatch(/\w{3}/u);
    const status = await run(["status", "run-1", "--project", folder]);
    expect([status.code, status.document["state"]]).toEqual([0, "failed"]);
    const doctor = await run(["doctor", "--project", folder], { env });
    const findings = doctor.document["findings"] as { what: string; state: string }[];
    const state = findings.find(({ what }) => what === "Model target")?.state;
    // Some servers answer to names that they do not list, so that is no proof.
    expect([doctor.code, state], JSON.stringify(findings)).toEqual(listed ? [1, "bad"] : [0, "warning"]);

    configure(folder, ({ models }) => ({
      models: { ...models, target: { ...models["target"], endpoint: server.baseUrl, name: "student" } as Model },
    }));
    const repaired = await run(["evaluate", "--run", "run-1", "--project", folder], { env });
    expect(repaired.code, repaired.stderr).toBe(0);
  });
});

describe("money", () => {
  it("is not spent on a target before an instructor whose price nobody knows is refused", async () => {
    const folder = project();
    configure(folder, ({ models }) => ({
      models: { ...models, big: { provider: "openai", endpoint: server.baseUrl, name: "big" } },
      instructor: "big",
    }));
    const env = { TEST_KEY: key };
    const asked = server.received.length;
    for (const args of [
      ["iterate", "--yes"],
      ["generate", "--try", "2", "--yes"],
    ]) {
      const found = await faultOf([...args, "--limit", "2", "--project", folder], { env });
      expect([found.code, found.kind, found.field]).toEqual([2, "configuration", "models.big.price"]);
      expect([found.file, found.remedy]).toEqual([
        expect.stringMatching(/preceptor\.json$/u),
        expect.stringMatching(/budget/u),
      ]);
    }
    expect(server.received.length).toBe(asked);
    const base = await run(["evaluate", "--limit", "2", "--project", folder], { env });
    expect(base.code, base.stderr).toBe(0);
  });

  it("is not spent unattended without --yes", async () => {
    const folder = project({ price: { input: 1, output: 2 } }, { budget: { amount: 5, currency: "USD" } });
    const env = { TEST_KEY: key };
    const args = ["evaluate", "--limit", "2", "--project", folder];
    const asked = server.received.length;
    const found = await faultOf(args, { env });
    expect([found.code, found.kind]).toEqual([3, "person-needed"]);
    expect(found.message).toMatch(/at most 5 USD/u);
    expect(found.remedy).toMatch(/--yes/u);
    expect(server.received.length).toBe(asked);
    expect((await run(["status", "--project", folder])).document).toEqual({ runs: [] });
    const done = await run([...args, "--yes"], { env });
    expect(done.code, done.stderr).toBe(0);
    expect((done.document["spent"] as { currency: number }).currency).toBeGreaterThan(0);
  });

  it("is not spent by a try-out either", async () => {
    const folder = project({ price: { input: 1, output: 2 } }, { budget: { amount: 5, currency: "USD" } });
    const found = await faultOf(["generate", "--try", "2", "--project", folder], { env: { TEST_KEY: key } });
    expect([found.code, found.kind]).toEqual([3, "person-needed"]);
  });
});
