import { Fault } from "../fault.js";
import type { Benchmark, BenchmarkFile, CaseDraft, LoadedFile, Split, SplitRole } from "./benchmark.js";
import { draftsOf } from "./rowReader.js";
import { mappedData, type FieldMap } from "./fieldMap.js";

/** A user's own benchmark: files a split and where each field is in a row. */
export interface OwnBenchmark {
  readonly name: string;
  readonly title?: string | undefined;
  /** `math`, `choice`, `code`, `bigbench` or `judged`. */
  readonly family: string;
  readonly domain?: "in" | "out" | undefined;
  /** File or files of each split: `.jsonl`, `.json`, `.csv`, `.parquet`, also with `.gz`. */
  readonly files: { readonly [split: string]: string | readonly string[] };
  readonly map: FieldMap;
  /** Field names of a CSV file without a header. */
  readonly header?: readonly string[] | undefined;
  /** Dotted path of the array in a JSON object. */
  readonly rows?: string | undefined;
  /** Splits that errors are taught from; without it every split whose name is `train`, `dev`, `validation` or `target`. */
  readonly target?: string | readonly string[] | undefined;
  /** Splits that are evaluated; without it the others. */
  readonly evaluation?: string | readonly string[] | undefined;
}

const targetNames = ["train", "target", "validation", "val", "dev"];

/**
 * The definition of a user's own benchmark; `loadBenchmark` reads it as any other.
 *
 * @throws Fault `configuration` for a name that cannot be part of a key, no files, an unknown family, or a field that
 * the family needs and the mapping lacks.
 */
export function defineOwnBenchmark(own: OwnBenchmark): Benchmark {
  requireName(own.name, "name");
  const names = Object.keys(own.files);
  if (names.length === 0) {
    throw new Fault("configuration", `The benchmark ${own.name} names no files.`, {
      field: `benchmarks.${own.name}.use.files`,
      allowed: "at least one split with a file",
      remedy: 'Add for example "files": { "train": "data/train.jsonl" }.',
    });
  }
  for (const name of names) requireName(name, `benchmarks.${own.name}.use.files`);
  const read = mappedData(own.name, own.family, own.map);
  const target = known(own, own.target ?? []);
  const evaluation = known(own, own.evaluation ?? []);
  const role = (split: string): SplitRole => {
    if (target.includes(split)) return "target";
    if (evaluation.includes(split)) return "evaluation";
    return own.target === undefined && targetNames.includes(split) ? "target" : "evaluation";
  };
  const splits = Object.fromEntries(
    Object.entries(own.files).map(([split, files]): [string, Split] => [
      split,
      {
        role: role(split),
        files: (typeof files === "string" ? [files] : files).map((path) => ownFile(path, own)),
        cases: null,
        read: (loaded: readonly LoadedFile[]) => ({ drafts: readDrafts(loaded, own.map, read), canary: null }),
      },
    ]),
  );
  return {
    name: own.name,
    title: own.title ?? own.name,
    family: own.family,
    origin: own.name,
    domain: own.domain ?? "in",
    licence: { name: "your own data", holder: "you", note: null },
    splits,
    target: names.filter((name) => role(name) === "target"),
    evaluation: names.filter((name) => role(name) === "evaluation"),
  };
}

function readDrafts(files: readonly LoadedFile[], map: FieldMap, read: ReturnType<typeof mappedData>): CaseDraft[] {
  return draftsOf(files, (row, number) => ({
    id: map.id === undefined ? String(number) : row.scalar(map.id),
    group: map.group === undefined ? null : row.scalar(map.group),
    question: row.text(map.question),
    data: read(row),
  }));
}

function ownFile(path: string, { header, rows }: OwnBenchmark): BenchmarkFile {
  return { path, url: null, sha256: null, bytes: null, rows: null, kind: "rows", read: { header, rows } };
}

function known(own: OwnBenchmark, named: string | readonly string[]): readonly string[] {
  const splits = typeof named === "string" ? [named] : named;
  const strange = splits.find((split) => !Object.hasOwn(own.files, split));
  if (strange === undefined) return splits;
  throw new Fault("configuration", `The benchmark ${own.name} has no files for a split.`, {
    field: `benchmarks.${own.name}`,
    found: strange,
    allowed: Object.keys(own.files).join(", "),
    remedy: "Name a split that has files.",
  });
}

/** Names become parts of keys and of paths. */
function requireName(name: string, field: string): void {
  if (/^[A-Za-z0-9][\w.+-]*$/u.test(name)) return;
  throw new Fault("configuration", "A benchmark or split has a name that cannot be part of a key.", {
    field,
    found: JSON.stringify(name),
    allowed: "letters, digits, hyphens, underscores, full stops, beginning with a letter or digit",
    remedy: "Rename it.",
  });
}
