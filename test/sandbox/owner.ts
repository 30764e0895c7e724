/** A process that runs an endless program in the sandbox until it is killed; says on stdout when it runs. */
import { createCodeRunner } from "../../src/adapters/sandbox/index.js";

const runner = await createCodeRunner({ workers: 1, allow: ["bubblewrap", "landlock", "process"] });
const { signal } = new AbortController();
const task = {
  program: "while True: pass",
  entryPoint: null,
  tests: { imports: [], setup: "", kind: "assertions" as const, code: ["assert True"] },
  timeoutMs: 60_000,
};
setTimeout(() => {
  process.stdout.write("running\n");
}, 1500);
await runner.run(task, signal);
