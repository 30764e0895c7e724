import { oneLine, safeText } from "../protocol/safeText.js";

/**
 * Other people's text for places of the editor that read links in what they show (notifications, tree tooltips): it stays
 * text. Control and direction marks are made visible, long text is cut.
 */
export function plain(text: string, most: number): string {
  return safeText(text, most).replaceAll("](", "] (");
}

/** The same as one line, for labels and descriptions of trees and lists. */
export function plainLine(text: string, most: number): string {
  // `$(name)` is an icon where the editor reads labels.
  return oneLine(text, most).replaceAll("$(", "$ (").replaceAll("](", "] (");
}

/**
 * Markdown in which `appendText` has escaped other people's text, without the links that the editor makes of bare
 * addresses: a hover of ours leads nowhere but where we say.
 */
export function withoutAddresses(markdown: string): string {
  return markdown
    .replaceAll("://", "\\://")
    .replaceAll("@", "\\@")
    .replace(/\bwww\./giu, (found) => `${found.slice(0, -1)}\\.`);
}
