// What the editor copies out of its own folder before it starts a run: a run goes on while the extension is updated.
import { createHash } from "node:crypto";
import { readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join, posix } from "node:path";

/** Entry points of the runner: the command line and the threads that it starts. */
const runnerEntries = ["cli.js", "encoderWorker.js", "trainWorker.js"];

/** Data that it reads, and the encoder of the packaged extension, which is a bundle of its own. */
const runnerData = ["demo", "prompts", "python", "schemas", "portableEncoderWorker.js", "ort-wasm-simd-threaded.wasm"];

/**
 * Writes `runner.json` into the built folder: version, the runner's files, and the hash of their contents.
 *
 * @param {string} folder the built folder, absolute.
 * @param {string} version of the product.
 * @param {import("esbuild").Metafile} metafile of the build that made the entry points, paths relative to `folder`'s parent.
 */
export function writeRunnerList(folder, version, metafile) {
  const code = reachable(
    metafile,
    runnerEntries.map((name) => posix.join("dist", name)),
  ).map((name) => posix.relative("dist", name));
  const data = runnerData.flatMap((name) => filesBelow(folder, name));
  const files = [...code, ...data].sort();
  const hash = createHash("sha256");
  for (const file of files)
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(folder, file)))
      .update("\0");
  const list = { version, hash: hash.digest("hex").slice(0, 12), files };
  writeFileSync(join(folder, "runner.json"), `${JSON.stringify(list, null, 1)}\n`);
}

/** Outputs that the entry points import, at once or on demand, and themselves. */
function reachable({ outputs }, entries) {
  const found = new Set(entries);
  for (const name of found) {
    for (const { path, external } of outputs[name].imports) if (external !== true) found.add(path);
  }
  return [...found];
}

function filesBelow(folder, name) {
  if (!statSync(join(folder, name)).isDirectory()) return [name];
  return readdirSync(join(folder, name)).flatMap((child) => filesBelow(folder, posix.join(name, child)));
}
