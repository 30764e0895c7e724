import type { EditorWindow } from "./window.js";

/** Makes the side bar of a window that wide, in pixels. */
export async function resizeSideBar(window: EditorWindow, wanted: number): Promise<void> {
  const box = await window.sideBar.boundingBox();
  if (box === null) throw new Error("The side bar is not open.");
  window.changes.sideBar ??= box.width;
  const edge = box.x + box.width;
  await window.page.mouse.move(edge, box.y + 300);
  await window.page.mouse.down();
  await window.page.mouse.move(box.x + wanted, box.y + 300, { steps: 5 });
  await window.page.mouse.up();
}

/** Puts back what was changed, also by a test that failed, so that the next file finds what it would find alone. */
export async function putBack(window: EditorWindow): Promise<void> {
  const { changes } = window;
  for (const [name, value] of changes.settings) await window.setting(name, value);
  changes.settings.clear();
  if (changes.sideBar === undefined) return;
  await window.openContainer("Preceptor");
  await resizeSideBar(window, changes.sideBar);
  changes.sideBar = undefined;
}
