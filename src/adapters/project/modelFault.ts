import { EndpointFault, type EndpointTrouble } from "../../engine/asking/index.js";
import { Fault } from "../../engine/fault.js";

/** Fields of a model that are wrong where its endpoint faults like this; the others are nobody's entry. */
const fields: { readonly [trouble in EndpointTrouble]?: string } = {
  unreachable: "endpoint",
  "not-an-endpoint": "endpoint",
  malformed: "endpoint",
  authentication: "apiKey",
  quota: "apiKey",
  "unknown-model": "name",
  "wrong-model": "name",
};

/** The fault of a model's endpoint with the field of `preceptor.json` to look at; anything else as it is. */
export function atModel(thrown: unknown, name: string): unknown {
  if (!(thrown instanceof Fault)) return thrown;
  const field = thrown instanceof EndpointFault ? fields[thrown.trouble] : connectionFields[thrown.details.field ?? ""];
  return field === undefined ? thrown : thrown.at({ field: `models.${name}.${field}` });
}

/** What a connection calls its parts, by what they are called in `preceptor.json`. */
const connectionFields: { readonly [part: string]: string } = { baseUrl: "endpoint", apiKey: "apiKey" };
