/** What the packaged extension holds (ux 73). */
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { deflateRawSync } from "node:zlib";
import { listFiles, PackageManager } from "@vscode/vsce";
import { beforeAll, describe, expect, it } from "vitest";
import { root } from "./support.js";

/** What the extension's page shows; it is the package's README. */
const page = "media/marketplace.md";
let files: readonly string[];
beforeAll(async () => {
  // Its type does not know the last one.
  const options = { cwd: root, packageManager: PackageManager.None, readmePath: page };
  files = await listFiles(options);
});

/** Everything that belongs into the package; a file of another kind has to be added here on purpose. */
const wanted = [
  /^(package|package\.nls|language-configuration)\.json$/u,
  /^media\/marketplace\.md$|^CHANGELOG\.md$|^LICENSE$/u,
  /^l10n\/(bundle\.l10n(\.[a-z-]+)?|engine)\.json$/u,
  /^media\/(icon\.png|preceptor\.svg|walkthrough\/[a-z]+\.svg)$/u,
  /^(snippets|syntaxes)\/preceptor-[a-z]+(\.tmLanguage)?\.json$/u,
  /^dist\/extension\.cjs$/u,
  /^dist\/(cli|engineWorker|encoderWorker|trainWorker|portableEncoderWorker)\.js$/u,
  // What these load on demand; the tokenizer's table is one of them.
  /^dist\/[\w-]+-[0-9A-Z]{8}\.js$/u,
  /^dist\/ort-wasm-simd-threaded\.wasm$/u,
  /^dist\/runner\.json$/u,
  /^dist\/python\/[a-z]+\.py$/u,
  /^dist\/prompts\/[a-z-]+\.prompt$/u,
  /^dist\/schemas\/preceptor(\.local)?\.schema\.json$/u,
  // The demo is a feature, not test data: it is made by us.
  /^dist\/demo\/(pretraining|demo-(math|choice|code)(-ood)?\/(target|evaluation))\.jsonl$/u,
  /^dist\/webview\/(contrast|instructor|report)\.(js|css)$/u,
];

describe("the packaged extension", () => {
  it("holds what it should and nothing else: no sources, tests, maps, fixtures or scripts", () => {
    expect(files.filter((file) => !wanted.some((pattern) => pattern.test(file)))).toEqual([]);
    for (const pattern of wanted) {
      expect(
        files.some((file) => pattern.test(file)),
        String(pattern),
      ).toBe(true);
    }
  });

  it("has a page with nothing that is not in the package, and of commands that there are", () => {
    expect(readFileSync(join(root, "scripts", "package.mjs"), "utf8")).toContain(page);
    for (const name of [page, "CHANGELOG.md"]) {
      const links = [...readFileSync(join(root, name), "utf8").matchAll(/\]\(([^)]+)\)|(?:src|href)="([^"]+)"/gu)];
      for (const [, link = "", source = ""] of links) expect(link + source, name).toMatch(/^https:|^#/u);
    }
    const titles = JSON.stringify(JSON.parse(readFileSync(join(root, "package.nls.json"), "utf8")));
    for (const [, title = ""] of readFileSync(join(root, page), "utf8").matchAll(
      /\*\*(?:Preceptor: )?([A-Z][^*:]*)\*\*[^:]/gu,
    )) {
      expect(titles, title).toContain(`"${title}"`);
    }
  });

  it("holds every file that the runner needs and that its programs import", () => {
    const { files: runner } = JSON.parse(readFileSync(join(root, "dist", "runner.json"), "utf8")) as {
      files: string[];
    };
    for (const file of runner) expect(files).toContain(`dist/${file}`);
    for (const file of files.filter((name) => /^dist\/[^/]*\.js$/u.test(name))) {
      const text = readFileSync(join(root, file), "utf8");
      for (const [, name = ""] of text.matchAll(/(?:from|import)\s*\(?"\.\/([\w.-]+\.js)"/gu)) {
        expect(files, file).toContain(`dist/${name}`);
      }
    }
  });

  it("has one table of a tokenizer", () => {
    expect(files.filter((file) => /_base-/u.test(file))).toHaveLength(1);
  });

  it("is below 8 MB for all platforms, and its extension below 500 kB", () => {
    expect(existsSync(join(root, "dist", "extension.cjs"))).toBe(true);
    expect(statSync(join(root, "dist", "extension.cjs")).size).toBeLessThan(500_000);
    // A module that imports the editor's API in another form than the build knows gets a copy of its 500 names.
    const own = readFileSync(join(root, "dist", "extension.cjs"), "utf8");
    expect(own.match(/\w+\(require\("vscode"\)\)/gu) ?? []).toEqual([]);
    const packed = files.reduce((sum, file) => sum + deflateRawSync(readFileSync(join(root, file))).length, 0);
    expect(packed).toBeLessThan(8_000_000);
  });
});
