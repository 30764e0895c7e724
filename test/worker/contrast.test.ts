import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { CaseRef } from "../../src/protocol/worker/index.js";
import { compareTexts } from "../../src/worker/contrast/wordMarks.js";
import { handlersOf } from "../../src/worker/handlers.js";
import { Projects } from "../../src/worker/projects.js";
import { root } from "../support/project.js";
import { startedRun, type StartedRun } from "../support/startedRun.js";

const call = { signal: new AbortController().signal };

describe("the contrast set of an error", () => {
  let started: StartedRun;
  let refs: CaseRef[];
  const worker = handlersOf(new Projects());

  beforeAll(async () => {
    started = await startedRun({ families: ["math"], until: "contrast" });
    refs = started.errors.map((key) => ({ run: started.run, iteration: 1, stage: "collect", key }));
  });
  afterAll(() => started.remove());

  const view = async (ref: CaseRef | undefined, k: number | null) => {
    if (ref === undefined) throw new Error("The run has too few errors.");
    return worker["contrast/view"]({ folder: started.folder, ref, k }, call);
  };

  const sent = async (ref: CaseRef | undefined, k: number | null = 3) => {
    if (ref === undefined) throw new Error("The run has too few errors.");
    return worker["contrast/message"]({ folder: started.folder, ref, k }, call);
  };

  it("is the same however often, and in whatever order, errors and k are looked at", async () => {
    const [first, second] = refs;
    const fresh = async (ref: CaseRef | undefined, k: number | null) => {
      if (ref === undefined) throw new Error("The run has too few errors.");
      return handlersOf(new Projects())["contrast/view"]({ folder: started.folder, ref, k }, call);
    };
    for (const [ref, k] of [
      [first, 3],
      [first, 8],
      [second, 8],
      [first, null],
      [second, 3],
    ] as const)
      expect(await view(ref, k)).toEqual(await fresh(ref, k));
    expect((await view(first, 8)).neighbours.map(({ marked }) => marked.map(({ text }) => text).join(""))).toEqual(
      (await view(first, 8)).neighbours.map(({ question }) => question),
    );
  });

  it("can be prepared, and says then that a case is gone as it does when it is shown", async () => {
    const [ref] = refs;
    if (ref === undefined) throw new Error("The run has no error.");
    const { folder } = started;
    expect(await worker["contrast/prepare"]({ folder, ref }, call)).toEqual({});
    await expect(worker["contrast/prepare"]({ folder, ref: { ...ref, key: "absent" } }, call)).rejects.toThrow(
      "no case of this key",
    );
  });

  it("has the messages of the template as it is now, also when that was written or removed in the meantime", async () => {
    const [ref] = refs;
    const text = async (): Promise<string> =>
      ((await sent(ref)).message?.messages ?? []).map(({ content }) => content).join("\n");
    const before = await text();
    const { message } = await sent(ref);
    const shipped = path.join(root, "prompts");
    const own = path.join(started.folder, "prompts");
    mkdirSync(own);
    const name = readdirSync(shipped).find((file) => file === `${message?.template ?? ""}.prompt`) ?? "";
    const file = path.join(own, name);
    copyFileSync(path.join(shipped, name), file);
    writeFileSync(file, `${readFileSync(file, "utf8")}\nWritten by a person.\n`);
    expect(await text()).toContain("Written by a person.");
    writeFileSync(file, readFileSync(file, "utf8").replace("a person", "another person"));
    expect(await text()).toContain("Written by another person.");
    writeFileSync(file, readFileSync(path.join(shipped, name), "utf8"));
    expect(await text()).toBe(before);
  });

  describe("and what is sent about it", () => {
    const file = (): string => path.join(started.folder, "preceptor.json");
    let written = "";

    beforeAll(() => {
      written = readFileSync(file(), "utf8");
    });
    afterEach(() => {
      writeFileSync(file(), written);
      rmSync(path.join(started.folder, "decisions"), { recursive: true, force: true });
    });

    /** The project with other values of its configuration. */
    function configure(change: { readonly [key: string]: unknown }): void {
      writeFileSync(file(), JSON.stringify({ ...(JSON.parse(written) as object), ...change }));
    }

    it("is LEC's call with the neighbours that are shown, where the iteration teaches by contrast", async () => {
      const [ref] = refs;
      expect(await sent(ref, 2)).toMatchObject({ message: { strategy: "LEC", neighbours: 2 }, unsent: null });
      const none = await sent(ref, 0);
      expect(none).toMatchObject({ message: { strategy: "LEC", neighbours: 0 } });
      expect(none.message?.template).toMatch(/-le-math$/u);
    });

    it.each([
      ["LE", /-le-math$/u],
      ["AugGPT", /auggpt/iu],
    ])(
      "is the call of %s, which sends no neighbours, where the iteration has that strategy",
      async (strategy, template) => {
        const [ref] = refs;
        const byContrast = (await sent(ref)).message;
        configure({ iterations: [strategy] });
        const { message } = await sent(ref);
        expect(message).toMatchObject({ strategy, neighbours: 0 });
        expect(message?.template).toMatch(template);
        expect(message?.tokens).toBeLessThan(byContrast?.tokens ?? 0);
      },
    );

    it("is nothing for the half of the errors that random-errors does not draw, and for strategies that ask nobody", async () => {
      configure({ iterations: ["random-errors"] });
      const reasons = await Promise.all(refs.map(async (ref) => (await sent(ref)).unsent));
      expect(reasons.filter((reason) => reason === "undrawn")).toHaveLength(Math.floor(refs.length / 2));
      expect(reasons.filter((reason) => reason === null)).toHaveLength(Math.ceil(refs.length / 2));
      configure({ iterations: ["training-split"] });
      expect(await sent(refs[0])).toMatchObject({ message: null, unsent: "strategy" });
    });

    it("is nothing for a right answer, a quota of 0, an iteration that is not configured and an error that was triaged", async () => {
      const [ref] = refs;
      if (ref === undefined) throw new Error("The run has no error.");
      const { neighbours } = await view(ref, 1);
      expect(await sent({ ...ref, key: neighbours[0]?.key ?? "" })).toMatchObject({ message: null, unsent: "right" });
      configure({ quota: 0 });
      expect(await sent(ref)).toMatchObject({ message: null, unsent: "quota" });
      expect(await sent({ ...ref, iteration: 9 })).toMatchObject({ message: null, unsent: "iteration" });
      configure({});
      await worker["case/triage"]({ folder: started.folder, keys: [ref.key], decision: "artefact", note: null }, call);
      expect(await sent(ref)).toMatchObject({ message: null, unsent: "triage" });
    });
  });

  it("tells as k the number of its cards: neither fewer than were pinned, nor more than there are", async () => {
    const [ref] = refs;
    const keys = (await view(ref, 5)).neighbours.map(({ key }) => key);
    const [first, second, third, , fifth] = keys;
    const decide = async (decisions: Parameters<(typeof worker)["contrast/decide"]>[0]["decisions"]): Promise<void> => {
      await worker["contrast/decide"]({ folder: started.folder, error: ref?.key ?? "", decisions }, call);
    };
    await decide([
      { neighbour: fifth ?? "", decision: "pin" },
      { neighbour: second ?? "", decision: "pin" },
      { neighbour: third ?? "", decision: "exclude" },
    ]);
    const one = await view(ref, 1);
    expect(one).toMatchObject({ k: 2, fewest: 2 });
    expect(one.neighbours.map(({ key }) => key)).toEqual([second, fifth]);
    const all = await view(ref, 100);
    expect(all.k).toBe(all.most);
    expect(all.neighbours).toHaveLength(all.most);
    // Nearest first, whatever was pinned, as the instructor receives them.
    expect((await view(ref, 3)).neighbours.map(({ key }) => key)).toEqual([first, second, fifth]);
    rmSync(path.join(started.folder, "decisions"), { recursive: true });
  });
});

describe("the pool of a contrast set", () => {
  it("is that of the error's own subject where the configuration or the person says so, and counted so", async () => {
    const started = await startedRun({ families: ["math"], until: "contrast" });
    try {
      const worker = handlersOf(new Projects());
      const { folder, run } = started;
      const of = async (key: string, sameGroup: boolean | null) => {
        const wanted = { folder, ref: { run, iteration: 1, stage: "collect", key }, k: 20, sameGroup } as const;
        return {
          ...(await worker["contrast/view"](wanted, call)),
          ...(await worker["contrast/message"](wanted, call)),
        };
      };
      let own = await of(started.errors[0] ?? "", true);
      // The target knows nothing at all of some subjects.
      for (const key of started.errors) if (own.neighbours.length === 0) own = await of(key, true);
      const everybody = await of(own.error.key, null);
      expect(everybody).toMatchObject({ source: "stored", sameGroup: { shown: false, configured: false } });
      expect(own).toMatchObject({ source: "searched", sameGroup: { shown: true, configured: false } });
      expect(new Set(own.neighbours.map(({ group }) => group))).toEqual(new Set([own.error.group]));
      expect(new Set(everybody.neighbours.map(({ group }) => group)).size).toBeGreaterThan(1);
      expect(own.pool).toBeLessThan(everybody.pool);
      expect(own.pool).toBeGreaterThanOrEqual(own.neighbours.length);
    } finally {
      started.remove();
    }
  });
});

describe("words that only one of two questions has", () => {
  it("are marked in short questions in their order, and in long ones wherever they stand", () => {
    const marks = (pieces: readonly { text: string; differs: boolean }[]): string[] =>
      pieces.filter(({ differs }) => differs).map(({ text }) => text);
    const short = compareTexts("half as many clips", "twice as many clips");
    expect([marks(short.own), marks(short.other)]).toEqual([["half"], ["twice"]]);
    const filling = "and then he went to the shop, again. ".repeat(200);
    const [own, other] = [`${filling}Half of it is 3.${filling}`, `${filling}Twice of it is 3.`];
    const long = compareTexts(own, other);
    expect([marks(long.own), marks(long.other)]).toEqual([["Half"], ["Twice"]]);
    expect(long.own.map(({ text }) => text).join("")).toBe(own);
    const endless = compareTexts("one two ".repeat(200_000), "three");
    expect(endless.own.map(({ text }) => text).join("")).toHaveLength(1_600_000);
    expect(endless.own.length).toBeLessThan(20_000);
  });
});
