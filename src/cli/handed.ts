import type { Readable } from "node:stream";
import * as z from "zod";
import type { EditorBridge } from "../adapters/project/index.js";
import { parseSecretReference } from "../engine/configuration/index.js";
import { Fault } from "../engine/fault.js";

/** What a program that starts this one hands over where nobody else can read it: not in arguments, environment or files. */
export interface Handed {
  /** Values of `${secret:NAME}` by name. */
  readonly secrets: { readonly [name: string]: string };
  /** Where a model of the editor answers, for as long as the editor is open; absent where there is none. */
  readonly bridge?: EditorBridge | undefined;
  /** Whether a person answers questions on the same input, behind the line; a terminal of a program's own is no other one. */
  readonly answers?: boolean | undefined;
  /** Name of this start among the launches of the project; absent where nobody noted it. */
  readonly launch?: string | undefined;
}

/** Standard input, or what stands for it. */
type Input = Readable & { readonly isTTY?: boolean; readonly unref?: () => void };

/** Nothing, for a command that was started without `--secrets-on-stdin`. */
export const nothingHanded: Handed = { secrets: {} };

const name = z.string().refine((text) => parseSecretReference(`\${secret:${text}}`) !== null);
const handedSchema = z.strictObject({
  secrets: z.record(name, z.string().min(1)),
  bridge: z
    .strictObject({
      url: z.url({ protocol: /^https?$/u }),
      token: z.string().min(1),
      revisions: z.record(z.string(), z.string().min(1)).default({}),
    })
    .optional(),
  answers: z.boolean().optional(),
  launch: z.string().min(1).optional(),
});

/** Characters that the line may have; keys are short, so more of them are not what was meant. */
const mostCharacters = 1_000_000;
/** The editor notes the process before it writes the line, for which an engine that is busy may take a while. */
const patienceMs = 30_000;

/**
 * Reads what `--secrets-on-stdin` announces: one line, one JSON object. What follows the line is left alone. Faults of
 * kind `usage` say what is wrong without a word of what was read, and have no cause, which would hold it.
 */
export async function readHanded(input: Input, ms = patienceMs): Promise<Handed> {
  if (input.isTTY === true) throw refused("a terminal", "Call it from a program, with a pipe.");
  const line = await firstLine(input, ms);
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    // The parser's own message quotes the text, which may be a key.
    throw refused(line.trim() === "" ? "an empty line" : "a line that is not JSON");
  }
  const parsed = handedSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  // Names are not shown either: a caller that mixes up name and value has put a key there.
  const place = issue?.path.find((part) => part === "secrets" || part === "bridge" || part === "launch");
  const what = issue?.code === "unrecognized_keys" ? "an unknown field" : "a wrong or missing value";
  throw refused(place === undefined ? what : `${what} in ${place}`);
}

function refused(found: string, remedy = "Write that line first, before anything else."): Fault {
  return new Fault("usage", "The secrets on standard input cannot be read.", {
    field: "--secrets-on-stdin",
    found,
    allowed:
      'one line {"secrets": {"NAME": "value"}}, with an optional "bridge": {"url", "token", "revisions"} and "answers": true',
    remedy,
  });
}

async function firstLine(input: Input, ms: number): Promise<string> {
  return new Promise<string>((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const timer = setTimeout(() => end(() => reject(refused(`no line in ${ms / 1000} seconds`))), ms);
    const end = (settle: () => void): void => {
      clearTimeout(timer);
      input.off("data", take).off("end", close).off("error", fail);
      input.pause();
      // A pipe that its other end keeps open must not keep this process alive.
      input.unref?.();
      settle();
    };
    const text = (): string => Buffer.concat(chunks).toString("utf8");
    const take = (chunk: Buffer | string): void => {
      const bytes = typeof chunk === "string" ? Buffer.from(chunk) : chunk;
      const at = bytes.indexOf(0x0a);
      chunks.push(at === -1 ? bytes : bytes.subarray(0, at));
      length += bytes.length;
      if (at !== -1) end(() => resolve(text()));
      else if (length > mostCharacters) end(() => reject(refused("a line without an end")));
    };
    const close = (): void => end(() => resolve(text()));
    const fail = (): void => end(() => reject(refused("an input that cannot be read")));
    input.on("data", take).on("end", close).on("error", fail);
  });
}
