import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Page } from "playwright-core";
import { expect } from "vitest";
import { axeViolations } from "../../editor/support/pages.js";

/**
 * A page of a panel goes on showing what it shows while the project's configuration is broken, and says so until it is mended.
 * `changed` lets it ask again, `meanwhile` is done in that time.
 */
export async function staysReadable(
  page: Page,
  {
    folder,
    shows,
    changed,
    meanwhile,
  }: {
    readonly folder: string;
    readonly shows: string;
    readonly changed: () => void;
    readonly meanwhile?: () => Promise<void>;
  },
): Promise<void> {
  const file = path.join(folder, "preceptor.json");
  const whole = readFileSync(file, "utf8");
  const note = page.getByRole("status").filter({ hasText: "configurationBroken" });
  expect(await note.count()).toBe(0);
  try {
    writeFileSync(file, whole.slice(0, 40));
    changed();
    await note.waitFor();
    expect(await note.textContent()).toMatch(/configurationBroken .*JSON/u);
    expect(await page.getByRole("alert").count()).toBe(0);
    expect(await page.locator(shows).count()).toBeGreaterThan(0);
    expect(await axeViolations(page)).toEqual([]);
    await meanwhile?.();
  } finally {
    writeFileSync(file, whole);
  }
  changed();
  await expect.poll(async () => note.count()).toBe(0);
}
