import { expect, it } from "vitest";
import { candidateProgram } from "../../src/engine/families/codeProgram.js";

it("takes a recorded completion that begins inside the function whole, with the definitions after it", () => {
  const data = {
    entryPoint: "area",
    prefix: "def area(side: int) -> int:\n",
    tests: {
      imports: [],
      setup: "",
      kind: "check" as const,
      code: ["def check(candidate):\n    assert candidate(2) == 4"],
    },
    reference: null,
  };
  const completion = "    return side * side\n\ndef area(side: int) -> int:\n    return side * unknown\n";
  const { program } = candidateProgram(completion, data, "code", "paper");
  expect(program).toContain("def area(side: int) -> int:\n    return side * side\n");
  expect(program).toContain("return side * unknown");
});
