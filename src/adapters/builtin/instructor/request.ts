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

/** Sections under `### Heading` lines, in order. A heading inside a code fence is text. */
function sectionsOf(text: string): Map<string, string> {
  const sections = new Map<string, string>();
  let heading: string | null = null;
  let lines: string[] = [];
  let fenced = false;
  const close = (): void => {
    if (heading !== null && !sections.has(heading)) sections.set(heading, lines.join("\n").trim());
  };
  for (const line of text.replaceAll("\r\n", "\n").split("\n")) {
    if (/^\s*```/.test(line)) fenced = !fenced;
    const found = /^###\s+(\S.*?)\s*$/.exec(line)?.[1];
    const known = found !== undefined && headings.has(found.toLowerCase());
    // A known heading ends a fence that a truncated response has left open.
    if (found !== undefined && (known || !fenced)) {
      close();
      heading = found.toLowerCase();
      lines = [];
      fenced = false;
    } else lines.push(line);
  }
  close();
  return sections;
}

const headings: ReadonlySet<string> = new Set([
  "question",
  "given question",
  "reference answer",
  "student's response",
  "questions the student answered correctly",
  "task",
]);

/** Items of a numbered list, each of which may run over several lines. */
function numberedItems(text: string): string[] {
  const items = text.split(/^\s*\d+\.\s+/m).map((item) => item.trim());
  return items.filter((item) => item !== "");
}

/** Null when the messages are not a request to write samples. */
export function readRequest(messages: readonly ChatMessage[]): InstructorRequest | null {
  const system = messages.filter((message) => message.role === "system").map((message) => message.content);
  const user = messages.findLast((message) => message.role === "user")?.content ?? "";
  const sections = sectionsOf(user);
  const question = sections.get("question") ?? sections.get("given question");
  if (question === undefined || question === "") return null;
  const family = /^Family:\s*(math|choice|code)\s*$/m.exec([...system, user].join("\n"))?.[1];
  const asked = /\b(?:write|give|create|generate|make)\s+(\d+)\b/i.exec(sections.get("task") ?? user)?.[1];
  const solved = sections.get("questions the student answered correctly");
  return {
    family: family === "math" || family === "choice" || family === "code" ? family : null,
    question,
    reference: sections.get("reference answer") ?? null,
    response: sections.get("student's response") ?? null,
    solved: solved === undefined ? [] : numberedItems(solved),
    samples: Math.min(Math.max(Number(asked ?? 1), 1), 50),
  };
}
