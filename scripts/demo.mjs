// `npm run demo`: installs what it needs, builds, and runs the demo of the command line.
import { spawn } from "node:child_process";
import { build, installPackages, requireNode, requirePython, root } from "./lib/prepare.mjs";

requireNode();
requirePython();
installPackages();
build();
const child = spawn(process.execPath, [`${root}dist/cli.js`, "demo", ...process.argv.slice(2)], { stdio: "inherit" });
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));
child.on("exit", (code, signal) => process.exit(signal === null ? (code ?? 1) : 130));
