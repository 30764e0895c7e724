import { mkdirSync } from "node:fs";
import path from "node:path";

/** The checkout. */
export const root = path.resolve(import.meta.dirname, "../../..");

const variable = "PRECEPTOR_EDITOR_RUN";

/** The folder of this test run; `setup.ts` makes it before and ends and removes all that is in it afterwards. */
export function runFolder(): string {
  const folder = process.env[variable];
  if (folder === undefined) throw new Error("Tests in an editor run with vitest.editor.config.ts: npm run test:editor");
  return folder;
}

export function setRunFolder(folder: string): void {
  process.env[variable] = folder;
}

/** Where screenshots and logs of failures go. */
export function outputFolder(): string {
  const folder = process.env["PRECEPTOR_EDITOR_OUTPUT"] ?? path.join(root, ".editor-output");
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** The package under test: `npm run package` makes it; `PRECEPTOR_VSIX` names another one. */
export function vsixFile(): string {
  return process.env["PRECEPTOR_VSIX"] ?? path.join(root, "dist", "preceptor.vsix");
}
