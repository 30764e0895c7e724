/** Names that the manifest and the code share, held against each other in both directions. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { manifest, root, sources } from "./support.js";

const host = sources("src/vscode");
const code = readFileSync(join(root, "src", "vscode", "manifest.ts"), "utf8");
const [, keysText = ""] = /interface ContextKeys \{(.*?)\n\}/su.exec(code) ?? [];
const contextKeys = [...keysText.matchAll(/readonly "(preceptor\.\w+)"/gu)].map(([, key = ""]) => key);
const viewIds = Object.values(manifest.contributes.views).flatMap((list) => list.map(({ id }) => id));

/** Every when clause and enablement of the manifest, and what ends a step of the walkthrough. */
function clauses(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    typeof inner === "string" && (name === "when" || name === "enablement" || inner.startsWith("onContext:"))
      ? [inner]
      : clauses(inner),
  );
}

describe("views", () => {
  it("of the manifest are those that the code names", () => {
    const [, viewsText = ""] = /export const views = \{(.*?)\n\}/su.exec(code) ?? [];
    const named = [...viewsText.matchAll(/"(preceptor\.\w+)"/gu)].map(([, id = ""]) => id);
    expect(named.sort()).toEqual([...viewIds].sort());
  });
});

describe("context keys", () => {
  const used = new Set(
    clauses(manifest.contributes)
      // What stands behind `==` is a value, as the type of a panel.
      .flatMap((clause) => [...clause.matchAll(/(?<!config\.|[\w.]|== )preceptor\.\w+/gu)].map(([key]) => key))
      .filter((key) => !viewIds.includes(key)),
  );

  it("of the manifest are declared in the code, and those of the code are used in the manifest", () => {
    expect(contextKeys.length).toBeGreaterThan(5);
    expect([...used].sort()).toEqual([...contextKeys].sort());
  });

  it("are set somewhere, and only through the function that knows them", () => {
    const text = host.map((source) => source.text).join("\n");
    for (const key of contextKeys) expect(text, key).toMatch(new RegExp(`setContext\\(\\s*"${key}"`, "u"));
    const raw = host.filter((source) => source.text.includes('"setContext"')).map(({ file }) => file);
    expect(raw).toEqual([join("src", "vscode", "manifest.ts")]);
  });
});

describe("files that can be imported", () => {
  it("are the same in the Explorer's menu and in the dialog", () => {
    const entry = manifest.contributes.menus["explorer/context"]?.find(
      ({ command }) => command === "preceptor.importResults",
    );
    const [, endings = ""] = /\^\\\.\(([\w|]+)\)\$/u.exec(entry?.when ?? "") ?? [];
    const dialog = readFileSync(join(root, "src", "vscode", "import", "index.ts"), "utf8");
    const [, offered = ""] = /Recorded outputs"\)\]: \[([^\]]*)\]/u.exec(dialog) ?? [];
    expect(endings.split("|").sort()).toEqual([...offered.matchAll(/"(\w+)"/gu)].map(([, each = ""]) => each).sort());
  });
});

describe("the composition root", () => {
  it("of the extension stays below 150 lines", () => {
    const lines = readFileSync(join(root, "src", "vscode", "extension.ts"), "utf8").split("\n");
    expect(lines.length).toBeLessThan(150);
  });
});
