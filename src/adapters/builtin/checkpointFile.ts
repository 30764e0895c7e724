import { readFile } from "node:fs/promises";
import * as z from "zod";
import { Fault } from "../../engine/fault.js";
import { sha256 } from "../../engine/hash.js";
import type { Checkpoint } from "../../engine/seams/index.js";
import { writeAtomic } from "../store/index.js";
import { OptionScorer, SoftmaxClassifier } from "./softmax.js";
import { optionDimensions, Student, templateDimensions } from "./student.js";

const format = "preceptor-student";
const version = 1;

const message = z.object({ role: z.enum(["system", "user", "assistant"]), content: z.string() });
/** One line of a training set. */
export const trainingRow = z.object({
  id: z.string(),
  family: z.string(),
  prompt: z.array(message),
  completion: z.string(),
});
const classifier = z.object({ labels: z.array(z.string()), weights: z.array(z.string()) });
const schema = z.object({
  format: z.literal(format),
  version: z.literal(version),
  /** Hash of the checkpoint that it continued from; null for one that began with the base student. */
  parent: z.string().nullable(),
  math: classifier,
  code: classifier,
  choice: z.string(),
  memory: z.array(trainingRow),
});

function pack(weights: Float32Array): string {
  return Buffer.from(weights.buffer, weights.byteOffset, weights.byteLength).toString("base64");
}

function unpack(text: string, length: number): Float32Array {
  const bytes = Buffer.from(text, "base64");
  if (bytes.byteLength !== length * 4) throw new RangeError(`${bytes.byteLength} bytes of weights, not ${length * 4}`);
  const weights = new Float32Array(length);
  new Uint8Array(weights.buffer).set(bytes);
  return weights;
}

function packClassifier(part: SoftmaxClassifier): z.infer<typeof classifier> {
  return {
    labels: [...part.labels],
    weights: part.labels.map((label) => pack(part.weightsOf(label) ?? new Float32Array(part.dimensions))),
  };
}

function unpackClassifier({ labels, weights }: z.infer<typeof classifier>): SoftmaxClassifier {
  const part = new SoftmaxClassifier(templateDimensions);
  labels.forEach((label, place) => part.add(label, unpack(weights[place] ?? "", templateDimensions)));
  return part;
}

/** The file's text: one JSON object with little-endian float32 weights in base64. */
export function checkpointText(student: Student, parent: string | null): string {
  return JSON.stringify({
    format,
    version,
    parent,
    math: packClassifier(student.math),
    code: packClassifier(student.code),
    choice: pack(student.choice.weights),
    memory: student.memory,
  });
}

export function studentOf(text: string, file: string): Student {
  const remedy = "Train again, or name a checkpoint that this version has written.";
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new Fault("training", "The checkpoint is not valid JSON.", { file, remedy, cause });
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new Fault("training", "The file is not a checkpoint of the built-in student.", {
      file,
      field: issue?.path.join(".") ?? "",
      found: issue?.message ?? "",
      allowed: `format ${format}, version ${version}`,
      remedy,
      cause: parsed.error,
    });
  }
  const { math, code, choice, memory } = parsed.data;
  try {
    return new Student({
      math: unpackClassifier(math),
      code: unpackClassifier(code),
      choice: new OptionScorer(optionDimensions, unpack(choice, optionDimensions)),
      memory,
    });
  } catch (cause) {
    throw new Fault("training", "The checkpoint's weights have the wrong size.", { file, remedy, cause });
  }
}

export async function loadStudent(path: string): Promise<Student> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    throw new Fault("training", "The checkpoint cannot be read.", {
      file: path,
      found: cause instanceof Error ? cause.message : String(cause),
      remedy: "Give the path of an existing checkpoint, or start from the base model.",
      cause,
    });
  }
  return studentOf(text, path);
}

/** Writes the checkpoint so that it is there whole or not at all. */
export async function saveStudent(student: Student, parent: string | null, path: string): Promise<Checkpoint> {
  const text = checkpointText(student, parent);
  await writeAtomic(path, text);
  return { hash: sha256(text), path };
}
