/**
 * Dot products of many vectors with 128-bit SIMD instructions, which JavaScript itself does not have: plain loops over
 * `Float32Array` need several times as long (`npm run bench contrast`). The WebAssembly module is small enough to be
 * assembled here, instruction by instruction, instead of being a binary file that nobody can read.
 *
 * Vectors are 16-bit whole numbers: one instruction multiplies eight pairs and adds neighbours in 32 bits, exactly, which
 * is twice as much as 32-bit floating point does. The caller scales vectors so that no sum overflows.
 *
 * Its one function takes a block of 4 left vectors and a panel of right vectors, three at a time, so that 12 sums stay in
 * registers and each loaded value is used three or four times:
 *
 *     for each triple of the panel
 *       sums[4][3] = 0
 *       for each step of 8 dimensions
 *         sums[i][j] += left[i] * right[j]        eight products at once
 *       store the 12 sums of lanes, left vector fastest
 *
 * Values are interleaved beforehand so that a step reads 4 + 3 neighbouring groups of 8 numbers.
 */

/** Left vectors a block. */
export const blockRows = 4;
/** Right vectors a triple. */
export const tripleRows = 3;
/** Numbers a SIMD register. */
export const lanes = 8;

/** Parameters are byte offsets into the memory, then the number of steps (dimensions / 8) and of triples. */
export type DotKernel = (left: number, right: number, out: number, steps: number, triples: number) => void;

/** What the engine uses of the WebAssembly interface, which the compiler's library for Node does not describe. */
interface WebAssemblyLike {
  readonly Memory: new (limits: { initial: number }) => { readonly buffer: ArrayBuffer };
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (
    module: object,
    imports: { readonly host: { readonly memory: object } },
  ) => { readonly exports: { readonly dot: DotKernel } };
}

/** Compiled once: the engine's optimising compiler works in the background, and a new module would start anew. */
let compiled: object | null = null;

/** A memory of at least so many bytes and the kernel that works on it. */
export function createDotKernel(bytes: number): { readonly memory: ArrayBuffer; readonly dot: DotKernel } {
  const { Memory, Module, Instance } = (globalThis as { WebAssembly?: WebAssemblyLike }).WebAssembly ?? missing();
  const memory = new Memory({ initial: Math.ceil(bytes / 65536) });
  const { exports } = new Instance((compiled ??= new Module(moduleBytes())), { host: { memory } });
  return { memory: memory.buffer, dot: exports.dot };
}

function missing(): never {
  throw new Error("This JavaScript engine has no WebAssembly.");
}

// Types and instructions of the WebAssembly core specification, 2.0 with the vector instructions.
const i32 = 0x7f;
const v128 = 0x7b;
const loopVoid = [0x03, 0x40];
const end = [0x0b];
const i32Add = [0x6a];
const i32Sub = [0x6b];
const vectorAdd = [0xfd, 0xae, 0x01];
/** `i32x4.dot_i16x8_s`: products of eight pairs, neighbours added. */
const vectorDot = [0xfd, 0xba, 0x01];
const zeroVector = [0xfd, 0x0c, ...new Array<number>(16).fill(0)];
const get = (local: number): number[] => [0x20, local];
const set = (local: number): number[] => [0x21, local];
const tee = (local: number): number[] => [0x22, local];
const constant = (value: number): number[] => [0x41, ...signedLeb(value)];
const vectorLoad = (offset: number): number[] => [0xfd, 0x00, 4, ...leb(offset)];
const lane = (index: number): number[] => [0xfd, 0x1b, index];
const storeNumber = (offset: number): number[] => [0x36, 2, ...leb(offset)];
const branchIf = (depth: number): number[] => [0x0d, depth];

function moduleBytes(): Uint8Array {
  const signature = [0x60, 5, i32, i32, i32, i32, i32, 0];
  const importedMemory = [...name("host"), ...name("memory"), 0x02, 0x00, 1];
  const body = functionBody();
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, ...signature]),
    ...section(2, [1, ...importedMemory]),
    ...section(3, [1, 0]),
    ...section(7, [1, ...name("dot"), 0x00, 0]),
    ...section(10, [1, ...leb(body.length), ...body]),
  ]);
}

function functionBody(): number[] {
  const [left, right, out, steps, triples] = [0, 1, 2, 3, 4];
  const [cursor, step] = [5, 6];
  const sum = (row: number, column: number): number => 7 + row * tripleRows + column;
  const loaded = (column: number): number => 7 + blockRows * tripleRows + column;
  const leftValue = loaded(tripleRows);
  const rows = [0, 1, 2, 3];
  const columns = [0, 1, 2];
  const cells = columns.flatMap((column) => rows.map((row) => ({ row, column })));
  const groupBytes = lanes * 2;
  const advance = (local: number, by: number): number[] => [...get(local), ...constant(by), ...i32Add, ...set(local)];
  const countDown = (local: number): number[] => [
    ...[...get(local), ...constant(1), ...i32Sub, ...tee(local)],
    ...branchIf(0),
  ];
  return [
    // Declared locals: two counters, then sums, loaded right values and one loaded left value.
    ...[2, 2, i32, blockRows * tripleRows + tripleRows + 1, v128],
    ...loopVoid,
    ...cells.flatMap(({ row, column }) => [...zeroVector, ...set(sum(row, column))]),
    ...[...get(left), ...set(cursor), ...get(steps), ...set(step)],
    ...loopVoid,
    ...columns.flatMap((column) => [...get(right), ...vectorLoad(column * groupBytes), ...set(loaded(column))]),
    ...rows.flatMap((row) => [
      ...[...get(cursor), ...vectorLoad(row * groupBytes), ...set(leftValue)],
      ...columns.flatMap((column) => [
        ...[...get(leftValue), ...get(loaded(column)), ...vectorDot],
        ...[...get(sum(row, column)), ...vectorAdd, ...set(sum(row, column))],
      ]),
    ]),
    ...advance(cursor, blockRows * groupBytes),
    ...advance(right, tripleRows * groupBytes),
    ...countDown(step),
    ...end,
    ...cells.flatMap(({ row, column }) => [
      ...get(out),
      ...[...get(sum(row, column)), ...lane(0)],
      ...[1, 2, 3].flatMap((index) => [...get(sum(row, column)), ...lane(index), ...i32Add]),
      ...storeNumber((column * blockRows + row) * 4),
    ]),
    ...advance(out, blockRows * tripleRows * 4),
    ...countDown(triples),
    ...end,
    ...end,
  ];
}

function section(id: number, content: readonly number[]): number[] {
  return [id, ...leb(content.length), ...content];
}

function name(text: string): number[] {
  return [text.length, ...[...text].map((letter) => letter.charCodeAt(0))];
}

/** A whole number in the variable-length form of WebAssembly (LEB128). */
function leb(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...leb(value >>> 7)];
}

/** The signed form of a number that is not negative. */
function signedLeb(value: number): number[] {
  return value < 64 ? [value] : [(value & 127) | 128, ...signedLeb(value >>> 7)];
}
