import type { Random } from "../../../engine/random.js";
import type { CodeRunner } from "../../../engine/seams/index.js";
import { codeLesson, fillProgram, programOf, quotedIn, type CodeAsked } from "../codeStudent.js";
import { numbersIn, replaceMentions, writeLike } from "../numbers.js";
import { argumentsAt, readPrompt } from "../readPrompt.js";

export interface CodeSample {
  readonly question: string;
  readonly entry_point: string;
  readonly code: string;
  readonly tests: readonly string[];
}

export interface CodeProblem {
  readonly question: string;
  readonly asked: CodeAsked & { readonly entryPoint: string; readonly parameters: readonly string[] };
  /** The reference with holes for what the task names. */
  readonly template: string;
  /** Argument lists that the question or the reference's tests show. */
  readonly inputs: readonly string[];
}

/** Null when the reference is no program for the function that the question asks for. */
export function readCodeProblem(question: string, reference: string): CodeProblem | null {
  const program = programOf(reference) ?? "";
  const asked = readPrompt([
    { role: "user", content: /\bpython\b|\bdef\b/i.test(question) ? question : `${question}\n\nPython` },
  ]);
  if (asked.family !== "code") return null;
  const defined = [...program.matchAll(/^def\s+([A-Za-z_]\w*)\s*\(([^)]*)\)/gm)];
  const entryPoint = asked.entryPoint ?? defined.at(-1)?.[1] ?? null;
  const own = defined.find((match) => match[1] === entryPoint);
  if (entryPoint === null || own === undefined) return null;
  const parameters =
    asked.parameters ?? (own[2] ?? "").split(",").flatMap((part) => /^\s*([A-Za-z_]\w*)/.exec(part)?.[1] ?? []);
  const complete = { ...asked, entryPoint, parameters, arity: parameters.length };
  const template = codeLesson(complete, reference, () => false);
  if (template === null) return null;
  const inputs = new Set<string>();
  for (const text of [question, reference.replace(program, "")]) {
    for (const match of text.matchAll(new RegExp(String.raw`(?:assert|>>>)[^\n]*?(?<!\w)${entryPoint}(?=\()`, "g"))) {
      const shown = argumentsAt(text, match.index + match[0].length);
      if (shown !== null) inputs.add(shown);
    }
  }
  return { question, asked: complete, template, inputs: [...inputs] };
}

const parameterPools: readonly (readonly string[])[] = [
  ["values", "numbers", "items", "data", "entries"],
  ["text", "word", "s", "string", "phrase", "sentence"],
  ["words", "parts", "tokens", "pieces"],
  ["n", "number", "value", "amount"],
];
const plainPool = ["first", "second", "third", "left", "right", "alpha", "beta"];
const letters = "aeinorst";
const words = ["river", "stone", "garden", "letter", "yellow", "planet", "banana", "window", "silver", "market"];

function renameFunction(name: string, random: Random): string {
  const parts = name.split("_");
  const forms = [
    name,
    [...parts.slice(1), ...parts.slice(0, 1)].join("_"),
    `get_${name}`,
    `${name}_of`,
    `my_${name}`,
    `${name}_result`,
    `do_${name}`,
  ];
  return random.pick(forms.filter((form) => form !== name && /^[a-z_]\w*$/i.test(form)));
}

function renameParameters(names: readonly string[], random: Random): string[] {
  const renamed: string[] = [];
  for (const name of names) {
    const pool = parameterPools.find((one) => one.includes(name)) ?? [name, ...plainPool];
    renamed.push(random.pick(pool.filter((one) => !renamed.includes(one))));
  }
  return renamed;
}

function newQuoted(text: string, random: Random): string {
  if (/^[a-z]$/.test(text)) return random.pick([...letters].filter((letter) => letter !== text));
  if (/^[^\w\s]$/.test(text)) return random.pick(["-", "+", "/", "_", "*", "|"].filter((sign) => sign !== text));
  if (/^[a-z]{2,4}$/.test(text))
    return random.pick(["ly", "ing", "er", "ed", "ful", "est"].filter((one) => one !== text));
  return text;
}

/** Another input of the same shape: whole numbers move a little, words change, everything else stays. */
function varyInput(input: string, random: Random): string {
  const pattern = /(["'])([a-z]+)\1|(?<![\w.])-?\d+(?![\w.])/g;
  return input.replaceAll(pattern, (found, quote: string | undefined, inner: string | undefined) => {
    if (quote !== undefined && inner !== undefined) {
      return inner.length > 2 && random.next() < 0.6 ? quote + random.pick(words) + quote : found;
    }
    const value = Number(found);
    return String(value < 0 || value > 3 ? value + random.integer(-3, 9) : value + random.integer(0, 3));
  });
}

const openings: readonly (readonly [RegExp, readonly string[]])[] = [
  [/\bReturn\b/, ["Return", "Give back", "Compute and return"]],
  [/\bCount\b/, ["Count", "Find out"]],
  [/\bTell whether\b/, ["Tell whether", "Check whether", "Find out whether"]],
  [/\bAdd up\b/, ["Add up", "Sum up"]],
  [/\bKeep only\b/, ["Keep only", "Keep just"]],
  [/\bof the list\b/, ["of the list", "in the list", "of a list"]],
  [
    /\bWrite a (?:python )?function to\b/i,
    ["Write a function to", "Write a Python function to", "Define a function to"],
  ],
];

/**
 * One variation: another name, other parameters, other constants in task and program alike; the tests' expected values
 * come from running the new reference in the sandbox. Null when fewer than two inputs give a value.
 */
export async function varyCode(
  problem: CodeProblem,
  runner: CodeRunner,
  random: Random,
  signal: AbortSignal,
): Promise<CodeSample | null> {
  const { asked, question } = problem;
  const entryPoint = renameFunction(asked.entryPoint, random);
  const parameters = renameParameters(asked.parameters, random);
  const used = new Set([...problem.template.matchAll(/⟦N(\d+)⟧/g)].map((match) => Number(match[1])));
  const numbers = numbersIn(asked.prose).map(({ value }, index) =>
    used.has(index) && Number.isInteger(value) ? Math.max(2, value + random.integer(-3, 6)) : value,
  );
  const quoted = quotedIn(asked.prose).map((text, index) =>
    problem.template.includes(`⟦S${index}⟧`) ? newQuoted(text, random) : text,
  );
  let prose = replaceMentions(asked.prose, numbersIn(asked.prose), (mentioned, index) =>
    writeLike(mentioned, numbers[index] ?? mentioned.value),
  );
  quotedIn(asked.prose).forEach((text, index) => {
    if (text !== "")
      prose = prose.replaceAll(`'${text}'`, `'${quoted[index]}'`).replaceAll(`"${text}"`, `"${quoted[index]}"`);
  });
  for (const [pattern, alternatives] of openings) prose = prose.replace(pattern, random.pick(alternatives));
  const code = fillProgram(problem.template, { ...asked, prose, entryPoint, parameters });
  if (code === null) return null;
  const inputs = new Set<string>();
  for (let attempt = 0; inputs.size < 4 && attempt < 24 && problem.inputs.length > 0; attempt += 1) {
    inputs.add(varyInput(random.pick(problem.inputs), random));
  }
  const calls = [...inputs].map((input) => `${entryPoint}(${input})`);
  const values =
    calls.length === 0 ? [] : await runner.evaluate({ program: code, expressions: calls, timeoutMs: 5000 }, signal);
  const known = calls.flatMap((call, index) => {
    const value = values[index];
    return value !== undefined && "repr" in value && value.repr.length < 400 ? [{ call, repr: value.repr }] : [];
  });
  const [shown] = known;
  if (known.length < 2 || shown === undefined) return null;
  const hasSignature = /^[ \t]*def\s/m.test(question);
  const signature = `def ${entryPoint}(${parameters.join(", ")}):`;
  return {
    question: hasSignature
      ? [signature, `    """${prose}`, "", `    >>> ${shown.call}`, `    ${shown.repr}`, `    """`].join("\n")
      : `${prose}\nThe function is \`${entryPoint}(${parameters.join(", ")})\`. For example, ${shown.call} returns ${shown.repr}.`,
    entry_point: entryPoint,
    code,
    tests: known.map(({ call, repr }) => `assert ${call} == ${repr}`),
  };
}
