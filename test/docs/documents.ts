import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { root } from "../support/project.js";

/** A document of the repository. */
export interface Document {
  /** Path from the repository's root. */
  readonly name: string;
  readonly text: string;
}

/** A fenced block of code. */
export interface Block {
  readonly language: string;
  readonly text: string;
}

/** Every document that a reader may open. */
export const documents: readonly Document[] = [
  ...readdirSync(root).filter((name) => name.endsWith(".md")),
  ...readdirSync(path.join(root, "docs"))
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
].map((name) => ({ name, text: readFileSync(path.join(root, name), "utf8") }));

const fence = /^[ \t]*```(?<language>\w*)[^\n]*\n(?<text>[\s\S]*?)^[ \t]*```[ \t]*$/gmu;

export function blocksOf({ text }: Document): Block[] {
  return [...text.matchAll(fence)].map(({ groups }) => ({
    language: groups?.["language"] ?? "",
    text: groups?.["text"] ?? "",
  }));
}

/** What stands in single backticks, outside of blocks. */
export function codeSpansOf({ text }: Document): string[] {
  return [...text.replace(fence, "").matchAll(/`([^`\n]+)`/gu)].map(([, span = ""]) => span);
}

/** Commands of shell blocks, one a line, with continued lines joined and comments removed. */
export function shellLinesOf(document: Document): string[] {
  return blocksOf(document)
    .filter(({ language }) => language === "sh" || language === "")
    .flatMap(({ text }) => text.replace(/\\\n\s*/gu, " ").split("\n"))
    .map((line) =>
      line
        .trim()
        .replace(/^\$ /u, "")
        .replace(/\s+#.*$/u, ""),
    )
    .filter((line) => line !== "" && !line.startsWith("#"));
}

/** Files of the repository, as paths from its root; what is installed or built is left out. */
export function repositoryFiles(folder = ""): string[] {
  return readdirSync(path.join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const name = folder === "" ? entry.name : `${folder}/${entry.name}`;
    if (["node_modules", "dist", ".git", "preceptor-demo"].includes(name)) return [];
    return entry.isDirectory() ? [name, ...repositoryFiles(name)] : [name];
  });
}
