import { hash } from "node:crypto";

/** Values that JSON can carry. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json | undefined };

/** JSON with sorted keys and without `undefined`, so that equal values have equal text. */
export function stableJson(value: unknown): string {
  return JSON.stringify(sorted(value));
}

/** A replacer of `JSON.stringify` would do the same in twice the time, and every case of a benchmark is hashed. */
function sorted(value: unknown): unknown {
  if (value === null || typeof value !== "object" || "toJSON" in value) return value;
  if (Array.isArray(value)) return value.map(sorted);
  const entries = Object.entries(value).map(([key, item]) => [key, sorted(item)] as const);
  entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return Object.fromEntries(entries);
}

/** SHA-256 of a text as lower-case hexadecimal digits. */
export function sha256(text: string): string {
  return hash("sha256", text, "hex");
}

/** A content address: the first 32 hexadecimal digits (128 bits) of the SHA-256 of the stable JSON. */
export function contentHash(value: unknown): string {
  return sha256(stableJson(value)).slice(0, 32);
}
