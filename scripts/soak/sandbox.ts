/**
 * All reference solutions and all recorded programs through the sandbox: verdicts must equal the published ones.
 * Prints one JSON object: per set the number of programs, of verdicts that differ (with their ids and what was found),
 * of forgeable verdicts and of faults.
 */
import { createCodeRunner } from "../../src/adapters/sandbox/index.js";
import { humanEval, ldb, mbpp, mistral, type Recorded, sanitizedMbpp } from "../../test/sandbox/recorded.js";

const sets: Record<string, () => Recorded[]> = {
  "references HumanEval": humanEval,
  "references MBPP": mbpp,
  "references MBPP sanitized": sanitizedMbpp,
};
for (const model of ["codellama", "gpt-4-1106-preview", "reflexion", "gpt-3.5-turbo-0613", "starcoder"]) {
  sets[`LDB HumanEval ${model}`] = () => ldb("humaneval", model);
}
for (const model of ["codellama", "starcoder", "gpt-3.5-turbo-0613"]) {
  sets[`LDB MBPP ${model}`] = () => ldb("mbpp", model);
}
sets["Mistral MBPP"] = mistral;

const signal = new AbortController().signal;
const runner = await createCodeRunner();
const report: Record<string, unknown> = { layer: runner.layer };
let faults = 0;
for (const [name, load] of Object.entries(sets)) {
  const rows = load();
  const started = performance.now();
  const verdicts = await Promise.all(
    rows.map(async ({ id, task, passes }) => {
      try {
        const verdict = await runner.run(task, signal);
        const found = `${verdict.outcome} ${verdict.failure?.type ?? ""} ${verdict.failure?.message ?? ""}`.trim();
        return { id, differs: (verdict.outcome === "passed") !== passes, because: verdict.forgeableBecause, found };
      } catch (thrown) {
        faults += 1;
        return { id, differs: true, because: null, found: `fault: ${String(thrown)}` };
      }
    }),
  );
  const differing = verdicts.filter(({ differs }) => differs);
  const forgeable = verdicts.filter(({ because }) => because !== null);
  report[name] = {
    programs: rows.length,
    equal: rows.length - differing.length,
    differing: differing.map(({ id, found }) => `${id}: ${found}`),
    forgeable: forgeable.map(({ id, because }) => `${id}: ${because ?? ""}`),
    seconds: Number(((performance.now() - started) / 1000).toFixed(2)),
  };
}
await runner.close();
console.log(JSON.stringify({ ...report, faults }, null, 2));
