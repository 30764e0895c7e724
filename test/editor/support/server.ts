import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import net from "node:net";
import path from "node:path";
import { installEditor } from "../../../scripts/lib/editor.mjs";
import { endProcessesOf, kill, until } from "./processes.js";
import { runFolder } from "./run.js";

export interface ServerOptions {
  /** An extension package to install, as a user would. */
  readonly vsix?: string | undefined;
  /** Folders of unpacked extensions to load as they are. */
  readonly link?: readonly string[] | undefined;
  /** Every workspace is trusted; with false, new ones open in restricted mode, without a question. Default true. */
  readonly trust?: boolean | undefined;
  /** User settings on top of the quiet ones below. */
  readonly settings?: Readonly<Record<string, unknown>> | undefined;
  /** Environment of the server, hence of the extension host. */
  readonly env?: Readonly<Record<string, string>> | undefined;
}

export const bridgeFolder = path.join(import.meta.dirname, "bridge");

/** No network, no tips, no competing panes: what a test sees is what it asked for. */
const quietSettings = {
  "extensions.autoCheckUpdates": false,
  "extensions.autoUpdate": false,
  "extensions.ignoreRecommendations": true,
  "git.enabled": false,
  "npm.fetchOnlinePackageInfo": false,
  // The editor would start a shell now and then to look for ports.
  "remote.autoForwardPorts": false,
  "telemetry.telemetryLevel": "off",
  "terminal.integrated.gpuAcceleration": "off",
  "update.mode": "none",
  "window.commandCenter": false,
  "workbench.colorTheme": "Dark Modern",
  "workbench.enableExperiments": false,
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "workbench.startupEditor": "none",
  "workbench.tips.enabled": false,
};

/** What was changed in an editor that several files share, with what it was before. */
export class Changes {
  readonly settings = new Map<string, unknown>();
  sideBar: number | undefined;
}

/** A running VS Code server with its own home, settings and extensions, which all vanish with it. */
export class EditorServer {
  /** Short, because unix sockets live in it and their paths may have about a hundred characters. */
  readonly root: string;
  readonly port: number;
  readonly token: string;
  readonly changes = new Changes();
  readonly #process: ChildProcess;

  private constructor(root: string, port: number, token: string, process: ChildProcess) {
    this.root = root;
    this.port = port;
    this.token = token;
    this.#process = process;
  }

  static async start(options: ServerOptions): Promise<EditorServer> {
    const { node, server } = installEditor();
    const root = mkdtempSync(path.join(runFolder(), "e"));
    for (const folder of ["t", "exts", "bridge", "suites", "data/User"])
      mkdirSync(path.join(root, folder), { recursive: true });
    writeFileSync(path.join(root, "config.yaml"), "");
    writeFileSync(path.join(root, "data/User/settings.json"), JSON.stringify(settingsOf(options)));
    const links = [bridgeFolder, ...(options.link ?? [])];
    for (const folder of links) symlinkSync(folder, path.join(root, "exts", nameOfExtension(folder)));
    const token = randomBytes(16).toString("hex");
    const env = environmentOf(root, token, options.env ?? {});
    const common = [server, "--config", path.join(root, "config.yaml"), "--user-data-dir", path.join(root, "data")];
    common.push("--extensions-dir", path.join(root, "exts"));
    if (options.vsix !== undefined) {
      const installed = spawnSync(node, [...common, "--install-extension", options.vsix, "--force"], {
        env,
        encoding: "utf8",
      });
      const said = `${installed.stdout}${installed.stderr}`;
      if (installed.status !== 0 || !said.includes("successfully installed")) {
        throw new Error(`${options.vsix} cannot be installed:\n${said}`);
      }
    }
    const port = await freePort();
    const words = [
      "--auth",
      "none",
      "--bind-addr",
      `127.0.0.1:${port}`,
      "--disable-telemetry",
      "--disable-update-check",
    ];
    words.push("--disable-getting-started-override", "--disable-proxy", "--ignore-last-opened");
    if (options.trust !== false) words.push("--disable-workspace-trust");
    const log = openSync(path.join(root, "server.log"), "a");
    const child = spawn(node, [...common, ...words], { env, cwd: root, detached: true, stdio: ["ignore", log, log] });
    closeSync(log);
    child.unref();
    const started = new EditorServer(root, port, token, child);
    try {
      await until("the editor's server", () => started.#isReady(), { timeout: 60_000 });
    } catch (error) {
      const said = started.log();
      await started.close();
      throw new Error(`The editor's server does not start:\n${said}`, { cause: error });
    }
    return started;
  }

  /** Where the extension host looks for bundled suites and leaves their results. */
  get suites(): string {
    return path.join(this.root, "suites");
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/`;
  }

  /** What the server has written so far. */
  log(): string {
    return readFileSync(path.join(this.root, "server.log"), "utf8");
  }

  /** The log files of extension hosts and of output channels, newest session last. */
  logs(): string[] {
    const folder = path.join(this.root, "data/logs");
    if (!existsSync(folder)) return [];
    return readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((name) => /(remoteexthost|output_logging|Preceptor|preceptor).*\.log$/.test(name))
      .sort()
      .map((name) => path.join(folder, name));
  }

  /** Ends the server and all that came from it, and removes its folder. */
  async close(): Promise<void> {
    if (this.#process.pid !== undefined) kill(-this.#process.pid);
    await until("the editor's processes to end", () => (endProcessesOf(this.root) === 0 ? true : undefined), {
      timeout: 10_000,
    });
    rmSync(this.root, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }

  async #isReady(): Promise<true | undefined> {
    if (this.#process.exitCode !== null) throw new Error(`It ended with code ${this.#process.exitCode}.`);
    try {
      return (await fetch(`${this.url}healthz`)).ok ? true : undefined;
    } catch {
      // Nobody listens yet.
      return undefined;
    }
  }
}

function settingsOf({ trust, settings }: ServerOptions): Record<string, unknown> {
  const restricted = { "security.workspace.trust.enabled": true, "security.workspace.trust.startupPrompt": "never" };
  return { ...quietSettings, ...(trust === false ? restricted : {}), ...settings };
}

/** Only what programs need of this environment: a developer's own settings and keys must not reach the tests. */
function environmentOf(root: string, token: string, more: Readonly<Record<string, string>>): Record<string, string> {
  return {
    PATH: process.env["PATH"] ?? "",
    LANG: "C.UTF-8",
    HOME: root,
    TMPDIR: path.join(root, "t"),
    XDG_RUNTIME_DIR: path.join(root, "t"),
    EXTENSIONS_GALLERY: JSON.stringify({ serviceUrl: "", itemUrl: "", resourceUrlTemplate: "" }),
    PRECEPTOR_TEST_BRIDGE: path.join(root, "bridge"),
    PRECEPTOR_TEST_TOKEN: token,
    PRECEPTOR_TEST_SUITES: path.join(root, "suites"),
    ...more,
  };
}

function nameOfExtension(folder: string): string {
  const manifest = JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8")) as Record<string, string>;
  return `${manifest["publisher"]}.${manifest["name"]}-${manifest["version"]}`.toLowerCase();
}

async function freePort(): Promise<number> {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("No free port.");
  return address.port;
}
