import { spawn, type ChildProcess } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { PassThrough } from "node:stream";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { readHanded } from "../../src/cli/handed.js";
import { Fault } from "../../src/engine/fault.js";
import { startFaultServer, type FaultServer } from "../support/faultServer.js";
import { cli, makeProject, preceptor, root, shortConfiguration } from "../support/project.js";

const secret = "sk-handed-6f1c2b9d04e7";

describe("a line on standard input", () => {
  const read = async (text: string | null, ms?: number): Promise<unknown> => {
    const input = new PassThrough();
    if (text !== null) input.end(text);
    return readHanded(input, ms).catch((thrown: unknown) => thrown);
  };

  it("hands over secrets, and the address of a bridge where there is one", async () => {
    expect(await read(`{"secrets": {"A_KEY": "${secret}"}}\nmore`)).toEqual({ secrets: { A_KEY: secret } });
    const bridge = { url: "http://127.0.0.1:4001/v1", token: "t", revisions: { m: "m/1" } };
    expect(await read(JSON.stringify({ secrets: {}, bridge }))).toEqual({ secrets: {}, bridge });
  });

  it("is read piece by piece, and its pipe may stay open", async () => {
    const input = new PassThrough();
    const handed = readHanded(input);
    for (const piece of ['{"secrets": {"KEY": "', "ä".repeat(40), '"}}\n']) {
      for (const byte of Buffer.from(piece)) input.write(Buffer.from([byte]));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await handed).toEqual({ secrets: { KEY: "ä".repeat(40) } });
  });

  it.each<[string, string | null]>([
    ["an empty line", "\n"],
    ["an empty line", ""],
    ["a line that is not JSON", `${secret}\n`],
    ["a line that is not JSON", `{"secrets": {"KEY": "${secret}"}\n`],
    ["a wrong or missing value", `"${secret}"\n`],
    ["a wrong or missing value in secrets", "{}\n"],
    ["a wrong or missing value in secrets", `{"secrets": {"KEY": {"${secret}": 1}}}\n`],
    ["a wrong or missing value in secrets", `{"secrets": {"not a name ${secret}": "x"}}\n`],
    ["a wrong or missing value in secrets", '{"secrets": {"KEY": ""}}\n'],
    ["an unknown field", `{"secrets": {}, "${secret}": "x"}\n`],
    ["a wrong or missing value in bridge", `{"secrets": {}, "bridge": {"url": "file:///x", "token": "${secret}"}}\n`],
    ["no line in 0.05 seconds", null],
    ["a line without an end", `{"secrets": {"KEY": "${secret.repeat(60_000)}`],
  ])("that is %s is a fault that shows nothing of it (%#)", async (found, text) => {
    const fault = await read(text, 50);
    if (!(fault instanceof Fault)) throw new Error("expected a fault");
    expect(fault.details).toMatchObject({ field: "--secrets-on-stdin", found });
    expect(fault.details.remedy).toBeTruthy();
    expect(JSON.stringify([fault.message, fault.details, fault.stack, fault.cause])).not.toContain(secret);
  });
});

/** Processes below one, by number. */
function descendants(pid: number): number[] {
  const children = readdirSync("/proc")
    .filter((name) => /^\d+$/u.test(name))
    .map(Number)
    .filter((each) => parentOf(each) === pid);
  return [...children, ...children.flatMap(descendants)];
}

function parentOf(pid: number): number | null {
  // A process that ended meanwhile has no parent.
  const status = contentOf(`/proc/${pid}/stat`);
  return status === "" ? null : Number(/\) \S (\d+)/u.exec(status)?.[1]);
}

/** The content of a file; nothing where it is gone or belongs to somebody else. */
function contentOf(file: string): string {
  try {
    return readFileSync(file, "latin1");
  } catch {
    return "";
  }
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true, encoding: "utf8" })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
}

describe("a key that is handed over on standard input", () => {
  let server: FaultServer;
  let atWork: (() => void) | null = null;
  const made: { remove(): void }[] = [];
  beforeAll(async () => {
    server = await startFaultServer({
      answer: () => {
        atWork?.();
        return "The answer is 42.";
      },
      apiKey: secret,
    });
  });
  afterAll(async () => server.close());
  afterEach(() => {
    for (const each of made.splice(0)) each.remove();
  });

  function project(): string {
    const { models, ...rest } = shortConfiguration(["math"]);
    const target = {
      provider: "openai" as const,
      endpoint: server.baseUrl,
      name: "student",
      apiKey: "${secret:HANDED_KEY}",
      price: { input: 0, output: 0 },
      timeouts: { attempts: 1 },
    };
    const each = makeProject({ ...rest, models: { ...models, target }, target: "target" });
    made.push(each);
    return each.folder;
  }

  function start(
    args: readonly string[],
    line: string,
  ): { child: ChildProcess; ended: Promise<[number | null, string]> } {
    // Where CI is set, colours would be written also into a pipe.
    const env = { ...process.env, NO_COLOR: "1" };
    const child = spawn(process.execPath, [cli, ...args, "--secrets-on-stdin"], { cwd: root, env });
    // The other end stays open, as that of an editor may.
    child.stdin.write(line);
    let said = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (said += chunk.toString()));
    const ended = new Promise<[number | null, string]>((resolve) => child.on("close", (code) => resolve([code, said])));
    return { child, ended };
  }

  it.skipIf(process.platform !== "linux")(
    "is used, and is in no file, argument, environment or message (needs /proc)",
    async () => {
      const folder = project();
      const seen: string[] = [];
      const { child, ended } = start(
        ["evaluate", "--limit", "4", "--json", "--debug", "--project", folder],
        `${JSON.stringify({ secrets: { HANDED_KEY: secret }, bridge: { url: "http://127.0.0.1:9/v1", token: `t-${secret}` } })}\n`,
      );
      atWork = () => {
        for (const pid of [child.pid ?? 0, ...descendants(child.pid ?? 0)]) {
          seen.push(contentOf(`/proc/${pid}/cmdline`), contentOf(`/proc/${pid}/environ`));
        }
      };
      const [code, said] = await ended;
      atWork = null;
      expect(code, said).toBe(0);
      expect(seen.filter((text) => text !== "").length).toBeGreaterThan(1);
      expect(seen.join("\n")).toContain("--secrets-on-stdin");
      for (const text of [...seen, said]) expect(text).not.toContain(secret);
      const files = filesBelow(folder);
      expect(files.map((file) => path.basename(file))).toEqual(expect.arrayContaining(["run.json", "journal.jsonl"]));
      for (const file of files) expect(readFileSync(file, "latin1"), file).not.toContain(secret);
    },
  );

  it("that is wrong is named by its reference only, also where the server repeats it", async () => {
    const folder = project();
    const wrong = "sk-wrong-0b7d51aa93c2";
    const line = `${JSON.stringify({ secrets: { HANDED_KEY: wrong } })}\n`;
    const [code, said] = await start(["evaluate", "--limit", "2", "--project", folder], line).ended;
    expect([code, said]).toEqual([3, expect.stringMatching(/key/iu)]);
    expect(said).not.toContain(wrong);
    for (const file of filesBelow(folder)) expect(readFileSync(file, "latin1"), file).not.toContain(wrong);
  });

  it.each(["iterate", "resume run-1", "evaluate", "train", "generate", "contrast", "doctor", "import x.jsonl"])(
    "%s reads it first; what it cannot read is a fault with 2 and starts no run",
    async (command) => {
      const folder = project();
      const [code, said] = await start([...command.split(" "), "--project", folder], `not ${secret}\n`).ended;
      expect([code, said]).toEqual([2, expect.stringMatching(/--secrets-on-stdin[^]*not JSON/u)]);
      expect(said).not.toContain(secret);
      expect(readdirSync(folder)).not.toContain(".preceptor");
    },
  );

  it("counts for doctor, which says without it that the key is not set", async () => {
    const folder = project();
    const line = `${JSON.stringify({ secrets: { HANDED_KEY: secret } })}\n`;
    const [code, said] = await start(["doctor", "--project", folder], line).ended;
    expect(said).toMatch(/✓ Model target: student is served|! Model target: .* does not list student/u);
    expect(code).toBe(0);
    const without = await preceptor(["doctor", "--project", folder]);
    expect([without.code, without.stdout]).toEqual([1, expect.stringContaining("HANDED_KEY")]);
  });

  it("is not waited for without the option", async () => {
    const { code, stderr } = await preceptor(["evaluate", "--limit", "2", "--project", project()]);
    expect([code, stderr]).toEqual([3, expect.any(String)]);
  });
});
