import * as vscode from "vscode";
import { tokenCountWords } from "../cases/caseWords.js";
import { money, number } from "../numbers.js";
import { plainLine } from "../plainText.js";
import type { PreviewWords } from "./previewText.js";

/** The sentences of the preview in the language of the window. */
export function previewWords(): PreviewWords {
  const { t } = vscode.l10n;
  return {
    heading: (template, key) => t("{0} on {1}", plainLine(template, 80), plainLine(key, 120)),
    why: (why) => {
      if (why === "current") return t("(the current case)");
      return why === "error"
        ? t("(the first error of the newest run: no case of this family is open)")
        : t("(the first case: no run has answered it yet, so the response is empty)");
    },
    size: ({ samples, promptTokens, answerTokens, contextTokens, model, cost, currency }) => {
      return [
        answerTokens === null
          ? t("{0} tokens", number(promptTokens))
          : t("{0} tokens + up to {1} of the answer", number(promptTokens), number(answerTokens)),
        ...(contextTokens === null ? [] : [t("{0} fit", number(contextTokens))]),
        cost === null
          ? t("price unknown")
          : answerTokens === null
            ? t("{0} + the price of the answer", money(cost, currency))
            : t("at most {0}", money(cost, currency)),
        plainLine(model, 80),
        samples === 1 ? t("asks for 1 sample") : t("asks for {0} samples", samples),
      ].join(" · ");
    },
    neighbours: (how) => {
      if (how === "searched") return t("Contrast set: searched now, because the run has none.");
      return how === "nearby" ? t("Contrast set: not searched yet; other right cases stand in for it.") : null;
    },
    evaluation: t("This case is for evaluation: it is never sent to an instructor."),
    role: (role) => role,
    broken: t("The template cannot be filled."),
    none: (family) =>
      family === "any"
        ? t("The project has no case on which the template could be shown.")
        : t("The project has no case of the family {0}.", plainLine(family, 60)),
    asking: t("Asking the instructor…"),
    reply: ({ samples, asked, cost, currency, cached, completionTokens, estimated }) =>
      [
        t("Answer: {0} of {1} samples", samples.length, asked),
        tokenCountWords(String(completionTokens), estimated),
        cached ? t("paid before") : cost === null ? t("price unknown") : money(cost, currency),
      ].join(" · "),
    stale: t("This answers the text and the case as they were when it was asked."),
    sample: (number) => t("Sample {0}", number),
    answer: t("Answer:"),
    raw: t("Raw answer"),
  };
}
