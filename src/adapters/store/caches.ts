import { endianness } from "node:os";
import { Fault } from "../../engine/fault.js";
import type { RecordParser } from "../../engine/store/index.js";
import type { Codec } from "./segments.js";

/** Answers are kept as the JSON that they are. */
export function answerCodec<T>(parse: RecordParser<T>): Codec<T> {
  return { what: "answer", encode: (value) => value, decode: parse };
}

/** Vectors are kept as base64 of their float32 numbers in little-endian order: exact, and a third of decimal digits. */
export function vectorCodec(dimensions: number): Codec<Float32Array> {
  const bytesPerVector = dimensions * 4;
  return {
    what: "vector",
    encode(vector) {
      if (vector.length === dimensions)
        return littleEndian(Buffer.from(Float32Array.from(vector).buffer)).toString("base64");
      throw new Fault("internal", "A vector has another number of dimensions than its cache.", {
        found: String(vector.length),
        allowed: String(dimensions),
      });
    },
    decode(value) {
      const bytes = typeof value === "string" ? Buffer.from(value, "base64") : Buffer.alloc(0);
      if (bytes.length !== bytesPerVector) {
        throw new Fault("data", "This is not a vector of the expected length.", {
          field: "value",
          found: `${bytes.length} bytes`,
          allowed: `base64 of ${bytesPerVector} bytes (${dimensions} float32 numbers)`,
          remedy: "Delete this file; its vectors are computed again.",
        });
      }
      const vector = new Float32Array(dimensions);
      littleEndian(bytes).copy(Buffer.from(vector.buffer));
      return vector;
    },
  };
}

function littleEndian(bytes: Buffer): Buffer {
  return endianness() === "LE" ? bytes : bytes.swap32();
}
