import { stat } from "node:fs/promises";

/** Changes when one of the files does, in what it holds or in who may read it. */
export async function stampOf(files: readonly string[]): Promise<string> {
  const stamps = await Promise.all(
    files.map(async (file) => {
      try {
        const { size, mtimeMs, ctimeMs, ino } = await stat(file);
        return `${size}:${mtimeMs}:${ctimeMs}:${ino}`;
      } catch {
        // A file that is not there, or may not be read, is told by whoever reads it.
        return "-";
      }
    }),
  );
  return stamps.join("|");
}
