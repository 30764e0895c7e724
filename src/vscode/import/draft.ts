import type { ImportMapping, ImportPreview, RecordedFileView } from "../../protocol/worker/index.js";

/** A file with what a person has decided about it so far. */
export interface Draft {
  readonly view: RecordedFileView;
  /** Null while no benchmark is known or chosen. */
  readonly benchmark: string | null;
  readonly mapping: ImportMapping;
  /** Whether benchmark and fields are as a proposal has them. */
  readonly proposed: boolean;
  readonly remembered: boolean;
  /** Rows that belong to cases, as far as this is known; null after a change. */
  readonly fit: Fit | null;
}

/** Rows about cases whose errors can be taught, and about those that are evaluated and never taught. */
export type Fit = Pick<ImportPreview, "matched" | "evaluated">;

/** Where an import of a file stands. `unreadable` can never be imported; `incomplete` needs a person's choice. */
export type DraftState = "ready" | "incomplete" | "unreadable";

/** The decision that a file comes with: its best proposal. */
export function draftOf(view: RecordedFileView): Draft {
  const best = view.found?.proposals[0];
  return {
    view,
    benchmark: best?.benchmark ?? null,
    mapping: best?.mapping ?? {},
    proposed: best !== undefined,
    remembered: best?.remembered ?? false,
    fit: best ?? null,
  };
}

/** The draft for another benchmark, with the fields that are proposed for that one. */
export function forBenchmark(draft: Draft, benchmark: string): Draft {
  const proposal = draft.view.found?.proposals.find((each) => each.benchmark === benchmark);
  return {
    ...draft,
    benchmark,
    mapping: proposal?.mapping ?? draft.mapping,
    proposed: proposal !== undefined,
    remembered: proposal?.remembered ?? false,
    fit: proposal ?? null,
  };
}

/** The draft with a field elsewhere; undefined takes the field away. */
export function withField(draft: Draft, field: keyof ImportMapping, path: string | undefined): Draft {
  const { [field]: _before, ...others } = draft.mapping;
  const mapping = path === undefined ? others : { ...others, [field]: path };
  return { ...draft, mapping, proposed: false, remembered: false, fit: null };
}

export function stateOf(draft: Draft): DraftState {
  const { view, benchmark, mapping } = draft;
  if (view.found === null || view.found.rows === 0) return "unreadable";
  const findsCases = mapping.question !== undefined || mapping.id !== undefined;
  return benchmark === null || mapping.response === undefined || !findsCases ? "incomplete" : "ready";
}

/** A file that can be read and answers nothing in this project: another project may have its benchmark. */
export function belongsElsewhere({ view, benchmark }: Draft): boolean {
  return view.found !== null && view.found.rows > 0 && view.found.proposals.length === 0 && benchmark === null;
}
