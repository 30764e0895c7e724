import { execFileSync } from "node:child_process";
import { Random } from "../../src/engine/random.js";

/** Small Python tasks of the demo, all ours. `{k}` and `{s}` are a number and a text that vary; `{x}`, `{y}` are parameters. */
interface Kind {
  readonly group: string;
  /** Names of the function. */
  readonly names: readonly string[];
  /** Alternative parameter lists. */
  readonly parameters: readonly (readonly string[])[];
  /** The first two wordings belong to the target split, the first three to evaluation, the last to out-of-domain. */
  readonly wordings: readonly string[];
  readonly body: readonly string[];
  readonly k?: readonly [number, number];
  readonly s?: readonly string[];
  /** Argument lists for examples and tests, as Python source. */
  readonly inputs: (random: Random) => string;
  readonly generic?: true;
}

export interface CodeCase {
  readonly id: string;
  readonly question: string;
  readonly entry_point: string;
  readonly reference: string;
  readonly tests: readonly string[];
  readonly group: string;
}

const wordList = "river stone window garden letter yellow simple number planet banana kitten summer".split(" ");
const list = (random: Random): string =>
  `[${Array.from({ length: random.integer(3, 6) }, () => random.integer(-5, 30)).join(", ")}]`;
const word = (random: Random): string => JSON.stringify(random.pick(wordList) + random.pick(["", "", "s", "ful"]));
const sentence = (random: Random): string => JSON.stringify([1, 2, 3].map(() => random.pick(wordList)).join(" "));
const words = (random: Random): string => `[${[1, 2, 3, 4].map(() => word(random)).join(", ")}]`;
const natural = (random: Random): string => String(random.integer(2, 40));
const two = (a: (random: Random) => string, b: (random: Random) => string) => (random: Random) =>
  `${a(random)}, ${b(random)}`;

const lists = [["values"], ["numbers"], ["items"]];
const texts = [["text"], ["word"], ["s"]];

const kinds: readonly Kind[] = [
  {
    group: "lists",
    names: ["scale_all", "multiply_each", "times_all"],
    parameters: lists,
    k: [2, 9],
    inputs: list,
    generic: true,
    wordings: [
      "Multiply every number of the list by {k}.",
      "Return a list in which each number is {k} times as large.",
      "Give back all numbers multiplied with {k}.",
      "Blow each entry up by the factor {k}.",
    ],
    body: ["return [v * {k} for v in {x}]"],
  },
  {
    group: "lists",
    names: ["shift_all", "add_to_each", "raise_all"],
    parameters: lists,
    k: [2, 20],
    inputs: list,
    generic: true,
    wordings: [
      "Add {k} to every number of the list.",
      "Return the list with each number raised by {k}.",
      "Increase all numbers by {k} and return them.",
      "Every entry grows by {k}; hand back the result.",
    ],
    body: ["return [v + {k} for v in {x}]"],
  },
  {
    group: "lists",
    names: ["count_above", "how_many_over", "number_above"],
    parameters: lists,
    k: [3, 20],
    inputs: list,
    wordings: [
      "Count the numbers of the list that are greater than {k}.",
      "How many numbers lie above {k}?",
      "Return how many of the numbers exceed {k}.",
      "Tell the quantity of entries beyond {k}.",
    ],
    body: ["return sum(1 for v in {x} if v > {k})"],
  },
  {
    group: "lists",
    names: ["keep_below", "only_smaller", "drop_large"],
    parameters: lists,
    k: [5, 22],
    inputs: list,
    generic: true,
    wordings: [
      "Keep only the numbers that are smaller than {k}.",
      "Return the numbers of the list below {k}, in order.",
      "Drop all numbers that are not less than {k}.",
      "Let pass what stays under {k}.",
    ],
    body: ["return [v for v in {x} if v < {k}]"],
  },
  {
    group: "lists",
    names: ["sum_multiples", "add_divisible", "total_of_multiples"],
    parameters: lists,
    k: [2, 6],
    inputs: list,
    wordings: [
      "Add up the numbers of the list that are divisible by {k}.",
      "Return the sum of all multiples of {k} in the list.",
      "Sum the numbers that {k} divides.",
      "Total of the entries without remainder after division by {k}.",
    ],
    body: ["return sum(v for v in {x} if v % {k} == 0)"],
  },
  {
    group: "lists",
    names: ["cap_all", "limit_values", "clip_high"],
    parameters: lists,
    k: [4, 20],
    inputs: list,
    wordings: [
      "Replace each number above {k} by {k}.",
      "Limit all numbers of the list to at most {k}.",
      "Cap the numbers at {k}.",
      "No entry may be more than {k}: cut down the others to it.",
    ],
    body: ["return [min(v, {k}) for v in {x}]"],
  },
  {
    group: "lists",
    names: ["every_nth", "take_every", "step_through"],
    parameters: lists,
    k: [2, 4],
    inputs: list,
    wordings: [
      "Return every element of the list in steps of {k}, starting with the first.",
      "Take the first element and then go on by {k} places each time.",
      "Pick elements with a step width of {k}.",
      "Skip through the entries with strides of {k}.",
    ],
    body: ["return {x}[::{k}]"],
  },
  {
    group: "lists",
    names: ["first_items", "take_first", "head_of"],
    parameters: lists,
    k: [2, 4],
    inputs: list,
    generic: true,
    wordings: [
      "Return the first {k} elements of the list.",
      "Take {k} elements from the start of the list.",
      "Give the beginning of the list, {k} elements long.",
      "The leading {k} entries are wanted.",
    ],
    body: ["return {x}[:{k}]"],
  },
  {
    group: "lists",
    names: ["last_items", "take_last", "tail_of"],
    parameters: lists,
    k: [2, 4],
    inputs: list,
    wordings: [
      "Return the last {k} elements of the list.",
      "Take {k} elements from the end of the list.",
      "Give the end of the list, {k} elements long.",
      "The trailing {k} entries are wanted.",
    ],
    body: ["return {x}[-{k}:]"],
  },
  {
    group: "lists",
    names: ["rotate_left", "turn_left", "move_round"],
    parameters: lists,
    k: [2, 3],
    inputs: list,
    wordings: [
      "Rotate the list to the left by {k} places.",
      "Move the first {k} elements of the list to its end.",
      "Turn the list round by {k} positions to the left.",
      "Carry {k} entries from the front over to the back.",
    ],
    body: ["return {x}[{k}:] + {x}[:{k}]"],
  },
  {
    group: "lists",
    names: ["largest", "find_maximum", "highest"],
    parameters: lists,
    inputs: list,
    generic: true,
    wordings: [
      "Return the largest number of the list.",
      "Find the maximum of the numbers.",
      "Which number is the highest? Return it.",
      "Give the top entry by size.",
    ],
    body: ["return max({x})"],
  },
  {
    group: "lists",
    names: ["value_range", "spread", "distance_of_extremes"],
    parameters: lists,
    inputs: list,
    generic: true,
    wordings: [
      "Return the difference between the largest and the smallest number.",
      "How far apart are the maximum and the minimum of the list?",
      "Compute the spread between highest and lowest number.",
      "The gap from bottom to top is asked for.",
    ],
    body: ["return max({x}) - min({x})"],
  },
  {
    group: "lists",
    names: ["running_totals", "cumulative", "partial_sums"],
    parameters: lists,
    inputs: list,
    wordings: [
      "Return the list of running totals.",
      "Each element becomes the sum of itself and all before it.",
      "Compute the partial sums of the list from left to right.",
      "Accumulate the entries step by step.",
    ],
    body: ["total = 0", "result = []", "for v in {x}:", "    total += v", "    result.append(total)", "return result"],
  },
  {
    group: "lists",
    names: ["without_repeats", "unique_in_order", "remove_twins"],
    parameters: lists,
    inputs: list,
    generic: true,
    wordings: [
      "Remove repeated elements and keep the order of first appearance.",
      "Return each different element once, in order of appearance.",
      "Keep the first of equal elements only.",
      "Let no entry show up a second time.",
    ],
    body: ["result = []", "for v in {x}:", "    if v not in result:", "        result.append(v)", "return result"],
  },
  {
    group: "lists",
    names: ["backwards", "reversed_list", "turned_around"],
    parameters: lists,
    inputs: list,
    generic: true,
    wordings: [
      "Return the list in reverse order.",
      "Turn the order of the elements around.",
      "Give the elements from last to first.",
      "Flip the sequence of entries.",
    ],
    body: ["return {x}[::-1]"],
  },
  {
    group: "lists",
    names: ["neighbour_differences", "steps_between", "gaps"],
    parameters: lists,
    inputs: list,
    wordings: [
      "Return the differences between neighbouring numbers.",
      "For each pair of neighbours, subtract the left one from the right one.",
      "List by how much the numbers change from one to the next.",
      "The jumps along the entries are wanted.",
    ],
    body: ["return [b - a for a, b in zip({x}, {x}[1:])]"],
  },
  {
    group: "texts",
    names: ["count_letter", "letter_frequency", "occurrences"],
    parameters: texts,
    s: ["a", "e", "n", "r", "t"],
    inputs: word,
    generic: true,
    wordings: [
      "Count how often the letter '{s}' occurs in the text.",
      "How many times does '{s}' appear?",
      "Return the number of letters '{s}' in the text.",
      "Tell the frequency of '{s}'.",
    ],
    body: ["return {x}.count('{s}')"],
  },
  {
    group: "texts",
    names: ["remove_letter", "without_letter", "strip_out"],
    parameters: texts,
    s: ["a", "e", "n", "r", "t"],
    inputs: word,
    wordings: [
      "Remove every letter '{s}' from the text.",
      "Return the text without the letter '{s}'.",
      "Delete all '{s}' from the text.",
      "What is left when each '{s}' goes away?",
    ],
    body: ["return {x}.replace('{s}', '')"],
  },
  {
    group: "texts",
    names: ["join_with", "glue", "connect_words"],
    parameters: [["words"], ["parts"], ["items"]],
    s: ["-", "+", "/", "_"],
    inputs: words,
    generic: true,
    wordings: [
      "Join the words with '{s}' between them.",
      "Return one text in which '{s}' separates the words.",
      "Connect all words by '{s}'.",
      "Put '{s}' in the gaps and make a single string.",
    ],
    body: ["return '{s}'.join({x})"],
  },
  {
    group: "texts",
    names: ["add_ending", "append_suffix", "with_suffix"],
    parameters: [["words"], ["parts"], ["items"]],
    s: ["ly", "ing", "er", "ed"],
    inputs: words,
    wordings: [
      "Append '{s}' to each word of the list.",
      "Return the words, all ending with an added '{s}'.",
      "Give every word the suffix '{s}'.",
      "Lengthen the entries with '{s}' behind.",
    ],
    body: ["return [w + '{s}' for w in {x}]"],
  },
  {
    group: "texts",
    names: ["starting_with", "words_from", "filter_initial"],
    parameters: [["words"], ["parts"], ["items"]],
    s: ["s", "r", "g", "b", "k"],
    inputs: words,
    wordings: [
      "Return the words that start with '{s}'.",
      "Keep only words whose first letter is '{s}'.",
      "Which words begin with '{s}'? Return them in order.",
      "Select by the initial '{s}'.",
    ],
    body: ["return [w for w in {x} if w.startswith('{s}')]"],
  },
  {
    group: "texts",
    names: ["long_words", "words_longer", "filter_by_length"],
    parameters: [["words"], ["parts"], ["items"]],
    k: [5, 7],
    inputs: words,
    wordings: [
      "Return the words that are longer than {k} letters.",
      "Keep only words with more than {k} letters.",
      "Which words have over {k} letters? Return them.",
      "Select what exceeds a length of {k}.",
    ],
    body: ["return [w for w in {x} if len(w) > {k}]"],
  },
  {
    group: "texts",
    names: ["repeat_text", "say_again", "echo"],
    parameters: texts,
    k: [2, 6],
    inputs: word,
    generic: true,
    wordings: [
      "Repeat the text {k} times.",
      "Return the text written {k} times in a row.",
      "Say the text again until it stands there {k} times.",
      "Chain {k} copies of it.",
    ],
    body: ["return {x} * {k}"],
  },
  {
    group: "texts",
    names: ["shout", "to_capitals", "upper_text"],
    parameters: texts,
    inputs: word,
    generic: true,
    wordings: [
      "Return the text in capital letters.",
      "Change all letters to upper case.",
      "Write the text in capitals.",
      "Make it loud: big letters only.",
    ],
    body: ["return {x}.upper()"],
  },
  {
    group: "texts",
    names: ["count_vowels", "vowel_number", "how_many_vowels"],
    parameters: texts,
    inputs: word,
    wordings: [
      "Count the vowels of the text.",
      "How many vowels does the text have?",
      "Return the number of vowels.",
      "Tell the quantity of a, e, i, o, u in it.",
    ],
    body: ["return sum(1 for c in {x} if c in 'aeiou')"],
  },
  {
    group: "texts",
    names: ["is_mirror", "same_backwards", "palindrome"],
    parameters: texts,
    inputs: (random) => random.pick(['"level"', '"noon"', '"radar"', word(random)]),
    wordings: [
      "Tell whether the text reads the same backwards.",
      "Return True if the text is a palindrome.",
      "Check that the text equals its own reverse.",
      "Does a mirror leave it as it is?",
    ],
    body: ["return {x} == {x}[::-1]"],
  },
  {
    group: "texts",
    names: ["initials", "first_letters", "acronym"],
    parameters: [["text"], ["sentence"], ["phrase"]],
    inputs: sentence,
    wordings: [
      "Return the first letters of all words as one text.",
      "Build an acronym from the words of the sentence.",
      "Join the initial letters of the words.",
      "Shrink each word to its opening sign and glue them.",
    ],
    body: ["return ''.join(w[0] for w in {x}.split())"],
  },
  {
    group: "texts",
    names: ["longest_word", "find_longest", "widest_word"],
    parameters: [["text"], ["sentence"], ["phrase"]],
    inputs: sentence,
    wordings: [
      "Return the longest word of the sentence.",
      "Find the word with the most letters; the first one wins a tie.",
      "Which word of the sentence is longest?",
      "Give the term of greatest length.",
    ],
    body: ["return max({x}.split(), key=len)"],
  },
  {
    group: "numbers",
    names: ["sum_to", "add_up_to", "triangle_number"],
    parameters: [["n"], ["limit"], ["top"]],
    inputs: natural,
    generic: true,
    wordings: [
      "Return the sum of all whole numbers from one up to the argument.",
      "Add up the whole numbers until the argument is reached, itself included.",
      "Sum everything from one to the given number.",
      "How large is the staircase total up to the argument?",
    ],
    body: ["return {x} * ({x} + 1) // 2"],
  },
  {
    group: "numbers",
    names: ["digit_sum", "cross_sum", "sum_of_digits"],
    parameters: [["n"], ["number"], ["value"]],
    inputs: (random) => String(random.integer(12, 99999)),
    generic: true,
    wordings: [
      "Return the sum of the digits of the number.",
      "Add up all digits.",
      "Compute the cross sum of the number.",
      "Total of the figures it is written with.",
    ],
    body: ["return sum(int(d) for d in str({x}))"],
  },
  {
    group: "numbers",
    names: ["power_of", "raise_to", "to_the_power"],
    parameters: [["n"], ["number"], ["value"]],
    k: [2, 5],
    inputs: natural,
    generic: true,
    wordings: [
      "Raise the number to the power of {k}.",
      "Return the number multiplied by itself so that it has the exponent {k}.",
      "Compute the argument to the power {k}.",
      "The exponent is {k}; what comes out?",
    ],
    body: ["return {x} ** {k}"],
  },
  {
    group: "numbers",
    names: ["round_up_to", "next_multiple", "up_to_multiple"],
    parameters: [["n"], ["number"], ["value"]],
    k: [3, 12],
    inputs: natural,
    wordings: [
      "Round the number up to the next multiple of {k}.",
      "Return the smallest multiple of {k} that is not less than the number.",
      "Go up from the number until {k} divides it.",
      "Fill it up to a full set of {k}.",
    ],
    body: ["return -(-{x} // {k}) * {k}"],
  },
  {
    group: "pairs",
    names: ["combine_scaled", "weighted_sum", "add_scaled"],
    parameters: [
      ["a", "b"],
      ["first", "second"],
      ["p", "q"],
    ],
    k: [2, 9],
    inputs: two(natural, natural),
    wordings: [
      "Return the first number plus {k} times the second number.",
      "Add {k} times the second argument to the first argument.",
      "Sum the first and the second number, where the second counts {k} times.",
      "The latter weighs {k} as much; add both.",
    ],
    body: ["return {x} + {k} * {y}"],
  },
  {
    group: "pairs",
    names: ["both_above", "pair_exceeds", "two_over"],
    parameters: [
      ["a", "b"],
      ["first", "second"],
      ["p", "q"],
    ],
    k: [8, 25],
    inputs: two(natural, natural),
    wordings: [
      "Tell whether both numbers are greater than {k}.",
      "Return True if the two arguments exceed {k}.",
      "Check that neither number is {k} or less.",
      "Do the pair lie over {k}?",
    ],
    body: ["return {x} > {k} and {y} > {k}"],
  },
  {
    group: "pairs",
    names: ["add_numbers", "plus", "sum_of_two"],
    parameters: [
      ["a", "b"],
      ["first", "second"],
      ["p", "q"],
    ],
    inputs: two(natural, natural),
    generic: true,
    wordings: [
      "Return the sum of the two numbers.",
      "Add the two arguments.",
      "What do both numbers make together?",
      "Put the pair into one amount.",
    ],
    body: ["return {x} + {y}"],
  },
  {
    group: "pairs",
    names: ["shared_items", "in_both", "common_elements"],
    parameters: [
      ["a", "b"],
      ["left", "right"],
      ["one", "other"],
    ],
    inputs: two(list, list),
    wordings: [
      "Return the elements of the first list that are in the second list, too.",
      "Keep from the first list what the second list also contains.",
      "Which elements do both lists share? Keep the order of the first list.",
      "Give the overlap, ordered like the former.",
    ],
    body: ["return [v for v in {x} if v in {y}]"],
  },
];

interface Draft {
  readonly entry: string;
  readonly parameters: readonly string[];
  readonly prose: string;
  readonly reference: string;
  readonly inputs: readonly string[];
  readonly group: string;
}

function draft(kind: Kind, random: Random, choose: readonly number[]): Draft {
  const at = random.pick(choose);
  const entry = kind.names[Math.min(at, kind.names.length - 1)] ?? "task";
  const parameters = random.pick(kind.parameters);
  const k = kind.k === undefined ? "" : String(random.integer(...kind.k));
  const s = kind.s === undefined ? "" : random.pick(kind.s);
  const fill = (text: string): string =>
    text
      .replaceAll("{k}", k)
      .replaceAll("{s}", s)
      .replaceAll("{x}", parameters[0] ?? "")
      .replaceAll("{y}", parameters[1] ?? "");
  const inputs = new Set<string>();
  for (let tries = 0; inputs.size < 4 && tries < 40; tries += 1) inputs.add(kind.inputs(random));
  return {
    entry,
    parameters,
    prose: fill(kind.wordings[at] ?? ""),
    reference: [`def ${entry}(${parameters.join(", ")}):`, ...kind.body.map((line) => `    ${fill(line)}`)].join("\n"),
    inputs: [...inputs],
    group: kind.group,
  };
}

/** Runs our own reference programs to learn what they return. */
function returned(drafts: readonly Draft[]): string[][] {
  const script = [
    "import json, sys",
    "out = []",
    "for job in json.load(sys.stdin):",
    "    space = {}",
    "    exec(job['program'], space)",
    "    out.append([repr(eval(e, space)) for e in job['calls']])",
    "print(json.dumps(out))",
  ].join("\n");
  const jobs = drafts.map((one) => ({
    program: one.reference,
    calls: one.inputs.map((input) => `${one.entry}(${input})`),
  }));
  const output = execFileSync("python3", ["-I", "-c", script], { input: JSON.stringify(jobs), encoding: "utf8" });
  return JSON.parse(output) as string[][];
}

function casesOf(prefix: string, drafts: readonly Draft[]): CodeCase[] {
  return returned(drafts).map((values, index) => {
    const { entry, parameters, prose, reference, inputs, group } = drafts[index] as Draft;
    const question = [
      `def ${entry}(${parameters.join(", ")}):`,
      `    """${prose}`,
      "",
      `    >>> ${entry}(${inputs[0]})`,
      `    ${values[0]}`,
      `    """`,
    ].join("\n");
    const tests = inputs.map((input, at) => `assert ${entry}(${input}) == ${values[at]}`);
    return {
      id: `${prefix}-${String(index + 1).padStart(3, "0")}`,
      question,
      entry_point: entry,
      reference,
      tests,
      group,
    };
  });
}

/** All code files. Each kind appears about twice in the target split. */
export function makeCode(seed: number): {
  target: CodeCase[];
  evaluation: CodeCase[];
  ood: CodeCase[];
  base: CodeCase[];
} {
  const seen = new Set<string>();
  const make = (split: string, count: number, pool: readonly Kind[], choose: readonly number[]): Draft[] => {
    const random = new Random(seed, "code", split);
    const made: Draft[] = [];
    for (let turn = 0; made.length < count && turn < count * 40; turn += 1) {
      const one = draft(pool[turn % pool.length] as Kind, random, choose);
      const key = `${one.prose} ${one.entry} ${one.parameters.join()}`;
      if (seen.has(key)) continue;
      seen.add(key);
      made.push(one);
    }
    return made;
  };
  const base = make(
    "base",
    36,
    kinds.filter((kind) => kind.generic === true),
    [0],
  );
  const target = make("target", 72, kinds, [0, 1]);
  const evaluation = make("evaluation", 120, kinds, [0, 1, 2]);
  const ood = make("ood", 60, kinds, [3]);
  return {
    base: casesOf("base-code", base),
    target: casesOf("dt", target),
    evaluation: casesOf("de", evaluation),
    ood: casesOf("do", ood),
  };
}
