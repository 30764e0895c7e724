import type { InstructorReply, PreviewCase, PromptPreview } from "../../protocol/worker/index.js";

/** Sentences of the preview, made where the language of the window is known. */
export interface PreviewWords {
  readonly heading: (template: string, key: string) => string;
  readonly why: (why: PreviewCase["why"]) => string;
  readonly size: (preview: Extract<PromptPreview, { state: "ready" }>) => string;
  readonly neighbours: (how: PreviewCase["neighbours"]) => string | null;
  readonly evaluation: string;
  readonly role: (role: string) => string;
  readonly broken: string;
  readonly none: (family: string) => string;
  readonly asking: string;
  readonly reply: (reply: InstructorReply) => string;
  readonly stale: string;
  readonly sample: (number: number) => string;
  readonly answer: string;
  readonly raw: string;
}

export interface PreviewState {
  readonly template: string;
  readonly preview: PromptPreview;
  readonly reply: InstructorReply | null;
  /** The answer is about a text or a case that changed while it was on its way. */
  readonly stale: boolean;
  readonly asking: boolean;
}

export interface PreviewText {
  readonly text: string;
  /** Lines, from 0, that are headings of ours: no text of a model can be one. */
  readonly headings: readonly number[];
}

/** Begins a line of facts, and a heading; a line of somebody else's text that begins like one gets another mark. */
const fact = "▎ ";
const bar = "━━━ ";

/** What the instructor would receive, and what it answered when it was asked, as a text with headings. */
export function previewText(
  { template, preview, reply, stale, asking }: PreviewState,
  words: PreviewWords,
): PreviewText {
  const lines: string[] = [];
  const headings: number[] = [];
  const facts = (...sentences: readonly (string | null)[]): void => {
    for (const sentence of sentences) if (sentence !== null) lines.push(`${fact}${oneLine(sentence)}`);
  };
  const heading = (title: string): void => {
    lines.push("");
    headings.push(lines.length);
    lines.push(`${bar}${oneLine(title)}`);
  };
  const body = (text: string): void => void lines.push(...text.split("\n").map(unforged));
  if (preview.state === "none") facts(words.none(preview.family));
  if (preview.state === "broken") facts(words.broken, preview.remark.message, preview.remark.remedy);
  if (preview.state === "ready") {
    const { key, why, neighbours, evaluation } = preview.case;
    facts(
      `${words.heading(template, key)} ${words.why(why)}`,
      words.size(preview),
      words.neighbours(neighbours),
      evaluation ? words.evaluation : null,
    );
    for (const { role, content } of preview.messages) {
      heading(words.role(role));
      body(content);
    }
  }
  if (asking) heading(words.asking);
  if (reply !== null) {
    heading(words.reply(reply));
    facts(stale ? words.stale : null, ...reply.problems);
    reply.samples.forEach((sample, index) => {
      heading(words.sample(index + 1));
      body(sample.question);
      for (const { label, text } of sample.options) body(`${label}. ${text}`);
      lines.push("");
      body(sample.solution);
      if (sample.answer !== null) body(`${words.answer} ${sample.answer}`);
      for (const test of sample.tests) body(test);
    });
    heading(words.raw);
    body(reply.text);
  }
  return { text: `${lines.join("\n")}\n`, headings };
}

function oneLine(text: string): string {
  return text.replace(/\s+/gu, " ");
}

function unforged(line: string): string {
  return line.replace(/^[▎━]/u, "\uFFFD");
}
