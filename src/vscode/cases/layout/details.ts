import type { CaseDetail, PastVerdict } from "../../../protocol/worker/index.js";
import { TextBuilder, type CaseText } from "./caseText.js";
import { addTitle } from "./title.js";
import type { CaseWords } from "./words.js";

/** Everything about an answer that its document does not show: facts, note, history, what was sent, what came. */
export function detailsText(detail: CaseDetail, history: readonly PastVerdict[], words: CaseWords): CaseText {
  const builder = new TextBuilder();
  addTitle(builder, detail, words);
  builder.heading(words.facts);
  for (const [label, value] of factsOf(detail, words)) builder.line(`${label}: ${value}`);
  builder.heading(words.note);
  builder.block(detail.triage === null || detail.triage.note === "" ? words.noNote : detail.triage.note);
  builder.heading(words.history);
  for (const verdict of history) builder.line(historyLine(verdict, words));
  builder.heading(promptHeading(detail, words));
  for (const { role, content } of detail.messages) {
    const span = builder.line(`[${words.role(role)}]`);
    builder.mark({ span, style: "note" });
    builder.block(content);
  }
  builder.heading(words.rawAnswer);
  builder.block(detail.response.text);
  if (detail.response.hidden > 0) {
    const span = builder.line(`[${words.hidden(detail.response.hidden)}]`);
    builder.mark({ span, style: "note" });
  }
  return builder.done();
}

export function factsOf(detail: CaseDetail, words: CaseWords): [string, string][] {
  const { usage, cost, currency, finish, model, imported, triage, artefact, group, judgements } = detail;
  const verdict = (["paper", "clean"] as const)
    .map((protocol) =>
      words.verdict(protocol, judgements[protocol].value ?? words.nothingFound, mark(judgements[protocol])),
    )
    .map((text) => text.replace(/\s+/gu, " ").slice(0, 200))
    .join(" · ");
  return [
    [words.label("verdict"), detail.disputed ? `${verdict} · ${words.disputed}` : verdict],
    [words.label("decidedBy"), words.ended(judgements[detail.protocol].by)],
    [words.label("model"), imported !== null && imported.model === null ? words.notRecorded : model],
    ...(imported === null
      ? []
      : [[words.label("imported"), words.importedFrom(imported.file, imported.row)] as [string, string]]),
    ...(group === null ? [] : [[words.label("group"), group] as [string, string]]),
    [words.label("tokens"), imported === null ? words.tokens(usage) : words.notRecorded],
    ...(imported === null ? [[words.label("cost"), words.cost(cost, currency)] as [string, string]] : []),
    [words.label("finish"), words.finish(finish)],
    [
      words.label("triage"),
      triage === null || triage.decision === null
        ? words.undecided
        : `${words.triage(triage.decision)} ${words.by(triage.by, triage.time)}`,
    ],
    ...(artefact === null
      ? []
      : [[words.label("proposal"), words.looksLike(artefact.reason, artefact.evidence)] as [string, string]]),
  ];
}

/** What stands above the messages: whether they were sent. */
export function promptHeading({ imported }: Pick<CaseDetail, "imported">, words: CaseWords): string {
  return imported === null ? words.promptSent : words.promptNotRecorded;
}

export function historyLine({ run, iteration, stage, correct }: PastVerdict, words: CaseWords): string {
  return `${correct ? "✓" : "✗"} ${words.iteration(run, iteration, stage)}`;
}

function mark({ correct }: { readonly correct: boolean }): string {
  return correct ? "✓" : "✗";
}
