// What `npm run bench` and `npm run soak` have in common. Packages are there only after the first lines.
import { installPackages, requireNode, requireSystemPackages } from "./prepare.mjs";

/** Prepares the machine, and runs the scripts of a folder of `scripts/` that the command line names, or all of them. */
export async function runPrepared(folder) {
  requireNode();
  requireSystemPackages([
    ["python3", "python3"],
    ["bwrap", "bubblewrap"],
  ]);
  installPackages();
  const { runScripts } = await import("./runScripts.mjs");
  await runScripts(folder, process.argv.slice(2));
}
