/** How a new user begins without a mouse (ux 63): from the walkthrough to a demo that runs, and that is cancelled. */
import { expect, test } from "vitest";
import { useEditor } from "../support/fixture.js";
import { Keyboard } from "../support/keyboard.js";

const ui = useEditor();
const soon = { timeout: 30_000 };

test("the walkthrough starts the demo by keys, and a key cancels it", { timeout: 180_000 }, async () => {
  const { window } = ui;
  const keys = new Keyboard(window);
  await keys.palette("Preceptor: Open Walkthrough");
  await window.page.locator(".getting-started-step").first().waitFor(soon);
  const step = await keys.pressUntil("Tab", /^Start the demo/u);
  expect(step.ring).toBe(true);
  await keys.press("Enter");
  await window.page.locator(".getting-started-step.expanded", { hasText: "Start the demo" }).waitFor(soon);
  await keys.pressUntil("Tab", /^Try the Demo$/u);
  await keys.press("Enter");
  const view = window.view("Iterations");
  await window.row(/^run-1 · running/u, view).waitFor({ timeout: 60_000 });
  await keys.palette("Preceptor: Cancel Run");
  await window.row(/^run-1 · cancelled/u, view).waitFor({ timeout: 60_000 });
  expect(window.consoleErrors()).toEqual([]);
});
