import { type ChildProcess, spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { homedir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createCodeRunner, probeSandbox } from "../../src/adapters/sandbox/index.js";
import type { CodeRunner, CodeVerdict, SandboxLayer } from "../../src/engine/seams/index.js";
import { type Host, hostilePrograms } from "./hostile.js";

const signal = new AbortController().signal;
const { reasons } = await probeSandbox();
const works = (layer: SandboxLayer): boolean => {
  const title = layer === "bubblewrap" ? /^bubblewrap[^:]*: works/u : /^Landlock[^:]*: works/u;
  return reasons.some((reason) => title.test(reason));
};

describe.each<SandboxLayer>(["bubblewrap", "landlock"])("hostile programs under %s", (layer) => {
  let folder = "";
  let canary: ChildProcess;
  let server: Server;
  let runner: CodeRunner;
  const datagrams = createSocket("udp4");
  let reached = 0;
  // Places in the table exist before the host does; the programs are made in `beforeAll`.
  const names = hostilePrograms({ secret: "", folder: "", process: 0, port: 0 }).map(({ name }) => name);
  let host: Host;
  const verdicts = new Map<string, { verdict: CodeVerdict; outcomes: readonly string[] }>();

  beforeAll(async () => {
    if (!works(layer)) return;
    process.env["PRECEPTOR_CANARY"] = "secret";
    // In the home, which a program must not reach on any layer.
    folder = mkdtempSync(join(homedir(), ".preceptor-canary-"));
    mkdirSync(join(folder, "open"), { mode: 0o777 });
    writeFileSync(join(folder, "secret"), "secret", { mode: 0o644 });
    canary = spawn("sleep", ["600"]);
    server = createServer((socket) => {
      reached += 1;
      socket.destroy();
    });
    datagrams.on("message", () => {
      reached += 1;
    });
    const port = await new Promise<number>((resolve) => {
      server.listen(0, "127.0.0.1", () => {
        const address = server.address();
        resolve(typeof address === "object" && address !== null ? address.port : 0);
      });
    });
    await new Promise<void>((resolve) => datagrams.bind(port, "127.0.0.1", resolve));
    host = { secret: join(folder, "secret"), folder: join(folder, "open"), process: canary.pid ?? 0, port };
    runner = await createCodeRunner({ allow: [layer], workers: 4, limits: { memoryMb: 512 } });
    await Promise.all(
      hostilePrograms(host).map(async ({ name, program, outcomes }) => {
        const verdict = await runner.run(
          {
            program,
            entryPoint: "f",
            tests: { imports: [], setup: "", kind: "assertions", code: ["assert f(2) == 5"] },
            // The others end by themselves, on a busy machine later.
            timeoutMs: outcomes.includes("timeout") ? 1500 : 10_000,
          },
          signal,
        );
        verdicts.set(name, { verdict, outcomes });
      }),
    );
  });

  afterAll(async () => {
    if (!works(layer)) return;
    await runner.close();
    canary.kill();
    server.close();
    datagrams.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it.skipIf(!works(layer)).each(names)(`is not harmed or deceived by: %s (needs ${layer})`, (name) => {
    const judged = verdicts.get(name);
    expect(judged?.outcomes, JSON.stringify(judged?.verdict)).toContain(judged?.verdict.outcome);
  });

  it.skipIf(!works(layer))(`leaves the host as it was (needs ${layer})`, async () => {
    expect(readFileSync(host.secret, "utf8")).toBe("secret");
    expect(readdirSync(host.folder)).toEqual([]);
    expect(canary.exitCode ?? canary.signalCode).toBeNull();
    expect(reached).toBe(0);
    const after = await runner.run(
      {
        program: "import os\ndef f(n):\n    return os.listdir('.')",
        entryPoint: "f",
        tests: { imports: [], setup: "", kind: "assertions", code: ["assert f(0) == []"] },
        timeoutMs: 5000,
      },
      signal,
    );
    expect(after.outcome).toBe("passed");
  });
});
