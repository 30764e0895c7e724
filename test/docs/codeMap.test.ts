/** The code map of ARCHITECTURE.md names every folder that there is. Paths in it that lead nowhere: `links.test.ts`. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { root } from "../support/project.js";
import { codeSpansOf, documents } from "./documents.js";

/** Folders whose folders are all in the map; those of `test` are ordered as those of `src` are. */
const mapped = ["", "src/", "src/engine/", "src/adapters/", "src/vscode/", "src/protocol/", "scripts/", "webview/"];
/** What git ignores, because it is installed or made, as by the demo; and the parts of a script that the map names. */
const ignored = readFileSync(path.join(root, ".gitignore"), "utf8").split("\n");
const unnamed = [...ignored.map((line) => line.replaceAll(/^\/|\/$/gu, "")), "scripts/makeDemo"];

const architecture = documents.find(({ name }) => name === "ARCHITECTURE.md")?.text ?? "";
const [, map = ""] = /^## Code map\n(.*?)^## /msu.exec(architecture) ?? [];

/** Folders of the repository that the map is to name. Those with a point before their names belong to tools. */
function folders(): string[] {
  return mapped
    .flatMap((parent) =>
      readdirSync(path.join(root, parent), { withFileTypes: true })
        .filter((entry) => entry.isDirectory() && !entry.name.startsWith("."))
        .map(({ name }) => `${parent}${name}`),
    )
    .filter((folder) => !unnamed.includes(folder));
}

/** Folders that a text does not name: by their path, or by their name where it tells of the folder that they are in. */
function missing(text: string): string[] {
  return folders().filter((folder) => {
    const { dir, base } = path.posix.parse(folder);
    const here = spansOf(sectionAbout(text, dir));
    const isPart = spansOf(text).some((span) => span === folder || span.startsWith(`${folder}/`));
    return !isPart && !(dir !== "" && here.includes(base));
  });
}

/** What stands from `src/engine/` on to the next folder that begins a paragraph. Pages have the names of their panels. */
function sectionAbout(text: string, folder: string): string {
  const begin = `\n\`${folder === "webview" ? "src/vscode" : folder}/\` `;
  const at = text.indexOf(begin);
  if (at === -1) return "";
  const rest = text.slice(at + begin.length);
  const end = rest.search(/\n`[\w/]+\/` /u);
  return end === -1 ? rest : rest.slice(0, end);
}

function spansOf(text: string): string[] {
  return codeSpansOf({ name: "ARCHITECTURE.md", text }).map((span) => span.replace(/\/$/u, ""));
}

it("names every folder", () => {
  expect(folders().length).toBeGreaterThan(60);
  expect(missing(map)).toEqual([]);
});

it("notices a folder that it does not name, also where another one has the same name", () => {
  expect(missing(map.replace("`secrets`, ", ""))).toEqual(["src/vscode/secrets"]);
  expect(missing(map.replace("| `instructor`  ", "| "))).toEqual(["src/engine/instructor"]);
});
