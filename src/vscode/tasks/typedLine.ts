/** What a key did: what the terminal shows of it, and the lines that it ended. */
export interface Typed {
  readonly shown: string;
  readonly lines: readonly string[];
}

/**
 * What a person types into a terminal that nobody else edits lines for: letters are shown, Backspace takes the last one back,
 * Enter ends the line. This module knows nothing of the editor.
 */
export class TypedLine {
  #text = "";

  /** Takes what a terminal passes on: a key, or a text that was pasted. Arrows and their like do nothing. */
  take(data: string): Typed {
    let shown = "";
    const lines: string[] = [];
    // eslint-disable-next-line no-control-regex -- Keys without a letter come as sequences behind an escape character.
    for (const key of data.replace(/\u001b(?:\[[0-9;]*[A-Za-z~]|O[A-Za-z]|.)?/gu, "").replace(/\r\n/gu, "\r")) {
      if (key === "\r" || key === "\n") {
        lines.push(this.#text);
        this.#text = "";
        shown += "\r\n";
      } else if (key === "\u007f" || key === "\b") {
        const letters = [...this.#text];
        if (letters.pop() === undefined) continue;
        this.#text = letters.join("");
        shown += "\b \b";
      } else if (key >= " ") {
        this.#text += key;
        shown += key;
      }
    }
    return { shown, lines };
  }
}
