import { spawn } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  launchRunner,
  logOfLaunch,
  removeOldLogs,
  runnerArguments,
  runnerEnvironment,
  handedLine,
  type StartedProcess,
} from "../../src/vscode/runner/launch.js";
import { findNode, UnusableNode } from "../../src/vscode/runner/node.js";
import { installRunner, noteUse, removeOldRunners } from "../../src/vscode/runner/runnerFolder.js";
import { Launches, openProjectStore } from "../../src/adapters/store/index.js";
import { until } from "../cli/helpers.js";
import { makeProject, root, shortConfiguration, temporaryFolder } from "../support/project.js";

const dist = path.join(root, "dist");
const own = { file: process.execPath, version: process.versions.node };

describe("the runner's copy", () => {
  const made = temporaryFolder();
  afterAll(() => made.remove());

  test("has everything that a run needs, and nothing of the extension", async () => {
    const { folder, script } = await installRunner(dist, made.folder);
    expect(path.basename(folder)).toMatch(/^runner-[\d.]+-[0-9a-f]{12}$/u);
    const names = readdirSync(folder);
    expect(names).toEqual(
      expect.arrayContaining(["cli.js", "trainWorker.js", "encoderWorker.js", "demo", "prompts", "python", "schemas"]),
    );
    expect(names.filter((name) => /extension|engineWorker|webview|\.map$|\.vsix$/u.test(name))).toEqual([]);
    const child = spawn(process.execPath, [script, "demo", "--help"], { cwd: made.folder });
    expect(await new Promise((resolve) => child.on("close", resolve))).toBe(0);
  });

  test("is made once, by two windows at once, too, and again when a file changed", async () => {
    const other = temporaryFolder();
    try {
      const built = path.join(other.folder, "dist");
      mkdirSync(built);
      const build = (content: string, hash: string): void => {
        writeFileSync(path.join(built, "cli.js"), content);
        writeFileSync(path.join(built, "runner.json"), JSON.stringify({ version: "1.0.0", hash, files: ["cli.js"] }));
      };
      build("one", "aaa");
      const storage = path.join(other.folder, "storage");
      mkdirSync(storage);
      const [first, second] = await Promise.all([installRunner(built, storage), installRunner(built, storage)]);
      expect(second).toEqual(first);
      const { ino } = statSync(first.script);
      expect((await installRunner(built, storage)).script).toBe(first.script);
      expect(statSync(first.script).ino).toBe(ino);
      build("two", "bbb");
      const rebuilt = await installRunner(built, storage);
      expect(rebuilt.folder).not.toBe(first.folder);
      expect(readFileSync(rebuilt.script, "utf8")).toBe("two");
      expect(readdirSync(storage).filter((name) => name.endsWith(".tmp"))).toEqual([]);

      // The older one goes when nobody uses it.
      await noteUse(first, 4711);
      expect(await removeOldRunners(storage, rebuilt, (pid) => pid === 4711)).toEqual([]);
      // What a crash left goes after a while; another window may be copying now.
      const [fresh, left] = ["x", "y"].map((name) => path.join(storage, `runner-1.0.0-${name}.tmp`)) as [
        string,
        string,
      ];
      mkdirSync(fresh);
      mkdirSync(left);
      utimesSync(left, new Date(0), new Date(0));
      expect(await removeOldRunners(storage, rebuilt, () => false)).toEqual([
        path.basename(first.folder),
        path.basename(left),
      ]);
      expect(existsSync(rebuilt.script)).toBe(true);
    } finally {
      other.remove();
    }
  });

  test("a list that names files elsewhere is refused", async () => {
    const other = temporaryFolder();
    try {
      const list = { version: "1.0.0", hash: "abc", files: ["../../outside"] };
      writeFileSync(path.join(other.folder, "runner.json"), JSON.stringify(list));
      await expect(installRunner(other.folder, path.join(other.folder, "storage"))).rejects.toThrow();
      writeFileSync(path.join(other.folder, "runner.json"), JSON.stringify({ ...list, files: ["a"], version: "../x" }));
      await expect(installRunner(other.folder, path.join(other.folder, "storage"))).rejects.toThrow();
    } finally {
      other.remove();
    }
  });
});

describe("its command line", () => {
  test("is an array; a project's name is never more than an argument, and a secret is none", () => {
    const words = runnerArguments("/r/cli.js", "/a b; rm -rf $HOME", { command: "resume", run: "run-2" });
    expect(words).toEqual([
      "/r/cli.js",
      ...["resume", "run-2", "--project", "/a b; rm -rf $HOME", "--json", "--yes", "--secrets-on-stdin"],
    ]);
    expect(runnerArguments("/r/cli.js", "/p", { command: "iterate" })[1]).toBe("iterate");
    expect(handedLine({ secrets: { KEY: "a\nb" } })).toBe('{"secrets":{"KEY":"a\\nb"}}\n');
  });

  test("has the person's environment without the editor's own", () => {
    const environment = { PATH: "/bin", VSCODE_IPC_HOOK: "x", ELECTRON_RUN_AS_NODE: "1", NODE_OPTIONS: "--inspect" };
    expect(runnerEnvironment(environment, { environment: {} })).toEqual({ PATH: "/bin", NO_COLOR: "1" });
    const electron = runnerEnvironment(environment, { environment: { ELECTRON_RUN_AS_NODE: "1" } });
    expect(electron["ELECTRON_RUN_AS_NODE"]).toBe("1");
  });
});

describe("the Node that runs it", () => {
  const made = temporaryFolder();
  afterAll(() => made.remove());
  const program = (name: string, text: string): string => {
    const file = path.join(made.folder, name);
    writeFileSync(file, `#!/bin/sh\n${text}\n`);
    chmodSync(file, 0o755);
    return file;
  };

  test("is the configured one, or none: a broken choice is told and not replaced", async () => {
    expect(await findNode(process.execPath, own)).toEqual({ ...own, environment: {} });
    await expect(findNode(path.join(made.folder, "absent"), own)).rejects.toThrow(UnusableNode);
    await expect(findNode(program("old", `echo '{"version":"18.20.0","file":"/x"}'`), own)).rejects.toThrow(
      "Node 18.20.0",
    );
    await expect(findNode(program("other", "echo hello"), own)).rejects.toThrow("hello");
  });

  test("else that of PATH when it is new enough, else the editor's own as plain Node", async () => {
    const before = process.env["PATH"];
    const electron = { file: "/opt/editor", version: "22.1.0" };
    try {
      program("node", `echo '{"version":"20.12.0","file":"/somewhere/node"}'`);
      process.env["PATH"] = `${made.folder}:/bin:/usr/bin`;
      expect(await findNode("", electron)).toEqual({ file: "/somewhere/node", version: "20.12.0", environment: {} });
      program("node", `echo '{"version":"20.11.1","file":"/somewhere/node"}'`);
      expect(await findNode("", electron)).toEqual({ ...electron, environment: { ELECTRON_RUN_AS_NODE: "1" } });
    } finally {
      process.env["PATH"] = before;
    }
  });
});

describe("a started runner", () => {
  const made = temporaryFolder();
  const logs = path.join(made.folder, "logs");
  const project = makeProject(shortConfiguration(["math"]));
  let runner: Awaited<ReturnType<typeof installRunner>>;
  beforeAll(async () => {
    runner = await installRunner(dist, made.folder);
  });
  afterAll(() => {
    made.remove();
    project.remove();
  });
  const noted: StartedProcess[] = [];
  const launch = async (folder: string): ReturnType<typeof launchRunner> =>
    launchRunner({
      runner,
      node: { ...own, environment: {} },
      project: folder,
      work: { command: "iterate" },
      handed: { secrets: { SOME_KEY: "never-written-down" } },
      logs,
      environment: process.env,
      note: async (started) => {
        noted.push(started);
        await new Launches((await openProjectStore(folder)).folder).note({ ...started, run: null, ended: -1 });
      },
    });

  test("is the leader of its own group, runs from the copy, and leaves no secret anywhere", async () => {
    const { id, pid, log, result, ended } = await launch(project.folder);
    expect(noted).toEqual([{ id, pid, log, result }]);
    if (process.platform === "linux") {
      const status = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ");
      expect(Number(status?.[2]), "process group").toBe(pid);
      expect(readFileSync(`/proc/${pid}/cmdline`, "utf8")).toContain(runner.script);
      for (const place of ["cmdline", "environ"]) {
        expect(readFileSync(`/proc/${pid}/${place}`, "utf8")).not.toContain("never-written-down");
      }
    }
    expect(await removeOldRunners(made.folder, { folder: "another", script: "" })).toEqual([]);
    expect(await ended).toBe(0);
    expect(await logOfLaunch(logs, id)).toBe(log);
    expect(await logOfLaunch(logs, "another")).toBeNull();
    expect(JSON.parse(readFileSync(result, "utf8"))).toMatchObject({ run: "run-1", state: { state: "done" } });
    expect(readFileSync(log, "utf8")).toContain("report");
    for (const folder of [logs, project.folder]) {
      for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
        const file = path.join(folder, name);
        if (statSync(file).isFile()) expect(readFileSync(file, "utf8"), name).not.toContain("never-written-down");
      }
    }
    const journal = readFileSync(path.join(project.folder, ".preceptor", "runs", "run-1", "journal.jsonl"), "utf8");
    expect(journal).toContain(`"type":"runner-started","pid":${pid},"launch":"${id}"`);
  });

  test("that cannot begin a run says why", async () => {
    const empty = temporaryFolder();
    try {
      const { ended, result } = await launch(empty.folder);
      expect(await ended).toBe(2);
      const document: unknown = JSON.parse(readFileSync(result, "utf8"));
      expect(document).toMatchObject({ fault: { kind: "usage", message: "There is no project here." } });
    } finally {
      empty.remove();
    }
  });

  test("that cannot be noted is not told to begin, and ends", async () => {
    const { folder } = temporaryFolder();
    const pids: number[] = [];
    const launched = launchRunner({
      ...{ runner, node: { ...own, environment: {} }, project: folder, work: { command: "iterate" } },
      ...{ handed: { secrets: {} }, logs, environment: process.env },
      note: async ({ pid }) => {
        pids.push(pid);
        throw new Error("The disk is full.");
      },
    });
    await expect(launched).rejects.toThrow("The disk is full.");
    await until(() => {
      try {
        return !process.kill(pids[0] ?? 0, 0);
      } catch {
        return true;
      }
    });
  });

  test("keeps the newest logs", async () => {
    const other = path.join(made.folder, "many");
    mkdirSync(other);
    for (let index = 100; index < 160; index += 1) {
      for (const end of ["json", "log"]) writeFileSync(path.join(other, `2026-${index}-1.${end}`), "");
    }
    await removeOldLogs(other);
    const names = readdirSync(other).sort();
    expect(names).toHaveLength(100);
    expect(names[0]).toBe("2026-110-1.json");
  });
});
