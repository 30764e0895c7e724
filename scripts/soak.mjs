// `npm run soak [NAME…]`: every script of scripts/soak, or the named ones. Each prints one JSON object.
import { runPrepared } from "./lib/preparedScripts.mjs";

await runPrepared("soak");
