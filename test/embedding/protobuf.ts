/** As much of the protobuf wire format as an ONNX file needs: fields are written in the order in which they are given. */
export type Field = readonly [number: number, value: number | string | Uint8Array | readonly Field[]];

export function message(fields: readonly Field[]): Uint8Array {
  return joined(fields.map(([number, value]) => field(number, value)));
}

function field(number: number, value: Field[1]): Uint8Array {
  if (typeof value === "number") return joined([varint((number << 3) | 0), varint(value)]);
  const bytes =
    typeof value === "string" ? new TextEncoder().encode(value) : value instanceof Uint8Array ? value : message(value);
  return joined([varint((number << 3) | 2), varint(bytes.length), bytes]);
}

/** A field of 32-bit floating point (wire type 5). */
export function float32(number: number, value: number): Uint8Array {
  return joined([varint((number << 3) | 5), new Uint8Array(Float32Array.of(value).buffer)]);
}

export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  for (let left = value; ; left = Math.floor(left / 128)) {
    if (left < 128) return Uint8Array.from([...bytes, left]);
    bytes.push((left % 128) | 128);
  }
}
