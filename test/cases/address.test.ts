import { describe, expect, test } from "vitest";
import type { CaseRef } from "../../src/protocol/worker/index.js";
import { caseId, readAddress, readCase, writeAddress } from "../../src/vscode/cases/caseAddress.js";

const ref: CaseRef = { run: "run-1", iteration: 2, stage: "collect", key: "mbpp/test/514" };

describe("addresses of case documents", () => {
  test("the path is for people, and the query says everything", () => {
    const { path, query } = writeAddress({ folder: "/projects/a b", ref, part: "program" });
    expect(path).toBe("/Preceptor/run-1/2-collect/mbpp/514.response.py");
    expect(readAddress(query)).toEqual({ folder: "/projects/a b", ref, part: "program" });
  });

  test("an id of other people leaves no folder and hides nothing", () => {
    for (const id of ["HumanEval/12", "../../etc/passwd", "a\u202eb", "?x#y", "", "..", "x".repeat(500)]) {
      const key = `code/test/${id}`;
      const { path, query } = writeAddress({ folder: "/p", ref: { ...ref, key }, part: "tests" });
      expect(path).toMatch(/^\/Preceptor\/run-1\/2-collect\/code\/[\p{L}\p{N}_-][\p{L}\p{N}._-]*\.tests\.py$/u);
      expect(path.length).toBeLessThan(150);
      expect(readAddress(query)?.ref.key).toBe(key);
    }
  });

  test("what nobody here wrote is no address", () => {
    for (const query of ["", "{", "[]", '{"folder":"/p"}', '{"folder":"/p","ref":{},"part":"tests"}']) {
      expect(readAddress(query)).toBeNull();
    }
  });

  test("a command is told a case of a project, a row, or a reference in the project that is shown", () => {
    const located = { folder: "/a", ref };
    expect(readCase(JSON.parse(JSON.stringify(located)))).toEqual(located);
    expect(readCase({ kind: "case", id: "x", ref: { ...ref, benchmark: "mbpp" } })).toEqual({ folder: null, ref });
    expect(readCase(ref)).toEqual({ folder: null, ref });
    for (const other of [undefined, null, "x", {}, { ref: {} }, { folder: 1, ref }]) expect(readCase(other)).toBeNull();
  });

  test("cases of different projects are different", () => {
    expect(caseId("/a", ref)).not.toBe(caseId("/b", ref));
    expect(caseId("/a", ref)).toBe(caseId("/a", { ...ref }));
  });
});
