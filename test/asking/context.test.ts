import { describe, expect, it } from "vitest";
import { knownContext } from "../../src/engine/asking/index.js";

describe("what a model takes at once", () => {
  it("is known of common models, also under a dated name, and of no others", () => {
    expect(knownContext("gpt-4")).toBe(8192);
    expect(knownContext("gpt-4-turbo")).toBe(128_000);
    expect(knownContext("gpt-4o-2024-08-06")).toBe(128_000);
    expect(knownContext("gpt-4-mine")).toBeNull();
    expect(knownContext("")).toBeNull();
  });
});
