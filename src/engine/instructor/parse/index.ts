import type { SampleDraft } from "../../families/index.js";
import type { TemplateFormat } from "../../prompts/index.js";
import type { Normaliser } from "./fields.js";
import { looksLikeJson, readJsonSamples } from "./jsonSamples.js";
import { normaliserOf } from "./normalisers.js";
import { readTextSamples } from "./textSamples.js";
import type { RawSample } from "./raw.js";

export { normalisers } from "./normalisers.js";

/** A place in the raw answer: a whole sample or one of its fields. Offsets are UTF-16 units. */
export interface AnswerMark {
  /** Index of the draft. */
  readonly draft: number;
  readonly field: string;
  readonly start: number;
  readonly end: number;
}

export interface ParsedAnswer {
  readonly drafts: readonly SampleDraft[];
  /** What could not be read, one sentence each; empty when all is well. */
  readonly faults: readonly string[];
  /** How many samples the call asked for; null when the caller did not say. */
  readonly asked: number | null;
  readonly marks: readonly AnswerMark[];
  /** The instructor's analysis where the answer states one. */
  readonly analysis: string | null;
}

export interface ParseOptions {
  readonly asked?: number;
  /** How the answer ended: `length` means that its last sample is not to be trusted. */
  readonly finish?: "stop" | "length" | "filter" | "other";
}

interface Candidate {
  readonly raw: RawSample;
  readonly cut: boolean;
  readonly start: number;
  readonly end: number;
  readonly fields: readonly { readonly field: string; readonly start: number; readonly end: number }[];
}

/**
 * Reads samples out of an instructor's answer. Tolerant: the textual form that the paper's prompts ask for, JSON, and
 * what models make of both. Never throws and takes time linear in the length of the text. `format` is what was asked
 * for and only decides where the text looks like neither.
 */
export function parseAnswer(
  text: string,
  family: string,
  format: TemplateFormat,
  options: ParseOptions = {},
): ParsedAnswer {
  const asked = options.asked ?? null;
  const source = text.replace(/^\uFEFF/, "");
  const normalise = normaliserOf(family);
  const spoken = withoutReasoning(source);
  const offset = text.length - source.length + spoken.offset;
  const readings = readers(spoken.text, format).map((read) => read(spoken.text, family));
  const drafted = readings.map((reading) => draftAll(reading, normalise, options.finish ?? "stop", offset));
  // The first reader that finds something wins, unless a later one finds more.
  const best = drafted.reduce((a, b) => (b.drafts.length > a.drafts.length ? b : a));
  const faults = [...best.faults];
  if (best.drafts.length === 0) faults.push(emptyReason(spoken.text, options.finish, best.analysis));
  else if (asked !== null && best.drafts.length < asked) {
    faults.push(`Asked for ${asked} samples, found ${best.drafts.length}.`);
  }
  return { drafts: best.drafts, faults, asked, marks: best.marks, analysis: best.analysis };
}

/** Share of the asked samples that could be read, from 0 to 1; more samples than asked count as all. */
export function parseYield(answers: readonly ParsedAnswer[]): {
  readonly asked: number;
  readonly found: number;
  readonly share: number;
} {
  let asked = 0;
  let found = 0;
  for (const answer of answers) {
    const wanted = answer.asked ?? answer.drafts.length;
    asked += wanted;
    found += Math.min(wanted, answer.drafts.length);
  }
  return { asked, found, share: asked === 0 ? 0 : found / asked };
}

interface Reading {
  readonly candidates: readonly Candidate[];
  readonly analysis: string | null;
  readonly faults: readonly string[];
}

type Read = (text: string, family: string) => Reading;

const readJson: Read = (text) => {
  const reading = readJsonSamples(text);
  const candidates = reading.samples.map(({ raw, cut, span, fields }): Candidate => {
    return { raw, cut, start: span?.[0] ?? 0, end: span?.[1] ?? 0, fields };
  });
  return { candidates, analysis: reading.analysis, faults: [] };
};

const readText: Read = (text, family) => {
  const reading = readTextSamples(text, family);
  return { candidates: reading.samples, analysis: reading.analysis, faults: [] };
};

function readers(text: string, format: TemplateFormat): readonly Read[] {
  if (looksLikeJson(text)) return [readJson, readText];
  return format === "json" ? [readText, readJson] : [readText];
}

interface Drafted {
  readonly drafts: SampleDraft[];
  readonly faults: string[];
  readonly marks: AnswerMark[];
  readonly analysis: string | null;
}

function draftAll(
  reading: Reading,
  normalise: Normaliser,
  finish: NonNullable<ParseOptions["finish"]>,
  offset: number,
): Drafted {
  const drafted: Drafted = { drafts: [], faults: [...reading.faults], marks: [], analysis: reading.analysis };
  reading.candidates.forEach((candidate, index) => {
    const last = index === reading.candidates.length - 1;
    if (candidate.cut || (last && finish === "length")) {
      drafted.faults.push(`Sample ${index + 1} is cut off.`);
      return;
    }
    const draft = normalise(candidate.raw);
    if (draft === null) {
      drafted.faults.push(`Sample ${index + 1} is incomplete: ${missing(candidate.raw)}.`);
      return;
    }
    const number = drafted.drafts.length;
    drafted.drafts.push(draft);
    const mark = (field: string, start: number, end: number): void => {
      drafted.marks.push({ draft: number, field, start: start + offset, end: end + offset });
    };
    if (candidate.end > candidate.start) mark("sample", candidate.start, candidate.end);
    for (const { field, start, end } of candidate.fields) mark(field, start, end);
  });
  return drafted;
}

function missing(raw: RawSample): string {
  const has = Object.entries(raw).flatMap(([field, value]) => (value === null || value === "" ? [] : [field]));
  return has.length === 0 ? "it is empty" : `it only has ${has.join(", ")}`;
}

/** Reasoning that some servers leave in the answer (`<think>…</think>`) is not part of it. */
function withoutReasoning(text: string): { readonly text: string; readonly offset: number } {
  const open = /^\s{0,20}<(think|thinking|reasoning)>/i.exec(text);
  if (open === null) return { text, offset: 0 };
  const close = `</${open[1] ?? "think"}>`;
  const end = text.toLowerCase().indexOf(close.toLowerCase());
  return end === -1
    ? { text: "", offset: text.length }
    : { text: text.slice(end + close.length), offset: end + close.length };
}

const refusal =
  /\b(?:I(?:['’]m| am) (?:really |very )?(?:sorry|unable|not able)|I (?:cannot|can['’]t|can not|won['’]t|will not|must decline)|I apologi[sz]e|as an AI(?: language)? model|unable to (?:help|assist|generate|create|comply|provide))\b/i;

function emptyReason(text: string, finish: ParseOptions["finish"], analysis: string | null): string {
  const plain = text.trim();
  if (plain === "") return finish === "length" ? "The answer was cut off before it began." : "The answer is empty.";
  if (refusal.test(plain.slice(0, 600))) {
    const sentence = /^[^\n]{0,200}/.exec(plain)?.[0] ?? "";
    return `The instructor refused: ${sentence}`;
  }
  // A well-formed answer with an empty list says why in its analysis.
  if (analysis !== null) return `The instructor gave no samples: ${analysis.slice(0, 200)}`;
  return "No sample was found in the answer.";
}
