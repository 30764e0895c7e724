import { loadTokenCounter } from "../adapters/chat/index.js";

/** The vocabulary takes a moment to load, so it is loaded once. */
let counter: ReturnType<typeof loadTokenCounter> | null = null;

export async function tokenCounter(): ReturnType<typeof loadTokenCounter> {
  counter ??= loadTokenCounter();
  return counter;
}
