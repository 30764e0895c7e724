import type { ChatMessage } from "../../../engine/seams/index.js";

/** What the built-in instructor reads from a rendered template of LE, LEC or AugGPT. */
export interface InstructorRequest {
  readonly family: "math" | "choice" | "code" | null;
  readonly question: string;
  /** Null where the template shows none (set `paper`). */
  readonly reference: string | null;
  /** The student's wrong response; null for AugGPT. */
  readonly response: string | null;
  /** Questions that the student answered correctly (LEC); hints for variety. */
  readonly solved: readonly string[];
  /** Number of samples asked for, at least 1. */
  readonly samples: number;
}

interface Section {
  readonly heading: string;
  /** Its lines as they are, the heading's own first. */
  readonly lines: string[];
}

/** Sections under `### Heading` lines, in order. A heading inside a code fence is text. */
function sectionsOf(text: string): Section[] {
  const sections: Section[] = [];
  let fenced = false;
  for (const line of text.replaceAll("\r\n", "\n").split("\n")) {
    if (/^\s*```/.test(line)) fenced = !fenced;
    const heading = /^###\s+(\S.*?)\s*$/.exec(line)?.[1]?.toLowerCase();
    // A known heading ends a fence that a truncated response has left open.
    if (heading !== undefined && (headings.has(heading) || !fenced)) {
      sections.push({ heading, lines: [line] });
      fenced = false;
    } else sections.at(-1)?.lines.push(line);
  }
  return sections;
}

/** The text of a section without its heading; further sections that belong to it are taken as they stand. */
function textOf(sections: readonly Section[]): string {
  return sections
    .flatMap(({ lines }) => lines)
    .slice(1)
    .join("\n")
    .trim();
}

const responseHeading = "student's response";
const solvedHeading = "questions the student answered correctly";
const headings: ReadonlySet<string> = new Set([
  "question",
  "given question",
  "reference answer",
  responseHeading,
  solvedHeading,
  "task",
]);

/** Items of a numbered list, each of which may run over several lines. */
function numberedItems(text: string): string[] {
  const items = text.split(/^\s*\d+\.\s+/m).map((item) => item.trim());
  return items.filter((item) => item !== "");
}

/**
 * Null when the messages are not a request to write samples. The response is a model's text and may hold headings of
 * its own: what the templates put before it is read from the first heading of its name, what they put behind it from the
 * last one, so that a response adds nothing to the task and hides nothing of the question.
 */
export function readRequest(messages: readonly ChatMessage[]): InstructorRequest | null {
  const system = messages.filter((message) => message.role === "system").map((message) => message.content);
  const user = messages.findLast((message) => message.role === "user")?.content ?? "";
  const sections = sectionsOf(user);
  const shown = sections.findIndex(({ heading }) => heading === responseHeading);
  const before = shown === -1 ? sections : sections.slice(0, shown);
  const first = (...names: readonly string[]): string | null => {
    const found = before.find(({ heading }) => names.includes(heading));
    return found === undefined ? null : textOf([found]);
  };
  const lastBehind = (name: string, end: number): number | null => {
    const at = sections.findLastIndex(({ heading }, index) => heading === name && index > shown && index < end);
    return at === -1 ? null : at;
  };
  const question = first("question", "given question");
  if (question === null || question === "") return null;
  const task = lastBehind("task", sections.length);
  const solved = shown === -1 ? null : lastBehind(solvedHeading, task ?? sections.length);
  const family = /^Family:\s*(math|choice|code)\s*$/m.exec([...system, user].join("\n"))?.[1];
  const asking = task === null ? user : textOf(sections.slice(task));
  const asked = /\b(?:write|give|create|generate|make)\s+(\d+)\b/i.exec(asking)?.[1];
  return {
    family: family === "math" || family === "choice" || family === "code" ? family : null,
    question,
    reference: first("reference answer"),
    response: shown === -1 ? null : textOf(sections.slice(shown, solved ?? task ?? sections.length)),
    solved: solved === null ? [] : numberedItems(textOf(sections.slice(solved, task ?? sections.length))),
    samples: Math.min(Math.max(Number(asked ?? 1), 1), 50),
  };
}
