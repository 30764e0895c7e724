import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  analyse,
  completionsAt,
  factsOf,
  filters,
  foldingRanges,
  hoverAt,
  parseTemplate,
  renderTemplate,
  type Completion,
  type TemplateFacts,
  type TemplateNode,
} from "../../src/engine/prompts/index.js";

const head = "---\nversion: 1\nstrategy: LEC\nfamily: code\nset: clean\nformat: json\n---\n";
const body = `---user---
{{ question }} {{ response }} {{ samples }} "samples"
{% for item in correct_questions %}
{{ loop.index }}. {{ item }}
{% endfor %}
`;
const values = {
  question: "Add.",
  response: "def f(): pass",
  correct_questions: ["one", "two"],
  samples: 2,
  reference: null,
  family: "code",
  benchmark: "own",
  group: null,
  entry_point: "add",
};

/** The text without its marks, `‸` for an offset and `«…»` for a range, and where they were. */
function marked(text: string): { text: string; at: number; start: number; end: number } {
  const at = text.replace(/[«»]/g, "").indexOf("‸");
  const start = text.indexOf("«");
  const end = text.indexOf("»") - 1;
  return { text: text.replace(/[‸«»]/g, ""), at, start, end };
}

const shipped = path.resolve(import.meta.dirname, "../../prompts");
const shippedTexts = readdirSync(shipped)
  .filter((name) => name.endsWith(".prompt"))
  .map((name) => ({ name, text: readFileSync(path.join(shipped, name), "utf8") }));

describe("diagnostics", () => {
  const complete = '---user---\n{{ question }}{{ response }}{{ samples }}{{ correct_questions | join("") }}"samples"';

  const cases: readonly (readonly [string, string, string])[] = [
    ["unknown-variable", "an unknown variable", `${head}${complete}\n é {{ «respnse» }}`],
    ["unknown-variable", "a variable of another family", `${head.replace("code", "math")}${complete} {{ «entry_point» }}`],
    ["missing-variable", "a missing variable", `${head}«---user---»\n{{ question }}{{ response }}{{ samples }}"samples"`],
    ["missing-return-format", "a missing return format", `${head}---system---\nx\n«---user---»\n${complete.slice(11).replace('"samples"', "")}`],
    ["unknown-filter", "an unknown filter", `${head}${complete} {{ question | «shout» }}`],
    ["wrong-filter", "a filter for lists on a text", `${head}${complete} {{ question | «first» }}`],
    ["wrong-filter", "a filter for texts on a list", `${head}${complete} {{ correct_questions | reverse | «upper» }}`],
    ["wrong-filter", "a filter for texts on a number", `${head}${complete} {{ samples | «trim» }}`],
    ["wrong-filter", "a filter without its values", `${head}${complete} {{ question | trim | «replace» }}`],
    ["unknown-statement", "an unknown statement", `${head}${complete} «{% include "x" %}»`],
    ["syntax", "a tag that cannot be read", `${head}${complete} «{{ question question }}»`],
    ["syntax", "a tag that is never closed", `${head}${complete} «{{» question`],
    ["unclosed-block", "a block that is not closed", `${head}${complete}\n«{% if reference %}»\nx`],
    ["unknown-key", "an unknown key", `${head.replace("set:", "«colour»: red\nset:")}${complete}`],
    ["wrong-value", "a wrong value", `${head.replace("clean", "«nice»")}${complete}`],
    ["wrong-value", "a parameter out of range", `${head.replace("format: json", "format: json\nparameters:\n  temperature: «9»")}${complete}`],
    ["front-matter-missing", "no front matter", `«---»user---\n${complete.slice(11)}`],
    ["unknown-role", "an unknown role", `${head}---«tutor»---\nx\n${complete}`],
  ]; // prettier-ignore

  it.each(cases)("%s: places %s exactly", (code, _name, text) => {
    for (const ending of ["\n", "\r\n"]) {
      for (const mark of ["", "\uFEFF"]) {
        const wanted = marked(mark + text.replaceAll("\n", ending));
        const found = analyse(wanted.text, factsOf("x.prompt")).diagnostics.filter((item) => item.code === code);
        expect(found.map(({ start, end }) => wanted.text.slice(start, end))).toContain(
          wanted.text.slice(wanted.start, wanted.end),
        );
        expect(found.map(({ start }) => start)).toContain(wanted.start);
      }
    }
  });

  it("finds nothing to say about any shipped template", () => {
    for (const { name, text } of shippedTexts) expect(analyse(text, factsOf(name)).diagnostics).toEqual([]);
  });

  const count = (text: string): number => text.split(/\s+/).filter(Boolean).length;
  const long: Partial<TemplateFacts> = { countTokens: count, context: { model: "small", tokens: 40, answer: 0 } };

  it("too-long: marks the longest turn, counted with the case", () => {
    const text = `${head}---system---\nBe brief.\n${complete}`;
    const codes = (facts: Partial<TemplateFacts>): unknown[] =>
      analyse(text, factsOf("x.prompt", facts)).diagnostics.map(({ severity, code, start, end }) => [
        severity,
        code,
        text.slice(start, end),
      ]);
    expect(codes(long)).toEqual([]);
    expect(codes({ ...long, values })).toEqual([]);
    const question = "word ".repeat(50);
    expect(codes({ ...long, values: { ...values, question } })).toEqual([["error", "too-long", "---user---"]]);
    expect(codes({ ...long, context: { model: "small", tokens: 5, answer: 0 } })).toEqual([
      ["error", "too-long", "---system---"],
    ]);
    expect(codes({ values: { ...values, question }, countTokens: count })).toEqual([]);
  });

  it("too-long: warns when only the answer has no room", () => {
    const context = { model: "small", tokens: 40, answer: 38 };
    const [found] = analyse(`${head}${complete}`, factsOf("x.prompt", { ...long, values, context })).diagnostics;
    expect([found?.severity, found?.code]).toEqual(["warning", "too-long"]);
  });

  it("tag-fails: marks the line whose tag fails on the case", () => {
    const { text, start, end } = marked(`${head}${complete}\n  «{{ question | join(3) }}»`);
    const found = analyse(text, factsOf("x.prompt", { values })).diagnostics;
    expect(found.map((item) => [item.code, item.start, item.end])).toEqual([["tag-fails", start, end]]);
  });
});

describe("filters", () => {
  it("says of each filter and type what the interpreter does", () => {
    const given = { text: "question", number: "samples", list: "correct_questions" } as const;
    const front = head.replace("code", "math");
    for (const { name, on, call, needsCall } of filters) {
      for (const [type, variable] of Object.entries(given)) {
        for (const brackets of [...(needsCall ? [] : [""]), ...(call === null ? [] : [call])]) {
          const { template, diagnostics } = parseTemplate(
            `${front}---user---\n{{ ${variable} | ${name}${brackets} }}`,
            "x.prompt",
          );
          const fits = on.some((item) => item === type);
          expect([name, type, diagnostics.some(({ code }) => code === "wrong-filter")]).toEqual([name, type, !fits]);
          if (fits && template !== null) expect(() => renderTemplate(template, values)).not.toThrow();
        }
      }
    }
  });
});

describe("completion", () => {
  function complete(text: string): {
    context: string;
    labels: string[];
    replaced: string;
    items: readonly Completion[];
  } {
    const wanted = marked(text);
    const { context, items, start, end } = completionsAt(analyse(wanted.text, factsOf("x.prompt")), wanted.at);
    return { context, labels: items.map(({ label }) => label), replaced: wanted.text.slice(start, end), items };
  }
  const math = head.replace("code", "math").replace("LEC", "LE");

  it("offers the variables that this strategy and family have", () => {
    const all = complete(`${head}---user---\n{{ ‸ }}`);
    expect(all.context).toBe("expression");
    expect(all.labels).toEqual(
      expect.arrayContaining(["question", "response", "correct_questions", "samples", "reference", "entry_point"]),
    );
    const few = complete(`${math}---user---\n{{ que‸stion }}`);
    expect(few.labels).toContain("question");
    expect(few.labels).not.toContain("correct_questions");
    expect(few.labels).not.toContain("entry_point");
    expect(few.replaced).toBe("question");
    expect(complete(`${math.replace("LE", "AugGPT")}---user---\n{{ ‸ }}`).labels).not.toContain("response");
  });

  it("offers filters for the value before them", () => {
    const onText = complete(`${head}---user---\n{{ question | ‸ }}`);
    expect(onText.context).toBe("filter");
    expect(onText.labels).toContain("upper");
    expect(onText.labels).not.toContain("first");
    expect(complete(`${head}---user---\n{{ correct_questions | reverse | fi‸ }}`).labels).toContain("first");
    expect(complete(`${head}---user---\n{{ correct_questions | join(", ") | ‸ }}`).labels).toEqual(onText.labels);
    expect(complete(`${head}---user---\n{% for item in correct_questions %}{{ item | ‸ }}`).labels).toContain("upper");
    expect(complete(`${head}---user---\n{{ samples | ‸ }}`).labels).not.toContain("upper");
  });

  it("offers names of the template inside of their block", () => {
    const text = `${head}---user---\n{% set n = 1 %}{% for item in correct_questions %}{{ ‸ }}{% endfor %}`;
    expect(complete(text).labels).toEqual(expect.arrayContaining(["item", "n", "loop"]));
    expect(complete(`${head}---user---\n{% for item in correct_questions %}{% endfor %}{{ ‸ }}`).labels).not.toContain("item");
    expect(complete(`${head}---user---\n{% for item in correct_questions %}{{ loop.‸ }}{% endfor %}`).labels).toContain("index");
    expect(complete(`${head}---user---\n{{ question.‸ }}`).labels).toEqual([]);
  }); // prettier-ignore

  it("offers statements that fit the block", () => {
    expect(complete(`${head}---user---\n{% ‸ %}`).labels).toEqual(["if", "for", "set"]);
    expect(complete(`${head}---user---\n{% if reference %}{% e‸ %}`).labels).toEqual([
      "if", "for", "set", "elif", "else", "endif",
    ]); // prettier-ignore
    expect(complete(`${head}---user---\n{% for x in correct_questions %}{% ‸ %}`).labels).toContain("endfor");
    expect(complete(`${head}---user---\n{% for x ‸ %}`).labels).toEqual(["in"]);
    expect(complete(`${head}---user---\n{% for x in ‸ %}`).labels).toEqual(["correct_questions"]);
    expect(complete(`${head}---user---\n{% if reference is ‸ %}`).labels).toContain("defined");
    expect(complete(`${head}---user---\n{% if re‸ %}`).labels).toContain("reference");
  });

  it("works in a tag that is not closed yet", () => {
    expect(complete(`${head}---user---\n{{ que‸\nmore text`).labels).toContain("question");
    expect(complete(`${head}---user---\n{{ question | ‸`).context).toBe("filter");
    expect(complete(`${head}---user---\n{{ que\nmore ‸text`).context).toBe("text");
  });

  it("offers nothing in strings and comments", () => {
    expect(complete(`${head}---user---\n{{ correct_questions | join("‸") }}`)).toMatchObject({ context: "string", labels: [] });
    expect(complete(`${head}---user---\n{# ‸ #}`)).toMatchObject({ context: "comment", labels: [] });
  }); // prettier-ignore

  it("offers keys that are not there yet, and their values", () => {
    const keys = complete(head.replace("format: json", "‸"));
    expect(keys).toMatchObject({ context: "front-matter-key", replaced: "" });
    expect(keys.labels).toEqual(expect.arrayContaining(["format", "name", "description", "parameters"]));
    expect(keys.labels).not.toContain("strategy");
    expect(complete(head.replace("format: json", "parameters:\n  temperature: 1\n  ‸")).labels).toEqual([
      "top_p",
      "max_tokens",
    ]);
    const strategies = complete(head.replace("LEC", "L‸EC"));
    expect(strategies).toMatchObject({ context: "front-matter-value", replaced: "LEC" });
    expect(strategies.labels).toEqual(["LE", "LEC", "AugGPT", "judge"]);
    expect(complete(head.replace(" code", " ‸")).labels).toEqual(["math", "choice", "code", "any"]);
    expect(complete(head.replace("set: clean", "name: ‸")).labels).toEqual(["x"]);
  });

  it("offers role lines and whole tags outside of tags", () => {
    expect(complete(`${head}‸`).labels).toContain("{{ question }}");
    expect(complete(`${head}--‸`)).toMatchObject({ context: "role", replaced: "--" });
    expect(complete(`${head}---system---\nx\n---‸`).labels).toEqual(["---user---", "---assistant---"]);
    const text = complete(`${head}---user---\nHello ‸`);
    expect(text.context).toBe("text");
    expect(text.labels).toEqual(expect.arrayContaining(["{{ question }}", "{% for item in correct_questions %}"]));
    for (const { insert } of text.items) {
      const written = insert.replace("$0", "");
      const made = analyse(`${head}---user---\n${written}`, factsOf("x.prompt"));
      expect(made.diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
    }
  });
});

describe("hover", () => {
  function hover(text: string, facts: Partial<TemplateFacts> = {}): unknown {
    const wanted = marked(text);
    const found = hoverAt(analyse(wanted.text, factsOf("x.prompt", facts)), wanted.at);
    return found === null ? null : [found.kind, wanted.text.slice(found.start, found.end), found.value];
  }

  it("shows what a word is, and a variable's value on the case", () => {
    expect(hover(`${head}---user---\n{{ qu‸estion }}`)).toEqual(["variable", "question", undefined]);
    expect(hover(`${head}---user---\n{{ question‸ }}`, { values })).toEqual(["variable", "question", "Add."]);
    expect(hover(`${head}---user---\n{{ ‸reference }}`, { values })).toEqual(["variable", "reference", null]);
    expect(hover(`${head}---user---\n{{ question | up‸per }}`)).toEqual(["filter", "upper", undefined]);
    expect(hover(`${head}---user---\n{% i‸f reference %}`)).toEqual(["statement", "if", undefined]);
    expect(hover(`${head}---us‸er---\n`)).toEqual(["role", "---user---", undefined]);
    expect(hover(head.replace("strategy", "stra‸tegy"))).toEqual(["key", "strategy", undefined]);
    expect(hover(head.replace("LEC", "LE‸C"))).toEqual(["value", "LEC", undefined]);
    expect(hover(`${head}---user---\n{% for item in correct_questions %}{{ lo‸op.index }}`)).toEqual(["local", "loop", undefined]);
    expect(hover(`${head}---user---\n{% for item in correct_questions %}{{ loop.in‸dex }}`)).toEqual(["property", "index", undefined]);
  }); // prettier-ignore

  it("is silent elsewhere", () => {
    expect(hover(`${head}---user---\nque‸stion`)).toBeNull();
    expect(hover(`${head}---user---\n{{ "que‸stion" }}`)).toBeNull();
    expect(hover(`${head}---user---\n{{ constr‸uctor }}`, { values })).toBeNull();
    expect(hover(`${head}---user---\n{{ question | constr‸uctor }}`)).toBeNull();
  });
});

describe("outline", () => {
  const names = (nodes: readonly TemplateNode[]): unknown[] =>
    nodes.map(({ kind, name, children }) => [kind, name, ...(children.length > 0 ? [names(children)] : [])]);
  const text = `${head}---system---
# Task
{# a note
over two lines #}
Solve.
\`\`\`python
# no heading
x = 1
\`\`\`
---user---
## Question
{{ question }}

{% if reference %}
## Reference
{{ reference }}
{% endif %}
## Response
{{ response }}
`;

  it("has turns, headings, blocks and code inside one another", () => {
    expect(names(analyse(text, factsOf("x.prompt")).tree).slice(1)).toEqual([
      ["turn", "system", [["heading", "Task", [["comment", ""], ["code", "python"]]]]],
      ["turn", "user", [["heading", "Question"], ["block", "if reference", [["heading", "Reference"]]], ["heading", "Response"]]],
    ]); // prettier-ignore
    expect(names(analyse(text, factsOf("x.prompt")).tree)[0]).toEqual([
      "front-matter",
      "",
      [["key", "version"], ["key", "strategy"], ["key", "family"], ["key", "set"], ["key", "format"]],
    ]); // prettier-ignore
  });

  it("folds front matter, turns, headings, blocks, comments and code", () => {
    for (const ending of ["\n", "\r\n"]) {
      const lines = text.split("\n");
      const folds = foldingRanges(analyse(text.replaceAll("\n", ending), factsOf("x.prompt")));
      expect(folds.map(({ start, end, kind }) => [lines[start], lines[end], kind])).toEqual([
        ["---", "---", "region"],
        ["---system---", "```", "region"],
        ["# Task", "```", "region"],
        ["{# a note", "over two lines #}", "comment"],
        ["```python", "x = 1", "region"],
        ["---user---", "{{ response }}", "region"],
        ["## Question", "{{ question }}", "region"],
        ["{% if reference %}", "{{ reference }}", "region"],
        ["## Reference", "{{ reference }}", "region"],
        ["## Response", "{{ response }}", "region"],
      ]);
    }
  });
});

it("what is selected of a heading ends with it, also where a block cuts its line", () => {
  const shipped = shippedTexts.find(({ name }) => name === "clean-lec-math.prompt")?.text ?? "";
  // As the property below found it: the loop begins inside of the heading's line, and nothing before it is whole.
  const text = [
    { at: 0, cut: 23, put: "\r" },
    { at: 0, cut: 12, put: "\u{10000}" },
    { at: 0, cut: 20, put: "\u{10000}\u{10000}" },
    { at: 0, cut: 21, put: "" },
    { at: 0, cut: 9, put: "\u{10000}\u{10000}\0\u{10000}" },
    { at: 1881, cut: 1, put: "" },
    { at: 1789, cut: 30, put: "\u202e" },
  ].reduce((before, { at, cut, put }) => before.slice(0, at) + put + before.slice(at + cut), shipped);
  const nodes = [...analyse(text, factsOf("x.prompt")).tree];
  for (const node of nodes) {
    expect(node.selection[1], node.name).toBeLessThanOrEqual(node.end);
    nodes.push(...node.children);
  }
  expect(nodes.map(({ kind }) => kind)).toContain("heading");
});

describe("any text", () => {
  it("never throws on mutated templates, and every place lies inside of the text", () => {
    const piece = fc.oneof(
      fc.constantFrom(
        "---\n", "---user---\n", "---system---\r\n", "{{ ", " }}", "{% ", " %}", "{#", "#}", "if ", "for x in ", "endif", "|", ".", "(", ")", '"',
        "'", "\n", "\r", "\r\n", "\uFEFF", "```\n", "## x\n", "parameters:\n  ", "strategy: ", "__proto__", "constructor", "loop.", "\u202E", "\0",
      ), // prettier-ignore
      fc.string({ unit: "binary", maxLength: 4 }),
    );
    const edit = fc.record({ at: fc.nat(3000), cut: fc.nat(40), put: piece });
    const texts = [...shippedTexts.map((item) => item.text), head + body, ""];
    fc.assert(
      fc.property(
        fc.constantFrom(...texts),
        fc.array(edit, { maxLength: 12 }),
        fc.array(fc.integer({ min: -3, max: 4000 }), { maxLength: 8 }),
        fc.boolean(),
        (original, edits, offsets, windows) => {
          let text = windows ? original.replaceAll("\n", "\r\n") : original;
          for (const { at, cut, put } of edits) text = text.slice(0, at) + put + text.slice(at + cut);
          const facts = {
            values,
            countTokens: (part: string) => part.length,
            context: { model: "m", tokens: 900, answer: 0 },
          };
          const analysis = analyse(text, factsOf("x.prompt", facts));
          // Assertions are slow, and there are thousands of places.
          const outside: unknown[] = [];
          const inside = (start: number, end: number, around: readonly [number, number] = [0, text.length]): void => {
            if (!(around[0] <= start && start <= end && end <= around[1])) outside.push([start, end, around]);
          };
          const visit = (node: TemplateNode, around: readonly [number, number]): void => {
            inside(node.start, node.end, around);
            inside(...node.selection, [node.start, node.end]);
            for (const child of node.children) visit(child, [node.start, node.end]);
          };
          for (const node of analysis.tree) visit(node, [0, text.length]);
          for (const { start, end } of analysis.diagnostics) inside(start, end);
          for (const { start, end } of foldingRanges(analysis)) inside(start, end - 1);
          for (const offset of offsets) {
            const completions = completionsAt(analysis, offset);
            inside(completions.start, completions.end);
            const hover = hoverAt(analysis, offset);
            if (hover !== null) inside(hover.start, hover.end);
          }
          expect(outside).toEqual([]);
        },
      ),
      { numRuns: 400 },
    );
  });
});
