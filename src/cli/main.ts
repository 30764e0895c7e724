/**
 * Composition root of the command line, which is also the detached runner that the editor starts. It knows every
 * command by name and nothing of what they do.
 */
import { exitCodes, faultText } from "./exit.js";
import { createProgram, runProgram } from "./program.js";

// Whoever reads our output may stop reading, like `head`; that is no failure.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    process.exit(exitCodes.done);
  });
}

// Nothing should come here; if it does, the reader gets a fault and not a stack trace.
process.on("uncaughtException", (thrown) => {
  process.stderr.write(`${faultText(thrown, process.argv.includes("--debug"))}\n`);
  process.exit(exitCodes.failed);
});

const argv = process.argv.slice(2);
process.exitCode = await runProgram(createProgram(__PRECEPTOR_VERSION__), argv);
