import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Fault } from "../../engine/fault.js";

/**
 * Folder of the product's demo benchmarks and of the base student's rows: `demo/` beside the bundle, or above it in a
 * checkout. Throws a fault of kind `storage` where neither is there.
 */
export function demoFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  for (;;) {
    const candidate = join(folder, "demo");
    if (existsSync(join(candidate, "pretraining.jsonl"))) return candidate;
    const parent = dirname(folder);
    if (parent === folder) break;
    folder = parent;
  }
  throw new Fault("storage", "The demo benchmarks are missing from the installation.", {
    file: dirname(fileURLToPath(import.meta.url)),
    allowed: "a folder `demo` beside the program or above it",
    remedy: "Build again with `npm run build`, or install again.",
  });
}
