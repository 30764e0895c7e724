// How every bundle of the product and of its scripts is made.

/** CommonJS packages inside an ESM bundle still use `require`, `__filename` and `__dirname`. */
export const requireBanner = [
  'import { createRequire as __createRequire } from "node:module";',
  'import { fileURLToPath as __fileURLToPath } from "node:url";',
  "const require = __createRequire(import.meta.url);",
  "const __filename = __fileURLToPath(import.meta.url);",
  'const __dirname = __fileURLToPath(new URL(".", import.meta.url));',
].join(" ");

export const bundleOptions = {
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node20",
  sourcemap: true,
  logLevel: "warning",
  // Some packages' CommonJS form hides its requires from the bundler; their ES modules do not.
  mainFields: ["module", "main"],
  // Native code cannot be bundled, and the transformers package loads it by itself; benchmarks of pages load the browser's driver.
  external: ["@huggingface/transformers", "onnxruntime-node", "sharp", "playwright-core"],
};
