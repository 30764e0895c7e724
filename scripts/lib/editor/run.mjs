// Runs the tests that need a real VS Code: packages the extension, installs the editor, and hands over to vitest.
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { root, run } from "../prepare.mjs";
import { installEditor } from "../editor.mjs";

/** Files of each kind; `host.test.ts` stands for all suites in the extension host when vitest is asked. */
const kinds = {
  host: { folder: join("test", "editor", "host"), ending: ".suite.ts", ask: () => "test/editor/support/host.test.ts" },
  ui: { folder: join("test", "editor", "ui"), ending: ".test.ts", ask: (name) => `test/editor/ui/${name}` },
};

function filesOf({ folder, ending }, word) {
  return readdirSync(join(root, folder), { recursive: true }).filter(
    (name) => name.endsWith(ending) && name.includes(word),
  );
}

const vitest = [join(root, "node_modules", "vitest", "vitest.mjs"), "run", "--config=vitest.editor.config.ts"];

/** Runs files of tests again, with the package and the editor that are there. Returns vitest's exit status. */
export function runEditorFiles(files, words) {
  const { status } = spawnSync(process.execPath, [...vitest, ...words, ...files], {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
    env: { ...process.env, PRECEPTOR_TEST_SUITE: "" },
  });
  return status ?? 1;
}

/**
 * Packages the extension, so that what ships is tested, and runs one kind of tests or both. `word` is a part of the path
 * of the files to run. Returns vitest's exit status; a kind of which no file is found is a failure.
 */
export function runEditorTests({ kind, word = "", words = [] }) {
  const wanted = kind === undefined ? Object.values(kinds) : [kinds[kind]];
  const found = wanted.map((one) => [one, filesOf(one, word)]).filter(([, names]) => names.length > 0);
  // A word may well mean one kind only; without a word, both kinds have to be there.
  if (found.length === 0 || (word === "" && found.length < wanted.length)) {
    console.error(`No test in the editor was found${word === "" ? "" : ` whose file has “${word}” in its path`}.`);
    return 1;
  }
  if (process.env["PRECEPTOR_VSIX"] === undefined) run(process.execPath, [join(root, "scripts", "package.mjs")]);
  installEditor();
  const asked = new Set(found.flatMap(([one, names]) => names.map(one.ask)));
  const { status } = spawnSync(process.execPath, [...vitest, ...words, ...asked], {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
    env: { ...process.env, PRECEPTOR_TEST_SUITE: word },
  });
  return status ?? 1;
}
