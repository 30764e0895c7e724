import type {
  AnswerSet,
  AnswerSetRef,
  BenchmarkNode,
  CaseGroup,
  CaseRow,
  GroupRef,
  Selection,
} from "../../protocol/worker/benchmarks.js";
import type { CaseFilter, CaseSort } from "../../protocol/worker/caseFilter.js";
import type { FaultView } from "../../protocol/fault.js";

/** One row of the Benchmarks view. Ids are the same after each refresh, so that what is open stays open. */
export type Node =
  | {
      readonly kind: "problem";
      readonly id: string;
      readonly parent: Node | null;
      readonly title: string;
      readonly fault: FaultView;
    }
  | { readonly kind: "benchmark"; readonly id: string; readonly parent: null; readonly benchmark: BenchmarkNode }
  | {
      readonly kind: "set";
      readonly id: string;
      readonly parent: Node;
      readonly ref: AnswerSetRef;
      readonly set: AnswerSet;
    }
  | {
      readonly kind: "group";
      readonly id: string;
      readonly parent: Node;
      readonly ref: AnswerSetRef;
      readonly by: GroupRef["by"];
      readonly group: CaseGroup;
    }
  | {
      readonly kind: "range";
      readonly id: string;
      readonly parent: Node;
      readonly ref: AnswerSetRef;
      readonly group: GroupRef | null;
      /** The first case, from 0, and the case behind the last. */
      readonly from: number;
      readonly to: number;
    }
  | {
      readonly kind: "case";
      readonly id: string;
      readonly parent: Node;
      /** Names the answer, too: commands about a case take a row as it is. */
      readonly ref: AnswerSetRef & { readonly key: string };
      readonly row: CaseRow;
    };

export type NodeOf<K extends Node["kind"]> = Extract<Node, { readonly kind: K }>;

/** Cases below one node. The editor asks for every child of an opened node at once. */
export const rangeSize = 250;

export function benchmarkNode(benchmark: BenchmarkNode): NodeOf<"benchmark"> {
  return { kind: "benchmark", id: `b/${benchmark.name}`, parent: null, benchmark };
}

export function setNode(parent: NodeOf<"benchmark">, set: AnswerSet): NodeOf<"set"> {
  const ref = { benchmark: parent.benchmark.name, run: set.run, iteration: set.iteration, stage: set.stage };
  return { kind: "set", id: `${parent.id}/${set.run}/${set.iteration}/${set.stage}`, parent, ref, set };
}

export function groupNode(parent: NodeOf<"set">, by: GroupRef["by"], group: CaseGroup): NodeOf<"group"> {
  return { kind: "group", id: `${parent.id}/${by}=${group.value}`, parent, ref: parent.ref, by, group };
}

export function problemNode(parent: Node | null, name: string, title: string, fault: FaultView): NodeOf<"problem"> {
  return { kind: "problem", id: `${parent?.id ?? ""}!${name}`, parent, title, fault };
}

/** Ranges of equal size below a node with more cases than one may open at once. */
export function rangeNodes(
  parent: Node,
  ref: AnswerSetRef,
  group: GroupRef | null,
  count: number,
): readonly NodeOf<"range">[] {
  const ranges: NodeOf<"range">[] = [];
  for (let from = 0; from < count; from += rangeSize) {
    const to = Math.min(count, from + rangeSize);
    ranges.push({ kind: "range", id: `${parent.id}/${from}`, parent, ref, group, from, to });
  }
  return ranges;
}

export function caseNode(parent: Node, ref: AnswerSetRef, row: CaseRow): NodeOf<"case"> {
  // Not below the range's id: a case keeps its id when the ranges move.
  const place = parent.kind === "range" ? parent.parent.id : parent.id;
  return { kind: "case", id: `${place}/${row.key}`, parent, ref: { ...ref, key: row.key }, row };
}

export function groupOf(node: NodeOf<"group">): GroupRef {
  return { by: node.by, value: node.group.value };
}

/** The cases that chosen rows stand for. Benchmarks and problems stand for none. */
export function selectionsOf(
  nodes: readonly Node[],
  { filter, sort }: { readonly filter: CaseFilter; readonly sort: CaseSort },
): Selection[] {
  const cases = new Map<string, { readonly set: AnswerSetRef; readonly keys: string[] }>();
  const selections: Selection[] = [];
  for (const node of nodes) {
    switch (node.kind) {
      case "case": {
        const { key, ...set } = node.ref;
        const place = JSON.stringify(set);
        const chosen = cases.get(place) ?? { set, keys: [] };
        cases.set(place, chosen);
        chosen.keys.push(key);
        break;
      }
      case "range":
        selections.push({
          set: node.ref,
          group: node.group,
          filter,
          sort,
          offset: node.from,
          limit: node.to - node.from,
        });
        break;
      case "group":
        selections.push({ set: node.ref, group: groupOf(node), filter, sort, offset: 0, limit: null });
        break;
      case "set":
        selections.push({ set: node.ref, group: null, filter, sort, offset: 0, limit: null });
        break;
      case "benchmark":
      case "problem":
        break;
    }
  }
  return [...selections, ...cases.values()];
}
