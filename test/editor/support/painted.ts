import { resizeSideBar } from "./changes.js";
import type { EditorWindow } from "./window.js";

/**
 * Milliseconds from the first key or click of an action to two painted frames after the rows of a view match. `rows` is
 * held against the accessible names of the painted rows.
 */
export async function paintedIn(
  window: EditorWindow,
  view: string,
  action: () => Promise<unknown>,
  rows: RegExp,
): Promise<number> {
  await window.page.evaluate(`{
    const pattern = new RegExp(${JSON.stringify(rows.source)});
    const pane = document.querySelector('.pane-header[aria-label^="${view}"]').closest(".pane");
    window.__painted = new Promise((done, fail) => {
      setTimeout(() => fail(new Error("No row matches " + pattern)), 20000);
      let started = null;
      const key = () => (started ??= performance.now());
      for (const kind of ["keydown", "mousedown"]) addEventListener(kind, key, { capture: true });
      const look = () => {
        const names = [...pane.querySelectorAll(".monaco-list-row")].map((row) => row.getAttribute("aria-label") ?? "");
        if (started === null || !names.some((name) => pattern.test(name))) return;
        observer.disconnect();
        for (const kind of ["keydown", "mousedown"]) removeEventListener(kind, key, { capture: true });
        requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - started)));
      };
      const observer = new MutationObserver(look);
      observer.observe(pane, { subtree: true, childList: true, attributes: true });
    });
    null;
  }`);
  await action();
  return window.page.evaluate<number>("window.__painted");
}

/** Gives a view of Preceptor room: the other views are closed, and the side bar is wide. */
export async function showAlone(window: EditorWindow, view: "Benchmarks" | "Iterations" | "Prompts"): Promise<void> {
  await window.openContainer("Preceptor");
  for (const name of ["Benchmarks", "Iterations", "Prompts", "Hosts"]) {
    const header = window.page.locator(`.pane-header[aria-label^="${name}"]`);
    if (name !== view && (await header.getAttribute("aria-expanded")) === "true") await header.click();
  }
  await window.run(`preceptor.${view.toLowerCase()}.focus`);
  await resizeSideBar(window, 672);
}
