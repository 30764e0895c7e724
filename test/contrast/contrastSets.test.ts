import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createHashedEmbedder } from "../../src/adapters/embedding/index.js";
import {
  chooseNeighbours,
  findContrastSets,
  storedNeighbours,
  type Answered,
  type ContrastOptions,
} from "../../src/engine/contrast/index.js";
import type { Embedder } from "../../src/engine/seams/index.js";

const options: ContrastOptions = { vector: "question", sameGroup: false, floor: 0 };
const signal = new AbortController().signal;
const embedder = createHashedEmbedder(64);

function answered(id: string, question: string, group: string | null = null, response = "r"): Answered {
  return {
    testCase: {
      key: `b/train/${id}`,
      benchmark: "b",
      split: "train",
      id,
      hash: id,
      family: "math",
      group,
      question,
      data: null,
    },
    response,
  };
}

const error = answered("e", "How many apples does Tom buy at the market?");
const apples = answered("2", "How many apples does Ann buy at the market?");
const pens = answered("1", "How many pens does Tom buy at the shop?");
const train = answered("3", "When does the train to Berlin arrive?");

const keysOf = (sets: readonly { neighbours: readonly { key: string }[] }[]): string[][] =>
  sets.map(({ neighbours }) => neighbours.map(({ key }) => key.slice("b/train/".length)));

describe("contrast sets", () => {
  it("hold the right cases, nearest first, whatever their order", async () => {
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray([apples, pens, train], { minLength: 3 }), async (right) => {
        const sets = await findContrastSets([error], right, embedder, options, signal);
        expect(keysOf(sets)).toEqual([["2", "1", "3"]]);
      }),
      { numRuns: 10 },
    );
  });
  it("break ties by case key and store 20", async () => {
    const same = Array.from({ length: 30 }, (_, index) => answered(String(99 - index), "What is 1 and 1?"));
    const [set] = await findContrastSets([error], same, embedder, options, signal);
    expect(keysOf(set === undefined ? [] : [set])[0]).toEqual(
      Array.from({ length: storedNeighbours }, (_, index) => String(70 + index)),
    );
  });
  it("are empty, in the order of the errors, where nothing is right", async () => {
    expect(await findContrastSets([error, pens], [], embedder, options, signal)).toEqual([
      { error: "b/train/e", neighbours: [] },
      { error: "b/train/1", neighbours: [] },
    ]);
  });
  it("keep to the error's group when asked", async () => {
    const errors = [answered("e", "apples", "fruit"), answered("f", "pens", "tools"), answered("g", "sky", "none")];
    const right = [answered("1", "apples again", "tools"), answered("2", "pens again", "fruit")];
    const sets = await findContrastSets(errors, right, embedder, { ...options, sameGroup: true }, signal);
    expect(keysOf(sets)).toEqual([["2"], ["1"], []]);
    expect(sets.map(({ error: key }) => key)).toEqual(["b/train/e", "b/train/f", "b/train/g"]);
  });
  it("skip what is nearer than the floor", async () => {
    const twin = answered("0", error.testCase.question);
    const near = await findContrastSets([error], [twin, apples], embedder, options, signal);
    expect(near[0]?.neighbours[0]).toEqual({ key: "b/train/0", distance: 0 });
    expect(
      keysOf(await findContrastSets([error], [twin, apples], embedder, { ...options, floor: 0.01 }, signal)),
    ).toEqual([["2"]]);
  });
  it("compare question and response when asked", async () => {
    const wrong = answered("e", "Same question", null, "first we divide the apples");
    const right = [
      answered("1", "Same question", null, "the train arrives"),
      answered("2", "Same question", null, "first we divide the pens"),
    ];
    const by = async (vector: ContrastOptions["vector"]): Promise<string[][]> =>
      keysOf(await findContrastSets([wrong], right, embedder, { ...options, vector }, signal));
    expect(await by("question")).toEqual([["1", "2"]]);
    expect(await by("question-response")).toEqual([["2", "1"]]);
  });
  it("store pinned cases with their distance, however far away", async () => {
    const many = Array.from({ length: 25 }, (_, index) =>
      answered(`m${index}`, `${apples.testCase.question} ${index}`),
    );
    const pinned = (): string[] => [train.testCase.key, "b/train/gone"];
    const [set] = await findContrastSets([error], [...many, train], embedder, { ...options, pinned }, signal);
    expect(set?.neighbours).toHaveLength(21);
    expect(set?.neighbours.at(-1)?.key).toBe(train.testCase.key);
    expect(set?.neighbours.at(-1)?.distance).toBeGreaterThan(1);
  });
  it("embed each text once, in pieces, and stop when cancelled", async () => {
    const asked: string[][] = [];
    const counting: Embedder = {
      ...embedder,
      embed: (texts, inner) => {
        asked.push([...texts]);
        return embedder.embed(texts, inner);
      },
    };
    const right = Array.from({ length: 600 }, (_, index) => answered(`r${index}`, `question ${index % 300}`));
    const progress: [number, number][] = [];
    await findContrastSets(
      [error],
      right,
      counting,
      { ...options, onProgress: (...now) => progress.push(now) },
      signal,
    );
    expect(asked.map((texts) => texts.length)).toEqual([256, 45]);
    expect(progress).toEqual([
      [256, 301],
      [301, 301],
    ]);
    const controller = new AbortController();
    controller.abort();
    await expect(findContrastSets([error], right, embedder, options, controller.signal)).rejects.toMatchObject({
      kind: "cancelled",
    });
  });
});

describe("chosen neighbours", () => {
  const stored = ["a", "b", "c", "d"].map((key, index) => ({ key, distance: index / 10 }));
  const chosen = (k: number, pins: string[] = [], exclusions: string[] = []): string =>
    chooseNeighbours(stored, k, pins, exclusions)
      .map(({ key }) => key)
      .join("");
  it.each([
    [chosen(3), "abc"],
    [chosen(9), "abcd"],
    [chosen(0), ""],
    [chosen(2, [], ["a"]), "bc"],
    [chosen(3, ["d"]), "abd"],
    [chosen(1, ["d", "c"]), "cd"],
    [chosen(2, ["gone"]), "ab"],
    [chosen(2, ["a"], ["a"]), "ab"],
  ])("%s is %s", (result, expected) => {
    expect(result).toBe(expected);
  });
});
