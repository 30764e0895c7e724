/** Each feature of the extension has a place in the documentation with its picture. */
import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { root } from "../support/project.js";
import { documents } from "./documents.js";

/** Features by the folders of `src/vscode` that they are, with the page and heading where each is shown. */
const shown: readonly (readonly [feature: string, page: string, heading: string])[] = [
  ["benchmarks", "benchmarks-view.md", "# The Benchmarks view"],
  ["cases", "cases.md", "## A program"],
  ["contrast", "contrast.md", "## In the editor"],
  ["instructor", "review.md", "# "],
  ["iterations", "iterations.md", "# "],
  ["prompts", "prompts.md", "## In the editor"],
  ["report", "report.md", "# "],
  ["import", "importing.md", "## In the editor"],
  ["project", "editor.md", "## Create a project"],
  ["configuration", "editor.md", "## Create a project"],
  ["secrets", "editor.md", "## Keys"],
  ["walkthrough", "first-run.md", "# "],
  ["demo", "first-run.md", "# "],
  ["hosts", "iterations.md", "# Hosts"],
  ["testExplorer", "cases.md", "## A program"],
  ["tasks", "editor.md", "## Tasks"],
  ["bridge", "editor.md", "## The editor's own models"],
];

/** Parts without a screen of their own. */
const unseen = ["engine", "language", "runner", "status", "webview"];

const picture = /!\[[^\]]+\]\(images\/([\w-]+\.(?:png|svg))\)/gu;

/** The text below a heading, up to the next one of its level or above. */
function below(page: string, heading: string): string {
  const lines = (documents.find(({ name }) => name === `docs/${page}`)?.text ?? "").split("\n");
  const at = lines.findIndex((line) => line.startsWith(heading));
  const level = /^#+/u.exec(heading)?.[0].length ?? 1;
  const end = lines.findIndex((line, index) => index > at && (/^(#+) /u.exec(line)?.[1]?.length ?? 9) <= level);
  return at === -1 ? "" : lines.slice(at, end === -1 ? undefined : end).join("\n");
}

describe("pictures of the extension", () => {
  it.each(shown)("show %s in %s", (_feature, page, heading) => {
    const found = [...below(page, heading).matchAll(picture)].map(([, name = ""]) => name);
    expect(found.length).toBeGreaterThan(0);
    for (const name of found) expect(existsSync(path.join(root, "docs", "images", name)), name).toBe(true);
  });

  it("are asked of every feature that has a folder", () => {
    const folders = readdirSync(path.join(root, "src", "vscode"), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name);
    expect(folders.sort()).toEqual([...new Set([...shown.map(([feature]) => feature), ...unseen])].sort());
  });

  it("are all shown somewhere", () => {
    const text = documents.map((document) => document.text).join("\n");
    const files = readdirSync(path.join(root, "docs", "images"));
    expect(files.filter((name) => !text.includes(`images/${name}`))).toEqual([]);
  });
});
