import { z } from "zod";
import type { ChatAnswer, ChatUsage } from "../../engine/seams/index.js";
import { splitReasoning, ThinkFilter } from "./reasoning.js";

/** Plain text, or the parts that some servers send in its place; parts of other kinds are left out. */
const content = z
  .union([
    z.string(),
    z
      .array(z.object({ type: z.string(), text: z.string().optional() }))
      .transform((parts) => parts.map((part) => part.text ?? "").join("")),
  ])
  .nullish();

const message = z.object({
  content,
  refusal: z.string().nullish(),
  reasoning_content: z.string().nullish(),
  reasoning: z.string().nullish(),
});

const usage = z.object({
  prompt_tokens: z.number().int().nonnegative(),
  completion_tokens: z.number().int().nonnegative().nullish(),
  total_tokens: z.number().int().nonnegative().nullish(),
  prompt_tokens_details: z.object({ cached_tokens: z.number().int().nonnegative().nullish() }).nullish(),
});

/** A whole reply, of a request without streaming. */
export const completionSchema = z.object({
  model: z.string().nullish(),
  choices: z.array(z.object({ message, finish_reason: z.string().nullish() })).min(1),
  usage: usage.nullish().catch(null),
});

/** One event of a stream. The last one may have usage and no choice. */
export const chunkSchema = z.object({
  /** An event that reports an error is no part of an answer. */
  error: z.null().optional(),
  object: z
    .string()
    .refine((kind) => kind !== "error")
    .nullish(),
  model: z.string().nullish(),
  choices: z.array(z.object({ delta: message.nullish(), finish_reason: z.string().nullish() })).nullish(),
  usage: usage.nullish().catch(null),
});

const FINISHES: { readonly [reason: string]: ChatAnswer["finish"] } = {
  stop: "stop",
  eos: "stop",
  end_turn: "stop",
  length: "length",
  max_tokens: "length",
  content_filter: "filter",
};

/** Puts an answer together from a whole reply or from the events of a stream. */
export class Assembly {
  /** The name by which the server calls the model that answered; null when it says none. */
  model: string | null = null;
  /** The server's reason for ending; null until it came. */
  finishReason: string | null = null;
  /** Whether any part of an answer has come. */
  begun = false;
  readonly #shown: ThinkFilter | null;
  #text = "";
  #refusal = "";
  #reasoning = "";
  #usage: z.infer<typeof usage> | null = null;

  constructor(onText: ((piece: string) => void) | undefined) {
    this.#shown = onText === undefined ? null : new ThinkFilter(onText);
  }

  addCompletion(reply: z.infer<typeof completionSchema>): void {
    const choice = reply.choices[0];
    this.#add(choice?.message, choice?.finish_reason ?? "stop");
    this.#note(reply);
  }

  addChunk(chunk: z.infer<typeof chunkSchema>): void {
    const choice = chunk.choices?.[0];
    if (choice !== undefined) this.#add(choice.delta, choice.finish_reason);
    this.#note(chunk);
  }

  /** The answer; `estimate` counts tokens where the server did not. */
  async answer(estimate: (completion: string) => Promise<ChatUsage>): Promise<ChatAnswer> {
    this.#shown?.end();
    const split = splitReasoning(this.#text);
    const reasoning = [this.#reasoning, split.reasoning ?? ""].filter((part) => part !== "").join("\n");
    return {
      // A refusal is what the model answered, and it is scored as such.
      text: split.text === "" ? this.#refusal : split.text,
      reasoning: reasoning === "" ? null : reasoning,
      finish: FINISHES[this.finishReason ?? ""] ?? "other",
      usage: this.#reported() ?? (await estimate(this.#reasoning + this.#text + this.#refusal)),
    };
  }

  #add(part: z.infer<typeof message> | null | undefined, finish: string | null | undefined): void {
    this.begun = true;
    if (part?.content) {
      this.#text += part.content;
      this.#shown?.push(part.content);
    }
    this.#refusal += part?.refusal ?? "";
    this.#reasoning += part?.reasoning_content ?? part?.reasoning ?? "";
    if (finish) this.finishReason = finish;
  }

  #note(part: {
    readonly model?: string | null | undefined;
    readonly usage?: z.infer<typeof usage> | null | undefined;
  }): void {
    if (part.model) this.model ??= part.model;
    if (part.usage) this.#usage = part.usage;
  }

  #reported(): ChatUsage | null {
    const reported = this.#usage;
    if (reported === null) return null;
    const completion = reported.completion_tokens ?? (reported.total_tokens ?? NaN) - reported.prompt_tokens;
    if (!(completion >= 0)) return null;
    return {
      promptTokens: reported.prompt_tokens,
      cachedTokens: Math.min(reported.prompt_tokens_details?.cached_tokens ?? 0, reported.prompt_tokens),
      completionTokens: completion,
      estimated: false,
    };
  }
}

/** Endings that servers add to a model's name without meaning another model. */
const ENDINGS = /(@[^/]*|:[^/]*|\.gguf|-latest|-preview|-\d{4}-\d{2}-\d{2}|-\d{3,8})$/;

/**
 * Whether the name in a reply can mean the model that was asked for: the same name, or one that differs by a path in
 * front, a date, a tag or a revision.
 */
export function isSameModel(asked: string, replied: string): boolean {
  const tag = (name: string): string | undefined => /:([^/]*)$/.exec(name.toLowerCase())?.[1];
  const [askedTag, repliedTag] = [tag(asked), tag(replied)];
  // Two tags of one name may be two sizes of it.
  if (askedTag !== undefined && repliedTag !== undefined && askedTag !== repliedTag) return false;
  return plainName(asked) === plainName(replied);
}

function plainName(name: string): string {
  // A revision may have a slash of its own, so it goes before the path does.
  let plain = name.toLowerCase().replace(/@.*$/, "");
  plain = plain.replace(/[/\\]+$/, "");
  plain = plain.slice(Math.max(plain.lastIndexOf("/"), plain.lastIndexOf("\\")) + 1);
  for (
    let shorter = plain.replace(ENDINGS, "");
    shorter !== plain && shorter !== "";
    shorter = plain.replace(ENDINGS, "")
  ) {
    plain = shorter;
  }
  return plain;
}
