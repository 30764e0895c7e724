import * as z from "zod/mini";
import { faultView } from "../fault.js";

const textFile = z.object({ file: z.string(), text: z.string() });

/** Where a model answers: a server, a model of the editor, or the small one that comes with the product. */
const newModel = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("openai"),
    endpoint: z.string(),
    name: z.string(),
    /** Name of the secret that holds its key; null for a server without keys. */
    secret: z.nullable(z.string()),
  }),
  z.object({ kind: z.literal("editor"), name: z.string() }),
  z.object({ kind: z.literal("builtin") }),
]);
export type NewModelView = z.output<typeof newModel>;

export const configurationRequests = {
  /** All problems of a `preceptor.json` as it stands in an editor, with its overlay. Never faults for a broken one. */
  "configuration/check": {
    params: z.object({ base: textFile, overlay: z.nullable(textFile) }),
    result: z.object({ faults: z.array(faultView) }),
  },
  /** Writes `preceptor.json` into a folder that has none. */
  "project/create": {
    params: z.object({
      folder: z.string(),
      target: newModel,
      instructor: newModel,
      benchmarks: z.array(z.string()),
      /** Most money a run may spend, in USD. */
      budget: z.number(),
    }),
    result: z.object({ file: z.string() }),
  },
  /** Hands over values of `${secret:NAME}`, and where models of the editor answer. Both stay in memory. */
  "project/hand": {
    params: z.object({
      secrets: z.record(z.string(), z.string()),
      bridge: z.nullable(z.object({ url: z.string(), token: z.string(), revisions: z.record(z.string(), z.string()) })),
    }),
    result: z.object({}),
  },
} as const;
