import { numbersIn, plainNumber } from "./numbers.js";
import { parameterNames, type Asked } from "./readPrompt.js";
import type { SoftmaxClassifier } from "./softmax.js";
import { hashedFeatures, maskedWords, ngrams, type SparseVector } from "./textFeatures.js";

export type CodeAsked = Extract<Asked, { family: "code" }>;

/**
 * A learnt program with holes: `⟦F⟧` its name, `⟦P0⟧` its parameters, `⟦N0⟧` numbers and `⟦S0⟧` quoted texts that the
 * task mentions. The text is also its name among the classifier's labels.
 */
const hole = /⟦([FPNS])(\d*)⟧/g;

/** Texts in quotes, in order. */
export function quotedIn(text: string): string[] {
  return [...text.matchAll(/(?<!\w)(['"`])((?:(?!\1)[^\n]){0,40})\1(?!\w)/g)].map((match) => match[2] ?? "");
}

/** The program of a completion: the first fenced block, else the whole text when it defines a function. */
export function programOf(completion: string): string | null {
  const fenced = /```(?:python|py)?[ \t]*\n([\s\S]*?)```/i.exec(completion)?.[1];
  const program = (fenced ?? completion).replaceAll("\r\n", "\n").trim();
  return /^\s*def\s/m.test(program) ? program : null;
}

/** Features of a task: n-grams of its prose with numbers masked, words of the function's name, number of arguments. */
export function codeFeatures(asked: CodeAsked, dimensions: number): SparseVector {
  const prose = quotedIn(asked.prose).reduce(
    (text, quoted) => (quoted === "" ? text : text.replace(quoted, "$")),
    asked.prose,
  );
  const nameWords = (asked.entryPoint ?? "").split("_").filter((word) => word !== "");
  return hashedFeatures(
    [
      ...ngrams(maskedWords(prose), "w"),
      ...nameWords.map((word) => `name ${word.toLowerCase()}`),
      `arity ${asked.arity ?? "unknown"}`,
      `numbers ${numbersIn(prose).length}`,
    ],
    dimensions,
  );
}

/**
 * What a row teaches: the program with holes for whatever the task names. Null when the program does not define the
 * function that the task asks for (or, where none is asked, defines none), because then it does not answer the task.
 */
export function codeLesson(asked: CodeAsked, completion: string, known: (name: string) => boolean): string | null {
  const program = programOf(completion);
  if (program === null || /[⟦⟧]/.test(program)) return null;
  const definitions = [...program.matchAll(/^def\s+([A-Za-z_]\w*)\s*\(([^)]*)\)/gm)];
  const definition =
    asked.entryPoint === null ? definitions.at(-1) : definitions.find((match) => match[1] === asked.entryPoint);
  const name = definition?.[1];
  if (definition === undefined || name === undefined) return null;
  const parameters = parameterNames(definition[2] ?? "");
  if (asked.arity !== null && asked.arity !== parameters.length) return null;
  let template = program.replaceAll(new RegExp(String.raw`(?<![\w.])${name}\b`, "g"), "⟦F⟧");
  parameters.forEach((parameter, index) => {
    template = template.replaceAll(new RegExp(String.raw`(?<![\w.'"])${parameter}\b(?!['"])`, "g"), `⟦P${index}⟧`);
  });
  quotedIn(asked.prose).forEach((quoted, index) => {
    if (quoted !== "")
      template = template.replaceAll(`'${quoted}'`, `⟦S${index}⟧`).replaceAll(`"${quoted}"`, `⟦S${index}⟧`);
  });
  const numbers = numbersIn(asked.prose).map((mentioned) => mentioned.value);
  const readings = numberReadings(template, numbers);
  return readings.find(known) ?? readings[0] ?? null;
}

/** Every way to read the numbers of a program as numbers of its task, all of them aligned first. */
function numberReadings(template: string, numbers: readonly number[]): string[] {
  let readings: string[] = [""];
  let end = 0;
  for (const match of template.matchAll(/(?<![\w.⟦])\d+(?:\.\d+)?(?![\w.⟧])/g)) {
    const before = template.slice(end, match.index);
    end = match.index + match[0].length;
    const places = numbers.flatMap((number, index) => (number === Number(match[0]) ? [`⟦N${index}⟧`] : []));
    readings = readings.flatMap((reading) => [...places, match[0]].map((text) => reading + before + text)).slice(0, 32);
  }
  return readings.map((reading) => reading + template.slice(end));
}

/** Fills a learnt program in for a task; null when the task lacks what the holes need. */
export function fillProgram(template: string, asked: CodeAsked): string | null {
  const arity = new Set([...template.matchAll(/⟦P(\d+)⟧/g)].map((match) => match[1])).size;
  if (asked.arity !== null && asked.arity !== arity) return null;
  const numbers = numbersIn(asked.prose).map((mentioned) => plainNumber(mentioned.value));
  const quoted = quotedIn(asked.prose).map((text) => JSON.stringify(text));
  const fallback = ["a", "b", "c", "d", "e", "f"];
  let complete = true;
  const program = template.replaceAll(hole, (_, kind: string, digits: string) => {
    const index = Number(digits);
    const filled =
      kind === "F"
        ? (asked.entryPoint ?? "solution")
        : kind === "P"
          ? ((asked.parameters ?? fallback)[index] ?? null)
          : kind === "N"
            ? (numbers[index] ?? null)
            : (quoted[index] ?? null);
    if (filled === null) complete = false;
    return filled ?? "";
  });
  return complete ? program : null;
}

/** The likeliest program that can be filled in; null when none can. */
function chooseProgram(asked: CodeAsked, classifier: SoftmaxClassifier): string | null {
  for (const template of classifier.ranked(codeFeatures(asked, classifier.dimensions))) {
    const program = fillProgram(template, asked);
    if (program !== null) return program;
  }
  return null;
}

export function answerCode(asked: CodeAsked, classifier: SoftmaxClassifier): string {
  const program = chooseProgram(asked, classifier);
  if (program !== null) return `This is like a task that I have seen before.\n\n\`\`\`python\n${program}\n\`\`\``;
  const parameters = (asked.parameters ?? []).join(", ");
  const attempt = `def ${asked.entryPoint ?? "solution"}(${parameters}):\n    return None`;
  return `I have not learnt a program for this.\n\n\`\`\`python\n${attempt}\n\`\`\``;
}
