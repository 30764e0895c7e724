import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Watching } from "../../src/vscode/iterations/watching.js";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A store that can be read or not, and what was asked of it. */
function store(): { broken: boolean; begun: string[]; ended: string[]; failures: number; watching: Watching } {
  const made = {
    broken: false,
    begun: [] as string[],
    ended: [] as string[],
    failures: 0,
    watching: new Watching({
      begin: async (folder) => {
        made.begun.push(folder);
        if (made.broken) throw new Error("A newer Preceptor wrote it.");
      },
      end: (folder) => void made.ended.push(folder),
      failed: () => {
        made.failures += 1;
      },
    }),
  };
  return made;
}

it("what cannot be read is tried again ever more seldom, and followed as soon as it can be read", async () => {
  const made = store();
  made.broken = true;
  made.watching.need(true);
  made.watching.show("/project");
  await vi.advanceTimersByTimeAsync(1999);
  expect(made.begun).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(made.begun).toHaveLength(2);
  // 4, 8, 16 and 32 seconds, and then one a minute.
  await vi.advanceTimersByTimeAsync(60_000);
  expect(made.begun).toHaveLength(6);
  await vi.advanceTimersByTimeAsync(3_600_000);
  expect(made.begun.length).toBeLessThan(70);
  expect(made.failures).toBe(made.begun.length);
  // What changes elsewhere in between does not hurry it.
  const before = made.begun.length;
  for (let times = 0; times < 100; times += 1) made.watching.need(true);
  await vi.advanceTimersByTimeAsync(0);
  expect(made.begun).toHaveLength(before);

  made.broken = false;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(made.watching.watched).toBe(true);
  await vi.advanceTimersByTimeAsync(3_600_000);
  expect(made.begun).toHaveLength(before + 1);
  made.watching.dispose();
});

it("a person who looks again is answered at once; nobody's look is not repeated", async () => {
  const made = store();
  made.broken = true;
  made.watching.show("/project");
  await vi.advanceTimersByTimeAsync(3_600_000);
  expect(made.begun).toHaveLength(1);
  made.watching.need(true);
  expect(made.begun).toHaveLength(2);
  await made.watching.reload();
  expect(made.begun).toHaveLength(3);
  made.watching.need(false);
  await vi.advanceTimersByTimeAsync(3_600_000);
  expect(made.begun).toHaveLength(3);
  made.broken = false;
  made.watching.need(true);
  await vi.advanceTimersByTimeAsync(0);
  expect(made.watching.watched).toBe(true);
});

it("what was watched by a worker that died is watched again, and by nobody when it is not needed", async () => {
  const made = store();
  made.watching.need(true);
  made.watching.show("/project");
  await vi.advanceTimersByTimeAsync(0);
  made.watching.lost();
  expect(made.watching.watched).toBe(false);
  await vi.advanceTimersByTimeAsync(2000);
  expect(made.watching.watched).toBe(true);
  expect(made.begun).toHaveLength(2);
  made.watching.need(false);
  expect(made.ended).toEqual(["/project"]);
  made.watching.lost();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(made.begun).toHaveLength(2);
});

it("another folder takes its place, also while the first is being read", async () => {
  const made = store();
  made.watching.need(true);
  made.watching.show("/one");
  made.watching.show("/two");
  await vi.advanceTimersByTimeAsync(0);
  expect(made.begun).toEqual(["/one", "/two"]);
  expect(made.ended).toEqual(["/one"]);
  made.watching.show(null);
  expect(made.ended).toEqual(["/one", "/two"]);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(made.begun).toHaveLength(2);
});
