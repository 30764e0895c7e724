import { isMap, isScalar, LineCounter, parseDocument, type YAMLMap } from "yaml";
import type { Diagnostic, DiagnosticCode, TemplateFormat, TemplateHead, TemplateSetName } from "./template.js";
import { templateSetNames } from "./template.js";
import { strategyDocs, templateStrategies } from "./variables.js";

/** The version of the template language that this program reads. */
const templateVersion = 1;

/** Family names that templates may be written for; `any` serves all. Other names draw a warning only. */
export const templateFamilies: readonly string[] = ["math", "choice", "code", "any"];

/** Keys of the front matter with what they mean, for completion and hover. */
export const frontMatterKeys: { readonly [key: string]: string } = {
  version: "Version of the template language: 1.",
  name: "Name of the template, unique in the project.",
  strategy: "Strategy that uses the template: LE, LEC, AugGPT or judge.",
  family: "Benchmark family: math, choice, code, or any.",
  set: "Set that the template belongs to: paper or clean.",
  description: "One sentence for people.",
  format: "Form of the answer that the template asks for: json or text.",
  parameters: "Sampling parameters: temperature, top_p, max_tokens. A parameter that is null or absent is not sent.",
};

/** Keys below `parameters`. */
export const parameterKeys: { readonly [key: string]: string } = {
  temperature: "Sampling temperature, from 0 to 2.",
  top_p: "Nucleus sampling, from 0 to 1.",
  max_tokens: "Most tokens of an answer.",
};

/** Values of keys that have a fixed choice, with what they mean. */
export const frontMatterValues: { readonly [key: string]: { readonly [value: string]: string } } = {
  version: { [String(templateVersion)]: "The version that this program reads." },
  strategy: strategyDocs,
  family: {
    math: "Word problems and other questions with a number as answer.",
    choice: "Multiple choice.",
    code: "Python functions that tests call.",
    any: "Serves every family that has no template of its own.",
  },
  set: {
    paper: "The wording that carries the elements of the paper's appendix; the reference is not shown.",
    clean: "The careful version: reference, explicit analysis, JSON.",
  },
  format: {
    json: "One JSON object with an analysis and a list of samples.",
    text: "Numbered text: `1. Question: …`, `Answer: …`.",
  },
};

/** A key with its value as the file has them; places are offsets in the source. */
export interface FrontMatterEntry {
  /** `strategy`, or `parameters.temperature` for one that stands below another. */
  readonly path: string;
  readonly key: readonly [number, number];
  /** Null where no plain value stands behind the colon. */
  readonly value: readonly [number, number] | null;
  readonly text: string;
}

export interface FrontMatter {
  readonly head: TemplateHead;
  readonly diagnostics: readonly Diagnostic[];
  /** In the order of the file. */
  readonly entries: readonly FrontMatterEntry[];
  /** Offset in the source at which the YAML starts; 0 without front matter. */
  readonly yamlOffset: number;
  /** Offset in the source at which the YAML ends. */
  readonly yamlEnd: number;
  /** Offset in the source at which the body starts. */
  readonly bodyOffset: number;
}

/** Reads the front matter of a template. `source` has `\n` line ends and no byte order mark. */
export function readFrontMatter(source: string, file: string): FrontMatter {
  const stem = file.replace(/^.*[\\/]/, "").replace(/\.prompt$/, "");
  const found = /^---[ \t]*\n((?:[\s\S]*?\n)?)---[ \t]*(?:\n|$)/.exec(source);
  if (found === null) {
    const reader = new Reader(null, 1, file);
    reader.report(
      "error",
      "front-matter-missing",
      "The file has no front matter.",
      [0, Math.min(source.length, 3)],
      "Start the file with a line `---`, the keys version, strategy, family, set and format, and another line `---`.",
      1,
    );
    const head = reader.head(stem);
    return { head, diagnostics: reader.diagnostics, entries: [], yamlOffset: 0, yamlEnd: 0, bodyOffset: 0 };
  }
  const yaml = found[1] ?? "";
  const yamlOffset = source.indexOf("\n") + 1;
  const reader = new Reader(yaml, 2, file);
  return {
    head: reader.head(stem),
    diagnostics: reader.diagnostics,
    entries: reader.entries(yamlOffset),
    yamlOffset,
    yamlEnd: yamlOffset + yaml.length,
    bodyOffset: found[0].length,
  };
}

class Reader {
  readonly diagnostics: Diagnostic[] = [];
  readonly #lines = new LineCounter();
  readonly #firstLine: number;
  readonly #file: string;
  readonly #map: YAMLMap | null;
  readonly #present: boolean;

  constructor(text: string | null, firstLine: number, file: string) {
    this.#firstLine = firstLine;
    this.#file = file;
    this.#present = text !== null;
    const document = parseDocument(text ?? "", { lineCounter: this.#lines, prettyErrors: false });
    for (const error of document.errors) {
      const remedy = "Correct the YAML between the two `---` lines.";
      this.report("error", "front-matter-syntax", error.message, [error.pos[0], error.pos[1]], remedy);
    }
    this.#map = isMap(document.contents) ? document.contents : null;
    if (document.errors.length === 0 && document.contents !== null && this.#map === null) {
      const remedy = "Write one key and value a line, for example `strategy: LE`.";
      this.report(
        "error",
        "front-matter-syntax",
        "The front matter is not a list of keys.",
        [0, (text ?? "").length],
        remedy,
      );
    }
  }

  report(
    severity: Diagnostic["severity"],
    code: DiagnosticCode,
    message: string,
    span: readonly [number, number],
    remedy: string,
    line?: number,
  ): void {
    const place = this.#lines.linePos(span[0]);
    const known = place.line > 0;
    this.diagnostics.push({
      severity,
      code,
      message,
      file: this.#file,
      line: line ?? (known ? place.line - 1 + this.#firstLine : this.#firstLine),
      column: line !== undefined || !known ? 1 : place.col,
      length: Math.max(1, span[1] - span[0]),
      remedy,
    });
  }

  head(stem: string): TemplateHead {
    this.#unknownKeys(this.#map, Object.keys(frontMatterKeys), "");
    const version = this.#number("version", 1, 1_000_000) ?? templateVersion;
    if (version > templateVersion) {
      const message = `The template is written in version ${version} of the language; this program knows ${templateVersion}.`;
      this.report("error", "newer-version", message, this.#span("version"), "Update the program.");
    }
    const strategy = this.#text("strategy") ?? this.#missing("strategy", templateStrategies, "LE");
    const family = this.#text("family") ?? this.#missing("family", templateFamilies, "any");
    if (this.#has("strategy")) this.#warnUnknown("strategy", strategy, templateStrategies);
    if (this.#has("family")) this.#warnUnknown("family", family, templateFamilies);
    return {
      version,
      name: this.#text("name") ?? stem,
      strategy,
      family,
      set: this.#choice<TemplateSetName>("set", templateSetNames, "clean"),
      description: this.#text("description") ?? "",
      format: this.#choice<TemplateFormat>("format", ["json", "text"], "json"),
      parameters: this.#parameters(),
    };
  }

  entries(offset: number): FrontMatterEntry[] {
    const found: FrontMatterEntry[] = [];
    const visit = (map: YAMLMap, prefix: string): void => {
      for (const { key, value } of map.items) {
        if (!isScalar(key) || !key.range) continue;
        const path = prefix + String(key.value);
        const range = isScalar(value) && value.value !== null ? value.range : null;
        found.push({
          path,
          key: [key.range[0] + offset, key.range[1] + offset],
          value: range ? [range[0] + offset, range[1] + offset] : null,
          text: isScalar(value) ? (value.source ?? "") : "",
        });
        if (isMap(value) && prefix === "") visit(value, `${path}.`);
      }
    };
    if (this.#map !== null) visit(this.#map, "");
    return found;
  }

  #parameters(): TemplateHead["parameters"] {
    const node = this.#map?.get("parameters", true);
    if (node !== undefined && !isMap(node) && !(isScalar(node) && node.value === null)) {
      this.report(
        "error",
        "wrong-value",
        "`parameters` is not a list of keys.",
        this.#span("parameters"),
        "Indent `temperature:`, `top_p:` and `max_tokens:` below it.",
      );
    }
    const map = isMap(node) ? node : null;
    this.#unknownKeys(map, Object.keys(parameterKeys), "parameters.");
    return {
      temperature: this.#number("temperature", 0, 2, map),
      topP: this.#number("top_p", 0, 1, map),
      maxTokens: this.#number("max_tokens", 1, 1_000_000, map),
    };
  }

  #has(key: string, map: YAMLMap | null = this.#map): boolean {
    return map?.has(key) ?? false;
  }

  #span(key: string, map: YAMLMap | null = this.#map): readonly [number, number] {
    for (const pair of map?.items ?? []) {
      if (!isScalar(pair.key) || pair.key.value !== key) continue;
      const range = isScalar(pair.value) ? (pair.value.range ?? pair.key.range) : pair.key.range;
      if (range) return [range[0], range[1]];
    }
    return [0, 1];
  }

  #unknownKeys(map: YAMLMap | null, known: readonly string[], prefix: string): void {
    for (const { key } of map?.items ?? []) {
      const name = isScalar(key) ? String(key.value) : "";
      if (known.includes(name) || !isScalar(key) || !key.range) continue;
      const remedy = `Use one of: ${known.map((item) => prefix + item).join(", ")}.`;
      this.report("warning", "unknown-key", `Unknown key \`${prefix}${name}\`.`, [key.range[0], key.range[1]], remedy);
    }
  }

  #missing(key: string, allowed: readonly string[], fallback: string): string {
    if (this.#present) {
      const remedy = `Add a line \`${key}:\` with one of: ${allowed.join(", ")}.`;
      this.report("error", "missing-key", `The front matter lacks \`${key}\`.`, [0, 3], remedy, 1);
    }
    return fallback;
  }

  #warnUnknown(key: string, value: string, known: readonly string[]): void {
    if (known.includes(value)) return;
    const remedy = `Use one of: ${known.join(", ")}; or keep it where a strategy or family of your own has this name.`;
    this.report("warning", "wrong-value", `\`${value}\` is not a known ${key}.`, this.#span(key), remedy);
  }

  #text(key: string): string | null {
    const value: unknown = this.#map?.get(key);
    if (value === undefined || value === null || value === "") return null;
    if (typeof value === "string") return value;
    if (typeof value === "number" || typeof value === "boolean") return String(value);
    this.report(
      "error",
      "wrong-value",
      `\`${key}\` is not a text.`,
      this.#span(key),
      "Write one text behind the colon.",
    );
    return null;
  }

  #choice<T extends string>(key: string, allowed: readonly T[], fallback: T): T {
    const value = this.#text(key);
    if (value === null) return this.#missing(key, allowed, fallback) as T;
    const known = allowed.find((item) => item === value);
    if (known === undefined) {
      const remedy = `Use one of: ${allowed.join(", ")}.`;
      this.report("error", "wrong-value", `\`${value}\` is not a known ${key}.`, this.#span(key), remedy);
    }
    return known ?? fallback;
  }

  #number(key: string, low: number, high: number, map: YAMLMap | null = this.#map): number | null {
    const value: unknown = map?.get(key);
    if (value === undefined || value === null) return null;
    const whole = key !== "temperature" && key !== "top_p";
    if (typeof value === "number" && value >= low && value <= high && (!whole || Number.isInteger(value))) return value;
    const remedy = `Write a ${whole ? "whole " : ""}number from ${low} to ${high}.`;
    this.report("error", "wrong-value", `\`${key}\` is not a number that fits.`, this.#span(key, map), remedy);
    return null;
  }
}
