import { Fault } from "../fault.js";
import type { Configuration } from "./configuration.js";
import { secretReference } from "./modelSchema.js";

export interface SecretReference {
  /** `env`: an environment variable; `secret`: the editor's secret storage, `PRECEPTOR_SECRET_NAME` for the command line. */
  readonly kind: "env" | "secret";
  readonly name: string;
}

/** Looks a secret up where the program keeps it; undefined when it is not there. */
export type SecretLookup = (reference: SecretReference) => string | undefined;

/** The parts of `${env:NAME}` or `${secret:NAME}`; null for any other text. */
export function parseSecretReference(text: string): SecretReference | null {
  const match = secretReference.exec(text);
  if (match?.[1] === undefined || match[2] === undefined) return null;
  return { kind: match[1] === "env" ? "env" : "secret", name: match[2] };
}

/**
 * The key of each named model that has one, by the model's name; the configuration itself is never filled with them.
 * Faults with kind `authentication` when one is not there. `only` limits it to the models that a command needs.
 */
export function resolveSecrets(
  configuration: Configuration,
  lookup: SecretLookup,
  only: readonly string[] = Object.keys(configuration.models),
): ReadonlyMap<string, string> {
  const keys = new Map<string, string>();
  for (const name of only) {
    const model = configuration.models[name];
    if (model?.provider !== "openai" || model.apiKey === undefined) continue;
    const reference = parseSecretReference(model.apiKey);
    const value = reference === null ? undefined : lookup(reference);
    if (reference === null || value === undefined || value === "") {
      throw new Fault("authentication", "The key of a model is not there.", {
        field: `models.${name}.apiKey`,
        found: `${model.apiKey}, which is ${value === "" ? "empty" : "not set"}`,
        allowed: "a key",
        remedy: reference === null ? "Write ${env:NAME}." : remedyFor(reference),
      });
    }
    keys.set(name, value);
  }
  return keys;
}

function remedyFor({ kind, name }: SecretReference): string {
  if (kind === "env") return `Set the environment variable ${name}.`;
  return `Store the secret ${name} in the editor, or set PRECEPTOR_SECRET_${name}.`;
}
