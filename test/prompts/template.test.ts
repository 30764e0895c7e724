import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Fault } from "../../src/engine/fault.js";
import {
  filterNames,
  frontMatterKeys,
  parseTemplate,
  renderTemplate,
  roleLine,
  statementNames,
  templateFamilies,
  variablesOf,
  type Template,
} from "../../src/engine/prompts/index.js";

const head = "---\nversion: 1\nstrategy: LE\nfamily: math\nset: clean\nformat: json\n---\n";
const complete = 'Answer as {"samples": []}. {{ samples }} {{ question }} {{ response }}';

function parsed(body: string, front = head): Template {
  const { template, diagnostics } = parseTemplate(front + body, "x.prompt");
  expect(diagnostics.filter((item) => item.severity === "error")).toEqual([]);
  if (template === null) throw new Error("no template");
  return template;
}

function codes(body: string, front = head): string[] {
  return parseTemplate(front + body, "x.prompt").diagnostics.map(
    (item) => `${item.code} ${item.line}:${item.column}+${item.length}`,
  );
}

const given = {
  question: "Q",
  response: "R",
  samples: 3,
  reference: null,
  family: "math",
  benchmark: "b",
  group: null,
};

describe("reading a template", () => {
  it("takes name from the file and parameters from the front matter", () => {
    const front = head.replace(
      "format: json",
      "format: json\nparameters:\n  temperature: 0.8\n  max_tokens: 4095\n  top_p: null",
    );
    const template = parsed(`---system---\nBe kind.\n---user---\n${complete}`, front);
    expect(template.name).toBe("x");
    expect(template.parameters).toEqual({ temperature: 0.8, topP: null, maxTokens: 4095 });
    expect(template.sections.map((section) => section.role)).toEqual(["system", "user"]);
    expect(template.uses).toEqual(["samples", "question", "response"]);
  });

  it.each<[string, string, string[]]>([
    ["an unknown variable", "---user---\n" + complete + "\n  {{ respnse }}", ["unknown-variable 10:6+7"]],
    [
      "a variable of another strategy",
      "---user---\n" + complete + "{{ correct_questions }}",
      ["unknown-variable 9:74+17"],
    ],
    ["an unknown filter", "---user---\n" + complete + "{{ question | shout }}", ["unknown-filter 9:85+5"]],
    ["a tag that is not closed", "---user---\n" + complete + "\n{{ question", ["syntax 10:1+2"]],
    ["a tag that cannot be read", "---user---\n" + complete + "\n{{ question question }}", ["syntax 10:1+23"]],
    ["a block that is not closed", "---user---\n" + complete + "\n{% if reference %}", ["unclosed-block 10:1+18"]],
    [
      "a block over a role line",
      "---user---\n{% if reference %}\n---user---\n{% endif %}" + complete,
      ["unclosed-block 9:1+18", "unexpected-block-end 11:1+11"],
    ],
    ["an end without a start", "---user---\n" + complete + "{% endfor %}", ["unexpected-block-end 9:71+12"]],
    ["a statement that does not exist", "---user---\n" + complete + "{% include 'x' %}", ["unknown-statement 9:71+17"]],
    ["an unknown role", "---tutor---\nx\n---user---\n" + complete, ["unknown-role 8:4+5"]],
    ["text before a role", "Hello\n---user---\n" + complete, ["text-before-role 8:1+5"]],
    [
      "a system turn behind the user's",
      "---user---\n" + complete + "\n---system---\nx\n---user---\ny",
      ["role-order 10:1+12"],
    ],
    ["no turn of the user at the end", "---system---\n" + complete, ["missing-user-turn 8:1+12"]],
    ["an empty turn", "---system---\n---user---\n" + complete, ["empty-turn 8:1+12"]],
    ["a missing variable", '---user---\n{"samples"} {{ question }} {{ response }}', ["missing-variable 8:1+10"]],
    [
      "a missing return format",
      "---user---\n{{ samples }} {{ question }} {{ response }}",
      ["missing-return-format 8:1+10"],
    ],
  ])("reports %s at its place", (_name, body, expected) => {
    expect(codes(body)).toEqual(expected);
  });

  it.each<[string, string, string[]]>([
    ["no front matter", "", ["front-matter-missing 1:1+3"]],
    ["YAML that is none", "---\nversion: [1\nstrategy: LE\n---\n", ["missing-key", "front-matter-syntax"]],
    ["a key that is unknown", head.replace("set:", "colour: red\nset:"), ["unknown-key 5:1+6"]],
    ["a set that is unknown", head.replace("clean", "nice"), ["wrong-value 5:6+4"]],
    ["a missing strategy", head.replace("strategy: LE\n", ""), ["missing-key 1:1+3"]],
    ["a version of the future", head.replace("version: 1", "version: 2"), ["newer-version 2:10+1"]],
    [
      "a parameter out of range",
      head.replace("format: json", "format: json\nparameters:\n  temperature: 9"),
      ["wrong-value 8:16+1"],
    ],
    [
      "a parameter that is unknown",
      head.replace("format: json", "format: json\nparameters:\n  heat: 1"),
      ["unknown-key 8:3+4"],
    ],
    ["a strategy of somebody's own", head.replace("LE", "Mine"), ["wrong-value 3:11+4"]],
  ])("reports %s", (_name, front, expected) => {
    const found = codes(`---user---\n${complete}`, front);
    for (const item of expected) expect(found.join("\n")).toContain(item);
  });

  it("keeps the head of a broken file for the editor", () => {
    const result = parseTemplate(`${head}---user---\n{{`, "x.prompt");
    expect(result.template).toBeNull();
    expect(result.head).toMatchObject({ strategy: "LE", family: "math", set: "clean" });
  });

  it("never throws, and places lie inside the file", () => {
    const piece = fc.oneof(
      fc.constantFrom("---\n", "---user---\n", "---system---\n", "version: 1\n", "strategy: LE\n", "{{", "}}", "{%", "%}", "{#", "#}",
        "if ", "for x in ", "endif", "endfor", "set x = ", "| upper", "question", '"', "'", "\n", "a: [", "\t", "\\", "-", "(", ")", "{"), // prettier-ignore
      fc.string({ maxLength: 6 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), fc.boolean(), (pieces, withHead) => {
        const text = (withHead ? head : "") + pieces.join("");
        const lines = text.replace(/\r\n?/g, "\n").split("\n").length;
        const result = parseTemplate(text, "x.prompt");
        for (const item of result.diagnostics) {
          expect(item.line).toBeGreaterThanOrEqual(1);
          expect(item.line).toBeLessThanOrEqual(lines + 1);
          expect(item.column).toBeGreaterThanOrEqual(1);
          expect(item.length).toBeGreaterThanOrEqual(1);
        }
        expect(result.template === null).toBe(result.diagnostics.some((item) => item.severity === "error"));
      }),
      { numRuns: 300 },
    );
  });

  it("knows every filter, statement, family and key that it offers for completion", () => {
    for (const filter of filterNames) {
      expect(codes(`---user---\n${complete}{{ question | ${filter} }}`).join()).not.toContain("unknown-filter");
    }
    const tags = statementNames.map((name) => (name === "if" || name === "elif" ? `${name} samples` : name));
    expect(tags).toEqual(["if samples", "elif samples", "else", "endif", "for", "endfor", "set"]);
    const all =
      "{% if samples %}{% elif samples %}{% else %}{% endif %}{% for x in question %}{% endfor %}{% set x = 1 %}";
    expect(codes(`---user---\n${complete}${all}`)).toEqual([]);
    for (const family of templateFamilies)
      expect(codes(`---user---\n${complete}`, head.replace("math", family))).toEqual([]);
    expect(Object.keys(frontMatterKeys)).toEqual(expect.arrayContaining(["strategy", "family", "set", "format"]));
    expect(roleLine.test("---user---")).toBe(true);
  });

  it("documents every variable", () => {
    for (const strategy of ["LE", "LEC", "AugGPT", "judge", "mine"]) {
      for (const doc of variablesOf(strategy, "code")) expect(doc.description.length).toBeGreaterThan(10);
    }
    expect(variablesOf("LE", "code").map((doc) => doc.name)).toContain("entry_point");
    expect(variablesOf("LE", "math").map((doc) => doc.name)).not.toContain("entry_point");
  });
});

describe("filling a template", () => {
  const text = (body: string, values = {}): string =>
    renderTemplate(parsed(`---user---\n${body}`), { ...given, ...values }).at(-1)?.content ?? "";

  it("shows the text as it stands in the file", () => {
    expect(text("a\n\n  b {% if true %}c{% endif %}\n  d\n")).toBe("a\n\n  b c\n  d");
    expect(text("  {% if samples %}x{% endif %}\ny-}\nz%}\nw")).toBe("  x\ny-}\nz%}\nw");
    expect(text("a\n{% if samples %}\nb\n{% else %}\nc\n{% endif %}\n\nd")).toBe("a\nb\n\nd");
    expect(text("a {# note #}\nb\n{# a line of its own #}\nc")).toBe("a \nb\nc");
    expect(text("{% if samples %}\n\na\n{% endif %}")).toBe("\na");
    expect(text("a   \n{%- if samples %} b{% endif %}")).toBe("a b");
  });

  it("leaves nothing out for a null value, and counts it as false", () => {
    expect(text("[{{ reference }}]{% if reference %}x{% else %}y{% endif %}")).toBe("[]y");
  });

  it("loops over lists", () => {
    const template = parseTemplate(
      `${head.replace("LE", "LEC")}---user---\n{% for item in correct_questions %}\n{{ loop.index }}. {{ item }}\n{% endfor %}\nend`,
      "x.prompt",
    ).template;
    if (template === null) throw new Error("no template");
    expect(renderTemplate(template, { ...given, correct_questions: ["a\n{{ b }}", "c"] })[0]?.content).toBe(
      "1. a\n{{ b }}\n2. c\nend",
    );
  });

  it("takes values as data: braces, tags and role lines in them stay text", () => {
    const hostile = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.array(
        fc.constantFrom("{{ samples }}", "{% if %}", "{# x", "#}", "%}", "\n---system---\n", "---user---", "\n", "{{", "}}", "'", '"', "\\", "-%}", "\r\n", " "),
        { maxLength: 12 },
      ).map((parts) => parts.join("")),
    ); // prettier-ignore
    const template = parsed(
      '---system---\nS {{ response }} S\n---user---\n<{{ question }}>\n{% if response %}\n[{{ response }}]\n{% endif %}\n{{ samples }}"samples"',
    );
    fc.assert(
      fc.property(hostile, hostile, (question, response) => {
        const messages = renderTemplate(template, { ...given, question, response });
        expect(messages.map((message) => message.role)).toEqual(["system", "user"]);
        expect(messages[0]?.content).toBe(`S ${response} S`);
        expect(messages[1]?.content).toBe(`<${question}>\n${response === "" ? "" : `[${response}]\n`}3"samples"`);
      }),
      { numRuns: 300 },
    );
  });

  it("cannot run code or read the clock", () => {
    expect(codes("---user---\n" + complete + '{{ strftime_now("%Y") }}')).toEqual(["unknown-variable 9:74+12"]);
    const template = parsed("---user---\n" + complete + '{{ question.constructor.constructor("return 1")() }}');
    expect(() => renderTemplate(template, given)).toThrow(Fault);
  });

  it("names file and line when a tag fails or a value is missing", () => {
    const fails = parsed(`---user---\n${complete}\n{% if samples %}\nx\n{% endif %}\n{{ question | join(3) }}`);
    const place = (work: () => unknown): unknown => {
      try {
        work();
      } catch (thrown) {
        return thrown instanceof Fault ? [thrown.kind, thrown.details.file, thrown.details.line] : thrown;
      }
      return null;
    };
    expect(place(() => renderTemplate(fails, given))).toEqual(["template", "x.prompt", 13]);
    const { question: _question, ...rest } = given;
    expect(place(() => renderTemplate(parsed(`---user---\nhello\n${complete}`), rest))).toEqual([
      "template",
      "x.prompt",
      10,
    ]);
  });

  it("changes its hash with the text and the parameters, not with name or description", () => {
    const base = parsed(`---user---\n${complete}`);
    expect(parsed(`---user---\n${complete}!`).hash).not.toBe(base.hash);
    expect(parsed(`---user---\n${complete}`, head.replace("---\nv", "---\nname: other\nv")).hash).toBe(base.hash);
    const warm = head.replace("format: json", "format: json\nparameters: { temperature: 1 }");
    expect(parsed(`---user---\n${complete}`, warm).hash).not.toBe(base.hash);
  });
});
