import type { ContrastNeighbour, ContrastView } from "../../src/protocol/worker/contrast.js";

/** A person's decision about a neighbour; null takes it back. */
export interface Decision {
  readonly neighbour: string;
  readonly decision: "pin" | "exclude" | null;
}

type Candidate = ContrastView["candidates"][number];

/**
 * The set as it will be after a decision, as far as the page can know it: what a person presses next acts on what they
 * see, and they need not wait for an answer. The engine's answer comes in its place.
 */
export function applied(view: ContrastView, { neighbour: key, decision }: Decision): ContrastView {
  const { neighbours, candidates } = view;
  const shown = neighbours.find((neighbour) => neighbour.key === key);
  const candidate = candidates.find((other) => other.key === key);
  if (decision === "exclude" && shown !== undefined) {
    return {
      ...view,
      neighbours: neighbours.filter((other) => other !== shown),
      candidates: inOrder([...candidates, { ...shown, excluded: true }]),
    };
  }
  if (decision === "pin" && candidate !== undefined) {
    return {
      ...view,
      neighbours: inOrder([...neighbours, unread(candidate)]),
      candidates: candidates.filter((other) => other !== candidate),
    };
  }
  return {
    ...view,
    neighbours: neighbours.map((other) => (other === shown ? { ...other, pinned: decision === "pin" } : other)),
    candidates: candidates.map((other) => (other === candidate ? { ...other, excluded: false } : other)),
  };
}

function inOrder<T extends Candidate | ContrastNeighbour>(items: readonly T[]): T[] {
  return [...items].sort((a, b) => a.distance - b.distance);
}

/** A candidate as a card whose response has not been read yet. */
function unread({ key, question, distance }: Candidate): ContrastNeighbour {
  const plain = [{ text: question, differs: false }];
  const unknown = { group: null, response: "", reference: null };
  return { ...unknown, key, question, distance, pinned: true, marked: plain, errorMarked: [] };
}
