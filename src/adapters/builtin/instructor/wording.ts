import type { Random } from "../../../engine/random.js";

const women = (
  "Anna Clara Emma Grace Iris Karen Maria Olga Rita Tina Wendy Nina Lucy Julia Ella Sarah Mary Jane Lisa Laura Susan Betty " +
  "Janet Amy Kate Alice Sophie Helen Rachel Natalia Marissa Tracy Mia Eva Carla"
).split(" ");
const men = (
  "Ben David Felix Henry Jack Leo Noah Paul Sam Victor Oscar Peter Martin Simon Hugo John James Tom Mark Mike Bob Joe Tim " +
  "George Robert Carlos Daniel Josh Randy Albert Ken Toby Adam Eric Frank"
).split(" ");
/** Things that can stand for one another in a word problem. */
const things = (
  "apples marbles stickers cards shells coins buttons pencils plums stamps beads ribbons oranges pears cookies balloons " +
  "books candles flowers pebbles"
).split(" ");
const synonyms: readonly (readonly string[])[] = [
  ["altogether", "in total", "in all"],
  ["gave", "handed"],
  ["buys", "purchases"],
  ["is left", "remains"],
  ["are left", "remain"],
  ["gets", "receives"],
  ["big", "large"],
  ["kids", "children"],
  ["an hour", "per hour"],
  ["a day", "per day"],
  ["a week", "per week"],
  ["equally", "evenly"],
  ["does each", "will each"],
  ["needs", "requires"],
];

/** A consistent replacement of words, to be applied to a question and its solution alike. */
export interface Rewording {
  readonly apply: (text: string) => string;
}

function wordPattern(word: string): RegExp {
  return new RegExp(String.raw`(?<![\w'])${word.replaceAll(/[.*+?^$()|[\]{}\\]/g, String.raw`\$&`)}(?!\w)`, "g");
}

/**
 * New names for the people of a problem, of the same pronoun, other things for its things, and some other words of the
 * same meaning. Things of solved questions are preferred: the student manages those settings.
 */
export function reword(text: string, solved: readonly string[], random: Random): Rewording {
  const swaps = new Map<string, string>();
  for (const names of [women, men]) {
    const present = names.filter((name) => wordPattern(name).test(text));
    const free = random.shuffle(names.filter((name) => !present.includes(name)));
    present.forEach((name, index) => swaps.set(name, free[index] ?? name));
  }
  const present = things.filter((thing) => wordPattern(thing).test(text));
  const familiar = things.filter((thing) => !present.includes(thing) && solved.some((one) => one.includes(thing)));
  const other = random.shuffle(things.filter((thing) => !present.includes(thing) && !familiar.includes(thing)));
  const free = [...(random.next() < 0.5 ? random.shuffle(familiar) : []), ...other];
  // Two kinds of things in one problem may be related (fruit of a basket); a single kind may be anything.
  if (present.length === 1) {
    const [from = "", to = ""] = [present[0], free[0]];
    swaps.set(from, to);
    swaps.set(singular(from), singular(to));
  }
  for (const group of synonyms) {
    const word = group.find((one) => wordPattern(one).test(text));
    if (word !== undefined && random.next() < 0.4) swaps.set(word, random.pick(group));
  }
  const words = [...swaps.keys()].sort((a, b) => b.length - a.length);
  if (words.length === 0) return { apply: (same) => same };
  const pattern = new RegExp(words.map((word) => wordPattern(word).source).join("|"), "g");
  return { apply: (before) => before.replaceAll(pattern, (word) => swaps.get(word) ?? word) };
}

function singular(plural: string): string {
  return plural.endsWith("ies") && plural !== "cookies" ? `${plural.slice(0, -3)}y` : plural.replace(/s$/, "");
}
