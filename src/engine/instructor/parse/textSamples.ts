import { headingOfLine, inlineHeadings, type Heading, type HeadingKind } from "./headings.js";
import type { RawField, RawSample } from "./raw.js";
import { fences, trimField } from "./text.js";

/** A sample found in an answer, with the places of its fields. */
export interface FoundSample {
  readonly raw: RawSample;
  readonly start: number;
  readonly end: number;
  readonly fields: readonly { readonly field: RawField; readonly start: number; readonly end: number }[];
  /** True when the answer ends inside this sample in a way that shows a cut: an open fence, an operator at the end. */
  readonly cut: boolean;
}

export interface TextReading {
  readonly samples: readonly FoundSample[];
  readonly analysis: string | null;
}

/** Reads samples under headings (`1. Question: … Answer: …` and the Markdown forms that models drift to). */
export function readTextSamples(answer: string, family: string): TextReading {
  const text = withoutWrappers(answer, family);
  const headings = findHeadings(text, family);
  const started = headings.some((heading) => heading.kind === "question");
  return started ? byHeadings(text, headings, family) : { ...byNumbers(text, headings, family), analysis: null };
}

function findHeadings(text: string, family: string): Heading[] {
  const code = fences(text);
  const found: Heading[] = [];
  let block = 0;
  let at = 0;
  while (at <= text.length) {
    const newline = text.indexOf("\n", at);
    const end = newline === -1 ? text.length : newline;
    while (block < code.length && (code[block]?.end ?? 0) <= at) block += 1;
    const inside = code[block];
    if (inside === undefined || inside.start >= end || inside.start > at) {
      const line = text.slice(at, Math.min(end, inside !== undefined && inside.start > at ? inside.start : end));
      addLine(found, line, at, family, text);
    }
    at = end + 1;
  }
  return found;
}

/** Replaces the lines of a fence around samples by spaces, so that offsets stay. */
function withoutWrappers(text: string, family: string): string {
  const pieces: string[] = [];
  let done = 0;
  const blank = (from: number, to: number): void => {
    pieces.push(text.slice(done, from), text.slice(from, to).replace(/[^\n]/g, " "));
    done = to;
  };
  for (const block of fences(text)) {
    if (!holdsHeadings(block.body, family)) continue;
    const body = block.closed ? block.bodyStart : Math.min(block.bodyStart, block.end);
    blank(block.start, body);
    if (block.closed) blank(body + block.body.length, block.end);
  }
  return pieces.join("") + text.slice(done);
}

/** A fence around the whole answer holds headings; one around a program does not. */
function holdsHeadings(body: string, family: string): boolean {
  if (
    /^[^\S\n]*(?:def|import|from|class)\s/m.test(body.slice(0, 200)) &&
    !/^[^\S\n]*(?:#|\*|\d)*[^\S\n]*question/im.test(body.slice(0, 200))
  ) {
    return false;
  }
  const kinds = new Set<HeadingKind>();
  let offset = 0;
  for (const line of body.split("\n").slice(0, 400)) {
    const heading = headingOfLine(line, offset);
    if (heading !== null) kinds.add(heading.kind);
    offset += line.length + 1;
  }
  const answer =
    kinds.has("answer") || kinds.has("solution") || kinds.has("final") || (family === "code" && kinds.has("code"));
  return kinds.has("question") && answer;
}

function addLine(found: Heading[], line: string, at: number, family: string, text: string): void {
  let heading = headingOfLine(line, at);
  if (heading !== null && family === "choice" && heading.kind === "answer" && isOptionA(text, at)) heading = null;
  if (heading !== null) {
    found.push(heading);
    if (heading.kind === "tests" || heading.kind === "code") return;
  }
  const from = heading === null ? 0 : heading.end - at;
  // Behind a solution's heading on the same line only another field may follow, not a repeated one.
  for (const inline of inlineHeadings(line, at, from)) {
    const last = found.at(-1)?.kind;
    if (last === undefined || inline.start < (found.at(-1)?.end ?? 0)) continue;
    if (
      last === "question" ||
      last === "sample" ||
      last === "options" ||
      (last === "answer" && inline.kind === "explanation")
    )
      found.push(inline);
    else if (last === "solution" && inline.kind === "answer" && family !== "choice")
      found.push({ ...inline, kind: "final" });
  }
}

/** `A: Paris` is an option when a line `B: …` follows, an answer otherwise. */
function isOptionA(text: string, at: number): boolean {
  const line = text.slice(at, at + 12);
  if (!/^[^\S\n]*(?:[-*][^\S\n]+)?(?:\*\*)?\(?A[).:]/.test(line)) return false;
  return /\n[^\S\n]*(?:[-*][^\S\n]+)?(?:\*\*)?\(?B[).:]/.test(text.slice(at, at + 2000));
}

function byHeadings(text: string, headings: readonly Heading[], family: string): TextReading {
  const groups: Heading[][] = [];
  let analysis: string | null = null;
  let open = false;
  headings.forEach((heading, index) => {
    const end = headings[index + 1]?.start ?? text.length;
    if (heading.kind === "analysis" && !open) {
      analysis = text.slice(heading.end, end).trim();
      return;
    }
    const current = groups.at(-1);
    const started = current?.some((item) => item.kind === "question" && content(text, item, headings) !== "") ?? false;
    if (heading.kind === "question" ? started || current === undefined : heading.kind === "sample" && started) {
      // A number alone inside a solution is a step, not a sample, unless a question follows it.
      if (heading.kind === "sample" && !questionFollows(headings, index)) return;
      groups.push([heading]);
    } else if (current === undefined) {
      if (heading.kind === "sample" && questionFollows(headings, index)) groups.push([heading]);
    } else {
      current.push(heading);
    }
    open = groups.length > 0;
  });
  const samples = groups.map((group, index): FoundSample => {
    const end = groups[index + 1]?.[0]?.start ?? text.length;
    return collect(text, group, headings, end, index === groups.length - 1, family);
  });
  return { samples, analysis };
}

function questionFollows(headings: readonly Heading[], index: number): boolean {
  return headings[index + 1]?.kind === "question";
}

/** Text under a heading up to the next one of the whole answer. */
function content(text: string, heading: Heading, headings: readonly Heading[]): string {
  return text.slice(heading.end, nextStart(heading, headings, text.length)).trim();
}

function nextStart(heading: Heading, headings: readonly Heading[], end: number): number {
  return headings[headingAt(headings, heading.start + 1)]?.start ?? end;
}

/** Index of the first heading at or behind a place. Headings are sorted: a binary search keeps long answers linear. */
function headingAt(headings: readonly Heading[], place: number): number {
  let low = 0;
  let high = headings.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((headings[middle]?.start ?? 0) < place) low = middle + 1;
    else high = middle;
  }
  return low;
}

const fieldOfKind: { readonly [kind in HeadingKind]?: RawField } = {
  question: "question",
  answer: "answer",
  final: "answer",
  solution: "solution",
  options: "options",
  explanation: "explanation",
  code: "code",
  tests: "tests",
  entryPoint: "entryPoint",
};

function collect(
  text: string,
  group: readonly Heading[],
  headings: readonly Heading[],
  end: number,
  last: boolean,
  family: string,
): FoundSample {
  const parts = new Map<RawField, string>();
  const fields: { field: RawField; start: number; end: number }[] = [];
  for (const heading of group) {
    const stop = Math.min(end, nextStart(heading, headings, text.length));
    const raw = text.slice(heading.end, stop);
    const field = placeOf(heading, parts, family);
    if (field === null) continue;
    const value = fieldText(raw, heading, last && stop === text.length, field);
    if (value === "" && parts.has(field)) continue;
    const before = parts.get(field);
    parts.set(field, before === undefined || before === "" ? value : `${before}\n${value}`);
    const lead = raw.length - raw.trimStart().length;
    fields.push({
      field,
      start: heading.end + lead,
      end: Math.max(heading.end + lead, heading.end + raw.trimEnd().length),
    });
  }
  const start = group[0]?.start ?? 0;
  const body = text.slice(start, end);
  const cut = last && end === text.length && looksCut(body);
  return { raw: Object.fromEntries(parts), start, end: start + body.trimEnd().length, fields, cut };
}

/** Which field a heading fills, given what the sample already has. */
function placeOf(heading: Heading, parts: ReadonlyMap<RawField, string>, family: string): RawField | null {
  if (heading.kind === "question" || heading.kind === "sample") {
    const question = parts.get("question") ?? "";
    if (heading.kind === "sample") return question === "" ? "question" : null;
    return "question";
  }
  // A second `Answer:` behind a worked one states the result; the first then was the solution.
  if (heading.kind === "answer" && parts.has("answer") && family !== "math") return null;
  if (heading.kind === "answer" && family === "code") return parts.has("code") ? null : "code";
  if (heading.kind === "solution" && family === "code") return "code";
  return fieldOfKind[heading.kind] ?? null;
}

function fieldText(raw: string, heading: Heading, atEnd: boolean, field: RawField): string {
  let value = atEnd ? withoutChatter(raw, field) : raw;
  if (heading.openBold) value = value.replace(/^([^\n]*?)\*\*/, "$1");
  return field === "code" || field === "tests" ? value.trimEnd() : trimField(value);
}

const chatter =
  /^[^\S\n]*(?:[*_]{0,2})(?:I hope|I trust|Hope (?:this|these)|Let me know|Please let|Feel free|Good luck|These (?:new |practice )?(?:problems?|questions?|samples?|exercises?|tasks?)|This (?:problem|question|set|sample) |Each (?:problem|question|sample|of these)|By (?:practi[cs]ing|working)|Would you like|If you(?:'d| would| need| want)|Remember|Note(?::| that)|Happy (?:learning|coding|practi[cs]ing)|All (?:problems|samples|questions))/i;

/** Drops closing words of the whole answer from its last field. */
function withoutChatter(raw: string, field: RawField): string {
  const paragraphs = raw.split(/\n[^\S\n]*\n/);
  while (paragraphs.length > 1 && chatter.test((paragraphs.at(-1) ?? "").trim())) paragraphs.pop();
  const last = (paragraphs.at(-1) ?? "").trim();
  if (field !== "code" && paragraphs.length > 1 && /^[-*_]{3,}$/.test(last)) paragraphs.pop();
  return paragraphs.join("\n\n");
}

/** Signs that an answer stopped in the middle: an open fence or annotation, an operator or a comma at the end. */
function looksCut(body: string): boolean {
  const end = body.trimEnd();
  if (fences(body).some((block) => !block.closed)) return true;
  const tail = end.slice(-300);
  return (
    /(?:[-+*/=,(:<]|\b(?:and|the|of|is|so|to|a))$/.test(tail) ||
    (tail.lastIndexOf("<<") > tail.lastIndexOf(">>") && tail.includes("<<"))
  );
}

/** Samples without `Question:` headings: numbered paragraphs with `Answer:` below, or questions followed by code. */
function byNumbers(text: string, headings: readonly Heading[], family: string): { readonly samples: FoundSample[] } {
  const answers = headings.filter(
    (heading) =>
      heading.kind === "answer" ||
      heading.kind === "solution" ||
      heading.kind === "code" ||
      (heading.kind === "final" && family === "choice"),
  );
  const firsts = answers.filter((heading, index) => {
    const previous = answers[index - 1];
    if (previous === undefined) return true;
    return startOfQuestion(text, nextParagraph(text, previous.end, heading.start), heading.start) !== null;
  });
  const starts: number[] = [];
  firsts.forEach((heading, index) => {
    const from = firsts[index - 1]?.end ?? 0;
    starts.push(questionStart(text, from, heading.start, index + 1, index > 0));
  });
  const samples = firsts.map((heading, index): FoundSample => {
    const start = starts[index] ?? heading.start;
    const end = starts[index + 1] ?? text.length;
    const label = /^[^\S\n]*(?:#{1,6}[^\S\n]*)?(?:\*\*)?\(?\d{1,4}[.):][^\S\n]*(?:\*\*)?[^\S\n]*/.exec(
      text.slice(start, Math.min(start + 80, heading.start)),
    );
    const question: Heading = {
      kind: "question",
      start,
      end: start + (label?.[0].length ?? 0),
      number: null,
      openBold: false,
    };
    const own = headings
      .slice(headingAt(headings, heading.start), headingAt(headings, end))
      .filter((item) => item.kind !== "sample");
    return collect(text, [question, ...own], [question, ...own], end, index === firsts.length - 1, family);
  });
  if (samples.length > 0 || family !== "code") return { samples };
  return { samples: questionsWithCode(text) };
}

function nextParagraph(text: string, from: number, to: number): number {
  const at = text.indexOf("\n", from);
  return at === -1 || at > to ? to : at;
}

/** Start of a numbered line in a range; null without one. */
function startOfQuestion(text: string, from: number, to: number): number | null {
  const match = /\n[^\S\n]{0,8}(?:#{1,6}[^\S\n]*)?(?:\*\*)?\(?\d{1,4}[.):][^\S\n]+(?=\S)/.exec(text.slice(from, to));
  return match === null ? null : from + match.index + 1;
}

function questionStart(text: string, from: number, to: number, number: number, later: boolean): number {
  const range = text.slice(from, to);
  const own = [...range.matchAll(/(?:^|\n)[^\S\n]{0,8}(?:#{1,6}[^\S\n]*)?(?:\*\*)?\(?(\d{1,4})[.):][^\S\n]+(?=\S)/g)];
  const wanted = own.findLast((match) => Number(match[1]) === number) ?? own.at(-1);
  if (wanted !== undefined) return from + wanted.index + (wanted[0].startsWith("\n") ? 1 : 0);
  if (!later) return from + (range.length - range.trimStart().length);
  const body = range.trimEnd();
  const paragraph = body.lastIndexOf("\n\n");
  return from + (paragraph === -1 ? 0 : paragraph + 2);
}

/** `Write a function …` followed by a fenced program, several times. */
function questionsWithCode(text: string): FoundSample[] {
  const blocks = fences(text).filter((block) => /^[^\S\n]*(?:def|class|async def)\s/m.test(block.body));
  let from = 0;
  const samples: FoundSample[] = [];
  for (const block of blocks) {
    const before = text.slice(from, block.start);
    const question = trimField(
      before.replace(/^[^\S\n]*(?:Here (?:is|are)|Sure|Certainly|Of course)[^\n]{0,200}\n/i, ""),
    );
    const lead = before.length - before.trimStart().length;
    if (question !== "") {
      samples.push({
        raw: { question, code: text.slice(block.start, block.end) },
        start: from + lead,
        end: block.end,
        fields: [
          { field: "question", start: from + lead, end: block.start },
          { field: "code", start: block.start, end: block.end },
        ],
        cut: !block.closed,
      });
    }
    from = block.end;
  }
  return samples;
}
