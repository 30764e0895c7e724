import { modelNameOf, splitList, type Configuration } from "./configuration.js";
import type { Problem } from "./issues.js";
import { suggest } from "./suggest.js";

/** Names that exist in the product's tables. A list that is left out is not checked. */
export interface KnownNames {
  readonly families?: readonly string[];
  readonly benchmarks?: readonly string[];
  readonly strategies?: readonly string[];
}

/** Problems between fields: names that must exist, roles that exclude one another. */
export function crossReferences(configuration: Configuration, known: KnownNames): Problem[] {
  return [
    ...modelReferences(configuration),
    ...benchmarkReferences(configuration, known),
    ...iterationReferences(configuration, known),
    ...evaluationProblems(configuration),
    ...priceProblems(configuration),
    ...editorProblems(configuration),
  ];
}

function modelReferences(configuration: Configuration): Problem[] {
  const problems: Problem[] = [];
  const names = Object.keys(configuration.models);
  const wanted: [readonly string[], string][] = [
    [["target"], configuration.target],
    [["instructor"], configuration.instructor],
  ];
  if (configuration.judge !== undefined) wanted.push([["judge"], configuration.judge]);
  const { embedder } = configuration.contrast;
  if (embedder.kind === "openai") wanted.push([["contrast", "embedder", "model"], embedder.model]);
  for (const [path, name] of wanted) {
    if (!names.includes(name)) problems.push(unknownName(path, name, names, "names no entry of `models`"));
  }
  if (
    embedder.kind === "openai" &&
    ["builtin", "editor"].includes(configuration.models[embedder.model]?.provider ?? "")
  ) {
    problems.push({
      path: ["contrast", "embedder", "model"],
      message: "names a model that has no embeddings endpoint",
      found: JSON.stringify(embedder.model),
      allowed: 'an entry of `models` with provider "openai"',
      remedy: 'Use the embedder { "kind": "builtin" }.',
    });
  }
  const instructor = configuration.models[configuration.instructor];
  if (instructor?.provider === "builtin" && instructor.name === "student") {
    problems.push({
      path: ["instructor"],
      message: "is the built-in student, which cannot teach",
      found: JSON.stringify(configuration.instructor),
      allowed: 'a model with provider "openai", or the built-in "instructor"',
      remedy: "Name another model.",
    });
  }
  return problems;
}

function benchmarkReferences(configuration: Configuration, known: KnownNames): Problem[] {
  const problems: Problem[] = [];
  for (const [name, benchmark] of Object.entries(configuration.benchmarks)) {
    const path = ["benchmarks", name];
    const { use } = benchmark;
    const [target, evaluation] = [splitList(benchmark.target), splitList(benchmark.evaluation)];
    if (typeof use === "string") {
      if (known.benchmarks !== undefined && !known.benchmarks.includes(use)) {
        problems.push(unknownName([...path, "use"], use, known.benchmarks, "is not a known benchmark"));
      }
    } else {
      if (known.families !== undefined && !known.families.includes(use.family)) {
        problems.push(unknownName([...path, "use", "family"], use.family, known.families, "is not a known family"));
      }
      const splits = Object.keys(use.files);
      if (splits.length === 0) {
        problems.push({
          path: [...path, "use", "files"],
          message: "names no file",
          found: "{}",
          allowed: 'files by split, such as { "train": "data/train.jsonl" }',
          remedy: "Add the files of each split.",
        });
        continue;
      }
      for (const [role, list] of Object.entries({ target, evaluation })) {
        for (const split of list ?? []) {
          if (!splits.includes(split)) {
            problems.push(unknownName([...path, role], split, splits, "names a split without files"));
          }
        }
      }
      if (target === undefined && evaluation === undefined) {
        problems.push({
          path,
          message: "does not say which split is taught from and which is evaluated",
          found: "neither `target` nor `evaluation`",
          allowed: splits.map((split) => JSON.stringify(split)).join(", "),
          remedy: "Add `target`, `evaluation` or both.",
        });
      }
    }
    const both = (target ?? []).filter((split) => evaluation?.includes(split));
    if (both.length > 0) {
      problems.push({
        path: [...path, "evaluation"],
        message: "holds a split that is taught from: its figures would mean nothing",
        found: both.map((split) => JSON.stringify(split)).join(", "),
        allowed: "splits that `target` does not name",
        remedy: "Take the split out of `target` or out of `evaluation`.",
      });
    }
    if (benchmark.domain === "out" && target !== undefined) {
      problems.push({
        path: [...path, "target"],
        message: "is set for an out-of-domain benchmark, which is never taught from",
        found: JSON.stringify(benchmark.target),
        allowed: 'nothing, or `domain: "in"`',
        remedy: 'Delete `target`, or set `domain` to "in".',
      });
    }
  }
  return problems;
}

function iterationReferences(configuration: Configuration, known: KnownNames): Problem[] {
  const { strategies } = known;
  if (strategies === undefined) return [];
  return configuration.iterations.flatMap(({ strategy }, index) =>
    strategies.includes(strategy)
      ? []
      : [unknownName(["iterations", index, "strategy"], strategy, strategies, "is not a known strategy")],
  );
}

function evaluationProblems(configuration: Configuration): Problem[] {
  const { passAtK } = configuration.evaluation;
  if (passAtK === null) return [];
  const most = Math.max(...[passAtK.k].flat());
  if (most <= passAtK.n) return [];
  return [
    {
      path: ["evaluation", "passAtK", "k"],
      message: "is more than the answers of a case",
      found: String(most),
      allowed: `whole numbers from 1 to n, which is ${passAtK.n}`,
      remedy: "Raise `n` or lower `k`.",
    },
  ];
}

/** Nobody knows what an answer of the editor's models costs, so only a cap in calls bounds a run that asks them. */
function editorProblems(configuration: Configuration): Problem[] {
  if (configuration.budget.calls !== undefined) return [];
  const roles = ["target", "instructor", "judge"] as const;
  const asked = roles.map((role) => modelNameOf(configuration, role));
  const name = asked.find((each) => configuration.models[each]?.provider === "editor");
  if (name === undefined) return [];
  return [
    {
      path: ["budget"],
      message: `has no cap in calls, and ${name} is a model of the editor, whose price nobody knows`,
      found: "no `calls`",
      allowed: '"calls": a number, such as 500',
      remedy: "Add `calls` to `budget`.",
    },
  ];
}

/** A cap in money can only hold where prices are in the same currency. */
function priceProblems(configuration: Configuration): Problem[] {
  const { amount, currency } = configuration.budget;
  if (amount === undefined) return [];
  const used = new Set([modelNameOf(configuration, "target"), modelNameOf(configuration, "instructor")]);
  if (configuration.judge !== undefined) used.add(configuration.judge);
  return [...used].flatMap((name) => {
    const model = configuration.models[name];
    if (model?.provider !== "openai" || model.price === null || model.price.currency === currency) return [];
    return [
      {
        path: ["models", name, "price", "currency"],
        message: "is not the currency of the budget",
        found: JSON.stringify(model.price.currency),
        allowed: JSON.stringify(currency),
        remedy: "Give prices and budget in one currency.",
      },
    ];
  });
}

function unknownName(path: readonly PropertyKey[], name: string, names: readonly string[], message: string): Problem {
  const near = suggest(name, names);
  return {
    path,
    message: near === null ? message : `${message}; did you mean \`${near}\`?`,
    found: JSON.stringify(name),
    allowed: names.join(", "),
    remedy: near === null ? "Write one of the names." : `Write "${near}".`,
  };
}
