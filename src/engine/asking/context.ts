/** Most tokens of prompt and answer together, as providers state them. */
const CONTEXTS: readonly (readonly [RegExp, number])[] = [
  [/^gpt-5(?:-(?:mini|nano))?$/, 400_000],
  [/^gpt-4\.1(?:-(?:mini|nano))?$/, 1_047_576],
  [/^gpt-4o(?:-mini)?$/, 128_000],
  [/^(?:o3|o3-mini|o4-mini)$/, 200_000],
  [/^gpt-4-(?:turbo(?:-preview)?|0125-preview|1106-preview)$/, 128_000],
  [/^gpt-4$/, 8192],
  [/^gpt-3\.5-turbo$/, 16_385],
  [/^deepseek-(?:chat|reasoner)$/, 128_000],
  [/^mistral-(?:large|small)-latest$/, 128_000],
  [/^gemini-2\.5-(?:pro|flash)$/, 1_048_576],
];

/**
 * What a well-known model takes at once, null when unknown. A server may allow less, so this only warns; a dated name has
 * the limit of the undated one.
 */
export function knownContext(model: string): number | null {
  const undated = model.replace(/-\d{4}-\d{2}-\d{2}$/, "");
  return CONTEXTS.find(([name]) => name.test(undated))?.[1] ?? null;
}
