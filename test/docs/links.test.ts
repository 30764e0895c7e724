import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import type { Command } from "commander";
import { describe, expect, it } from "vitest";
import { createProgram } from "../../src/cli/program.js";
import { root } from "../support/project.js";
import { codeSpansOf, documents, repositoryFiles, shellLinesOf, type Document } from "./documents.js";

const files = repositoryFiles();

describe.each(documents.map((document) => [document.name, document] as const))("%s", (_name, document) => {
  it("links to files and headings that exist", () => {
    expect(linksOf(document).flatMap((link) => brokenLink(document, link) ?? [])).toEqual([]);
  });

  it("names paths that exist", () => {
    const missing = codeSpansOf(document)
      .filter(looksLikePath)
      .filter((span) => !isThere(document, span));
    expect(missing).toEqual([]);
  });

  it("shows commands and options that exist", () => {
    const shown = [...shellLinesOf(document), ...codeSpansOf(document)].flatMap(preceptorWords);
    expect(shown.flatMap((words) => wrongCommand(words) ?? [])).toEqual([]);
  });

  it("shows npm scripts that exist", () => {
    const shown = [...shellLinesOf(document), ...codeSpansOf(document)];
    expect(shown.flatMap((line) => wrongScript(line) ?? [])).toEqual([]);
  });
});

it("finds what is wrong", () => {
  const document = { name: "docs/x.md", text: "[a](nowhere.md) [b](gates.md#nothing) [c](gates.md)" };
  expect(linksOf(document).map((link) => brokenLink(document, link))).toEqual(["nowhere.md", "gates.md#nothing", null]);
  expect(looksLikePath("src/engine/nothing.ts") && isThere(document, "src/engine/nothing.ts")).toBe(false);
  expect(preceptorWords("preceptor fly --high").map(wrongCommand)).toEqual(["preceptor fly --high: no command fly"]);
  expect(preceptorWords("preceptor iterate --high").map(wrongCommand)).toEqual([
    "preceptor iterate --high: no option --high",
  ]);
  expect(wrongScript("npm run nothing")).toBe("npm run nothing");
  expect(wrongScript("npm run soak nothing")).toBe("npm run soak nothing");
});

it("lists every document in the index", () => {
  const index = documents.find(({ name }) => name === "docs/README.md");
  const linked = index === undefined ? [] : linksOf(index).map((link) => path.posix.join("docs", link));
  const expected = documents
    .map(({ name }) => name)
    .filter((name) => name !== "docs/README.md" && name !== "CHANGELOG.md");
  expect(expected.filter((name) => !linked.includes(name))).toEqual([]);
});

function linksOf({ text }: Document): string[] {
  return [...text.matchAll(/\]\((?!https?:)([^)\s]+)\)/gu)].map(([, link = ""]) => link);
}

/** The link when it leads nowhere, else null. */
function brokenLink(document: Document, link: string): string | null {
  const [file = "", heading] = link.split("#");
  const target = file === "" ? document.name : path.posix.join(path.posix.dirname(document.name), file);
  if (!existsSync(path.join(root, target))) return link;
  if (heading === undefined) return null;
  const headings = [...readFileSync(path.join(root, target), "utf8").matchAll(/^#+ (.+)$/gmu)];
  return headings.some(([, title = ""]) => anchorOf(title) === heading) ? null : link;
}

/** The anchor that a heading gets where Markdown is shown. */
function anchorOf(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");
}

/** Paths of this repository; those with a placeholder (`NAME`, `*`, `…`) and those of a user's project are no such paths. */
function looksLikePath(span: string): boolean {
  if (/[\s*…{}$<>]|\b[A-Z]{3,}\b/u.test(span) || span.startsWith("../")) return false;
  return (
    /^(?:src|test|docs|scripts|schemas|demo|\.vscode|\.ci)\/[\w./-]+$/u.test(span) ||
    /^[\w./-]+\/[\w.-]+\.(?:ts|mjs|py|md)$/u.test(span)
  );
}

/** A path stands from the root, from the document's folder, or as the end of one path. */
function isThere({ name }: Document, span: string): boolean {
  const wanted = span.replace(/\/$/u, "");
  const beside = path.posix.join(path.posix.dirname(name), wanted);
  return files.some((file) => file === wanted || file === beside || file.endsWith(`/${wanted}`));
}

/** Each call of the command line in a line, as words. */
function preceptorWords(line: string): string[][] {
  return line
    .split(/&&|\|\||;/u)
    .map((part) => part.trim().split(/\s+/u))
    .filter(([program, second]) => program === "preceptor" && second !== undefined);
}

/** What is wrong with a shown command; null when its commands and options exist. */
function wrongCommand(words: readonly string[]): string | null {
  const program = createProgram("0.0.0");
  let command: Command = program;
  for (const word of words.slice(1)) {
    if (word.startsWith("-")) {
      const name = word.replace(/=.*$/u, "");
      const known = [...command.options, ...program.options].some(({ long, short }) => name === long || name === short);
      if (!known && name !== "--help") return `${words.join(" ")}: no option ${name}`;
    } else if (command.commands.length > 0 && !isValue(words, word)) {
      const next = command.commands.find((each) => each.name() === word);
      if (next === undefined && /^[a-z]+$/u.test(word)) return `${words.join(" ")}: no command ${word}`;
      command = next ?? command;
    }
  }
  return null;
}

/** Whether a word is the value of the option before it. */
function isValue(words: readonly string[], word: string): boolean {
  return words[words.indexOf(word) - 1]?.startsWith("--") === true;
}

/** The line when it runs an npm script that does not exist, or a soak or bench that does not exist. */
function wrongScript(line: string): string | null {
  const [, script, name] = /^npm (?:run )?(test|[\w:]+)(?: (?!--)([\w-]+))?/u.exec(line) ?? [];
  if (script === undefined) return null;
  const { scripts } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")) as {
    scripts: { readonly [name: string]: string };
  };
  if (line.startsWith("npm run") || script === "test" ? scripts[script] === undefined : false) return line;
  if (name === undefined || name === "NAME" || !["soak", "bench"].includes(script)) return null;
  return files.includes(`scripts/${script}/${name}.ts`) ? null : line;
}
