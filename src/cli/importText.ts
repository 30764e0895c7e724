import path from "node:path";
import type { ImportResult, MappingPreview } from "../adapters/importing/index.js";
import type { ImportMapping, LeftOutReason, LeftOutRow, RecordedFormat } from "../engine/importing/index.js";
import { oneLine } from "../protocol/safeText.js";

const formats: { readonly [format in RecordedFormat]: string } = {
  "lm-eval": "samples of lm-evaluation-harness",
  inspect: "log of Inspect",
  rows: "rows",
};

/** What became of rows that were not imported, after their number. */
const reasons: { readonly [reason in LeftOutReason]: string } = {
  "no-response": "have no response",
  epoch: "are further epochs of a sample; the first one counts",
  repeat: "are further responses to a document; the first one counts",
  filter: "hold the same responses under another filter",
  duplicate: "answer a case that an earlier row answers",
  already: "answer a case that the run has a response to",
  evaluated: "are about cases that are evaluated, too, and therefore never taught",
  "other-options": "have a known question with other options, or in another order",
  "no-case": "belong to no case",
};

/** Rows of these reasons are worth looking at one by one. */
const listed: readonly LeftOutReason[] = ["no-response", "duplicate", "other-options", "no-case"];

/** A file as the command line tells about it. */
export interface FileSummary {
  readonly file: string;
  readonly format: RecordedFormat;
  readonly task: string | null;
  readonly model: string | null;
  readonly rows: number;
  readonly benchmark: string;
  readonly mapping: ImportMapping;
  readonly remembered: boolean;
}

function sourceText({ file, format, task, model, rows, benchmark, mapping, remembered }: FileSummary): string {
  const about = [task, model].filter((name) => name !== null).map((name) => oneLine(name, 60));
  const fields = Object.entries(mapping).map(([field, place]) => `${field}=${oneLine(place ?? "", 60)}`);
  return [
    `${oneLine(path.basename(file), 80)}: ${formats[format]}${about.length === 0 ? "" : ` (${about.join(", ")})`}, ${rows} rows → ${benchmark}`,
    `  ${fields.join(", ")}${remembered ? " (as last time)" : ""}`,
  ].join("\n");
}

/** The end of an import for people. */
export function importText(
  result: ImportResult,
  sources: readonly FileSummary[],
  recorded: boolean,
  command: (args: string) => string,
): string {
  const { run, already, matched, evaluated, leftOut, state } = result;
  const counts = Object.entries(matched).flatMap(([name, count]) =>
    count === 0 && evaluated[name] !== undefined ? [] : [`${count} of ${name}`],
  );
  const lines = [
    ...sources.map(sourceText),
    ...(already
      ? [`Run ${run} has these responses already; nothing was added.`]
      : counts.length > 0
        ? [`Run ${run}: ${counts.join(", ")} imported.`]
        : []),
    ...(already ? [] : evaluatedLines(result)),
    ...(recorded ? ["Verdicts are those of the files; nothing was judged here."] : []),
    ...leftOutLines(leftOut),
  ];
  if (state.state !== "done") return lines.join("\n");
  const teaches = Object.values(matched).some((count) => count > 0);
  return [
    ...lines,
    ...(Object.keys(evaluated).length === 0 ? [] : [`Next: ${command(`errors --run ${run} --evaluation`)}`]),
    ...(teaches ? [`Next: ${command(`errors --run ${run}`)}`, `Then: ${command(`iterate --run ${run}`)}`] : []),
  ].join("\n");
}

/** Answers to evaluation splits, with what becomes of them. */
function evaluatedLines({ run, evaluated }: Pick<ImportResult, "run" | "evaluated">): string[] {
  return Object.entries(evaluated)
    .filter(([, { added }]) => added > 0)
    .map(
      ([name, { added, answered, of }]) =>
        `Run ${run}: ${added} answers to the evaluation split of ${name} (${answered} of its ${of} cases): shown and counted as base evaluation, never taught.`,
    );
}

function leftOutLines(leftOut: ImportResult["leftOut"]): string[] {
  const counts = countsText(Object.entries(countOf(leftOut)) as [LeftOutReason, number][]);
  const rows = leftOut.filter(({ reason }) => listed.includes(reason));
  return [...counts, ...rows.slice(0, 10).map((row) => `  ${placeText(row)}`), ...more(rows.length - 10)];
}

function countOf(leftOut: readonly LeftOutRow[]): { readonly [reason: string]: number } {
  const counts: { [reason: string]: number } = {};
  for (const { reason } of leftOut) counts[reason] = (counts[reason] ?? 0) + 1;
  return counts;
}

function countsText(counts: readonly (readonly [LeftOutReason, number])[]): string[] {
  return counts.map(([reason, count]) => `Not imported: ${count} rows ${reasons[reason]}.`);
}

function placeText({ file, row, line, id, reason, detail }: ImportResult["leftOut"][number]): string {
  const place = `${oneLine(path.basename(file), 60)}${line === null ? ` row ${row + 1}` : `:${line}`}`;
  const name = id === null ? "" : ` (id ${oneLine(id, 60)})`;
  return `${place}${name}: ${reason}${detail === null ? "" : `: ${oneLine(detail, 100)}`}`;
}

function more(count: number): string[] {
  return count > 0 ? [`  … and ${count} more; --json lists all`] : [];
}

/** What an import of one file would do. */
export function previewText(
  preview: FileSummary & Omit<MappingPreview, "rows"> & { readonly shown: MappingPreview["rows"] },
): string {
  const counts = countsText(Object.entries(preview.leftOut) as [LeftOutReason, number][]);
  const rows = preview.shown.map(({ row, key, reason, question, response, verdict }) =>
    [
      `  row ${row + 1} → ${key ?? reason ?? ""}${verdict === null ? "" : `, ${verdict ? "right" : "wrong"} as recorded`}`,
      `    question: ${question === null ? "none" : oneLine(question, 100)}`,
      `    response: ${response === null ? "none" : oneLine(response, 100)}`,
    ].join("\n"),
  );
  const { matched, evaluated } = preview;
  const would =
    evaluated === 0
      ? `${matched} rows would be imported.`
      : `${matched + evaluated} rows would be imported, ${evaluated} of them as base evaluation, never taught.`;
  return [sourceText(preview), would, ...counts, ...rows].join("\n");
}
