import { families, sampleJsonSchema, type Family } from "../families/index.js";
import type { AnswerFormat } from "../seams/index.js";
import { normalisers } from "./parse/index.js";

/**
 * Structured output for the `clean` templates of a family, by name or as an object of one's own: an analysis and a list
 * of samples, every property required and no others allowed. Null for a name without templates.
 */
export function answerFormat(family: string | Family): AnswerFormat | null {
  const found =
    typeof family === "string" ? (Object.hasOwn(normalisers, family) ? families[family] : undefined) : family;
  if (found === undefined) return null;
  const present = formats.get(found) ?? formatOf(found);
  formats.set(found, present);
  return present;
}

/** Each call of a round has the format of its family. */
const formats = new WeakMap<Family, AnswerFormat>();

function formatOf(found: Family): AnswerFormat {
  const properties = {
    analysis: {
      type: "string",
      description: "What went wrong in the response, why, and what the student has to learn.",
    },
    samples: { type: "array", items: sampleJsonSchema(found), description: "The new samples." },
  };
  const schema = { type: "object", properties, required: Object.keys(properties), additionalProperties: false };
  return { name: `${found.name}_samples`, schema };
}
