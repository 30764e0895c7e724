// `npm run bench [NAME…]`: every script of scripts/bench, or the named ones. Each prints one JSON object.
import { runPrepared } from "./lib/preparedScripts.mjs";

await runPrepared("bench");
