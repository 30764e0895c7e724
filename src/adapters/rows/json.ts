import { parse, type ParseError } from "jsonc-parser";
import { Fault } from "../../engine/fault.js";
import { describeValue, excerpt, isRow, rowAt, type Row } from "./row.js";
import { emptyFile, mostCharacters, readText, readTextPieces, tooLarge } from "./source.js";

/**
 * Rows of a JSON Lines file. Lines end with "\n" (or "\r\n") only: U+0085 and U+2028 are legal inside a row. A file that
 * really holds one JSON array, as some published `.jsonl` files do, is understood, too.
 */
export async function readJsonLines(path: string, most = mostCharacters): Promise<Row[]> {
  const rows: Row[] = [];
  let line = 0;
  let open: string[] = [];
  let opened = 0;
  const close = (rest: string): void => {
    line += 1;
    const text = open.length === 0 ? rest : [...open, rest].join("");
    open = [];
    opened = 0;
    if (text.trim() !== "") rows.push(parseLine(path, text, line));
  };
  let started = false;
  for await (const piece of readTextPieces(path)) {
    if (!started && piece.trim() !== "") {
      started = true;
      if (piece.trimStart().startsWith("["))
        return rowsOfDocument(path, parseDocument(path, await readText(path, most)));
    }
    let from = 0;
    for (let at = piece.indexOf("\n"); at !== -1; at = piece.indexOf("\n", from)) {
      close(piece.slice(from, at));
      from = at + 1;
    }
    if (from < piece.length) open.push(piece.slice(from));
    opened += piece.length - from;
    if (opened > most) throw tooLarge(path, most, line + 1);
  }
  if (open.length > 0) close("");
  if (!started) throw emptyFile(path);
  return rows;
}

/**
 * Rows of a JSON document: an array, or an object whose field `rows` (a dotted path) is one. Without `rows` an object
 * must have exactly one array of objects. A `.json` file that really holds JSON Lines is understood, too.
 */
export async function readJsonDocument(path: string, rows: string | undefined): Promise<Row[]> {
  const text = await readText(path);
  if (text.trim() === "") throw emptyFile(path);
  if (looksLikeLines(text)) return readJsonLines(path);
  return rowsOfDocument(path, parseDocument(path, text), rows);
}

function parseLine(path: string, text: string, line: number): Row {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (thrown) {
    throw new Fault("data", "This line is not valid JSON.", {
      file: path,
      line,
      found: excerpt(text),
      allowed: "one JSON object a line",
      remedy: remedyFor(text, thrown),
      cause: thrown,
    });
  }
  if (!isRow(value)) throw notAnObject(path, value, { line });
  return rowAt(value, line);
}

function parseDocument(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (thrown) {
    // The message of JSON.parse does not always say where; a parser that goes on after errors does.
    const errors: ParseError[] = [];
    parse(text, errors, { disallowComments: true });
    const at = errors[0]?.offset ?? text.length;
    throw new Fault("data", "The file is not valid JSON.", {
      file: path,
      line: text.slice(0, at).split("\n").length,
      found: at >= text.length ? "the end of the file" : excerpt(text.slice(at)),
      allowed: "a JSON array of objects, or an object that holds one",
      remedy: remedyFor(text.slice(at, at + 40), thrown),
      cause: thrown,
    });
  }
}

function rowsOfDocument(path: string, document: unknown, rows?: string): Row[] {
  const list = Array.isArray(document) && rows === undefined ? document : arrayIn(path, document, rows);
  return list.map((value: unknown, index) => {
    if (isRow(value)) return value;
    throw notAnObject(path, value, { field: `${rows ?? ""}[${index}]` });
  });
}

function arrayIn(path: string, document: unknown, rows: string | undefined): readonly unknown[] {
  if (rows !== undefined) {
    let value: unknown = document;
    for (const part of rows.split(".")) value = isRow(value) ? value[part] : undefined;
    if (Array.isArray(value)) return value;
    throw new Fault("data", "The named field does not hold the rows.", {
      file: path,
      field: rows,
      found: value === undefined ? "no such field" : describeValue(value),
      allowed: "an array of objects",
      remedy: `Name another field${candidatesText(document)}.`,
    });
  }
  const candidates = candidateFields(document);
  const [only, ...others] = candidates;
  if (only !== undefined && others.length === 0 && isRow(document)) return document[only] as readonly unknown[];
  throw new Fault("data", "It is not clear where the rows are.", {
    file: path,
    found: describeValue(document),
    allowed: "an array of objects, or an object with one array of objects",
    remedy: `Name the field that holds the rows with --rows${candidatesText(document)}.`,
  });
}

function candidateFields(document: unknown): string[] {
  if (!isRow(document)) return [];
  return Object.entries(document)
    .filter(([, value]) => Array.isArray(value) && isRow(value[0]))
    .map(([name]) => name);
}

function candidatesText(document: unknown): string {
  const names = candidateFields(document);
  return names.length === 0 ? "" : ` (arrays of objects here: ${names.join(", ")})`;
}

/** More than one line, of which the first is a whole JSON object. */
function looksLikeLines(text: string): boolean {
  const end = text.indexOf("\n");
  if (end === -1 || text.slice(end).trim() === "") return false;
  try {
    return isRow(JSON.parse(text.slice(0, end)));
  } catch {
    // The usual case: a document of several lines begins with an open bracket.
    return false;
  }
}

function notAnObject(path: string, value: unknown, place: { line?: number; field?: string }): Fault {
  return new Fault("data", "A row must be a JSON object.", {
    file: path,
    ...place,
    found: describeValue(value),
    allowed: "an object with named fields",
    remedy: 'Write each row as {"field": value, …}.',
  });
}

function remedyFor(text: string, thrown: unknown): string {
  if (/\b(?:NaN|-?Infinity)\b/u.test(text)) return "JSON has no NaN and no Infinity: write null or a number.";
  const message = thrown instanceof Error ? thrown.message : "";
  if (/end of JSON|Unterminated/u.test(message)) return "The text ends too early: write or download the file again.";
  return "Mend this place, or write the file again with a JSON library.";
}
