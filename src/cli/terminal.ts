import { createLogUpdate } from "log-update";
import pc from "picocolors";

/** What a command may write to: one result on standard output, everything else on standard error. */
export interface Terminal {
  readonly json: boolean;
  readonly debug: boolean;
  /** True when a person watches standard error, so that lines may be redrawn. */
  readonly live: boolean;
  /** Prints the result: `text` for people, or `value` as the one JSON document. */
  result(value: unknown, text: () => string): void;
  /** One line of progress or explanation for people. */
  note(line: string): void;
  /** Replaces the live block; prints nothing when nobody watches. */
  draw(block: string): void;
  /** Ends the live block, leaving it on the screen. */
  settle(): void;
}

export function createTerminal(options: { json: boolean; debug: boolean }): Terminal {
  const live = process.stderr.isTTY && process.env["TERM"] !== "dumb" && process.env["CI"] === undefined;
  const update = createLogUpdate(process.stderr);
  let drawn = false;
  return {
    ...options,
    live,
    result(value, text) {
      process.stdout.write(options.json ? `${JSON.stringify(value, null, 2)}\n` : `${text()}\n`);
    },
    note(line) {
      if (drawn) update.clear();
      process.stderr.write(`${line}\n`);
    },
    draw(block) {
      if (!live) return;
      update(block);
      drawn = true;
    },
    settle() {
      if (drawn) update.done();
      drawn = false;
    },
  };
}

/** Colours that respect `NO_COLOR` and pipes. */
export const colours = pc;
