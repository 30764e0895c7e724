// The texts that the engine, its adapters and the worker make and that the editor shows, read from their sources.
import { join, relative } from "node:path";
import ts from "typescript";
import { root } from "./prepare.mjs";
import { SourceFlow } from "./sourceFlow.mjs";
import { isOpen } from "./sourceText.mjs";

/**
 * Where texts that are shown come in: parameters, fields by their type, every field of a name, and what a function gives.
 * Each text there has to be a literal somewhere in the sources. `value`: it may be a value as a whole, such as what was
 * found in a file; then its words are looked for in values only, and no sentence of ours in what somebody wrote.
 */
const shown = [
  { parameter: "message", of: "Fault" },
  { parameter: "message", of: "wireFault" },
  { fields: "remedy" },
  { fields: "allowed", value: true },
  { fields: "found", value: true },
  { fields: "error", under: "src/engine/configuration/" },
  { described: "src/engine/configuration/" },
  { given: "typeInWords", value: true },
  { field: "reason", of: "GateResult", orValue: true },
  { field: "evidence", of: "ArtefactProposal" },
  { elements: "faults", of: "ParsedAnswer" },
  { field: "message", of: "Diagnostic" },
  { elements: "reasons", of: "SandboxReport" },
  { field: "description", of: "Completion", orValue: true },
  { field: "detail", of: "Completion", orValue: true },
  { field: "description", of: "TemplateHover", orValue: true },
  { field: "detail", of: "TemplateHover", orValue: true },
  { fields: "title", under: "src/engine/families/" },
  { fields: "title", under: "src/engine/benchmarks/table/" },
];

/** Commands that the editor never runs speak English. */
const unseen = /^src\/(vscode\/|cli\/(commands\/|demo\/|program\.ts$|main\.ts$))/u;

/**
 * Every text, with the numbers of its placeholders that hold numbers, sorted; `value` marks those that are looked for in
 * values, too. A text that cannot be read off the sources is a fault.
 */
export function engineTexts(folder = root, places = shown) {
  const sources = openSources(folder, places);
  const { flow } = sources;
  const found = new Map();
  const keep = (text, value) => {
    const { template, numbers } = templateOf(text);
    const before = found.get(template);
    found.set(template, {
      template,
      numbers: before === undefined ? numbers : numbers.filter((one) => before.numbers.includes(one)),
      value: value || before?.value === true,
    });
  };
  flow.onJoined = (texts) => texts.filter(saysSomething).forEach((text) => keep(text, true));
  for (const place of places) {
    const { value = false, orValue = false } = place;
    for (const text of textsOf(place, sources)) {
      if (!isOpen(text)) {
        if (!value || saysSomething(text)) keep(text, value);
      } else if (!value && !orValue) requireElsewhere(text);
    }
  }
  return [...found.values()].sort((a, b) => (a.template < b.template ? -1 : a.template > b.template ? 1 : 0));
}

function openSources(folder, places) {
  const inFolder = (file) => relative(folder, file).replaceAll("\\", "/");
  const { config } = ts.readConfigFile(join(folder, "tsconfig.json"), ts.sys.readFile);
  const { options, fileNames } = ts.parseJsonConfigFileContent({ ...config, include: ["src"] }, ts.sys, folder);
  const program = ts.createProgram(
    fileNames.filter((name) => !unseen.test(inFolder(name))),
    options,
  );
  const files = program.getSourceFiles().filter(({ fileName }) => inFolder(fileName).startsWith("src/"));
  // What a fault says is followed from where the fault is made, not from where it is read.
  const isFault = (type) => /Fault$/u.test(type.symbol?.name ?? "");
  const ends = new Set(
    places.flatMap(({ fields, under }) => (under === undefined && fields !== undefined ? [fields] : [])),
  );
  const flow = new SourceFlow(program, files, (name, type) => ends.has(name) || (name === "message" && isFault(type)));
  return { flow, files, isUnder: (node, path) => inFolder(node.getSourceFile().fileName).startsWith(path) };
}

function textsOf({ parameter, fields, field, elements, given, described, of, under = "" }, { flow, files, isUnder }) {
  if (fields !== undefined) {
    const values = flow.valuesOf(fields).filter((node) => isUnder(node, under));
    return values.flatMap((node) => flow.texts(node));
  }
  if (parameter !== undefined) {
    const functions = declarationsIn(files, (node) => functionNamed(node, of));
    const [named] = functions.flatMap(({ parameters }) => parameters.filter(({ name }) => name.text === parameter));
    return flow.parameterTexts(required(named, `${of}(${parameter})`));
  }
  if (given !== undefined) {
    const [found] = declarationsIn(files, (node) => functionNamed(node, given));
    return flow.returned(required(found, given));
  }
  if (described !== undefined) {
    const calls = flow.callsNamed("describe").filter((node) => isUnder(node, described));
    return calls.flatMap(({ arguments: [text] }) => (text === undefined ? [] : flow.texts(text)));
  }
  const name = field ?? elements;
  const declared = declarationsIn(
    files,
    (node) => ts.isPropertySignature(node) && node.name.text === name && typeAround(node) === of,
  );
  required(declared[0], `${of}.${name}`);
  return declared.flatMap((node) => flow.written(node, elements !== undefined));
}

function declarationsIn(files, isWanted) {
  const found = [];
  const visit = (node) => {
    if (isWanted(node)) found.push(node);
    ts.forEachChild(node, visit);
  };
  for (const file of files) visit(file);
  return found;
}

/** A function of this name with its body, or the constructor of a class of this name. */
function functionNamed(node, name) {
  if (!ts.isFunctionLike(node) || node.body === undefined) return false;
  return (ts.isConstructorDeclaration(node) ? node.parent.name?.text : node.name?.text) === name;
}

function typeAround(node) {
  return ts.findAncestor(node, (one) => ts.isInterfaceDeclaration(one) || ts.isTypeAliasDeclaration(one))?.name.text;
}

function required(found, name) {
  if (found === undefined)
    throw new Error(`The sources have no ${name} any more: correct scripts/lib/engineTexts.mjs.`);
  return found;
}

/** A text that is no more than a value is fine where it comes from outside: then somebody else's words are shown. */
function requireElsewhere(text) {
  for (const hole of text) {
    if (typeof hole === "string" || hole.foreign) continue;
    const source = hole.node.getSourceFile();
    const { line } = source.getLineAndCharacterOfPosition(hole.node.getStart());
    throw new Error(
      `${source.fileName}:${line + 1}: \`${hole.node.getText().slice(0, 80)}\` is shown to people, and cannot be followed to a literal text.`,
    );
  }
}

/** Whether a text of a value has words of ours: names and paths are the same in every language. */
function saysSomething(text) {
  const words = text.map((piece) => (typeof piece === "string" ? piece : "0")).join("");
  return /\p{L}{2,}/u.test(text.filter((piece) => typeof piece === "string").join(" ")) && /\S\s+\S/u.test(words);
}

/** The text as translators read it: values are `{0}`, `{1}`, … */
function templateOf(text) {
  const numbers = [];
  let holes = 0;
  const pieces = text.map((piece) => {
    if (typeof piece === "string") return piece;
    if (piece.number) numbers.push(holes);
    return `{${holes++}}`;
  });
  return { template: pieces.join("").trim(), numbers };
}
