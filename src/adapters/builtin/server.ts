import { randomBytes, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import * as z from "zod";
import { Fault, isAbort, toFault } from "../../engine/fault.js";
import type { CodeRunner } from "../../engine/seams/index.js";
import { instruct } from "./instructor/index.js";
import type { Student } from "./student.js";

/** Names under which the server offers its models. */
export const studentModel = "preceptor-student";
export const instructorModel = "preceptor-instructor";

export interface BuiltinServerOptions {
  /** The student to serve; null serves none. */
  readonly student: Student | null;
  readonly instructor: boolean;
  /** Runs reference programs for the instructor; null makes it refuse coding tasks. */
  readonly runner: CodeRunner | null;
  /** Seed of requests that bring none. */
  readonly seed: number;
}

export interface BuiltinServer {
  /** `http://127.0.0.1:PORT/v1` */
  readonly baseUrl: string;
  /** Random bearer token; other users of the machine cannot ask. */
  readonly apiKey: string;
  close(): Promise<void>;
}

const requestSchema = z.object({
  model: z.string(),
  messages: z
    .array(
      z.object({
        role: z.enum(["system", "developer", "user", "assistant"]),
        content: z.union([z.string(), z.array(z.object({ type: z.literal("text"), text: z.string() }))]),
      }),
    )
    .min(1),
  stream: z.boolean().nullish(),
  stream_options: z.object({ include_usage: z.boolean().nullish() }).nullish(),
  n: z.literal(1).nullish(),
  max_tokens: z.int().positive().nullish(),
  max_completion_tokens: z.int().positive().nullish(),
  seed: z.int().nullish(),
  stop: z.union([z.string(), z.array(z.string())]).nullish(),
});

type ChatBody = z.infer<typeof requestSchema>;

const largestBody = 8 * 1024 * 1024;

/** A refusal with its HTTP status, told as OpenAI-compatible servers tell it. */
class Refusal extends Error {
  readonly status: number;
  readonly type: string;
  readonly code: string | null;

  constructor(status: number, type: string, message: string, code: string | null = null) {
    super(message);
    this.status = status;
    this.type = type;
    this.code = code;
  }
}

/**
 * Serves the built-in models through the chat-completions protocol on a random port of 127.0.0.1. Faults with kind
 * `endpoint` when the port cannot be opened.
 */
export async function serveBuiltin(options: BuiltinServerOptions): Promise<BuiltinServer> {
  const apiKey = randomBytes(24).toString("base64url");
  const stopping = new AbortController();
  const server = createServer((request, response) => {
    answerRequest(request, response, options, apiKey, stopping.signal).catch((thrown: unknown) =>
      refuse(response, thrown),
    );
  });
  server.keepAliveTimeout = 60_000;
  const port = await listen(server);
  let closed: Promise<void> | null = null;
  return {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    apiKey,
    close: () => {
      closed ??= new Promise((resolve) => {
        stopping.abort();
        server.close(() => resolve());
        server.closeAllConnections();
      });
      return closed;
    },
  };
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause) => {
      reject(
        new Fault("endpoint", "The built-in models cannot be served on this machine.", {
          found: cause.message,
          remedy: "Allow programs to listen on 127.0.0.1, or use a model of another provider.",
          cause,
        }),
      );
    });
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      resolve(address !== null && typeof address === "object" ? address.port : 0);
    });
  });
}

async function answerRequest(
  request: IncomingMessage,
  response: ServerResponse,
  options: BuiltinServerOptions,
  apiKey: string,
  signal: AbortSignal,
): Promise<void> {
  if (!holdsKey(request.headers.authorization, apiKey)) {
    throw new Refusal(401, "authentication_error", "The bearer token is missing or wrong.", "invalid_api_key");
  }
  const path = new URL(request.url ?? "/", "http://127.0.0.1").pathname;
  const offered = [
    ...(options.student === null ? [] : [studentModel]),
    ...(options.instructor ? [instructorModel] : []),
  ];
  if (path === "/v1/models" && request.method === "GET") {
    const data = offered.map((id) => ({ id, object: "model", created: 0, owned_by: "preceptor" }));
    sendJson(response, 200, { object: "list", data });
    return;
  }
  if (path !== "/v1/chat/completions") {
    throw new Refusal(404, "invalid_request_error", `There is nothing at ${path}.`, "not_found");
  }
  if (request.method !== "POST")
    throw new Refusal(405, "invalid_request_error", "Ask with POST.", "method_not_allowed");
  const body = parseBody(await readBody(request));
  if (!offered.includes(body.model)) {
    const message = `The model ${body.model} does not exist here; there is ${offered.join(" and ")}.`;
    throw new Refusal(404, "invalid_request_error", message, "model_not_found");
  }
  const messages = body.messages.map(({ role, content }) => ({
    role: role === "developer" ? ("system" as const) : role,
    content: typeof content === "string" ? content : content.map((part) => part.text).join(""),
  }));
  const text =
    body.model === studentModel
      ? (options.student?.answer(messages) ?? "")
      : await instruct(messages, body.seed ?? options.seed, { runner: options.runner }, signal);
  const asked = messages.reduce((total, message) => total + countTokens(message.content) + 4, 0);
  respond(response, body, cut(text, body), asked);
}

function holdsKey(header: string | undefined, apiKey: string): boolean {
  const given = Buffer.from(header ?? "");
  const wanted = Buffer.from(`Bearer ${apiKey}`);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
    size += bytes.length;
    if (size > largestBody) throw new Refusal(413, "invalid_request_error", "The request is larger than 8 MiB.");
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function parseBody(text: string): ChatBody {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Refusal(400, "invalid_request_error", "The request is not valid JSON.", "invalid_json");
  }
  const parsed = requestSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new Refusal(400, "invalid_request_error", `${issue?.path.join(".") ?? ""}: ${issue?.message ?? "is wrong"}`);
}

const token = /\w{1,6}|[^\w\s]|\n/g;

/** Words in pieces of six letters and single signs: the unit of usage and limits of the built-in models. */
export function countTokens(text: string): number {
  return text.match(token)?.length ?? 0;
}

interface Cut {
  readonly text: string;
  readonly finish: "stop" | "length";
}

/** Applies stop sequences and the limit of tokens. */
function cut(text: string, body: ChatBody): Cut {
  const stops = typeof body.stop === "string" ? [body.stop] : (body.stop ?? []);
  let kept = text;
  for (const stop of stops) {
    const at = stop === "" ? -1 : kept.indexOf(stop);
    if (at >= 0) kept = kept.slice(0, at);
  }
  const most = body.max_completion_tokens ?? body.max_tokens ?? null;
  if (most === null || kept.length <= most) return { text: kept, finish: "stop" };
  let count = 0;
  for (const match of kept.matchAll(token)) {
    count += 1;
    if (count > most) return { text: kept.slice(0, match.index), finish: "length" };
  }
  return { text: kept, finish: "stop" };
}

function respond(response: ServerResponse, body: ChatBody, { text, finish }: Cut, promptTokens: number): void {
  const completionTokens = countTokens(text);
  const usage = {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
  };
  const head = {
    id: `chatcmpl-${randomBytes(8).toString("hex")}`,
    created: Math.floor(Date.now() / 1000),
    model: body.model,
  };
  if (body.stream !== true) {
    const message = { role: "assistant", content: text, refusal: null };
    const choices = [{ index: 0, message, logprobs: null, finish_reason: finish }];
    sendJson(response, 200, { ...head, object: "chat.completion", choices, usage });
    return;
  }
  const withUsage = body.stream_options?.include_usage === true;
  const event = (choices: readonly object[], extra: object = {}): string =>
    `data: ${JSON.stringify({ ...head, object: "chat.completion.chunk", choices, ...(withUsage ? { usage: null } : {}), ...extra })}\n\n`;
  const piece = (delta: object, reason: string | null): string =>
    event([{ index: 0, delta, logprobs: null, finish_reason: reason }]);
  const events = [piece({ role: "assistant", content: "" }, null)];
  for (const line of text.match(/[^\n]*\n|[^\n]+$/g) ?? []) events.push(piece({ content: line }, null));
  events.push(piece({}, finish));
  if (withUsage) events.push(event([], { usage }));
  events.push("data: [DONE]\n\n");
  response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-store" });
  response.end(events.join(""));
}

function sendJson(response: ServerResponse, status: number, value: object): void {
  const bytes = Buffer.from(JSON.stringify(value));
  response.writeHead(status, { "content-type": "application/json; charset=utf-8", "content-length": bytes.length });
  response.end(bytes);
}

function refuse(response: ServerResponse, thrown: unknown): void {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  if (thrown instanceof Refusal) {
    const { status, type, code, message } = thrown;
    sendJson(response, status, { error: { message, type, param: null, code } });
    return;
  }
  const fault = toFault(thrown);
  const status = isAbort(thrown) || fault.kind === "cancelled" ? 503 : 500;
  sendJson(response, status, {
    error: { message: fault.describe(), type: "server_error", param: null, code: fault.kind },
  });
}
