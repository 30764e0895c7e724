// A real VS Code for the tests, on machines that cannot download one: the npm package `code-server` brings the whole
// workbench with a real extension host, and Debian's Chromium shows it. All of it lives in a cache folder of its own,
// because it is ten times the size of everything else. Uses nothing but Node itself and `prepare.mjs`.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { root } from "./prepare.mjs";

/** Exact versions: this release of code-server is VS Code 1.139.1 and runs on exactly this major release of Node. */
const nodePackage = `node-${process.platform}-${process.arch}`;
const packages = { "code-server": "4.139.1", [nodePackage]: "24.21.0" };

/** Programs with the Debian packages that bring them, as `requireSystemPackages` takes them. */
export const editorSystemPackages = [["chromium", "chromium", "fonts-dejavu-core"]];

const recipe = createHash("sha256")
  .update(JSON.stringify([packages, 2]))
  .digest("hex")
  .slice(0, 12);

/** The folder that holds the editor; `PRECEPTOR_EDITOR_CACHE` puts it elsewhere, for instance to share it. */
const cache = resolve(process.env["PRECEPTOR_EDITOR_CACHE"] ?? join(root, ".editor-cache"));
const home = join(cache, recipe);
const stampName = "installed.json";

/** Where the programs of an installed editor are. */
function places(folder) {
  const modules = join(folder, "node_modules");
  return {
    node: join(modules, nodePackage, "bin", "node"),
    server: join(modules, "code-server", "out", "node", "entry.js"),
  };
}

/**
 * Installs the editor unless it is there, and returns the paths of its Node and of its server's script. The work is done
 * in a folder beside and moved into place at its end: an install that was broken half-way is done again from the start.
 */
export function installEditor() {
  if (existsSync(join(home, stampName))) return places(home);
  mkdirSync(cache, { recursive: true });
  removeAbandoned();
  const started = performance.now();
  const say = (text) =>
    console.error(
      `Installing the editor for the tests: ${text} (${((performance.now() - started) / 1000).toFixed(0)} s)`,
    );
  const folder = join(cache, `installing-${process.pid}`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, dependencies: packages }));
  say(`code-server ${packages["code-server"]} and its Node, about 820 MB in ${cache}`);
  const npm = ["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
  runIn(folder, npm);
  const workbench = join(folder, "node_modules", "code-server", "lib", "vscode");
  say("packages of the workbench");
  runIn(workbench, [...npm, "--omit=dev"]);
  say("packages of its extensions");
  runIn(join(workbench, "extensions"), [...npm, "--omit=dev"]);
  replaceNativeModules(join(workbench, "node_modules", "@vscode"));
  const { node, server } = places(folder);
  // It writes a configuration into its home when it starts.
  const env = { ...process.env, HOME: join(folder, "home") };
  const version = spawnSync(node, [server, "--version"], { encoding: "utf8", env });
  if (version.status !== 0) {
    console.error(`The editor was installed and does not start: ${version.error?.message ?? version.stderr}`);
    process.exit(1);
  }
  const seconds = Math.round((performance.now() - started) / 1000);
  writeFileSync(join(folder, stampName), `${JSON.stringify({ packages, seconds })}\n`);
  moveIntoPlace(folder);
  say("done");
  return places(home);
}

/**
 * Two small native modules would have to be compiled. One writes log files, which tests read (the log of an output channel
 * is such a file), and the other ends a process whose parent is gone, which the tests do themselves. Plain JavaScript does.
 */
function replaceNativeModules(folder) {
  for (const name of ["spdlog", "native-watchdog"]) {
    cpSync(join(root, "scripts", "lib", "editor", `${name}.cjs`), join(folder, name, "index.js"));
  }
}

/** Another run may have finished the same install meanwhile; then its result stays and ours goes. */
function moveIntoPlace(folder) {
  if (existsSync(home) && !existsSync(join(home, stampName))) rmSync(home, { recursive: true, force: true });
  try {
    renameSync(folder, home);
  } catch (error) {
    if (!existsSync(join(home, stampName))) throw error;
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Removes what installs left behind whose process is gone, and editors of other versions. */
function removeAbandoned() {
  for (const name of readdirSync(cache)) {
    const pid = /^installing-(\d+)$/.exec(name)?.[1];
    if (pid === undefined ? name !== recipe : !isRunning(Number(pid))) {
      rmSync(join(cache, name), { recursive: true, force: true });
    }
  }
}

function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

/** Runs npm in a folder and ends the script with a remedy when it fails. */
function runIn(folder, [program, ...words]) {
  const result = spawnSync(program, words, { cwd: folder, stdio: ["ignore", 2, 2] });
  if (result.error === undefined && result.status === 0) return;
  console.error(
    `${program} ${words.join(" ")} failed in ${folder}: ${result.error?.message ?? `status ${result.status}`}`,
  );
  console.error("The editor's packages come from the npm registry; run the command again when it can be reached.");
  process.exit(1);
}
