/**
 * A loopback server that speaks the OpenAI chat-completions protocol for the editor's models. This module knows nothing
 * of the editor.
 */
import { randomBytes, timingSafeEqual } from "node:crypto";
import http from "node:http";
import * as z from "zod/mini";

const chatRequest = z.object({
  model: z.string(),
  messages: z.array(z.object({ role: z.enum(["system", "user", "assistant"]), content: z.string() })),
  stream: z.optional(z.nullable(z.boolean())),
  temperature: z.optional(z.nullable(z.number())),
  top_p: z.optional(z.nullable(z.number())),
  max_tokens: z.optional(z.nullable(z.number())),
  max_completion_tokens: z.optional(z.nullable(z.number())),
  seed: z.optional(z.nullable(z.number())),
});
export type BridgeRequest = z.output<typeof chatRequest>;

/** Tokens as the model's own counter estimates them. */
export interface BridgeUsage {
  readonly promptTokens: number;
  readonly completionTokens: number;
}

/** Who answers. Throws `BridgeFault` for what a caller should know. */
export interface BridgeModels {
  names(): Promise<readonly string[]>;
  ask(request: BridgeRequest, signal: AbortSignal, onText: (piece: string) => void): Promise<BridgeUsage>;
}

/** A refusal with its HTTP status: 403 no permission, 404 no such model, 429 the person's plan is used up. */
export class BridgeFault extends Error {
  override readonly name = "BridgeFault";
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** Most bytes of a request. */
const mostBytes = 16_000_000;

export interface BridgeAddress {
  /** With its `/v1`. */
  readonly url: string;
  readonly token: string;
}

export class BridgeServer {
  readonly #models: BridgeModels;
  readonly #token = randomBytes(32).toString("hex");
  #server: http.Server | null = null;
  #listening: Promise<BridgeAddress> | null = null;

  constructor(models: BridgeModels) {
    this.#models = models;
  }

  /** Listens on 127.0.0.1 at a free port, from the first call on. */
  async start(): Promise<BridgeAddress> {
    this.#listening ??= new Promise((resolve, reject) => {
      const server = http.createServer((request, response) => void this.#answer(request, response));
      this.#server = server;
      server.once("error", reject);
      server.listen(0, "127.0.0.1", () => {
        const address = server.address();
        const port = typeof address === "object" && address !== null ? address.port : 0;
        resolve({ url: `http://127.0.0.1:${port}/v1`, token: this.#token });
      });
    });
    return this.#listening;
  }

  /** Ends it and every answer under way. */
  dispose(): void {
    this.#server?.close();
    this.#server?.closeAllConnections();
    this.#server = null;
  }

  async #answer(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    try {
      this.#admit(request);
      const route = `${request.method} ${request.url}`;
      if (route === "GET /v1/models") {
        const data = (await this.#models.names()).map((id) => ({ id, object: "model" }));
        return reply(response, 200, { object: "list", data });
      }
      if (route !== "POST /v1/chat/completions") throw new BridgeFault(404, "not_found", "There is nothing here.");
      const parsed = chatRequest.safeParse(jsonOf(await bodyOf(request)));
      if (!parsed.success) throw new BridgeFault(400, "invalid_request", "The request has the wrong form.");
      await this.#complete(parsed.data, response);
    } catch (thrown) {
      if (response.headersSent) response.destroy();
      else if (thrown instanceof BridgeFault) {
        reply(response, thrown.status, { error: { message: thrown.message, code: thrown.code } });
      } else reply(response, 500, { error: { message: thrown instanceof Error ? thrown.message : String(thrown) } });
    }
  }

  /** Only who knows the token, and no page of a browser: that would name another host, or say where it is from. */
  #admit({ headers, socket }: http.IncomingMessage): void {
    const given = Buffer.from((headers.authorization ?? "").replace(/^Bearer /u, ""));
    const wanted = Buffer.from(this.#token);
    const known = given.length === wanted.length && timingSafeEqual(given, wanted);
    if (!known) throw new BridgeFault(401, "invalid_api_key", "The token is wrong.");
    if (headers.host !== `127.0.0.1:${socket.localPort}` || headers.origin !== undefined) {
      throw new BridgeFault(403, "forbidden", "Only programs of this machine may ask.");
    }
  }

  async #complete(request: BridgeRequest, response: http.ServerResponse): Promise<void> {
    const controller = new AbortController();
    response.on("close", () => controller.abort());
    const created = Math.floor(Date.now() / 1000);
    const head = { id: `editor-${created}`, created, model: request.model };
    if (request.stream !== true) {
      let content = "";
      const usage = await this.#models.ask(request, controller.signal, (piece) => (content += piece));
      const choices = [{ index: 0, message: { role: "assistant", content }, finish_reason: "stop" }];
      return reply(response, 200, { ...head, object: "chat.completion", choices, usage: usageOf(usage) });
    }
    const chunk = (delta: object, end: string | null): string =>
      event({ ...head, object: "chat.completion.chunk", choices: [{ index: 0, delta, finish_reason: end }] });
    const open = (): void => {
      if (!response.headersSent) response.writeHead(200, { "content-type": "text/event-stream" });
    };
    const usage = await this.#models.ask(request, controller.signal, (content) => {
      // Not before the first piece: until then a refusal can still have its status.
      open();
      response.write(chunk({ content }, null));
    });
    open();
    response.write(chunk({}, "stop"));
    response.write(event({ ...head, object: "chat.completion.chunk", choices: [], usage: usageOf(usage) }));
    response.end("data: [DONE]\n\n");
  }
}

function usageOf({ promptTokens, completionTokens }: BridgeUsage): object {
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
  };
}

function event(data: object): string {
  return `data: ${JSON.stringify(data)}\n\n`;
}

function reply(response: http.ServerResponse, status: number, value: object): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(value));
}

async function bodyOf(request: http.IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > mostBytes) throw new BridgeFault(413, "too_large", "The request is too large.");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The schema refuses it with a status of its own.
    return null;
  }
}
