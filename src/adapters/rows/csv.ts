import { Readable } from "node:stream";
import { CsvError, parse } from "csv-parse";
import { Fault } from "../../engine/fault.js";
import { rowAt, type Row } from "./row.js";
import { emptyFile, readTextPieces } from "./source.js";

interface Parsed {
  readonly record: readonly string[];
  readonly info: { readonly lines: number };
}

/**
 * Rows of a CSV file as RFC 4180 has it, or with semicolons or tabs where its header has those and no comma: comma, double quotes, doubled quotes, line breaks inside quotes. `header` is
 * true when the first record names the fields, false for names "0", "1", …, or the list of names for a file without one.
 * All values are strings.
 */
export async function readCsv(path: string, header: boolean | readonly string[]): Promise<Row[]> {
  const pieces = readTextPieces(path);
  const first = await pieces.next();
  const head = first.done === true ? "" : first.value;
  const parser = parse({
    delimiter: header === true ? delimiterOf(head) : ",",
    info: true,
    skip_empty_lines: true,
    relax_column_count: true,
    // A quote inside a field that does not begin with one is text, as in a published MMLU file.
    relax_quotes: true,
    record_delimiter: ["\r\n", "\n"],
  });
  // A fault of the file does not pass through the pipe by itself.
  Readable.from(chained(head, pieces))
    .on("error", (error) => parser.destroy(error))
    .pipe(parser);
  let names: readonly string[] | null = typeof header === "boolean" ? null : header;
  const rows: Row[] = [];
  let returns = 0;
  try {
    for await (const { record, info } of parser as AsyncIterable<Parsed>) {
      // The parser counts the line on which a record ends, and each carriage return inside a field as a line more.
      returns += count(record, "\r");
      const line = info.lines - returns - count(record, "\n");
      if (names === null) {
        names = header === true ? headerOf(path, record) : record.map((_value, index) => String(index));
        if (header === true) continue;
      }
      if (record.length !== names.length) throw wrongCount(path, line, names, record);
      rows.push(rowAt(Object.fromEntries(names.map((name, index) => [name, record[index]])), line));
    }
  } catch (thrown) {
    if (thrown instanceof CsvError) throw malformed(path, thrown, returns);
    throw thrown;
  }
  if (names === null) throw emptyFile(path);
  return rows;
}

/** What separates the names of a header: spreadsheets of some countries write semicolons, others tabs. */
function delimiterOf(head: string): string {
  const names = (/^[^\r\n]*/u.exec(head)?.[0] ?? "").replaceAll(/"[^"]*"/gu, "");
  if (names.includes(",")) return ",";
  return names.includes("\t") ? "\t" : names.includes(";") ? ";" : ",";
}

async function* chained(head: string, rest: AsyncIterable<string>): AsyncGenerator<string> {
  if (head !== "") yield head;
  yield* rest;
}

function headerOf(path: string, record: readonly string[]): readonly string[] {
  const twice = record.find((name, index) => record.indexOf(name) !== index);
  if (twice !== undefined) {
    throw new Fault("data", "The header names a field twice.", {
      file: path,
      line: 1,
      found: twice === "" ? "an empty name" : twice,
      allowed: "different names",
      remedy: "Rename one of them; for a file without a header give the field names in `header`.",
    });
  }
  return record;
}

function wrongCount(path: string, line: number, names: readonly string[], record: readonly string[]): Fault {
  return new Fault("data", "This record has a wrong number of fields.", {
    file: path,
    line,
    found: `${record.length} fields`,
    allowed: `${names.length} fields (${names.join(", ")})`,
    remedy: "Quote fields that hold commas, quotes or line breaks; double a quote inside quotes.",
  });
}

function count(record: readonly string[], character: string): number {
  return record.reduce((sum, value) => sum + value.split(character).length - 1, 0);
}

function malformed(path: string, error: CsvError, returns: number): Fault {
  const lines = error["lines"];
  return new Fault("data", "The file is not valid CSV.", {
    file: path,
    ...(typeof lines === "number" ? { line: lines - returns } : {}),
    found: error.message,
    allowed: "comma-separated values as RFC 4180 has them",
    remedy: "Quote fields that hold commas, quotes or line breaks; double a quote inside quotes.",
    cause: error,
  });
}
