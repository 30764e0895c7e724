/**
 * Writes docs/configuration.md and schemas/preceptor.schema.json from the schema of `preceptor.json`. A test fails when
 * they are stale. Run it as `npx esbuild scripts/makeConfigurationDocs.ts --bundle --platform=node --format=esm
 * --packages=external --outfile=dist/makeConfigurationDocs.js && node dist/makeConfigurationDocs.js`.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { format } from "prettier";
import { configurationJsonSchema, configurationMarkdown } from "../src/engine/configuration/index.js";

const root = process.cwd();
mkdirSync(path.join(root, "docs"), { recursive: true });
mkdirSync(path.join(root, "schemas"), { recursive: true });
const options = { printWidth: 120 };
writeFileSync(
  path.join(root, "docs", "configuration.md"),
  await format(configurationMarkdown(), { ...options, parser: "markdown" }),
);
writeFileSync(
  path.join(root, "schemas", "preceptor.schema.json"),
  await format(JSON.stringify(configurationJsonSchema()), { ...options, parser: "json" }),
);
