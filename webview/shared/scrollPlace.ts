/** How long a page may go on growing after it was made, in milliseconds. */
const settleMs = 3000;
/** What a person does to look elsewhere. */
const moves = ["wheel", "keydown", "pointerdown"] as const;

/**
 * Holds the page at `top` pixels while its parts come in: each of them moves what is below it, and a page that is not yet
 * long enough cannot be scrolled so far. Ends when the person moves, or when a page has had its time to settle.
 */
export async function holdAt(top: number): Promise<void> {
  const ended = new AbortController();
  const { signal } = ended;
  const end = (): void => ended.abort();
  for (const move of moves) window.addEventListener(move, end, { signal, passive: true });
  const growth = new ResizeObserver(() => window.scrollTo({ top, behavior: "instant" }));
  growth.observe(document.body);
  await new Promise<void>((resolve) => {
    signal.addEventListener("abort", () => resolve());
    setTimeout(end, settleMs);
  });
  growth.disconnect();
}
