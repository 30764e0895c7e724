/** Answers of which each was slow for some reader: `size` times about 200 kB of text that makes readers look ahead or back. */
export function longAnswers(size: number): readonly (readonly [name: string, text: string])[] {
  const many = (text: string, count: number): string => text.repeat(Math.round(count * size));
  return [
    ["open braces", many("{", 200000)],
    ["braces in prose", many('{ "question" ', 15000)],
    ["quotes", '{"samples": [{"question": "' + many('" ', 100000)],
    ["spaces", `Question: a ${many(" ", 200000)}b Answer: 1`],
    ["line breaks", `Question: a?\n${many("\n", 200000)}Answer: 1 = 1`],
    ["numbered lines", many("1. a\n", 40000)],
    ["questions", many("1. Question: How many?\nAnswer: It is 3 + 4 = 7.\n\n", 4000)],
    ["answers only", many("Answer: 3\n", 20000)],
    ["hashes", many("#", 200000)],
    ["stars", "Question: a\n" + many("**", 100000)],
    ["fences", many("```\n", 50000)],
    ["fenced questions", many("```\nQuestion: a?\nAnswer: 5\n```\n", 6000)],
    ["options", `Question: a?\n${many("A. x B. y C. z D. w\n", 10000)}Answer: A`],
    ["one long line", many("x", 200000)],
    ["commas", `{"question": ${many(",", 200000)}`],
    ["backslashes", `{"question": "${many("\\", 200000)}`],
    ["keys", `{${many('"a": {', 30000)}`],
    ["comments", `{"question": ${many("/* ", 60000)}`],
    ["asserts", `Question: a\nCode: def f(x):\n    return 1\n${many("assert f(1) == 1\n", 10000)}`],
    ["blank code", `Question: a\nCode:\n${many("  \n", 60000)}def f():\n  pass`],
    ["dashes", `Question: a?\n${many("-", 100000)}\nAnswer: 5 ${many("- ", 50000)}`],
  ];
}
