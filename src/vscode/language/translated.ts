/** Translates what the engine says where it arrives. This module knows nothing of the editor. */
import * as z from "zod/mini";
import { engineText, engineValue } from "../../protocol/engineText.js";
import type { FaultView } from "../../protocol/fault.js";
import type { TextKind } from "./engineTexts.js";

export type Translate = (text: string, kind: TextKind) => string;

/** Changes a value of one schema; null for a schema without a text of the engine. */
type Walk = ((value: unknown, translate: Translate) => unknown) | null;

type Schema = z.core.$ZodType;

const walks = new WeakMap<Schema, { readonly walk: Walk }>();

/** A value of a schema with the texts of the engine in it translated: all that are marked so in `src/protocol`. */
export function translated<T>(schema: Schema, value: T, translate: Translate): T {
  const walk = walkOf(schema);
  // A walk changes texts to texts and nothing else.
  return walk === null ? value : (walk(value, translate) as T);
}

export function translatedFault(fault: FaultView, translate: Translate): FaultView {
  const { message, remedy, found, allowed } = fault;
  return {
    ...fault,
    message: translate(message, "sentence"),
    ...(found === undefined ? {} : { found: translate(found, "value") }),
    ...(allowed === undefined ? {} : { allowed: translate(allowed, "value") }),
    ...(remedy === undefined ? {} : { remedy: translate(remedy, "sentence") }),
  };
}

function walkOf(schema: Schema): Walk {
  const known = walks.get(schema);
  if (known !== undefined) return known.walk;
  const walk = makeWalk(schema);
  walks.set(schema, { walk });
  return walk;
}

function makeWalk(schema: Schema): Walk {
  if (schema === engineText) return (value, translate) => translate(value as string, "sentence");
  if (schema === engineValue) return (value, translate) => translate(value as string, "value");
  const { def } = (schema as z.core.$ZodTypes)._zod;
  if (def.type === "optional" || def.type === "nullable") return walkOfOptional(walkOf(def.innerType));
  if (def.type === "array") return walkOfList(walkOf(def.element));
  if (def.type === "object") return walkOfObject(def.shape);
  return def.type === "union" ? walkOfUnion(def.options) : null;
}

function walkOfOptional(inner: Walk): Walk {
  if (inner === null) return null;
  return (value, translate) => (value === undefined || value === null ? value : inner(value, translate));
}

function walkOfList(inner: Walk): Walk {
  return inner === null ? null : (value, translate) => (value as unknown[]).map((one) => inner(one, translate));
}

function walkOfObject(shape: { readonly [name: string]: Schema }): Walk {
  const fields = Object.entries(shape).flatMap(([name, field]) => {
    const inner = walkOf(field);
    return inner === null ? [] : [[name, inner] as const];
  });
  if (fields.length === 0) return null;
  return (value, translate) => {
    const object = value as { readonly [name: string]: unknown };
    const changed = fields.filter(([name]) => name in object);
    return { ...object, ...Object.fromEntries(changed.map(([name, inner]) => [name, inner(object[name], translate)])) };
  };
}

function walkOfUnion(schemas: readonly Schema[]): Walk {
  const options = schemas.map((option) => ({ option, inner: walkOf(option) }));
  if (options.every(({ inner }) => inner === null)) return null;
  return (value, translate) => {
    const meant = options.find(({ option }) => z.safeParse(option, value).success);
    return meant?.inner ? meant.inner(value, translate) : value;
  };
}
