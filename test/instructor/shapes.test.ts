import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseAnswer, parseYield, type ParsedAnswer } from "../../src/engine/instructor/index.js";

/**
 * Answers as instructors write them, one file a shape: a JSON head with what must be read, a line `=====`, the answer
 * as it is. In a draft `question`, `solution`, `answer`, `options`, `tests` and `entryPoint` are exact, `…Has` is a part.
 */
interface Shape {
  readonly name: string;
  readonly answer: string;
  readonly family: string;
  readonly format: "json" | "text";
  readonly asked: number;
  readonly finish?: "length";
  readonly faults?: readonly string[];
  readonly analysis?: string;
  readonly drafts: readonly Readonly<Record<string, unknown>>[];
}

const folder = join(import.meta.dirname, "shapes");
const shapes = readdirSync(folder)
  .sort()
  .map((file): Shape => {
    const text = readFileSync(join(folder, file), "utf8");
    const at = text.indexOf("\n=====\n");
    const head = JSON.parse(text.slice(0, at)) as Omit<Shape, "name" | "answer">;
    return { ...head, name: file.replace(/\.txt$/, ""), answer: text.slice(at + 7) };
  });

function parse(shape: Shape): ParsedAnswer {
  const finish = shape.finish ?? "stop";
  return parseAnswer(shape.answer, shape.family, shape.format, { asked: shape.asked, finish });
}

const leak =
  /(?:^|\n)\s*(?:#{1,6}|\*\*)\s*\w|\b(?:Question|Answer|Solution)\s*\d?\s*:|^\s*(?:question|answer|solution)\b/;

describe("answer shapes", () => {
  it("are at least sixty", () => {
    expect(shapes.length).toBeGreaterThanOrEqual(60);
  });

  it.each(shapes.map((shape) => [shape.name, shape] as const))("%s", (_name, shape) => {
    const parsed = parse(shape);
    const found = parsed.drafts.map((draft, index) => {
      const wanted = shape.drafts[index] ?? {};
      const picked: Record<string, unknown> = {};
      for (const key of Object.keys(wanted)) {
        const field = key.replace(/Has$/, "");
        const value: unknown = Reflect.get(draft, field);
        const part = wanted[key];
        const holds =
          key.endsWith("Has") && typeof value === "string" && typeof part === "string" && value.includes(part);
        picked[key] = holds ? part : value;
      }
      return picked;
    });
    expect(found).toEqual(shape.drafts);
    for (const fault of shape.faults ?? []) expect(parsed.faults.join("\n")).toContain(fault);
    if (shape.faults === undefined) expect(parsed.faults).toEqual([]);
    if (shape.analysis !== undefined) expect(parsed.analysis).toContain(shape.analysis);
    for (const draft of parsed.drafts) {
      expect(draft.question).not.toMatch(leak);
      if (shape.family !== "code") expect(draft.solution).not.toMatch(leak);
    }
    for (const mark of parsed.marks) {
      expect(mark.start).toBeLessThanOrEqual(mark.end);
      expect(mark.end).toBeLessThanOrEqual(shape.answer.length);
    }
  });

  it("are read completely where they are complete", () => {
    const whole = shapes.filter((shape) => shape.drafts.length > 0 && shape.faults === undefined);
    const total = parseYield(whole.map(parse));
    console.log(
      `parse yield: ${total.found} of ${total.asked} samples in ${whole.length} whole answers of ${shapes.length}`,
    );
    expect(total.share).toBe(1);
  });
});
