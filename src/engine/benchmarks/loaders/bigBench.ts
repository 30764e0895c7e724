import { Fault } from "../../fault.js";
import type { BigBenchData } from "../../families/index.js";
import type { LoadedFile, SplitContent } from "../benchmark.js";
import { draftsOf } from "../rowReader.js";

/** What separates the canary line from the prompt in a file of `cot-prompts`. */
const divider = "\n-----\n";

/** The official prompt without its canary, and the canary. */
export function splitCanary(text: string): { readonly canary: string | null; readonly prompt: string } {
  const unix = text.replaceAll("\r\n", "\n");
  const at = unix.indexOf(divider);
  const head = at === -1 ? "" : unix.slice(0, at);
  if (!/canary GUID/iu.test(head)) return { canary: null, prompt: unix.trimEnd() };
  return { canary: head.trim(), prompt: unix.slice(at + divider.length).trim() };
}

/**
 * BIG-Bench Hard: one JSON file a task and one 3-shot chain-of-thought prompt a task. Ids are `task/row`. Targets are
 * kept as they are, also the three that upstream has wrong (a text where a letter belongs).
 */
export function readBigBench(files: readonly LoadedFile[]): SplitContent {
  const prompts = new Map<string, string>();
  let canary: string | null = null;
  for (const { file, path, text } of files) {
    if (file.kind !== "text") continue;
    const found = splitCanary(text);
    if (found.prompt === "") {
      throw new Fault("data", "The prompt of a task is empty.", { file: path, remedy: "Download the file again." });
    }
    canary ??= found.canary;
    prompts.set(taskOf(path), found.prompt);
  }
  const drafts = files
    .filter(({ file }) => file.kind === "rows")
    .flatMap((file) => {
      const task = taskOf(file.path);
      return draftsOf([file], (row, number) => {
        const data: BigBenchData = { task, gold: row.text("target"), shots: prompts.get(task) ?? null };
        return { id: `${task}/${number}`, group: task, question: row.text("input"), data };
      });
    });
  return { drafts, canary };
}

function taskOf(path: string): string {
  return (path.split(/[/\\]/u).at(-1) ?? path).replace(/\.(?:json|txt)(?:\.gz)?$/u, "");
}
