import type { Option } from "../../families/index.js";
import type { LooseValue } from "./looseJson.js";
import { asText } from "./raw.js";
import { unwrapEmphasis } from "./text.js";

/** An option label at the start of a line or of the text: `A.`, `(B)`, `c)`, `**D:**`, `- A)`. */
const label =
  /^[^\S\n]*(?:[-*\u2022][^\S\n]+)?(?:\*\*)?\(?([A-Ja-j])(?:\)\.?|\.|:|[^\S\n]-(?=[^\S\n]))(?:\*\*)?[^\S\n]*/;

/** Options of a structured field: a list of texts or objects, an object by letter, or one text. */
export function optionsOf(value: LooseValue | undefined): Option[] {
  if (value === undefined || value === null) return [];
  if (typeof value === "string") return splitOptions(`\n${value}`)?.options ?? byLines(value);
  if (typeof value !== "object") return [];
  if (Array.isArray(value)) return relabelled(value.map((item, index) => oneOption(item, index)));
  const options = Object.entries(value).map(([key, item]): Option => ({
    label: key.trim(),
    text: optionText(asText(item)),
  }));
  return relabelled(options);
}

function oneOption(value: LooseValue, index: number): Option {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    const entries = Object.entries(value);
    const named = (names: RegExp): string => asText(entries.find(([key]) => names.test(key))?.[1]);
    const text = named(/^(?:text|value|content|option|answer)$/i);
    const name = named(/^(?:label|letter|key|id)$/i);
    if (text !== "") return { label: name || letterOf(index), text: optionText(text) };
    const [only] = entries;
    if (entries.length === 1 && only !== undefined) return { label: only[0], text: optionText(asText(only[1])) };
  }
  const text = asText(value);
  const match = label.exec(text);
  if (match !== null && match[1]?.toUpperCase() === letterOf(index)) {
    return { label: letterOf(index), text: optionText(text.slice(match[0].length)) };
  }
  return { label: letterOf(index), text: optionText(text) };
}

/** Labels become capital letters; numbers and names such as `option_a` are translated, others counted. */
function relabelled(options: readonly Option[]): Option[] {
  return options
    .filter((option) => option.text !== "")
    .map((option, index) => {
      const letter = /^(?:option|choice)?[\s_]*\(?([A-Ja-j])[).:]?$/.exec(option.label)?.[1];
      return { label: letter?.toUpperCase() ?? letterOf(index), text: option.text };
    });
}

function letterOf(index: number): string {
  return String.fromCharCode(65 + index);
}

function optionText(text: string): string {
  return unwrapEmphasis(text.trim()).replace(/[,;]$/, "").trim();
}

function byLines(text: string): Option[] {
  const lines = text.split(/\n|;|\|/).map((line) => line.replace(/^\s*(?:[-*\u2022]|\d[.)])\s+/, "").trim());
  const filled = lines.filter((line) => line !== "");
  return filled.length >= 2 ? filled.map((line, index) => ({ label: letterOf(index), text: optionText(line) })) : [];
}

/**
 * Splits options off a text: one a line, or `A. … B. … C. …` on one line. The labels must run A, B, C, … in order; the
 * last such run counts. Null when there is none.
 */
export function splitOptions(
  text: string,
): { readonly before: string; readonly options: Option[]; readonly after: string } | null {
  return byLabelLines(text) ?? inline(text);
}

function byLabelLines(text: string): { before: string; options: Option[]; after: string } | null {
  const lines = text.split("\n");
  let start = -1;
  for (let index = lines.length - 1; index >= 0; index -= 1) {
    const letter = label.exec(lines[index] ?? "")?.[1]?.toUpperCase();
    const next = lines.slice(index + 1, index + 8).find((line) => label.test(line)) ?? "";
    if (letter === "A" && label.exec(next)?.[1]?.toUpperCase() === "B") {
      start = index;
      break;
    }
  }
  if (start === -1) return null;
  const options: Option[] = [];
  let index = start;
  for (; index < lines.length; index += 1) {
    const line = lines[index] ?? "";
    const match = label.exec(line);
    if (match?.[1]?.toUpperCase() === letterOf(options.length)) {
      // Several options may share a line: `A. 1  B. 2`.
      const shared = inline(line);
      if (shared !== null && options.length === 0 && shared.before.trim() === "" && shared.options.length > 1) {
        options.push(...shared.options);
      } else {
        const pair = pairOnLine(line, options.length);
        if (pair === null)
          options.push({ label: letterOf(options.length), text: optionText(line.slice(match[0].length)) });
        else options.push(...pair);
      }
    } else if (line.trim() === "") {
      if (options.length >= 4 && !label.test(lines[index + 1] ?? "")) break;
    } else if (options.length >= 2 && /^\s*(?:[-*\u2022]\s|\d[.)]\s)/.test(line)) {
      break;
    } else {
      const last = options.pop();
      if (last === undefined) break;
      options.push({ label: last.label, text: `${last.text} ${line.trim()}`.trim() });
    }
  }
  if (options.length < 2) return null;
  return { before: lines.slice(0, start).join("\n"), options, after: lines.slice(index).join("\n") };
}

/** `C. 3   D. 4`: two options that continue the run on one line. */
function pairOnLine(line: string, count: number): Option[] | null {
  const first = letterOf(count);
  const second = letterOf(count + 1);
  const match = new RegExp(`^\\W*${first}[.):]\\s*(.{1,300}?)\\s+\\(?${second}[.):]\\s*(.{1,300})$`, "i").exec(line);
  if (match === null) return null;
  return [
    { label: first, text: optionText(match[1] ?? "") },
    { label: second, text: optionText(match[2] ?? "") },
  ];
}

function inline(text: string): { before: string; options: Option[]; after: string } | null {
  for (const style of [/\(([A-J])\)[^\S\n]*/g, /(?<![\w.])([A-J])[.):][^\S\n]+/g, /(?<![\w.])([a-j])\)[^\S\n]*/g]) {
    const marks = [...text.matchAll(style)];
    // The last run that starts at A: text before may speak of A., too.
    const firsts = marks.flatMap((mark, index) => (mark[1]?.toUpperCase() === "A" ? [index] : []));
    for (const first of firsts.reverse().slice(0, 5)) {
      const run: { start: number; end: number }[] = [];
      for (const mark of marks.slice(first, first + 60)) {
        if (mark[1]?.toUpperCase() !== letterOf(run.length)) continue;
        run.push({ start: mark.index, end: mark.index + mark[0].length });
      }
      const [head] = run;
      if (run.length < 3 || head === undefined) continue;
      const options = run.map((mark, index): Option => {
        const raw = text.slice(mark.end, run[index + 1]?.start ?? text.length);
        const line = index === run.length - 1 ? (raw.split("\n")[0] ?? "") : raw;
        return { label: letterOf(index), text: optionText(line.replaceAll("\n", " ")) };
      });
      if (options.some((option) => option.text === "")) continue;
      const lastEnd = run.at(-1)?.end ?? text.length;
      const newline = text.indexOf("\n", lastEnd);
      return { before: text.slice(0, head.start), options, after: newline === -1 ? "" : text.slice(newline) };
    }
  }
  return null;
}
