import { readFile } from "node:fs/promises";
import path from "node:path";
import { unlessAbsent } from "../store/faults.js";
import { ensureFolder } from "../store/files.js";
import { writeAtomic } from "../store/index.js";

const rule = "*.jsonl text eol=lf merge=union";

/** Lets version control join the lines of both sides instead of asking; a file that has the rule is left alone. */
export async function ensureUnionMerge(folder: string): Promise<void> {
  const file = path.join(folder, ".gitattributes");
  const found = await unlessAbsent(file, "", async () => readFile(file, "utf8"));
  if (/^\*\.jsonl\b.*\bmerge=union\b/mu.test(found)) return;
  await ensureFolder(folder);
  const start = found === "" || found.endsWith("\n") ? found : `${found}\n`;
  await writeAtomic(file, `${start}${rule}\n`);
}
