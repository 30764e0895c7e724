import vm from "node:vm";
import { Fault } from "../../engine/fault.js";
import type { Haystack } from "./haystack.js";

/** What is searched for, without regard to case. */
export interface Search {
  readonly matches: (value: string) => boolean;
  /** Tells by the name of a text whether it is found in it. */
  readonly within: (texts: Haystack) => (name: string) => boolean;
  /** Whether it may need more steps than there is time. */
  readonly mayTakeLong: boolean;
}

/** Finds a text, or a regular expression, without regard to case. */
export function searchFor(text: string, regex: boolean): Search {
  if (regex) {
    const pattern = compile(text);
    return {
      matches: (value) => pattern.test(value),
      within: (texts) => (name) => {
        const text = texts.text(name);
        return text !== undefined && pattern.test(text);
      },
      mayTakeLong: true,
    };
  }
  // Several times as fast as an expression, which has to look up the case of every character.
  const wanted = text.toLowerCase();
  return {
    matches: (value) => value.toLowerCase().includes(wanted),
    within: (texts) => {
      const found = texts.containing(wanted);
      return (name) => found.has(name);
    },
    mayTakeLong: false,
  };
}

function compile(source: string): RegExp {
  try {
    return new RegExp(source, "iu");
  } catch {
    // Many expressions that people know by heart hold an escape that the Unicode mode refuses.
    try {
      return new RegExp(source, "i");
    } catch (thrown) {
      throw new Fault("usage", "This is not a regular expression.", {
        found: source,
        allowed: "a regular expression of JavaScript, without its slashes",
        remedy: thrown instanceof Error ? thrown.message : "Correct it, or search for it as plain text.",
      });
    }
  }
}

const timedOut = "ERR_SCRIPT_EXECUTION_TIMEOUT";
/** The exception of the time limit is one of another realm, so it is no `Error` of this one. */
function isTimeout(thrown: unknown): boolean {
  return typeof thrown === "object" && thrown !== null && "code" in thrown && thrown.code === timedOut;
}

const callWork = new vm.Script("work()");

/**
 * Does synchronous work, but no longer than so many milliseconds: an expression can need more steps than there is time,
 * and this thread has other things to do.
 *
 * @throws Fault `usage` when time is up.
 */
export function withinTime<T>(milliseconds: number, work: () => T): T {
  const done: T[] = [];
  try {
    callWork.runInNewContext({ work: () => void done.push(work()) }, { timeout: milliseconds });
  } catch (thrown) {
    if (isTimeout(thrown)) {
      throw new Fault("usage", "This expression takes too long.", {
        remedy: "Make it simpler: no repetition inside a repetition.",
      });
    }
    throw thrown;
  }
  const [value] = done;
  // `work` has returned, or its exception has left this function.
  return value as T;
}
