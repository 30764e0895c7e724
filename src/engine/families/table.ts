import { Fault } from "../fault.js";
import { bigbench } from "./bigbench.js";
import { choice } from "./choice.js";
import { code } from "./code.js";
import type { Family } from "./family.js";
import { judged } from "./judged.js";
import { math } from "./math.js";
import { jsonSchemaOf } from "./shared.js";

/** Families by name. A method takes the case of its own family, so a table of all of them is looked up by a case's family. */
export type FamilyTable = { readonly [name: string]: Family };

/** The families of the product. A new one is a new file and one name here. */
export const families: FamilyTable & { readonly [name in "math" | "choice" | "code" | "bigbench" | "judged"]: Family } =
  Object.freeze({ math, choice, code, bigbench, judged });

/** The family of a name. Faults when the table has none of that name. */
export function familyOf(name: string, table: FamilyTable = families): Family {
  const family = Object.hasOwn(table, name) ? table[name] : undefined;
  if (family !== undefined) return family;
  throw new Fault("configuration", `There is no benchmark family "${name}".`, {
    found: name,
    allowed: Object.keys(table).join(", "),
    remedy: "Name one of the families that exist, or add one to the table.",
  });
}

/** JSON schema of one sample of the family, as an instructor's structured answer has to follow it. */
export function sampleJsonSchema(family: Family): { readonly [key: string]: unknown } {
  return jsonSchemaOf(family.sampleSchema);
}
