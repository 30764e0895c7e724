// The suites of the extension host in a downloaded VS Code: `npm run test:electron`. They need no part of the tests' own
// editor, so this is also how to run them on macOS and Windows. The tools are fetched when they are asked for.
import { fileURLToPath } from "node:url";

export default {
  files: fileURLToPath(new URL("dist/suites/**/*.suite.cjs", import.meta.url)),
  extensionDevelopmentPath: fileURLToPath(new URL(".", import.meta.url)),
  version: process.env.VSCODE_VERSION ?? "stable",
  mocha: { ui: "bdd", timeout: 60_000 },
};
