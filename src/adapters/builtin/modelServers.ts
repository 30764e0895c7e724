import type { CodeRunner, Checkpoint, ModelServer, ServedModel } from "../../engine/seams/index.js";
import { throwIfCancelled } from "../../engine/fault.js";
import { baseStudent, studentRevision } from "./baseStudent.js";
import { loadStudent } from "./checkpointFile.js";
import { instructorModel, serveBuiltin, studentModel, type BuiltinServer } from "./server.js";

/** Raised when the instructor's rules change what it answers. */
export const instructorRevision = "rules-1";

export interface BuiltinOptions {
  /** Recomputes tests of coding tasks for the instructor; null makes it refuse them. */
  readonly runner: CodeRunner | null;
  /** Seed of instructor requests that bring none. */
  readonly seed: number;
}

/** The servers of the built-in models: one for the student at any checkpoint, one for the instructor. */
export interface BuiltinServers {
  readonly student: ModelServer;
  /** Takes no checkpoint: the instructor does not learn. */
  readonly instructor: ModelServer;
}

export function createBuiltinServers(options: BuiltinOptions): BuiltinServers {
  return { student: createBuiltinModelServer(), instructor: { serve: async () => serveInstructor(options) } };
}

/** Serves the base student (`null`) or a checkpoint, which is read once. */
export function createBuiltinModelServer(): ModelServer {
  return { serve: serveStudent };
}

/** Starts the instructor's server. */
export async function startBuiltinInstructor(servers: BuiltinServers, signal: AbortSignal): Promise<ServedModel> {
  return servers.instructor.serve(null, signal);
}

/**
 * One loopback server for the student at a checkpoint (a path, or null for the base) and, if wanted, the instructor.
 */
export async function startBuiltinServer(options: {
  readonly student?: string | null;
  readonly instructor: boolean;
  readonly runner: CodeRunner | null;
  readonly seed: number;
}): Promise<BuiltinServer> {
  const { student: path, ...rest } = options;
  const student = path === undefined ? null : path === null ? (await baseStudent()).student : await loadStudent(path);
  return serveBuiltin({ ...rest, student });
}

async function serveStudent(checkpoint: Checkpoint | null, signal: AbortSignal): Promise<ServedModel> {
  throwIfCancelled(signal);
  const student = checkpoint === null ? (await baseStudent()).student : await loadStudent(checkpoint.path);
  const server = await serveBuiltin({ student, instructor: false, runner: null, seed: 0 });
  return servedAs(server, studentModel, checkpoint?.hash ?? studentRevision);
}

async function serveInstructor({ runner, seed }: BuiltinOptions): Promise<ServedModel> {
  const server = await serveBuiltin({ student: null, instructor: true, runner, seed });
  return servedAs(server, instructorModel, instructorRevision);
}

/** The identity names no port, since that changes with each start while the answers do not. */
function servedAs(server: BuiltinServer, name: string, revision: string): ServedModel {
  const { baseUrl, apiKey } = server;
  return {
    baseUrl,
    apiKey,
    identity: { provider: "builtin", endpoint: "builtin", name, revision },
    close: () => server.close(),
  };
}
