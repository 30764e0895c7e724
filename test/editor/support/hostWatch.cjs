"use strict";
// Loaded into an extension host before other extensions: writes a line for each process, worker thread, connection and
// change of a file that code of the installed extension begins, so that a test can say that there was none.
const { appendFileSync } = require("node:fs");
const fs = require("node:fs");
const childProcess = require("node:child_process");
const { syncBuiltinESMExports } = require("node:module");
const net = require("node:net");
const threads = require("node:worker_threads");

const file = process.env.PRECEPTOR_TEST_WATCH;
const append = appendFileSync;
const ours = /preceptor\.preceptor-\d/;

function note(what, detail) {
  if (detail === file) return;
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 50;
  const { stack = "" } = new Error();
  Error.stackTraceLimit = stackTraceLimit;
  if (!ours.test(stack)) return;
  const place = stack.split("\n").find((line) => ours.test(line)) ?? "";
  append(file, `${JSON.stringify({ what, detail: String(detail), place: place.trim() })}\n`);
}

/** Replaces methods by ones that tell of themselves first. */
function watch(owner, what, names, isWanted = () => true) {
  for (const name of names) {
    const original = owner[name];
    owner[name] = function (...words) {
      if (isWanted(...words)) note(what, words[0]?.file ?? words[0]?.path ?? words[0]);
      return original.apply(this, words);
    };
  }
}

watch(childProcess.ChildProcess.prototype, "process", ["spawn"]);
watch(childProcess, "process", ["spawnSync", "execFileSync", "execSync"]);
watch(net.Socket.prototype, "connection", ["connect"]);
const { Worker } = threads;
threads.Worker = class extends Worker {
  constructor(...words) {
    note("worker", words[0]);
    super(...words);
  }
};
const writes = ["writeFile", "appendFile", "mkdir", "rename", "rm", "unlink", "copyFile", "cp", "symlink"];
const { O_CREAT, O_RDWR, O_WRONLY } = fs.constants;
const forWriting = (_path, flags) =>
  typeof flags === "number"
    ? (flags & (O_CREAT | O_RDWR | O_WRONLY)) !== 0
    : typeof flags === "string" && /[wa+]/.test(flags);
watch(fs.promises, "file", writes);
watch(fs.promises, "file", ["open"], forWriting);
watch(fs, "file", [...writes, ...writes.map((name) => `${name}Sync`), "createWriteStream"]);
watch(fs, "file", ["open", "openSync"], forWriting);
syncBuiltinESMExports();
