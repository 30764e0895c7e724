import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import type { CodeEvaluation, CodeRunner, CodeTask, CodeValue, CodeVerdict } from "../../src/engine/seams/index.js";

const server = `
import json, sys
for line in sys.stdin:
    job = json.loads(line)
    out = []
    space = {}
    fault = None
    try:
        exec(job["program"], space)
    except BaseException as e:
        fault = repr(e)
    for x in job["expressions"]:
        if fault is not None:
            out.append({"fault": fault})
            continue
        try:
            if x.startswith("assert "):
                exec(x, space)
                out.append({"repr": "True"})
            else:
                out.append({"repr": repr(eval(x, space))})
        except BaseException as e:
            out.append({"fault": repr(e)})
    print(json.dumps(out), flush=True)
`;

/**
 * Runs our own programs in one plain Python process. No sandbox: for tests and proofs with programs that we wrote, where
 * only the values matter.
 */
export class PlainPython implements CodeRunner {
  readonly layer = "process";
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #waiting: ((line: string) => void)[] = [];
  #rest = "";

  constructor() {
    this.#child = spawn("python3", ["-I", "-c", server]);
    this.#child.stdout.on("data", (chunk: Buffer) => {
      const lines = (this.#rest + chunk.toString("utf8")).split("\n");
      this.#rest = lines.pop() ?? "";
      for (const line of lines) this.#waiting.shift()?.(line);
    });
  }

  async evaluate({ program, expressions }: CodeEvaluation): Promise<CodeValue[]> {
    const line = await new Promise<string>((resolve) => {
      this.#waiting.push(resolve);
      this.#child.stdin.write(`${JSON.stringify({ program, expressions })}\n`);
    });
    return JSON.parse(line) as CodeValue[];
  }

  async run(task: CodeTask): Promise<CodeVerdict> {
    const values = await this.evaluate({
      program: task.program,
      expressions: task.tests.code,
      timeoutMs: task.timeoutMs,
    });
    const passed = values.every((value) => "repr" in value);
    return {
      outcome: passed ? "passed" : "assertion",
      failure: null,
      forgeable: true,
      forgeableBecause: "plain process",
      output: "",
      seconds: 0,
    };
  }

  async close(): Promise<void> {
    this.#child.kill();
  }
}
