import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, afterEach, beforeAll } from "vitest";
import { putBack } from "./changes.js";
import { startEditor, type Editor, type Files } from "./editor.js";
import { outputFolder, vsixFile } from "./run.js";
import type { ServerOptions } from "./server.js";
import type { EditorWindow } from "./window.js";

const shared = Symbol.for("preceptor.tests.sharedEditor");
type Holder = { [shared]?: Promise<Editor> };

/**
 * The editor with the packaged extension that all files of a run share; `setup.ts` ends it. Files have windows and folders
 * of their own, but user settings and the extension's global state are common: `window.setting` puts back what it changes.
 */
export function sharedEditor(): Promise<Editor> {
  const holder = globalThis as Holder;
  return (holder[shared] ??= startEditor({ vsix: vsixFile() }));
}

export interface FixtureOptions {
  /** The files of the window's folder, or the path of a folder. */
  readonly workspace?: string | Files;
  /** An editor of this file's own, with these options on top of the packaged extension; it costs about 6 s more. */
  readonly own?: ServerOptions;
}

export interface EditorFixture {
  readonly editor: Editor;
  readonly window: EditorWindow;
}

/**
 * Opens a window before the tests of a file (or of a `describe`) and closes it after them. Each failed test leaves a
 * screenshot and a log, and says where.
 */
export function useEditor({ workspace = {}, own }: FixtureOptions = {}): EditorFixture {
  let editor: Editor | undefined;
  let window: EditorWindow | undefined;
  beforeAll(async () => {
    editor = own === undefined ? await sharedEditor() : await startEditor({ vsix: vsixFile(), ...own });
    window = await editor.open(workspace);
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === "fail" && editor !== undefined) await leaveEvidence(editor, task.name);
  });
  afterAll(async () => {
    if (own !== undefined) return await editor?.close();
    const [first, ...others] = editor?.windows ?? [];
    if (first === undefined) return;
    try {
      await putBack(first);
    } finally {
      for (const open of [first, ...others]) await open.close();
    }
  });
  return {
    get editor() {
      if (editor === undefined) throw new Error("The editor is there in tests and hooks only.");
      return editor;
    },
    get window() {
      if (window === undefined) throw new Error("The window is there in tests and hooks only.");
      return window;
    },
  };
}

/** Writes a screenshot and a log for each window that is open, and says where. */
export async function leaveEvidence(editor: Editor, test: string): Promise<void> {
  const name = `failed-${test.replace(/[^\p{L}\p{N}]+/gu, "-").slice(0, 80)}`;
  for (const [index, window] of editor.windows.entries()) {
    const base = path.join(outputFolder(), index === 0 ? name : `${name}-${index + 1}`);
    try {
      await window.page.screenshot({ path: `${base}.png`, timeout: 10_000 });
      console.error(`Screenshot: ${base}.png`);
    } catch (error) {
      console.error(`No screenshot could be taken: ${String(error)}`);
    }
    const parts = [
      `${test}\n`,
      `— console of the window\n${window.consoleText()}`,
      `— server\n${editor.server.log()}`,
      ...editor.server.logs().map((file) => `— ${file}\n${readFileSync(file, "utf8").slice(-50_000)}`),
    ];
    writeFileSync(`${base}.log`, parts.join("\n\n"));
    console.error(`Log: ${base}.log`);
  }
}
