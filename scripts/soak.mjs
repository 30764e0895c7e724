// `npm run soak [NAME…]`: every script of scripts/soak, or the named ones. Each prints one JSON object.
import { installPackages, requireNode, requireSystemPackages } from "./lib/prepare.mjs";

requireNode();
requireSystemPackages([
  ["python3", "python3"],
  ["bwrap", "bubblewrap"],
]);
installPackages();
const { runScripts } = await import("./lib/runScripts.mjs");
await runScripts("soak", process.argv.slice(2));
