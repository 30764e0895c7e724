// `npm run test:editor [-- WORD]`, `test:host`, `test:ui`: tests in a real VS Code, or those whose file has a word in its path.
import { editorSystemPackages } from "./lib/editor.mjs";
import { runEditorTests } from "./lib/editor/run.mjs";
import { installPackages, requireNode, requireSystemPackages } from "./lib/prepare.mjs";

const words = process.argv.slice(2);
const kind = ["host", "ui"].includes(words[0]) ? words.shift() : undefined;
requireNode();
requireSystemPackages(editorSystemPackages);
installPackages();
process.exit(runEditorTests({ kind, word: words[0] }));
