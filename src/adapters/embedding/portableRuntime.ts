/**
 * ONNX models in WebAssembly: the runtime of the packaged extension, which is the same file for all platforms. The build
 * of the encoder's thread puts it in the place of the native runtime, whose calls it takes. Slower than the native one
 * (one thread), with the same vectors but for the last bits.
 */
import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { env, InferenceSession as Session, Tensor } from "onnxruntime-web/wasm";

const binary = fileURLToPath(new URL("./ort-wasm-simd-threaded.wasm", import.meta.url));

const InferenceSession = {
  /** Whatever device is asked for, there is this one. */
  create: async (model: Uint8Array | string, options: Session.SessionOptions = {}): Promise<Session> => {
    // transformers.js points at a server of its own when it is loaded; everything is here.
    delete env.wasm.wasmPaths;
    env.wasm.numThreads = 1;
    env.wasm.wasmBinary ??= readFileSync(binary);
    // The native runtime reads files by itself; this one is given their bytes.
    const bytes = typeof model === "string" ? await readFile(model) : model;
    return Session.create(bytes, { ...options, executionProviders: ["wasm"] });
  },
};

/** One device, by the name that the encoder asks for. */
const listSupportedBackends = (): { readonly name: string; readonly bundled: boolean }[] => [
  { name: "cpu", bundled: true },
];

export const portableRuntime = { env, InferenceSession, listSupportedBackends, Tensor };
