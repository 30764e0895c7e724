// A text of the sources as pieces: what is written there, and holes for values that are filled in.

/**
 * A piece of a text that the sources do not hold: a value. `node` is where it comes in, `number` says that it is a
 * number, `foreign` that it comes from outside of the sources or is followed elsewhere.
 * @typedef {{ readonly node: ts.Node, readonly number: boolean, readonly foreign: boolean }} Hole
 * @typedef {readonly (string | Hole)[]} Text
 */

/** Most forms of one text; one with more is to be written in whole sentences. */
const mostForms = 80;

/** Whether a text is a value as a whole. */
export function isOpen(text) {
  return text.every((piece) => typeof piece !== "string" || !/\p{L}/u.test(piece));
}

/** Every combination of the forms of pieces that stand behind each other. */
export function product(node, pieces) {
  let texts = [[]];
  for (const forms of pieces) {
    texts = texts.flatMap((before) => forms.map((form) => joined([...before, ...form])));
    if (texts.length > mostForms) {
      const { line } = node.getSourceFile().getLineAndCharacterOfPosition(node.getStart());
      throw new Error(`${node.getSourceFile().fileName}:${line + 1}: this text has too many forms to be translated.`);
    }
  }
  return texts;
}

function joined(pieces) {
  const result = [];
  for (const piece of pieces) {
    const last = result.at(-1);
    if (typeof piece === "string" && typeof last === "string") result[result.length - 1] = last + piece;
    // Nothing tells where one value ends and the next begins.
    else if (typeof piece !== "string" && last !== undefined && typeof last !== "string")
      result[result.length - 1] = { ...last, number: false };
    else if (piece !== "") result.push(piece);
  }
  return result;
}

/** Each text once. */
export function distinct(texts) {
  const seen = new Map();
  for (const text of texts) {
    const key = text
      .map((piece) => (typeof piece === "string" ? piece : `\u0000${String(piece.number)}${String(piece.foreign)}`))
      .join("\u0001");
    if (!seen.has(key)) seen.set(key, text);
  }
  return [...seen.values()];
}
