/**
 * Writes docs/configuration.md and the files of schemas/ from the schema of `preceptor.json`. A test fails when
 * they are stale. Run it as `npx esbuild scripts/makeConfigurationDocs.ts --bundle --platform=node --format=esm
 * --packages=external --outfile=dist/makeConfigurationDocs.js && node dist/makeConfigurationDocs.js`.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { format } from "prettier";
import {
  configurationJsonSchema,
  configurationMarkdown,
  overlayJsonSchema,
} from "../src/engine/configuration/index.js";

const root = process.cwd();
mkdirSync(path.join(root, "docs"), { recursive: true });
mkdirSync(path.join(root, "schemas"), { recursive: true });
const options = { printWidth: 120 };
writeFileSync(
  path.join(root, "docs", "configuration.md"),
  await format(configurationMarkdown(), { ...options, parser: "markdown" }),
);
for (const [name, schema] of [
  ["preceptor.schema.json", configurationJsonSchema()],
  ["preceptor.local.schema.json", overlayJsonSchema()],
] as const) {
  writeFileSync(path.join(root, "schemas", name), await format(JSON.stringify(schema), { ...options, parser: "json" }));
}
