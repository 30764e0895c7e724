/** Words of the command line that a task runs. This module knows nothing of the editor. */

/** Commands that ask models, and therefore read their keys from standard input. */
export const commandsWithKeys: readonly string[] = [
  "contrast",
  "doctor",
  "evaluate",
  "generate",
  "import",
  "iterate",
  "resume",
  "train",
];

export function readsKeys(words: readonly string[]): boolean {
  return commandsWithKeys.includes(words[0] ?? "");
}

/**
 * Words of a task as tasks.json has it, where anything may stand: the command may be of two words, and arguments may be
 * one text instead of a list.
 */
export function wordsOf(command: string, args: unknown): string[] {
  const more = typeof args === "string" ? split(args) : Array.isArray(args) ? (args as readonly unknown[]) : [];
  return [...split(command), ...more.map(String)];
}

function split(text: string): string[] {
  return text.split(/\s+/u).filter((word) => word !== "");
}
