/** References to secrets in a project's files. This module knows nothing of the editor. */

const reference = /\$\{secret:([A-Za-z_][A-Za-z0-9_.-]*)\}/gu;
const wholeName = /^[A-Za-z_][A-Za-z0-9_.-]*$/u;

export interface SecretPlace {
  readonly name: string;
  /** Where `${secret:NAME}` stands in the text. */
  readonly start: number;
  readonly end: number;
}

export function secretPlaces(text: string): SecretPlace[] {
  return [...text.matchAll(reference)].map((match) => ({
    name: match[1] ?? "",
    start: match.index,
    end: match.index + match[0].length,
  }));
}

export function secretNames(...texts: readonly string[]): string[] {
  return [...new Set(texts.flatMap((text) => secretPlaces(text).map(({ name }) => name)))];
}

export function isSecretName(text: string): boolean {
  return wholeName.test(text);
}

/** The secret that a fault about a key asks for; null for any other fault. */
export function secretAskedFor(found: string | undefined): string | null {
  return secretPlaces(found ?? "")[0]?.name ?? null;
}
