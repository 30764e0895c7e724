import { readLooseJson, type LooseObject, type LooseResult, type LooseValue } from "./looseJson.js";
import { asText, rawField, type RawField, type RawSample } from "./raw.js";
import { fences } from "./text.js";

export interface JsonSample {
  readonly raw: RawSample;
  readonly span: readonly [number, number] | null;
  readonly fields: readonly { readonly field: RawField; readonly start: number; readonly end: number }[];
  readonly cut: boolean;
}

export interface JsonReading {
  readonly samples: readonly JsonSample[];
  readonly analysis: string | null;
  /** True when the text was not valid JSON and had to be repaired. */
  readonly repaired: boolean;
}

/** Places at which reading JSON is tried at most; keeps text full of braces linear. */
const maxTries = 12;

/** True for text that looks as if it held samples as JSON. */
export function looksLikeJson(text: string): boolean {
  return /["'\u201C](?:new_)?(?:question|samples|problem|task)["'\u201D]\s{0,5}:|[{,]\s{0,20}(?:question|samples)\s{0,5}:/i.test(
    text,
  );
}

/** Reads samples out of JSON anywhere in a text. */
export function readJsonSamples(text: string): JsonReading {
  let analysis: string | null = null;
  for (const range of candidates(text)) {
    const reading = readRange(text, range);
    if (reading.samples.length > 0) return reading;
    analysis ??= reading.analysis;
  }
  return { samples: [], analysis, repaired: false };
}

type Range = readonly [number, number];

/** Fenced blocks first, then the whole text. */
function candidates(text: string): Range[] {
  const blocks = fences(text).filter((block) => looksLikeJson(block.body));
  const whole: Range = [0, text.length];
  if (blocks.length !== 1) return [whole];
  const [block] = blocks;
  if (block === undefined) return [whole];
  const start = text.indexOf("\n", block.start) + 1;
  return [[start, start + block.body.length], whole];
}

function readRange(text: string, [from, to]: Range): JsonReading {
  const part = text.slice(from, to);
  const strict = readStrict(part);
  const samples: JsonSample[] = [];
  let analysis: string | null = null;
  const placesOf = (object: LooseObject | undefined, { spans, values }: Spans): Pick<JsonSample, "span" | "fields"> => {
    const span = object === undefined ? undefined : spans.get(object);
    const fields = object === undefined ? [] : (values.get(object) ?? []);
    return {
      span: span === undefined ? null : [from + span[0], from + span[1]],
      fields: fields.flatMap(({ key, start, end }) => {
        const field = rawField(key);
        return field === null ? [] : [{ field, start: from + start, end: from + end }];
      }),
    };
  };
  const take = (value: LooseValue, spans: Spans | null): void => {
    analysis ??= analysisOf(value);
    for (const object of sampleObjects(value, 0)) {
      samples.push({
        raw: rawOf(object),
        ...(spans === null ? { span: null, fields: [] } : placesOf(object, spans)),
        cut: spans?.cut.has(object) ?? false,
      });
    }
  };
  if (strict !== undefined) {
    // The loose reader follows for the places alone; it reads valid JSON in the same order.
    const loose = readLooseJson(part, 0);
    const objects = [...sampleObjects(loose.value, 0)];
    take(strict, null);
    const placed = samples.map((sample, index): JsonSample => ({ ...sample, ...placesOf(objects[index], loose) }));
    return { samples: placed, analysis, repaired: false };
  }
  let at = 0;
  for (let tries = 0; tries < maxTries;) {
    const start = nextStart(part, at);
    if (start === -1) break;
    const loose = readLooseJson(part, start);
    const before = samples.length;
    take(loose.value, loose);
    if (samples.length === before) tries += 1;
    at = Math.max(start + 1, samples.length === before ? start + 1 : loose.end);
  }
  return { samples, analysis, repaired: true };
}

interface Spans extends Pick<LooseResult, "values"> {
  readonly spans: ReadonlyMap<LooseObject, Range>;
  readonly cut: ReadonlySet<LooseObject>;
}

function readStrict(text: string): LooseValue | undefined {
  try {
    return JSON.parse(text) as LooseValue;
  } catch {
    // Not JSON as it stands: the loose reader takes over, and the result says so.
    return undefined;
  }
}

/** The next bracket that may start an object or a list of objects. */
function nextStart(text: string, from: number): number {
  const pattern = /\{\s{0,200}(?=["'\u201C\u2018}\w/]|$)|\[\s{0,200}(?=[{["'])/g;
  pattern.lastIndex = from;
  return pattern.exec(text)?.index ?? -1;
}

/** Objects that hold a question, in order, wherever they are nested. */
function* sampleObjects(value: LooseValue, depth: number): Generator<LooseObject> {
  if (depth > 6 || value === null) return;
  if (typeof value === "string") {
    // Some answers encode JSON twice.
    if (depth > 0 && depth < 3 && /^\s*[[{]/.test(value) && looksLikeJson(value.slice(0, 2000))) {
      const inner = readStrict(value);
      if (inner !== undefined) yield* sampleObjects(inner, depth + 3);
    }
    return;
  }
  if (typeof value !== "object") return;
  if (Array.isArray(value)) {
    for (const item of value) yield* sampleObjects(item, depth + 1);
    return;
  }
  if (isSample(value)) {
    yield value;
    return;
  }
  for (const item of Object.values(value)) yield* sampleObjects(item, depth + 1);
}

function isSample(object: LooseObject): boolean {
  return Object.entries(object).some(([key, item]) => rawField(key) === "question" && typeof item === "string");
}

function rawOf(object: LooseObject): RawSample {
  const raw: RawSample = {};
  const letters: LooseObject = {};
  for (const [key, value] of Object.entries(object)) {
    const field = rawField(key);
    const letter = /^(?:option|choice)?[\s_]*([A-J])$/i.exec(key)?.[1];
    if (
      letter !== undefined &&
      !(letter.toLowerCase() === "a" && field === "answer" && key === "a") &&
      typeof value === "string"
    ) {
      letters[letter.toUpperCase()] = value;
    } else if (field !== null && (raw[field] === undefined || raw[field] === null)) {
      raw[field] = value;
    }
  }
  if (raw.options === undefined && Object.keys(letters).length >= 2) raw.options = letters;
  return raw;
}

function analysisOf(value: LooseValue): string | null {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return null;
  for (const [key, item] of Object.entries(value)) {
    if (/analysis|diagnosis/i.test(key)) return asText(item) || null;
  }
  return null;
}
