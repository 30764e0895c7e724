import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { root } from "../support/project.js";

interface Manifest {
  readonly contributes: { readonly keybindings: readonly { readonly command: string; readonly key: string }[] };
}

it("docs/keyboard.md has a row for every key, and for no other", () => {
  const manifest = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")) as Manifest;
  const text = readFileSync(path.join(root, "docs", "keyboard.md"), "utf8");
  const rows = [...text.matchAll(/^\| `((?:Ctrl|Alt)[^`]+)`/gmu)].map(([, key = ""]) => key.toLowerCase());
  expect(rows.sort()).toEqual(manifest.contributes.keybindings.map(({ key }) => key).sort());
});
