import type OpenAI from "openai";
import { cancelledFault, EndpointFault, promptTokens } from "../../engine/asking/index.js";
import { contentHash } from "../../engine/hash.js";
import type { ChatAnswer, ChatModel, ChatRequest, ChatUsage, ModelIdentity } from "../../engine/seams/index.js";
import { connect, type Endpoint } from "./connection.js";
import { downgraded, firstDialect, requestBody, type Dialect } from "./dialect.js";
import { EventReader } from "./eventReader.js";
import { toEndpointFault, type CallContext } from "./faults.js";
import { Assembly, chunkSchema, completionSchema, isSameModel } from "./reply.js";
import { loadTokenCounter } from "./tokens.js";
import { Watch } from "./watch.js";
import { parseReply } from "./wholeReply.js";

export interface OpenAiChatModelOptions extends Endpoint {
  readonly identity: ModelIdentity;
  /** Longest silence of a streaming server in milliseconds, before its first byte, too. */
  readonly idleMs: number;
  /** Longest time of one answer in milliseconds. */
  readonly deadlineMs: number;
  /** False asks for whole replies: less work for short answers of a server nearby. By default answers are streamed. */
  readonly stream?: boolean;
  /** Sends `max_tokens` instead of `max_completion_tokens`, which older servers ignore without a word. */
  readonly useLegacyMaxTokens?: boolean;
  /** Further fields of the request's body. They become part of the model's identity, because they change answers. */
  readonly extraBody?: { readonly [key: string]: unknown };
  /** Names under which the server may answer, beside the asked one; `any` accepts every name. */
  readonly acceptModels?: readonly string[] | "any";
  /** Most bytes of an answer. By default a megabyte and 4 kB for each of `maxTokens`, or 64 MB. */
  readonly maxBytes?: number;
}

/**
 * A chat model behind an OpenAI-compatible endpoint. It asks once and never retries; `withPolicy` does. What the server
 * was found not to take of the protocol (streaming, usage in streams, structured output, one of the names of the token
 * limit) is left out of later requests.
 */
export function createOpenAiChatModel(options: OpenAiChatModelOptions): ChatModel {
  return new OpenAiChatModel(options);
}

class OpenAiChatModel implements ChatModel {
  readonly identity: ModelIdentity;
  readonly #options: OpenAiChatModelOptions;
  readonly #client: OpenAI;
  #dialect: Dialect;
  #answeredBefore = false;

  constructor(options: OpenAiChatModelOptions) {
    const { identity, extraBody } = options;
    const changes = extraBody !== undefined && Object.keys(extraBody).length > 0;
    this.identity = changes
      ? { ...identity, provider: `${identity.provider}+${contentHash(extraBody).slice(0, 8)}` }
      : identity;
    this.#options = options;
    this.#client = connect(options);
    this.#dialect = firstDialect(options.stream ?? true, options.useLegacyMaxTokens ?? false);
  }

  async complete(request: ChatRequest, signal: AbortSignal, onText?: (piece: string) => void): Promise<ChatAnswer> {
    for (;;) {
      if (signal.aborted) throw cancelledFault();
      const dialect = this.#dialect;
      try {
        const answer = await this.#once(request, dialect, signal, onText);
        this.#answeredBefore = true;
        return answer;
      } catch (thrown) {
        if (!(thrown instanceof EndpointFault)) throw thrown;
        if (thrown.status !== null) this.#answeredBefore = true;
        if (isFiltered(thrown)) return this.#filtered(request);
        if (thrown.trouble !== "unsupported-parameter") throw thrown;
        const next = downgraded(this.#dialect, thrown);
        if (next !== null) this.#dialect = next;
        else if (this.#dialect === dialect) throw thrown;
        // Now, or by another request while this one was out, the dialect has changed: the request is sent anew.
      }
    }
  }

  async #once(
    request: ChatRequest,
    dialect: Dialect,
    signal: AbortSignal,
    onText: ((piece: string) => void) | undefined,
  ): Promise<ChatAnswer> {
    const { identity, idleMs, deadlineMs } = this.#options;
    const watch = new Watch(signal, {
      // Without streaming a server is silent until it has the whole answer.
      idleMs: dialect.stream ? idleMs : null,
      deadlineMs,
      maxBytes: this.#options.maxBytes ?? mostBytes(request.parameters.maxTokens),
    });
    const assembly = new Assembly(onText);
    try {
      const body = requestBody(identity.name, request, dialect, this.#options.extraBody);
      const response = await this.#client.chat.completions.create(body, { signal: watch.signal }).asResponse();
      await this.#receive(response, assembly, watch);
    } catch (thrown) {
      // What goes wrong after the last piece of an answer takes nothing from it.
      if (signal.aborted || assembly.finishReason === null) {
        throw watch.endedBy() ?? toEndpointFault(thrown, this.#context());
      }
    } finally {
      watch.close();
    }
    this.#checkModel(assembly.model);
    return assembly.answer((completion) => estimateUsage(request, completion));
  }

  async #receive(response: Response, assembly: Assembly, watch: Watch): Promise<void> {
    const events = new EventReader();
    let marked = false;
    const take = (data: readonly string[]): boolean => {
      for (const each of data) {
        if (each.startsWith("[DONE]")) marked = true;
        else if (!marked) this.#takeEvent(each, assembly);
      }
      return marked;
    };
    if (response.body !== null && /event-stream/.test(response.headers.get("content-type") ?? "")) {
      await watch.read(response.body, (chunk) => take(events.push(chunk)));
    } else {
      const text = await watch.readText(response.body);
      // Some servers stream under another content type.
      if (!/^\s*(data|event|id)?:/.test(text)) {
        assembly.addCompletion(parseReply(text, completionSchema, "no completion", this.#context()));
        return;
      }
      take(events.push(Buffer.from(text, "utf8")));
    }
    take(events.end());
    if (assembly.finishReason === null && !(marked && assembly.begun)) throw this.#truncated(assembly);
  }

  #takeEvent(data: string, assembly: Assembly): void {
    assembly.addChunk(parseReply(data, chunkSchema, "no part of an answer", this.#context()));
  }

  #truncated(assembly: Assembly): EndpointFault {
    const { baseUrl } = this.#options;
    return new EndpointFault(
      "interrupted",
      assembly.begun
        ? `The stream of ${baseUrl} ended before the answer did.`
        : `The stream of ${baseUrl} ended without an answer.`,
      { retry: "yes", remedy: "Check the server's log, and proxies that cut long answers." },
    );
  }

  #checkModel(replied: string | null): void {
    const { acceptModels, identity, baseUrl } = this.#options;
    if (replied === null || acceptModels === "any" || isSameModel(identity.name, replied)) return;
    if (acceptModels?.some((name) => isSameModel(name, replied)) === true) return;
    throw new EndpointFault("wrong-model", `${baseUrl} was asked for ${identity.name} and let another model answer.`, {
      field: "model",
      found: replied,
      allowed: identity.name,
      remedy: "Correct the model's name; if this is the same model, add the name to the model's acceptModels.",
      retry: "yes",
      status: 200,
    });
  }

  /** The service's filter refused the prompt: an empty answer, which is scored as it is. */
  async #filtered(request: ChatRequest): Promise<ChatAnswer> {
    return { text: "", reasoning: null, finish: "filter", usage: await estimateUsage(request, "") };
  }

  #context(): CallContext {
    const { baseUrl, apiKey, identity } = this.#options;
    return { baseUrl, apiKey, model: identity.name, answeredBefore: this.#answeredBefore };
  }
}

function mostBytes(maxTokens: number | null): number {
  return maxTokens === null ? 64_000_000 : 1_000_000 + 4_000 * maxTokens;
}

function isFiltered(fault: EndpointFault): boolean {
  return fault.status === 400 && /content_filter|content management policy/.test(fault.details.found ?? "");
}

async function estimateUsage(request: ChatRequest, completion: string): Promise<ChatUsage> {
  const countTokens = await loadTokenCounter();
  return {
    promptTokens: promptTokens(request, countTokens),
    cachedTokens: 0,
    completionTokens: countTokens(completion),
    estimated: true,
  };
}
