// Builds the encoder's thread for the packaged extension: all of transformers.js in one file, with the WebAssembly runtime
// in the place of the native one, so that one package serves all platforms.
import { cpSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { build } from "esbuild";
import { bundleOptions, requireBanner } from "./bundle.mjs";
import { root } from "./prepare.mjs";

const native = 'requireFromHere("onnxruntime-node")';

/** transformers.js loads its native runtime by a `require` of its own, which no alias reaches. */
const portableRuntime = {
  name: "portable-runtime",
  setup(build) {
    build.onLoad({ filter: /transformers\.node\.mjs$/ }, ({ path }) => {
      const source = readFileSync(path, "utf8");
      if (!source.includes(native)) throw new Error(`${path} loads its runtime in another way; look at this script.`);
      const runtime = JSON.stringify(join(root, "src/adapters/embedding/portableRuntime.ts"));
      return {
        contents: `import { portableRuntime } from ${runtime};\n${source.replace(native, "portableRuntime")}`,
        loader: "js",
      };
    });
    // Texts need no image library, and its native part would be one for each platform.
    build.onResolve({ filter: /^sharp$/ }, () => ({ path: "sharp", namespace: "absent" }));
    build.onLoad({ filter: /.*/, namespace: "absent" }, () => ({
      contents: 'export default () => { throw new Error("Images are not embedded."); };',
    }));
  },
};

export async function buildPortableEncoder(folder) {
  await build({
    ...bundleOptions,
    external: [],
    minify: true,
    sourcemap: false,
    absWorkingDir: root,
    entryPoints: ["src/adapters/embedding/encoderWorker.ts"],
    outfile: join(folder, "portableEncoderWorker.js"),
    banner: { js: requireBanner },
    plugins: [portableRuntime],
  });
  const web = createRequire(join(root, "package.json")).resolve("onnxruntime-web/wasm");
  cpSync(join(web, "..", "ort-wasm-simd-threaded.wasm"), join(folder, "ort-wasm-simd-threaded.wasm"));
}
