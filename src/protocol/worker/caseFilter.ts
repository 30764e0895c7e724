import * as z from "zod/mini";

export const triageClass = z.enum(["true-error", "artefact", "bad-gold", "disputed", "ignored"]);
export type TriageClass = z.output<typeof triageClass>;

/**
 * `no-answer`: nothing could be read from the response. `cut-off`: the response ended at its length limit. Both are
 * wrong answers, too, and are not counted as `wrong`.
 */
export const verdict = z.enum(["right", "wrong", "no-answer", "cut-off"]);
export type Verdict = z.output<typeof verdict>;

/** What a case became against the same case in another answer set (Eq. 4). */
export const change = z.enum(["learned", "forgotten"]);
export type Change = z.output<typeof change>;

export const triageState = z.enum([...triageClass.options, "undecided"]);
export type TriageState = z.output<typeof triageState>;

/** What is shown. Conditions hold together; an empty list is no condition. */
export const caseFilter = z.object({
  /** Searched in key, question, group, response and what was extracted; empty for no condition. */
  text: z.string(),
  /** Whether `text` is a regular expression, without regard to case either way. */
  regex: z.boolean(),
  /** Right answers are shown, too. */
  right: z.boolean(),
  verdicts: z.array(verdict),
  triage: z.array(triageState),
  /** Only cases on which the protocols disagree. */
  disputed: z.boolean(),
  /** Only cases with an open proposal to call them an artefact. */
  artefact: z.boolean(),
  /** Only cases that became this since the answers of that run and iteration. */
  since: z.nullable(z.object({ changes: z.array(change), run: z.string(), iteration: z.number() })),
});
export type CaseFilter = z.output<typeof caseFilter>;

export const noFilter: CaseFilter = {
  text: "",
  regex: false,
  right: false,
  verdicts: [],
  triage: [],
  disputed: false,
  artefact: false,
  since: null,
};

/** Whether a filter hides anything but right answers. */
export function hasConditions({ text, verdicts, triage, disputed, artefact, since }: CaseFilter): boolean {
  return text !== "" || verdicts.length > 0 || triage.length > 0 || disputed || artefact || since !== null;
}

export const groupings = ["group", "outcome", "verdict", "triage", "type", "none"] as const;
/** `group`: subject or task. `outcome`: how the answer failed. `type`: the form of the question. */
export const grouping = z.enum(groupings);
export type Grouping = z.output<typeof grouping>;

export const caseSort = z.enum(["case", "key", "length", "tokens", "cost", "group"]);
export type CaseSort = z.output<typeof caseSort>;
