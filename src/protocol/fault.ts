import * as z from "zod/mini";
import type { FaultKind } from "../engine/fault.js";
import { engineText, engineValue } from "./engineText.js";

const kinds = {
  usage: "usage",
  configuration: "configuration",
  data: "data",
  template: "template",
  endpoint: "endpoint",
  authentication: "authentication",
  budget: "budget",
  "person-needed": "person-needed",
  sandbox: "sandbox",
  storage: "storage",
  locked: "locked",
  training: "training",
  cancelled: "cancelled",
  internal: "internal",
} as const satisfies { readonly [Kind in FaultKind]: Kind };

/** A fault of the software as it crosses a boundary: what is wrong, where, and what to do about it. */
export const faultView = z.object({
  kind: z.enum(kinds),
  message: engineText,
  file: z.optional(z.string()),
  line: z.optional(z.number()),
  field: z.optional(z.string()),
  found: z.optional(engineValue),
  allowed: z.optional(engineValue),
  remedy: z.optional(engineText),
});
export type FaultView = z.output<typeof faultView>;

/** Part of what is read of a project: why its configuration cannot be read now, where it was read as it could last be. */
export const lastReadable = { configurationFault: z.nullable(faultView) };
