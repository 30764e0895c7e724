// Brings a fresh clone to the point where the product can be built and run. Uses nothing but Node itself, because it
// runs before anything is installed.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, lstatSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../..", import.meta.url));

/** Runs a program and ends the script when it fails. Output goes to standard error: standard output is for results. */
export function run(program, args, options = {}) {
  const result = spawnSync(program, args, {
    cwd: root,
    stdio: ["ignore", 2, 2],
    ...options,
    env: { ...process.env, ...options.env },
  });
  if (result.error !== undefined || result.status !== 0) {
    console.error(
      `${program} ${args.join(" ")} failed${result.error === undefined ? "" : `: ${result.error.message}`}.`,
    );
    process.exit(1);
  }
}

/** Ends with a plain sentence when Node is too old. */
export function requireNode() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major > 20 || (major === 20 && minor >= 12)) return;
  console.error(`Preceptor needs Node 20.12 or newer; this is Node ${process.versions.node}.`);
  process.exit(1);
}

/** Installs the locked packages once a lock file. Install scripts are off: none of our packages needs one. */
export function installPackages() {
  // Packages that somebody has linked from elsewhere are theirs: an install would replace the link or change the target.
  if (lstatSync(`${root}node_modules`, { throwIfNoEntry: false })?.isSymbolicLink()) return;
  const stamp = `${root}node_modules/.preceptor-lock`;
  const lock = createHash("sha256")
    .update(readFileSync(`${root}package-lock.json`))
    .digest("hex");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === lock) return;
  console.error("Installing packages …");
  const npm = process.platform === "win32" ? "npm.cmd" : "npm";
  run(npm, ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], { shell: process.platform === "win32" });
  writeFileSync(stamp, lock);
}

export function build() {
  run(process.execPath, ["esbuild.mjs"]);
}

function found(program) {
  return spawnSync(program, ["--version"], { stdio: "ignore" }).error === undefined;
}

/** The demo runs programs. Which name Python has does not matter to it. */
export function requirePython() {
  if (!found("python3") && !found("python")) requireSystemPackages([["python3", "python3"]], "The demo needs");
}

/**
 * System packages that are needed, as `[program, Debian package, …]`. As root on Debian they are installed; elsewhere
 * they are named and the script fails, so that nothing is skipped silently.
 */
export function requireSystemPackages(wanted, need = "The tests need") {
  const missing = wanted.filter(([program]) => !found(program));
  if (missing.length === 0) return;
  const names = missing.flatMap(([, ...packages]) => packages);
  if (process.platform !== "linux" || process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) {
    console.error(
      `${need} these programs, which are not installed: ${missing.map(([program]) => program).join(", ")}.`,
    );
    console.error(`On Debian or Ubuntu: sudo apt-get install ${names.join(" ")}`);
    process.exit(1);
  }
  console.error(`Installing ${names.join(", ")} …`);
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  run("apt-get", ["update", "-qq"], { env });
  run("apt-get", ["install", "-y", "-qq", ...names], { env });
}
