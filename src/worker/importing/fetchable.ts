import { filesOf, type Benchmark } from "../../engine/benchmarks/index.js";
import { familyOf } from "../../engine/families/index.js";
import type { Fetchable } from "../../protocol/worker/index.js";

/** A known benchmark as a person chooses it: what it asks, whose it is, and how much there is to download. */
export function fetchableView(benchmark: Benchmark): Fetchable {
  const { name, title, family, domain, target, licence } = benchmark;
  const sizes = filesOf(benchmark).map(({ bytes }) => bytes);
  return {
    name,
    title,
    familyTitle: familyOf(family).title,
    domain,
    teaches: target.length > 0,
    licence: licence.name,
    holder: licence.holder,
    bytes: sizes.some((size) => size === null) ? null : sizes.reduce((sum: number, size) => sum + (size ?? 0), 0),
  };
}
