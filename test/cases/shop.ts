import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { ConfigurationInput } from "../../src/engine/configuration/index.js";
import type { Asks, LoopServices } from "../../src/engine/iteration/index.js";
import { runHere } from "../loop/support.js";
import { temporaryFolder, writeConfiguration } from "../support/project.js";

/**
 * A small project with a case of every kind of failure: prepared responses, and a run of the engine over them.
 */
interface ShopCase {
  readonly id: string;
  readonly question: string;
  readonly response: string;
  readonly fields: object;
}

const math: readonly ShopCase[] = [
  {
    id: "211",
    question: "A shop sold 48 kites in April and half as many in May. How many kites did it sell in both months?",
    response: "In May the shop sold 48 / 2 = 24 kites.\nIn both months it sold 48 + 24 = 62 kites.\nThe answer is 62.",
    fields: {
      answer: "72",
      solution:
        "In May it sold 48 / 2 = <<48/2=24>>24 kites.\nIn both months it sold 48 + 24 = <<48+24=72>>72 kites.\n#### 72",
    },
  },
  {
    id: "212",
    question: "A box holds 6 rows of 4 cups. 5 cups break. How many are whole?",
    response: "The box holds 6 + 4 = 10 cups. 10 - 5 = 5 are whole. The answer is 5.",
    fields: { answer: "19", solution: "There are 6 * 4 = <<6*4=24>>24 cups.\n24 - 5 = <<24-5=19>>19\n#### 19" },
  },
  {
    id: "213",
    question: "What is 2 and 3 together?",
    response: "2 + 3 = 5. The answer is 5.",
    fields: { answer: "5", solution: "2 + 3 = 5\n#### 5" },
  },
  {
    id: "hostile/../214",
    question: "How many [links](command:workbench.action.closeWindow) <img src=x onerror=alert(1)> are 1 and 1?",
    response: `\u001b[31mred\u001b[0m \u202egnorw\u202c [click](command:workbench.action.quit) <img src=x onerror=alert(1)>\n1 + 1 = 3 ${"and so on ".repeat(200_000)}\nThe answer is 3.`,
    fields: { answer: "2", solution: "1 + 1 = 2" },
  },
];

const choice: readonly ShopCase[] = [
  {
    id: "12",
    question: "Which of these carries electric current best?",
    response: "Glass is smooth and lets light pass, so current passes as well.\nThe answer is B.",
    fields: { answer: "D", A: "dry wood", B: "glass", C: "rubber", D: "copper" },
  },
];

const code: readonly ShopCase[] = [
  {
    id: "514",
    question: "Write a function to add up the elements of a list.",
    response:
      "Here is the function:\n```python\nfrom typing import List\n\n\ndef sum_list(numbers: List[int]) -> int:\n    return sum(abs(x) for x in numbers)\n```",
    fields: {
      tests: [
        "assert sum_list([1, 2, 3]) == 6",
        "assert sum_list([1, -2]) == -1",
        "assert sum_list([]) == 0",
        "assert sum_list([-4]) == -4",
      ],
      entry: "sum_list",
      reference: "def sum_list(numbers):\n    return sum(numbers)",
    },
  },
  {
    id: "515",
    question: "Write a function to give the largest element of a list.",
    response: "```python\ndef largest(items):\n    ordered = sorted(items)\n    return ordred[-1]\n```",
    fields: {
      tests: ["assert largest([3, 9, 4]) == 9"],
      entry: "largest",
      reference: "def largest(items):\n    return max(items)",
    },
  },
  {
    id: "517",
    question: "Write a function to double a number.",
    response: "For example:\n```python\nn = 2\n```\nThe function:\n```python\ndef double(n):\n    return n * n\n```",
    fields: {
      tests: [
        "METADATA = {}\n\n\ndef check(candidate):\n    # small ones\n    assert candidate(2) == 4\n    assert candidate(3) == 6\n    assert [candidate(n)\n        for n in (0, 1)] == [0, 2]\n",
      ],
      entry: "double",
      reference: "def double(n):\n    return 2 * n",
    },
  },
  {
    id: "516",
    question: "Write a function to count down to zero.",
    response: "I am sorry, I cannot help with that.",
    fields: {
      tests: ["assert count_down(2) == [2, 1, 0]"],
      entry: "count_down",
      reference: "def count_down(start):\n    return list(range(start, -1, -1))",
    },
  },
];

const logic: readonly ShopCase[] = [
  {
    id: "7",
    question:
      "Ann stands left of Ben, and Ben left of Cleo. Who stands in the middle?\nOptions:\n(A) Ann\n(B) Ben\n(C) Cleo",
    response: "Cleo stands right of all others. So the answer is (C).",
    fields: { answer: "(B)" },
  },
];

const maps = {
  math: { id: "id", question: "question", gold: "answer", solution: "solution" },
  choice: { id: "id", question: "question", gold: "answer", options: ["A", "B", "C", "D"] },
  code: { id: "id", question: "question", test: "tests", entry_point: "entry", reference: "reference" },
  bigbench: { id: "id", question: "question", gold: "answer" },
};
const files = {
  sums: ["math", math],
  facts: ["choice", choice],
  programs: ["code", code],
  logic: ["bigbench", logic],
} as const;

/** Makes the project in a folder that is removed by `remove`, and runs it up to the collected answers. */
export async function makeShop(): Promise<{ readonly folder: string; remove(): void }> {
  const made = temporaryFolder();
  const configuration: ConfigurationInput = {
    version: 1,
    benchmarks: {},
    models: {
      // Nobody listens there: its answers are the prepared ones.
      kites: {
        provider: "openai",
        endpoint: "http://127.0.0.1:9/v1",
        name: "kites-7b",
        price: { input: 2, output: 6 },
      },
      student: { provider: "builtin", name: "student" },
      instructor: { provider: "builtin", name: "instructor" },
    },
    target: "kites",
    instructor: "instructor",
    iterations: ["LE"],
    quota: 4,
    sandbox: { consent: "process" },
    budget: { amount: 10 },
  };
  mkdirSync(path.join(made.folder, "data"), { recursive: true });
  for (const [name, [family, cases]] of Object.entries(files)) {
    const write = (split: string, change: (question: string) => string, chosen: readonly ShopCase[]): string => {
      const file = `data/${name}-${split}.jsonl`;
      const rows = chosen.map(({ id, question, fields }) =>
        JSON.stringify({ id, question: change(question), ...fields }),
      );
      writeFileSync(path.join(made.folder, file), `${rows.join("\n")}\n`);
      return file;
    };
    const train = write("train", (question) => question, cases);
    const test = write("test", (question) => `Once more: ${question}`, cases.slice(0, 1));
    configuration.benchmarks[name] = {
      use: { family, files: { train, test }, map: maps[family] },
      domain: "in",
      target: "train",
      evaluation: "test",
    };
  }
  writeConfiguration(made.folder, configuration);
  await runHere(made.folder, { until: "collect", change: withPreparedAnswers });
  return made;
}

/** The loop as it is, with a target that gives the prepared responses. */
function withPreparedAnswers(services: LoopServices): LoopServices {
  const all: ShopCase[] = [...math, ...choice, ...code, ...logic];
  const { models } = services;
  const target: Asks = {
    identity: models.targetIdentity(null),
    price: ({ promptTokens, completionTokens }) => (promptTokens * 2 + completionTokens * 6) / 1e6,
    ask: async ({ messages }) => {
      const asked = messages.at(-1)?.content ?? "";
      const found = all.find(({ question }) => asked.includes(question));
      if (found === undefined) throw new Error(`There is no prepared response to: ${asked}`);
      const usage = { promptTokens: 96, cachedTokens: 0, completionTokens: 1108, estimated: false };
      const answer = { text: found.response, reasoning: null, finish: "stop" as const, usage };
      return { answer, key: `prepared-${found.id}`, cached: false };
    },
  };
  return {
    ...services,
    models: {
      concurrency: (role) => models.concurrency(role),
      targetIdentity: (checkpoint) => models.targetIdentity(checkpoint),
      instructorIdentity: () => models.instructorIdentity(),
      judgeIdentity: () => models.judgeIdentity(),
      instructor: async (signal) => models.instructor(signal),
      judge: async (signal) => models.judge(signal),
      target: async () => target,
    },
  };
}
