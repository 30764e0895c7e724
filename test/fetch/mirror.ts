import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Benchmark } from "../../src/engine/benchmarks/index.js";

/** What the server does for a path; without one it answers as a good server does. */
export type Behaviour = (request: IncomingMessage, response: ServerResponse, content: Buffer) => void;

/** A loopback server with a few files; each path can be given a list of misbehaviours, one a request. */
export class Mirror {
  readonly requests: { readonly path: string; readonly range: string | undefined }[] = [];
  readonly behaviours = new Map<string, Behaviour[]>();
  readonly #server: Server;
  readonly #content: (path: string) => Buffer | null;

  private constructor(server: Server, content: (path: string) => Buffer | null) {
    this.#server = server;
    this.#content = content;
  }

  static async start(content: (path: string) => Buffer | null): Promise<Mirror> {
    const server = createServer();
    const mirror = new Mirror(server, content);
    server.on("request", (request: IncomingMessage, response: ServerResponse) => mirror.#answer(request, response));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return mirror;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const path = decodeURIComponent((request.url ?? "").replace(/^\/prefix/u, ""));
    this.requests.push({ path, range: request.headers.range });
    const content = this.#content(path);
    if (content === null) {
      response.writeHead(404).end("not here");
      return;
    }
    (this.behaviours.get(path)?.shift() ?? good)(request, response, content);
  }
}

export const good: Behaviour = (request, response, content) => {
  const start = Number(/^bytes=(\d+)-$/u.exec(request.headers.range ?? "")?.[1] ?? 0);
  if (request.headers.range === undefined) {
    response.writeHead(200, { "content-length": content.length }).end(content);
  } else if (start >= content.length) {
    response.writeHead(416, { "content-range": `bytes */${content.length}` }).end();
  } else {
    const range = `bytes ${start}-${content.length - 1}/${content.length}`;
    response.writeHead(206, { "content-range": range }).end(content.subarray(start));
  }
};

/** Sends the whole file whatever was asked for. */
export const withoutRanges: Behaviour = (_request, response, content) => {
  response.writeHead(200).end(content);
};

/** Sends so many bytes from where it was asked to, then breaks the connection. */
export function breaksAfter(bytes: number): Behaviour {
  return (request, response, content) => {
    const start = Number(/^bytes=(\d+)-$/u.exec(request.headers.range ?? "")?.[1] ?? 0);
    const head = start > 0 ? { "content-range": `bytes ${start}-${content.length - 1}/${content.length}` } : {};
    response.writeHead(start > 0 ? 206 : 200, { ...head, "content-length": content.length - start });
    response.write(content.subarray(start, start + bytes), () => setTimeout(() => response.destroy(), 20));
  };
}

/** Ends the answer early without a length, so that only the pinned size tells. */
export function truncated(bytes: number): Behaviour {
  return (_request, response, content) => {
    response.writeHead(200).end(content.subarray(0, bytes));
  };
}

export function status(code: number, headers: { readonly [name: string]: string } = {}): Behaviour {
  return (_request, response) => {
    response.writeHead(code, headers).end("no");
  };
}

export function sends(body: string | Buffer, type = "application/octet-stream"): Behaviour {
  return (_request, response) => {
    response.writeHead(200, { "content-type": type }).end(body);
  };
}

/** Never answers, or stops after the first bytes. */
export function hangs(bytes: number | null): Behaviour {
  return (_request, response, content) => {
    if (bytes === null) return;
    response.writeHead(200);
    response.write(content.subarray(0, bytes));
  };
}

/** A benchmark of toy files at an upstream that does not exist: only a mirror has them. */
export function toyBenchmark(files: { readonly [path: string]: Buffer }): Benchmark {
  return {
    name: "toy",
    title: "Toy",
    family: "math",
    origin: "toy",
    domain: "in",
    licence: { name: "MIT", holder: "us", note: null },
    splits: {
      train: {
        role: "target",
        cases: Object.keys(files).length,
        files: Object.entries(files).map(([path, content]) => ({
          path: `toy/${path}`,
          url: `https://upstream.invalid/owner/repo/${path}`,
          sha256: createHash("sha256").update(content).digest("hex"),
          bytes: content.length,
          rows: 1,
          kind: "rows",
          read: {},
        })),
        read: (loaded) => ({
          canary: null,
          drafts: loaded.flatMap(({ path, rows }) =>
            rows.map((row, index) => ({
              id: `${path}-${index}`,
              group: null,
              question: String(row["q"]),
              data: null,
              place: { file: path, row: index, line: null },
            })),
          ),
        }),
      },
    },
    target: ["train"],
    evaluation: [],
  };
}
