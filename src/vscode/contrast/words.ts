import * as vscode from "vscode";
import type { ContrastStrings } from "../../protocol/panels/contrast.js";

/** Words of the contrast panel in the person's language; the page fills in `{0}`. */
export function contrastWords(): ContrastStrings {
  return {
    title: vscode.l10n.t("Contrast set"),
    wrong: vscode.l10n.t("Wrong"),
    right: vscode.l10n.t("Right"),
    distance: vscode.l10n.t("distance {0}"),
    response: vscode.l10n.t("Response"),
    reference: vscode.l10n.t("Reference"),
    fewer: vscode.l10n.t("Fewer neighbours"),
    more: vscode.l10n.t("More neighbours"),
    neighbours: vscode.l10n.t("Number of neighbours"),
    reset: vscode.l10n.t("Reset to {0}"),
    pin: vscode.l10n.t("Pin"),
    unpin: vscode.l10n.t("Unpin"),
    exclude: vscode.l10n.t("Exclude"),
    include: vscode.l10n.t("Include"),
    replace: vscode.l10n.t("Replace"),
    openCase: vscode.l10n.t("Open this case"),
    candidates: vscode.l10n.t("{0} more right cases nearby"),
    excluded: vscode.l10n.t("excluded"),
    searched: vscode.l10n.t("searched now: this run has no contrast stage"),
    embedder: vscode.l10n.t("encoder {0}"),
    pool: vscode.l10n.t("{0} right cases"),
    message: vscode.l10n.t("Instructor message, exactly as it is sent"),
    messageOf: vscode.l10n.t("template {0}, {1} samples"),
    tokens: vscode.l10n.t("{0} tokens"),
    cost: vscode.l10n.t("at most {0}"),
    unknownCost: vscode.l10n.t("price unknown"),
    copy: vscode.l10n.t("Copy"),
    noMessage: vscode.l10n.t("Cases of evaluation splits are never taught, so the instructor receives no message."),
    none: vscode.l10n.t("No right case stands beside this error. The instructor will see the error alone (LE)."),
    retry: vscode.l10n.t("Try again"),
    loading: vscode.l10n.t("Looking for the nearest right cases …"),
    updated: vscode.l10n.t("{0} neighbours, {1} tokens"),
  };
}
