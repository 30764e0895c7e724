import { expect, it } from "vitest";
import type { Located } from "../../src/vscode/cases/caseDocuments.js";
import { CaseOpener } from "../../src/vscode/cases/caseOpener.js";

const at = (number: number): Located => ({
  folder: "/project",
  ref: { run: "run-1", iteration: 1, stage: "collect", key: `case ${number}` },
});
const numberOf = ({ ref }: Located): number => Number(ref.key.split(" ")[1]);
const next = async (from: Located): Promise<Located | null> => (numberOf(from) < 5 ? at(numberOf(from) + 1) : null);
const previous = async (from: Located): Promise<Located | null> => at(numberOf(from) - 1);
const soon = async (): Promise<void> => new Promise((done) => setTimeout(done, 5));

it("opens one case at a time, and of keys that come quickly only where they lead", async () => {
  const begun: number[] = [];
  let open = 0;
  const opener = new CaseOpener(async (located) => {
    expect((open += 1)).toBe(1);
    begun.push(numberOf(located));
    await soon();
    open -= 1;
  });
  await Promise.all([opener.step(at(1), next), opener.step(at(1), next), opener.step(at(1), next)]);
  expect(begun.at(-1)).toBe(4);
  expect(begun.length).toBeLessThan(4);
  await Promise.all([opener.step(at(4), next), opener.step(at(4), previous)]);
  expect(begun.at(-1)).toBe(4);
  await Promise.all([opener.step(at(4), next), opener.step(at(4), next), opener.step(at(4), next)]);
  expect(begun.at(-1)).toBe(5);
  // A click is about what was clicked, wherever the keys led.
  await Promise.all([opener.step(at(1), next), opener.show(at(3))]);
  await opener.step(at(3), next);
  expect(begun.at(-1)).toBe(4);
});

it("goes on after a case that cannot be opened", async () => {
  const opened: number[] = [];
  const opener = new CaseOpener(async (located) => {
    if (numberOf(located) === 2) throw new Error("It is gone.");
    opened.push(numberOf(located));
  });
  await expect(opener.step(at(1), next)).rejects.toThrow("It is gone.");
  await opener.step(at(2), next);
  expect(opened).toEqual([3]);
  await expect(
    opener.step(at(1), async () => {
      throw new Error("No order.");
    }),
  ).rejects.toThrow("No order.");
  await opener.step(at(3), next);
  expect(opened).toEqual([3, 4]);
});
