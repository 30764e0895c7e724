/** Which files a run reads of what a person may be editing. This module knows nothing of the editor. */
import path from "node:path";

/** Whether a run of the project in `folder` reads this file as its configuration or as a template. */
export function isReadByRuns(folder: string, file: string): boolean {
  const name = path.relative(folder, file).split(path.sep).join("/");
  return /^preceptor(?:\.local)?\.json$|^prompts\/[^/]+\.prompt$/u.test(name);
}
