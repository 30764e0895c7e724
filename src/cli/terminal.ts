import { createLogUpdate } from "log-update";
import pc from "picocolors";

/** What a command may write to: one result on standard output, everything else on standard error. */
export interface Terminal {
  readonly json: boolean;
  readonly debug: boolean;
  /** True when a person watches standard error, so that lines may be redrawn. */
  readonly live: boolean;
  /** Width of the terminal that shows messages; null where they go into a file or a pipe. */
  readonly columns: number | null;
  /** Prints the result: `text` for people, or `value` as the one JSON document. */
  result(value: unknown, text: () => string): void;
  /** One line of progress or explanation for people, above the live line. */
  note(line: string): void;
  /** Replaces the live line, cut to the terminal's width; prints nothing when nobody watches. */
  draw(line: string): void;
  /** Takes the live line away. */
  settle(): void;
}

export function createTerminal(options: { json: boolean; debug: boolean }): Terminal {
  const stream = process.stderr;
  const live = stream.isTTY && process.env["TERM"] !== "dumb" && process.env["CI"] === undefined;
  const update = createLogUpdate(stream);
  let drawn: string | null = null;
  const show = (line: string): void => {
    // One column stays free: a terminal that is written full wraps, and a wrapped line cannot be redrawn in place.
    update(cutLine(line, stream.columns - 1));
    drawn = line;
  };
  return {
    ...options,
    live,
    columns: stream.isTTY ? stream.columns : null,
    result(value, text) {
      process.stdout.write(options.json ? `${JSON.stringify(value, null, 2)}\n` : `${text()}\n`);
    },
    note(line) {
      if (drawn !== null) update.clear();
      stream.write(`${line}\n`);
      if (drawn !== null) show(drawn);
    },
    draw(line) {
      if (live) show(line);
    },
    settle() {
      if (drawn === null) return;
      update.clear();
      update.done();
      drawn = null;
    },
  };
}

/** A line of at most so many visible characters; colour sequences take no room and are kept whole. */
export function cutLine(line: string, most: number): string {
  // eslint-disable-next-line no-control-regex -- Colours begin with an escape character.
  const parts = line.split(/(\u001b\[[0-9;]*m)/u);
  let left = most;
  return parts
    .map((part, index) => {
      if (index % 2 === 1) return part;
      const characters = [...part];
      const fits = characters.length <= left;
      const shown = fits ? part : left <= 0 ? "" : `${characters.slice(0, left - 1).join("")}…`;
      left = fits ? left - characters.length : 0;
      return shown;
    })
    .join("");
}

/** Visible characters of a text; colours take no room. */
export function visibleWidth(text: string): number {
  // eslint-disable-next-line no-control-regex -- Colours begin with an escape character.
  return [...text.replace(/\u001b\[[0-9;]*m/gu, "")].length;
}

/** Breaks a line between words where the terminal ends, and indents what follows; a null width breaks nothing. */
export function wrapWords(line: string, columns: number | null, indent = 0): string {
  if (columns === null || visibleWidth(line) <= columns) return line;
  const lines: string[] = [];
  for (const word of line.split(" ")) {
    const last = lines.at(-1);
    if (last === undefined) lines.push(word);
    else if (visibleWidth(last) + 1 + visibleWidth(word) <= columns) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(`${" ".repeat(indent)}${word}`);
  }
  return lines.join("\n");
}

/** Colours that respect `NO_COLOR` and pipes. */
export const colours = pc;
