import type { Budget } from "../../engine/asking/index.js";
import {
  Asker,
  costOf,
  defaultPrice,
  DEFAULT_POLICY,
  FREE,
  Pacer,
  withPolicy,
  type LedgerEntry,
  type Price,
  type StoredAnswer,
} from "../../engine/asking/index.js";
import {
  modelNameOf,
  resolveSecrets,
  type ModelConfiguration,
  type ModelRole,
} from "../../engine/configuration/index.js";
import { Fault } from "../../engine/fault.js";
import type { Asks, ModelIdentities, ModelPool } from "../../engine/iteration/index.js";
import { Random } from "../../engine/random.js";
import type { ChatModel, Checkpoint, ModelIdentity, ServedModel } from "../../engine/seams/index.js";
import type { KeyedCache, KeyedClaims } from "../../engine/store/index.js";
import { instructorRevision, startBuiltinInstructor, studentRevision, type BuiltinServers } from "../builtin/index.js";
import { createOpenAiChatModel, nodeClock } from "../chat/index.js";
import {
  createEditorChatModel,
  editorIdentity,
  type EditorBridge,
  type EditorModelConfiguration,
} from "./editorModel.js";
import { atModel } from "./modelFault.js";
import type { Project } from "./project.js";

/** What paying for answers needs: the cache and the claims that all runs share, and the budget and ledger of this one. */
export interface Payment {
  readonly run: string;
  readonly cache: KeyedCache<StoredAnswer>;
  readonly claims: KeyedClaims;
  readonly budget: Budget;
  readonly settle: (entry: LedgerEntry) => Promise<void>;
  /** Ask again even where an answer of an earlier run would do. */
  readonly fresh: boolean;
}

type OpenAiConfiguration = Extract<ModelConfiguration, { provider: "openai" }>;

/**
 * The models of a run. The built-in ones are served on loopback when they are first needed, and asked through the same
 * client as any other; a served checkpoint is kept until another one is asked for.
 */
export class Models implements ModelPool {
  readonly #project: Project;
  readonly #payment: Payment;
  readonly #servers: BuiltinServers;
  readonly #askers = new Map<string, Asker>();
  #student: { readonly revision: string; readonly served: Promise<ServedModel> } | null = null;
  #instructor: Promise<ServedModel> | null = null;

  constructor(project: Project, payment: Payment, servers: BuiltinServers) {
    this.#project = project;
    this.#payment = payment;
    this.#servers = servers;
  }

  concurrency(role: ModelRole): number {
    return this.#entry(role).limits.concurrency;
  }

  targetIdentity(checkpoint: Checkpoint | null): ModelIdentity {
    return modelIdentities(this.#project).targetIdentity(checkpoint);
  }

  instructorIdentity(): ModelIdentity {
    return modelIdentities(this.#project).instructorIdentity();
  }

  judgeIdentity(): ModelIdentity {
    return modelIdentities(this.#project).judgeIdentity();
  }

  async target(checkpoint: Checkpoint | null, signal: AbortSignal): Promise<Asks> {
    const model = this.#entry("target");
    if (model.provider === "openai") return this.#remote("target", model);
    if (model.provider === "editor") return this.#editor("target", model);
    if (model.name !== "student") return this.#builtinInstructor("target", model, signal);
    const identity = this.targetIdentity(checkpoint);
    const revision = identity.revision ?? "";
    if (this.#student?.revision !== revision) {
      await this.#closeStudent();
      this.#student = { revision, served: this.#servers.student.serve(checkpoint, signal) };
    }
    return this.#asks("target", model, identity, () => served(this.#student?.served, identity));
  }

  async instructor(signal: AbortSignal): Promise<Asks> {
    return this.#role("instructor", signal);
  }

  async judge(signal: AbortSignal): Promise<Asks> {
    return this.#role("judge", signal);
  }

  /** Waits for what was asked, so that no paid answer is lost, and stops the servers. */
  async close(): Promise<void> {
    await Promise.all([...this.#askers.values()].map(async (asker) => asker.drain()));
    await this.#closeStudent();
    await (await this.#instructor)?.close();
  }

  async #role(role: "instructor" | "judge", signal: AbortSignal): Promise<Asks> {
    const model = this.#entry(role);
    if (model.provider === "openai") return this.#remote(role, model);
    return model.provider === "editor" ? this.#editor(role, model) : this.#builtinInstructor(role, model, signal);
  }

  #entry(role: ModelRole): ModelConfiguration {
    return modelOf(this.#project, role);
  }

  async #remote(role: ModelRole, model: OpenAiConfiguration): Promise<Asks> {
    const { configuration, secrets } = this.#project;
    const name = modelNameOf(configuration, role);
    const identity = identityOf(model);
    const asks = async (): Promise<Asks> =>
      this.#asks(role, model, identity, async () =>
        createOpenAiChatModel({
          baseUrl: model.endpoint,
          apiKey: resolveSecrets(configuration, secrets, [name]).get(name) ?? null,
          identity,
          idleMs: model.timeouts.idleSeconds * 1000,
          deadlineMs: model.timeouts.deadlineSeconds * 1000,
          useLegacyMaxTokens: model.maxTokensField === "max_tokens",
        }),
      );
    const placed = async <T>(work: Promise<T>): Promise<T> =>
      work.catch((thrown: unknown) => {
        throw atModel(thrown, name);
      });
    const paid = await placed(asks());
    return { ...paid, ask: async (...request) => placed(paid.ask(...request)) };
  }

  async #editor(role: ModelRole, model: EditorModelConfiguration): Promise<Asks> {
    const { bridge = null } = this.#project;
    const identity = editorIdentity(model, bridge);
    return this.#asks(role, model, identity, async () => createEditorChatModel(model, identity, bridge));
  }

  async #builtinInstructor(role: ModelRole, model: ModelConfiguration, signal: AbortSignal): Promise<Asks> {
    this.#instructor ??= startBuiltinInstructor(this.#servers, signal);
    const identity = builtinIdentity("instructor", instructorRevision);
    return this.#asks(role, model, identity, () => served(this.#instructor ?? undefined, identity));
  }

  async #asks(
    role: ModelRole,
    model: ModelConfiguration,
    identity: ModelIdentity,
    connect: () => Promise<ChatModel>,
  ): Promise<Asks> {
    const price = priceOf(model, identity);
    const key = JSON.stringify([role, identity]);
    let asker = this.#askers.get(key);
    if (asker === undefined) {
      asker = new Asker({
        ...this.#payment,
        // The built-in models cost nothing and answer at once: claims would take longer than their answers.
        claims: model.provider === "builtin" ? null : this.#payment.claims,
        model: withPolicy(await connect(), this.#pacer(model), nodeClock, this.#random()),
        price,
        purpose: role,
        clock: nodeClock,
        onSettled: this.#payment.settle,
      });
      this.#askers.set(key, asker);
    }
    const paid = asker;
    return {
      identity,
      price: (usage) => (price === null ? null : costOf(usage, price)),
      ask: async (request, signal, onText) => paid.ask(request, signal, onText),
    };
  }

  #pacer(model: ModelConfiguration): Pacer {
    const attempts = model.provider === "builtin" ? DEFAULT_POLICY.attempts : model.timeouts.attempts;
    return new Pacer({ ...DEFAULT_POLICY, ...model.limits, attempts }, nodeClock, this.#random());
  }

  /** Jitter of waits: it changes when something is asked, never what is answered. */
  #random(): Random {
    return new Random(this.#project.configuration.seed, "retry");
  }

  async #closeStudent(): Promise<void> {
    const student = this.#student;
    this.#student = null;
    await (await student?.served)?.close();
  }
}

async function served(server: Promise<ServedModel> | undefined, identity: ModelIdentity): Promise<ChatModel> {
  if (server === undefined) throw new Fault("internal", "The model is not served.");
  const { baseUrl, apiKey, identity: own } = await server;
  const model = createOpenAiChatModel({
    baseUrl,
    apiKey,
    identity: { ...identity, name: own.name },
    idleMs: 60_000,
    deadlineMs: 120_000,
    // Nobody watches these short answers grow, and whole ones cost less work on both sides.
    stream: false,
  });
  // The loopback address changes with each start; the identity must not.
  return { identity, complete: (request, signal, onText) => model.complete(request, signal, onText) };
}

/** Identities of a project's models, without serving or asking any. */
export function modelIdentities(project: Pick<Project, "configuration" | "bridge">): ModelIdentities {
  const { bridge = null } = project;
  return {
    targetIdentity(checkpoint) {
      const model = modelOf(project, "target");
      if (model.provider === "builtin") return builtinModelIdentity(model, checkpoint?.hash);
      if (checkpoint === null) return model.provider === "editor" ? editorIdentity(model, bridge) : identityOf(model);
      throw new Fault("internal", "A checkpoint of a remote target cannot be served yet.");
    },
    instructorIdentity: () => entryIdentity(modelOf(project, "instructor"), bridge),
    judgeIdentity: () => entryIdentity(modelOf(project, "judge"), bridge),
  };
}

function entryIdentity(model: ModelConfiguration, bridge: EditorBridge | null): ModelIdentity {
  if (model.provider === "openai") return identityOf(model);
  return model.provider === "editor" ? editorIdentity(model, bridge) : builtinModelIdentity(model);
}

function modelOf({ configuration }: Pick<Project, "configuration">, role: ModelRole): ModelConfiguration {
  const name = modelNameOf(configuration, role);
  const model = configuration.models[name];
  if (model === undefined) throw new Fault("internal", `There is no model ${name}.`);
  return model;
}

function identityOf({ endpoint, name, revision }: OpenAiConfiguration): ModelIdentity {
  return { provider: "openai", endpoint, name, revision };
}

function builtinModelIdentity({ name }: ModelConfiguration, checkpoint = studentRevision): ModelIdentity {
  return name === "student"
    ? builtinIdentity("student", checkpoint)
    : builtinIdentity("instructor", instructorRevision);
}

function builtinIdentity(name: "student" | "instructor", revision: string): ModelIdentity {
  return { provider: "builtin", endpoint: "builtin", name, revision };
}

/** Prices of a project's target and instructor; null where one is unknown. */
export function pricesOf(project: Pick<Project, "configuration" | "bridge">): {
  readonly target: Price | null;
  readonly instructor: Price | null;
  readonly judge: Price | null;
} {
  const of = (role: ModelRole): Price | null => {
    const model = modelOf(project, role);
    return priceOf(model, entryIdentity(model, project.bridge ?? null));
  };
  return { target: of("target"), instructor: of("instructor"), judge: of("judge") };
}

function priceOf(model: ModelConfiguration, identity: ModelIdentity): Price | null {
  if (model.provider === "builtin") return FREE;
  if (model.provider === "editor") return null;
  if (model.price === null) return defaultPrice(identity);
  const { input, cached, output } = model.price;
  return { input, cached: cached ?? input, output };
}
