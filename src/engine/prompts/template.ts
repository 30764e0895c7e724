import type { ChatMessage } from "../seams/index.js";

/** Which wording: `paper` carries the elements of the paper's Appendix C, `clean` is the careful version. */
export type TemplateSetName = "paper" | "clean";
export const templateSetNames: readonly TemplateSetName[] = ["paper", "clean"];

/** The form in which the instructor is asked to answer. */
export type TemplateFormat = "json" | "text";

/** Sampling parameters that a template asks for; null leaves the decision to the configuration. */
export interface TemplateParameters {
  readonly temperature: number | null;
  readonly topP: number | null;
  readonly maxTokens: number | null;
}

/** What the front matter says. In a broken file every field still has a usable value, so that an editor can help. */
export interface TemplateHead {
  readonly version: number;
  readonly name: string;
  readonly strategy: string;
  /** Name of a benchmark family, or `any` for a template that serves all families. */
  readonly family: string;
  readonly set: TemplateSetName;
  readonly description: string;
  readonly format: TemplateFormat;
  readonly parameters: TemplateParameters;
}

/** One turn of the conversation as it is written in the file. */
export interface TemplateSection {
  readonly role: ChatMessage["role"];
  /** Jinja source without the blank lines around it. */
  readonly source: string;
  /** Line of the file, from 1, on which the source starts. */
  readonly line: number;
}

/** A template that can be rendered. */
export interface Template extends TemplateHead {
  readonly file: string;
  readonly sections: readonly TemplateSection[];
  /** Names of the variables that the body reads, in order of first use. */
  readonly uses: readonly string[];
  /** Content hash of everything that changes the messages; part of the fingerprint of the `instruct` stage. */
  readonly hash: string;
}

export type DiagnosticCode =
  | "front-matter-missing"
  | "front-matter-syntax"
  | "unknown-key"
  | "missing-key"
  | "wrong-value"
  | "newer-version"
  | "text-before-role"
  | "unknown-role"
  | "role-order"
  | "missing-user-turn"
  | "empty-turn"
  | "syntax"
  | "unclosed-block"
  | "unexpected-block-end"
  | "unknown-statement"
  | "unknown-filter"
  | "wrong-filter"
  | "unknown-variable"
  | "missing-variable"
  | "missing-return-format"
  | "tag-fails"
  | "too-long"
  | "duplicate-template";

/** A remark about a place of a template file. Lines and columns count from 1, columns and lengths in UTF-16 units. */
export interface Diagnostic {
  readonly severity: "error" | "warning";
  readonly code: DiagnosticCode;
  readonly message: string;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly length: number;
  /** What to do about it, as an imperative sentence. */
  readonly remedy: string;
}

/** What templates may be filled with. A null value renders as nothing and counts as false. */
export type TemplateValue =
  null | boolean | number | string | readonly TemplateValue[] | { readonly [key: string]: TemplateValue };

export type TemplateVariables = { readonly [name: string]: TemplateValue };
