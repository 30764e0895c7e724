/** What a command is about: a row of the view, an id, or what another part of the extension names. No editor here. */

/** The run that a command is about: a row, an id, or what a report names. */
export function runOf(target: unknown): string | null {
  if (typeof target === "string") return target;
  if (typeof target !== "object" || target === null || !("run" in target)) return null;
  const { run } = target;
  return typeof run === "string" ? run : null;
}

/** The start that a command is about, whose run is not there yet. */
export function launchOf(target: unknown): string | null {
  if (typeof target !== "object" || target === null || !("launch" in target)) return null;
  return typeof target.launch === "string" ? target.launch : null;
}
