import type { CodeData, Protocol } from "./case.js";
import type { ExtractorName, Extraction } from "./family.js";
import { carefulCode, defines, paperCode } from "./extract/code.js";
import { whole } from "./extract/text.js";

/** What was read from a response, and the program that its tests run. */
export interface CandidateProgram {
  readonly extraction: Extraction;
  /** Null when the response holds no code at all. */
  readonly program: string | null;
}

/**
 * The program of a response: what the extractor reads, with the benchmark's prompt in front where it is a body. Under
 * `clean` a function that the prompt's own imports and helpers belong to gets them, too, when it was given in a fence.
 */
export function candidateProgram(
  response: string,
  data: CodeData,
  extractor: ExtractorName,
  protocol: Protocol,
): CandidateProgram {
  const { entryPoint, prefix } = data;
  if (extractor === "none" || extractor === "whole") {
    const extraction = { ...whole(response), value: response.trim() === "" ? null : response };
    return { extraction, program: composed(response, data) };
  }
  const extraction = protocol === "paper" ? paperCode(response, entryPoint) : carefulCode(response, entryPoint);
  if (extraction.value === null) return { extraction, program: null };
  const program = composed(extraction.value, data);
  const fenced = /^[ \t]*(?:```|~~~)/m.test(response);
  const head = protocol === "clean" && fenced && prefix !== null && program === extraction.value;
  return { extraction, program: head ? withHead(program, entryPoint, prefix) : program };
}

/** Puts the prompt in front of a body. A whole program, or an answer without such a prompt, stays as it is. */
function composed(code: string, data: CodeData): string {
  const { entryPoint, prefix } = data;
  if (prefix === null || entryPoint === null || !isBody(code, entryPoint, data.tests.code)) return code;
  return `${prefix.endsWith("\n") ? prefix : `${prefix}\n`}${indented(code)}\n`;
}

/**
 * A body begins indented, or never defines the entry point. What defines at its top level something that the tests call
 * is a program and has to stand on its own.
 */
function isBody(code: string, entryPoint: string, tests: readonly string[]): boolean {
  const firstLine = code.split("\n").find((line) => line.trim() !== "" && !line.trimStart().startsWith("#")) ?? "";
  if (/^[ \t]/.test(firstLine)) return !tests.some((test) => callsOwn(test, code));
  return !defines(code, entryPoint);
}

function callsOwn(test: string, code: string): boolean {
  const names = [...code.matchAll(/^(?:async[ \t]+)?def[ \t]+(\w+)/gm)].map((match) => match[1] ?? "");
  return names.some((name) => new RegExp(String.raw`\b${name}\s*\(`).test(test.replace(/^\s*def\s.*$/gm, "")));
}

/** Mends a body whose first line, or whose every line, lost its indentation. */
function indented(body: string): string {
  const lines = body.split("\n");
  const first = lines.findIndex((line) => line.trim() !== "");
  const start = lines[first] ?? "";
  if (/^(?: {2}|\t)/.test(start)) return body;
  if (/^ \S/.test(start) && lines.every((line) => line.trim() === "" || line.startsWith(" "))) return body;
  const rest = lines.slice(first + 1).filter((line) => line.trim() !== "");
  const onlyFirst =
    rest.length > 0 && rest.every((line) => /^(?: {4}|\t)/.test(line)) && !start.trimEnd().endsWith(":");
  if (onlyFirst) return lines.map((line, index) => (index === first ? `    ${line.trimStart()}` : line)).join("\n");
  return lines.map((line) => (line.trim() === "" ? line : `    ${line}`)).join("\n");
}

/** Imports and helpers of the prompt, that is all of it before the entry point, in front of a program. */
function withHead(program: string, entryPoint: string | null, prefix: string): string {
  if (entryPoint === null || /^from\s+__future__/m.test(program)) return program;
  const at = prefix.search(new RegExp(String.raw`^(?:@\w.*\n)?(?:async[ \t]+)?def[ \t]+${entryPoint}\b`, "m"));
  const head = at === -1 ? "" : prefix.slice(0, at).trimEnd();
  return head === "" ? program : `${head}\n\n\n${program}`;
}

/**
 * Names that programs use without importing them. For triage only: a program that passes with it in front failed for a
 * missing import. `pow` of `math` would hide the builtin with three arguments, so the builtin is put back.
 */
const importPrelude = [
  "import bisect, collections, copy, datetime, decimal, fractions, functools, heapq, itertools, math, operator, random, re, statistics, string, sys",
  "from math import *",
  "from builtins import pow",
  "from collections import *",
  "from functools import *",
  "from itertools import *",
  "from heapq import *",
  "from typing import *",
].join("\n");

export function withPrelude(program: string): string {
  const future = /^from\s+__future__.*$/m.exec(program)?.[0];
  if (future === undefined) return `${importPrelude}\n\n${program}`;
  return `${future}\n${importPrelude}\n\n${program.replace(future, "")}`;
}
