/** A text that the editor shows and that nobody could translate is noticed when it is written (ux 62). */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { engineTexts } from "../../scripts/lib/engineTexts.mjs";

const folders: string[] = [];
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true })));

const fault = `
export class Fault extends Error {
  readonly kind: string;
  constructor(kind: string, message: string, details: { readonly found?: string; readonly remedy?: string } = {}) {
    super(message);
    this.kind = kind + (details.found ?? "");
  }
}`;

/** What is read off sources in which this stands beside the class of faults. */
function textsOf(source: string): string[] {
  const folder = mkdtempSync(path.join(tmpdir(), "preceptor-texts-"));
  folders.push(folder);
  mkdirSync(path.join(folder, "src"));
  writeFileSync(
    path.join(folder, "tsconfig.json"),
    JSON.stringify({ compilerOptions: { strict: true, module: "NodeNext" } }),
  );
  writeFileSync(path.join(folder, "src", "fault.ts"), fault);
  writeFileSync(path.join(folder, "src", "planted.ts"), `import { Fault } from "./fault.js";\n${source}`);
  const places = [{ parameter: "message", of: "Fault" }, { fields: "remedy" }, { fields: "found", value: true }];
  return engineTexts(folder, places).map(({ template }) => template);
}

describe("texts of the engine", () => {
  it("are followed to their literals through helpers, tables, conditions, fields and lists", () => {
    const texts = textsOf(`
      const table: { readonly [code: string]: { readonly says: string; readonly remedy: string } } = {
        GONE: { says: "Nothing is at", remedy: "Look elsewhere." },
      };
      const refuse = (message: string, remedy = "Try again."): Fault => new Fault("data", message, { remedy });
      interface Problem { readonly what: string }
      const problems: Problem[] = [];
      export function run(code: string, count: number, { what }: Problem): void {
        problems.push({ what: count === 1 ? "One case is bad." : \`\${count} cases are bad.\` });
        const known = table[code];
        if (known !== undefined) throw new Fault("data", \`\${known.says} \${code}.\`, { remedy: known.remedy });
        if (count > 3) throw refuse(\`The file \${code} is gone\${count > 5 ? ", as are others" : ""}.\`);
        throw new Fault("data", what, { found: count > 1 ? "an empty file" : code });
      }`);
    expect(texts).toEqual([
      "Look elsewhere.",
      "Nothing is at {0}.",
      "One case is bad.",
      "The file {0} is gone, as are others.",
      "The file {0} is gone.",
      "Try again.",
      "an empty file",
      "{0} cases are bad.",
    ]);
  });

  it("may be somebody else's where that is what was caught", () => {
    expect(textsOf(`export const wrap = (thrown: Error): Fault => new Fault("internal", thrown.message);`)).toEqual([]);
  });

  it.each([
    [
      "a function that the sources do not hold",
      `export const a = new Fault("data", ["The", "end."].reverse().pop()!.slice(1) + "");`,
    ],
    ["a parameter that nobody fills in", `export const b = (text: string): Fault => new Fault("data", text);`],
    [
      "a remedy out of a map",
      `const m = new Map<string, string>(); export const c = new Fault("data", "Bad.", { remedy: m.get("a") ?? m.keys().next().value! });`,
    ],
  ])("are a fault of the build with its place, where they come from %s", (_, source) => {
    expect(() => textsOf(source)).toThrow(/planted\.ts:2: .* cannot be followed to a literal text/u);
  });
});
