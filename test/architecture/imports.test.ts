import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const root = resolve(import.meta.dirname, "../..");

/** Files that break one rule each, in a project with the same folders; `ok.ts` files are what they reach for. */
const planted: readonly (readonly [rule: string, file: string, content: string])[] = [
  [
    "vscode-only-in-src-vscode",
    "src/engine/a/vscode.ts",
    `import type * as vscode from "vscode"; export type A = vscode.Uri;`,
  ],
  ["vscode-only-in-src-vscode", "src/cli/dynamic.ts", `export const load = () => import("vscode");`],
  [
    "engine-imports-nothing-above",
    "src/engine/a/above.ts",
    `import { ok } from "../../adapters/ok.js"; export const a = ok;`,
  ],
  [
    "engine-imports-nothing-above",
    "src/engine/a/typed.ts",
    `import type { Ok } from "../../cli/ok.js"; export type A = Ok;`,
  ],
  ["engine-does-no-io", "src/engine/a/io.ts", `import { readFileSync } from "node:fs"; export const a = readFileSync;`],
  [
    "engine-folders-through-their-index",
    "src/engine/a/deep.ts",
    `import { ok } from "../b/inner.js"; export const a = ok;`,
  ],
  ["seams-are-ground", "src/engine/seams/up.ts", `import { ok } from "../b/index.js"; export const a = ok;`],
  [
    "iteration-is-used-by-none",
    "src/engine/a/loop.ts",
    `import { ok } from "../iteration/index.js"; export const a = ok;`,
  ],
  [
    "adapters-do-not-know-the-command-line",
    "src/adapters/cli.ts",
    `import { ok } from "../cli/ok.js"; export const a = ok;`,
  ],
  [
    "protocol-knows-only-itself",
    "src/protocol/value.ts",
    `import { ok } from "../engine/b/index.js"; export const a = ok;`,
  ],
  [
    "protocol-takes-types-of-the-engine-only",
    "src/protocol/typed.ts",
    `import type { Ok } from "../adapters/ok.js"; export type A = Ok;`,
  ],
  [
    "vscode-sees-the-protocol-only",
    "src/vscode/typed.ts",
    `import type { Ok } from "../engine/b/index.js"; export type A = Ok;`,
  ],
  [
    "contracts-wait-until-they-are-needed",
    "src/vscode/early.ts",
    `import { ok } from "../protocol/worker/ok.js"; export const a = ok;`,
  ],
  ["worker-knows-no-program", "src/worker/cli.ts", `import { ok } from "../cli/ok.js"; export const a = ok;`],
  ["cli-knows-no-editor", "src/cli/worker.ts", `import { ok } from "../worker/ok.js"; export const a = ok;`],
  [
    "webview-sees-the-protocol-only",
    "webview/engine.ts",
    `import { ok } from "../src/engine/b/index.js"; export const a = ok;`,
  ],
  ["webview-has-no-node", "webview/node.ts", `import { readFileSync } from "node:fs"; export const a = readFileSync;`],
  ["not-to-dev-dep", "src/cli/dev.ts", `import { a } from "only-for-development"; export const b = a;`],
  ["not-to-test", "src/cli/test.ts", `import { ok } from "../../test/ok.js"; export const a = ok;`],
  ["not-to-unresolvable", "src/cli/nowhere.ts", `import { a } from "./nowhere-at-all.js"; export const b = a;`],
  ["no-circular", "src/engine/a/one.ts", `import { two } from "./two.js"; export const one = () => two;`],
];
const ok = `export const ok = 1; export interface Ok { readonly ok: number }`;
const support: readonly (readonly [file: string, content: string])[] = [
  ["src/adapters/ok.ts", ok],
  ["src/cli/ok.ts", ok],
  ["src/protocol/worker/ok.ts", ok],
  ["src/worker/ok.ts", ok],
  // What may be imported: types at any time, values when they are needed, and the schemas that everything needs.
  [
    "src/vscode/late.ts",
    `import type { Ok } from "../protocol/worker/ok.js"; export const load = async (): Promise<Ok> => import("../protocol/worker/ok.js");`,
  ],
  ["src/protocol/worker/caseRef.ts", ok],
  ["src/vscode/case.ts", `import { ok } from "../protocol/worker/caseRef.js"; export const a = ok;`],
  ["node_modules/only-for-development/index.js", "export const a = 1;"],
  [
    "node_modules/only-for-development/package.json",
    `{"name":"only-for-development","type":"module","main":"index.js"}`,
  ],
  ["src/engine/b/inner.ts", ok],
  ["src/engine/b/index.ts", `export * from "./inner.js";`],
  ["src/engine/iteration/index.ts", ok],
  ["src/engine/a/two.ts", `import { one } from "./one.js"; export const two = () => one;`],
  ["test/ok.ts", ok],
  [
    "tsconfig.json",
    `{"compilerOptions":{"module":"NodeNext","moduleResolution":"NodeNext"},"include":["src","webview"]}`,
  ],
  ["package.json", `{"type":"module","devDependencies":{"only-for-development":"1.0.0"}}`],
];

interface Violation {
  readonly from: string;
  readonly rule: { readonly name: string };
}

function violations(folder: string): Violation[] {
  const cruiser = join(root, "node_modules/dependency-cruiser/bin/dependency-cruise.mjs");
  const result = spawnSync(
    process.execPath,
    [cruiser, "--config", join(folder, ".dependency-cruiser.cjs"), "--output-type", "json", "src", "webview"],
    { cwd: folder, encoding: "utf8", maxBuffer: 1 << 28 },
  );
  const { summary } = JSON.parse(result.stdout) as { summary: { violations: Violation[] } };
  return summary.violations;
}

describe("import directions", () => {
  let folder = "";
  let found: Violation[] = [];

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "preceptor-imports-"));
    for (const [file, content] of [...support, ...planted.map(([, file, content]) => [file, content] as const)]) {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), content);
    }
    writeFileSync(join(folder, ".dependency-cruiser.cjs"), readFileSync(join(root, ".dependency-cruiser.cjs")));
    found = violations(folder);
  });

  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it.each(planted)("%s reports %s", (rule, file) => {
    expect(found.filter(({ from }) => from === file).map((violation) => violation.rule.name)).toContain(rule);
  });

  it("plants a violation of every rule", () => {
    const names = [...readFileSync(join(root, ".dependency-cruiser.cjs"), "utf8").matchAll(/name: "([\w-]+)"/gu)];
    expect(names.map(([, name]) => name).filter((name) => !planted.some(([rule]) => rule === name))).toEqual([]);
  });

  it("reports nothing else", () => {
    const expected = planted.map(([, file]) => file);
    expect(found.filter(({ from }) => !expected.includes(from)).map(({ from, rule }) => [from, rule.name])).toEqual([]);
  });
});
