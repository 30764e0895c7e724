import { execFileSync, spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createCodeRunner, probeSandbox } from "../../src/adapters/sandbox/index.js";
import { Fault } from "../../src/engine/fault.js";
import type { CodeRunner, CodeTask, CodeVerdict, SandboxLayer } from "../../src/engine/seams/index.js";

const signal = new AbortController().signal;
const found = (await probeSandbox()).layer;
/** The contract of the seam is the same for a plain process, to which this test consents for its own programs. */
const layers: SandboxLayer[] = found === null ? ["process"] : [found, "process"];

function task(program: string, code: string | string[], more: Partial<CodeTask> = {}): CodeTask {
  const tests = { imports: [], setup: "", kind: "assertions" as const, code: typeof code === "string" ? [code] : code };
  return { program, entryPoint: null, tests, timeoutMs: 10_000, ...more };
}

function check(program: string, code: string, entryPoint: string): CodeTask {
  return task(program, code, { entryPoint, tests: { imports: [], setup: "", kind: "check", code: [code] } });
}

describe.each(layers)("CodeRunner as %s", (layer) => {
  let runner: CodeRunner;
  const run = (given: CodeTask): Promise<CodeVerdict> => runner.run(given, signal);

  beforeAll(async () => {
    runner = await createCodeRunner({ allow: [layer], workers: 2 });
  });
  afterAll(() => runner.close());

  it("names its layer", () => {
    expect(runner.layer).toBe(layer);
  });

  it.each([
    ["a function", "def f(x): return x + 1", "assert f(1) == 2"],
    ["test names that are builtins", "def sum(a, b): return a + b", "assert sum(1, 2) == 3"],
    ["CRLF line ends", "def f(x):\r\n\treturn x\r\n", "assert f(1) == 1\r\nassert f(2) == 2"],
    [
      "arguments that are changed in place",
      "def f(x): x.append([1]); x[0].clear()",
      "a = [[5]]\nb = a[0]\nf(a)\nassert a == [[], [1]]\nassert b == []",
    ],
    [
      "a dictionary that is changed in place",
      "def f(d): d['b'] = d.pop('a')",
      "d = {'a': 1}\nf(d)\nassert d == {'b': 1}",
    ],
    ["a function as argument", "def f(g): return g(3) + 1", "assert f(lambda x: x * 2) == 7"],
    ["a builtin as argument", "def f(g): return g([1, 2])", "assert f(sum) == 3 and f(len) == 2"],
    [
      "a callback that calls the program",
      "def f(g): return g(3)\ndef h(x): return x * 2",
      "assert f(lambda x: h(x)) == 6",
    ],
    ["a function as result", "def f(n): return lambda x: x + n", "assert f(1)(2) == 3"],
    [
      "a generator as result",
      "def f(n):\n    while True:\n        yield n",
      "from itertools import islice\nassert list(islice(f(2), 2)) == [2, 2]",
    ],
    [
      "objects that the test builds",
      "class Pair:\n    def __init__(self, a, b): self.a, self.b = a, b\ndef f(pairs): return sum(p.a * p.b for p in pairs)",
      "assert f([Pair(1, 2), Pair(3, 4)]) == 14",
    ],
    [
      "attributes that the test sets",
      "class Node:\n    def __init__(self, v): self.v = v; self.next = None\ndef f(n): return 0 if n is None else n.v + f(n.next)",
      "root = Node(1)\nroot.next = Node(2)\nassert f(root) == 3\nassert root.next.v == 2",
    ],
    [
      "an expected exception",
      "def f(x):\n    raise ValueError('bad')",
      "try:\n    f(1)\n    assert False\nexcept ValueError as e:\n    assert str(e) == 'bad'",
    ],
    [
      "an exception class of the program",
      "class Bad(Exception): pass\ndef f(x):\n    raise Bad()",
      "try:\n    f(1)\n    assert False\nexcept Bad:\n    pass",
    ],
    ["modules that the program imported", "import math\ndef f(x): return math.sqrt(x)", "assert math.isclose(f(4), 2)"],
    ["an import of the test that the program needs", "def f(x): return math.sqrt(x)", "import math\nassert f(4) == 2"],
    [
      "truth of an object",
      "import re\ndef f(s): return re.match('a', s)",
      "assert f('a')\nassert not f('b')\nassert f('a').group() == 'a'",
    ],
    ["very large integers", "def f(n): return 7 ** n", "assert f(9000) == 7 ** 9000"],
    [
      "floats that are no numbers",
      "def f(): return [float('nan'), float('inf'), -0.0]",
      "import math\na, b, c = f()\nassert a != a and b == math.inf and math.copysign(1, c) == -1",
    ],
    [
      "the order of a set",
      "def f(s): return tuple(s)",
      "assert f({12, 13, 14, 15, 16}) == tuple({12, 13, 14, 15, 16})",
    ],
    ["lone surrogates", "def f(s): return s + '\\udc80'", "assert f('\\ud800') == '\\ud800\\udc80'"],
  ])("passes %s", async (_, program, code) => {
    expect(await run(task(program, code))).toMatchObject({ outcome: "passed", failure: null, forgeable: false });
  });

  it.each([
    "None",
    "True",
    "-3",
    "1.5",
    "(1+2j)",
    "'ä\\n'",
    "b'\\x00'",
    "bytearray(b'a')",
    "[1, (2, [3])]",
    "{1, 2}",
    "frozenset({1})",
    "{'a': {1: None}}",
    "range(1, 9, 2)",
    "collections.Counter('aab')",
    "collections.OrderedDict(a=1)",
    "collections.deque([1, 2], maxlen=2)",
    "decimal.Decimal('1.10')",
    "fractions.Fraction(1, 3)",
    "datetime.datetime(2024, 2, 3, 4, 5, 6, 7)",
    "datetime.date(2024, 2, 3)",
    "datetime.timedelta(days=1)",
    "slice(1, 2)",
    "Ellipsis",
    "re.compile('a+', 2)",
    "{'a': 1}.keys()",
    "{'a': 1}.items()",
    "int",
  ])("takes %s there and back as the same type", async (value) => {
    const imports = "import collections, datetime, decimal, fractions, re\n";
    const code = `${imports}v = ${value}\nassert type(f(v)) is type(v)\nassert f(v) == v\nassert kind(v) == type(v).__name__`;
    const program = "def f(v): return v\ndef kind(v): return type(v).__name__";
    expect(await run(task(program, code))).toMatchObject({ outcome: "passed" });
  });

  it.each([
    ["class A(list): pass", "A([1])", "[1]", "list"],
    ["from collections import namedtuple\nA = namedtuple('A', 'x y')", "A(1, 2)", "(1, 2)", "tuple"],
    ["from collections import defaultdict", "defaultdict(int, a=1)", "{'a': 1}", "dict"],
    ["import enum\nclass A(enum.IntEnum):\n    X = 3", "A.X", "3", "int"],
    ["class A(str):\n    def __eq__(self, o): return True\n    __hash__ = str.__hash__", "A('a')", "'a'", "str"],
  ])("rebuilds a value of `%s` as its builtin type", async (before, value, expected, type) => {
    const code = `assert f() == ${expected}\nassert type(f()) is ${type}\nassert f() != 'other'`;
    expect(await run(task(`${before}\ndef f(): return ${value}`, code))).toMatchObject({
      outcome: "passed",
      forgeable: false,
    });
  });

  it("tells the failing comparison with its source, index and both sides", async () => {
    const verdict = await run(task("def f(x): return x", ["assert f(1) == 1", "assert [2, 3] == f([2])"]));
    expect(verdict.outcome).toBe("assertion");
    expect(verdict.failure).toEqual({
      type: "AssertionError",
      message: "",
      test: 1,
      assertion: "assert [2, 3] == f([2])",
      expected: "[2, 3]",
      actual: "[2]",
      line: null,
    });
  });

  it("counts assertions in the order in which they ran, also in loops", async () => {
    const code = "def check(candidate):\n    for i in range(5):\n        assert candidate(i) < 3, 'too large'\n";
    const verdict = await run(check("def f(x): return x", code, "f"));
    expect(verdict.failure).toMatchObject({ test: 3, message: "too large", actual: "3", expected: "3" });
  });

  it("tells the line of the program that raised", async () => {
    const verdict = await run(task("def g(x):\n    return 1 / x\n\ndef f(x):\n    return g(x)\n", "assert f(0) == 1"));
    expect(verdict).toMatchObject({
      outcome: "exception",
      failure: {
        type: "ZeroDivisionError",
        message: "division by zero",
        line: 2,
        test: 0,
        assertion: "assert f(0) == 1",
      },
    });
  });

  it.each([
    ["syntax", "def f(:\n  pass", "f", { type: "SyntaxError", line: 1 }],
    ["syntax", "def f():\n    pass\n  x = 1", "f", { type: "IndentationError", line: 3 }],
    ["syntax", "x = 1\0", "f", {}],
    ["missing-entry-point", "def g(): pass", "f", { type: "NameError" }],
    ["missing-entry-point", "def g(): pass", null, { type: "NameError", message: "name 'f' is not defined" }],
    ["exception", "import nothing_of_that_name", "f", { type: "ModuleNotFoundError", line: 1 }],
    ["exception", "def f(): return missing", "f", { type: "NameError", line: 1 }],
    ["exception", "def f(): assert False", "f", { type: "AssertionError", line: 1 }],
    ["timeout", "def f():\n    while True: pass", "f", {}],
    ["timeout", "while True: pass", "f", {}],
    ["killed", "import os\nos._exit(0)", "f", {}],
  ])("says %s", async (outcome, program, entryPoint, failure) => {
    const verdict = await run(task(program, "assert f() == 1", { entryPoint, timeoutMs: 1000 }));
    expect(verdict).toMatchObject({ outcome, failure });
  });

  it("calls check itself, or lets the tests call it", async () => {
    const code = "METADATA = {'a': 1}\n\ndef check(candidate):\n    assert candidate(1) == 2\n    assert f(1) == 2\n";
    for (const tests of [code, `${code}check(f)\n`]) {
      expect(await run(check("def f(x): return x + 1", tests, "f"))).toMatchObject({ outcome: "passed" });
      expect(await run(check("def f(x): return x", tests, "f"))).toMatchObject({ outcome: "assertion" });
    }
  });

  it("runs program, imports, setup and assertions in this order", async () => {
    const tests = {
      imports: ["import math"],
      setup: "root = Node(2)",
      kind: "assertions" as const,
      code: ["assert f(root) == 2.0"],
    };
    const program = "class Node:\n    def __init__(self, v): self.v = v\ndef f(n): return math.floor(n.v)";
    expect(await run({ ...task(program, ""), tests })).toMatchObject({ outcome: "passed", forgeable: false });
  });

  it("marks a verdict forgeable when the test hands over objects of its own", async () => {
    const code = (expected: number): string => `class Box:\n    v = 3\nassert f(Box()) == ${expected}`;
    expect(await run(task("def f(b): return b.v", code(3)))).toMatchObject({ outcome: "passed", forgeable: true });
    const wrong = await run(task("def f(b): return b.v", code(4)));
    expect(wrong).toMatchObject({ outcome: "assertion", forgeable: true });
    expect(wrong.forgeableBecause).toContain("Box");
  });

  it("marks a verdict forgeable when the program's own equality decides", async () => {
    const program =
      "class V:\n    def __init__(self, x): self.x = x\n    def __eq__(self, o): return self.x == o.x\n    def __add__(self, o): return V(self.x + o.x)";
    expect(await run(task(program, "assert V(1) + V(2) == V(3)"))).toMatchObject({
      outcome: "passed",
      forgeable: true,
    });
    expect(await run(task(program, "assert V(1) == V(3)"))).toMatchObject({ outcome: "assertion", forgeable: true });
  });

  it("keeps what the program printed, bounded", async () => {
    const verdict = await run(
      task(
        "import sys\nprint('out')\nprint('err', file=sys.stderr, flush=True)\ndef f(): print('ä' * 9000, flush=True)",
        "f()",
      ),
    );
    expect(verdict.output).toContain("out");
    expect(verdict.output).toContain("err");
    expect(Buffer.byteLength(verdict.output)).toBeLessThanOrEqual(8200);
  });

  it("is deterministic: hashes, random numbers and what earlier tests did", async () => {
    const program = "import random\ndef f(): return [hash('a'), random.random(), random.randint(0, 10**9)]";
    const values = await Promise.all(
      Array.from({ length: 4 }, () => runner.evaluate({ program, expressions: ["f()"], timeoutMs: 5000 }, signal)),
    );
    expect(new Set(values.map((value) => JSON.stringify(value))).size).toBe(1);
    await run(task("def f(): pass", "import math, builtins\nmath.pi = 3\nbuiltins.sorted = None\nassert False"));
    // Not even by way of modules that tests use all the time, or that the program imported for them.
    await run(
      task("import sys", "import re\nre.functools.reduce = None\nre.copyreg.dispatch_table.clear()\nassert False"),
    );
    await run(task("import sys", "sys.modules.clear()\nassert False"));
    const after = "import math\nassert math.pi > 3.1 and sorted([2, 1]) == [1, 2]";
    const verdicts = await Promise.all(Array.from({ length: 4 }, () => run(task("x = 1", after))));
    expect(verdicts.map(({ outcome }) => outcome)).toEqual(["passed", "passed", "passed", "passed"]);
  });

  it("lets a program use threads, locks and signals of its own", async () => {
    const program = [
      "import queue, signal, threading, time",
      "def f(n):",
      "    found = queue.Queue()",
      "    def work(i):",
      "        time.sleep(0.001)",
      "        found.put(i)",
      "    threads = [threading.Thread(target=work, args=(i,)) for i in range(n)]",
      "    for thread in threads: thread.start()",
      "    for thread in threads: thread.join()",
      "    signal.signal(signal.SIGALRM, lambda *_: found.put(-1))",
      "    signal.setitimer(signal.ITIMER_REAL, 0.001)",
      "    time.sleep(0.05)",
      "    main = threading.current_thread() is threading.main_thread()",
      "    return sorted(found.queue), main, threading.active_count()",
    ].join("\n");
    const verdict = await run(task(program, "assert f(5) == ([-1, 0, 1, 2, 3, 4], True, 1)"));
    expect(verdict.failure).toBeNull();
  });

  it.skipIf(process.platform !== "linux")("keeps a task on one processor (needs Linux)", async () => {
    const program = "import os\ndef f(): return len(os.sched_getaffinity(0))";
    expect((await run(task(program, "assert f() == 1"))).failure).toBeNull();
  });

  it("evaluates expressions to the reprs of plain values", async () => {
    const program = "def f(x): return {'a': x}\nclass A: pass";
    const expressions = [
      "f(1)",
      "f((1,))['a'] + (2,)",
      "A()",
      "f(",
      "1 / 0",
      "sum([1, 2])",
      "__import__('os').getpid() * 0",
    ];
    const values = await runner.evaluate({ program, expressions, timeoutMs: 5000 }, signal);
    expect(values).toEqual([
      { repr: "{'a': 1}" },
      { repr: "(1, 2)" },
      { fault: expect.stringContaining("not plain") as string },
      { fault: "the expression does not parse" },
      { fault: "ZeroDivisionError: division by zero" },
      { repr: "3" },
      { repr: "0" },
    ]);
    for (const broken of ["x = ", "raise ValueError('no')", "import os\nos._exit(0)"]) {
      const failed = await runner.evaluate({ program: broken, expressions: ["1", "2"], timeoutMs: 5000 }, signal);
      expect(failed).toHaveLength(2);
      expect(failed[0]).toEqual({ fault: expect.stringContaining("the program failed") as string });
      expect(failed[1]).toEqual(failed[0]);
    }
  });

  it("cancels a running and a waiting task, and works on", async () => {
    const abort = new AbortController();
    const forever = task("while True: pass", "assert f() == 1", { timeoutMs: 60_000 });
    const tasks = Array.from({ length: 4 }, () => runner.run(forever, abort.signal));
    const settled = Promise.allSettled(tasks);
    setTimeout(() => {
      abort.abort();
    }, 100);
    for (const result of await settled) {
      expect(result).toMatchObject({ status: "rejected", reason: { kind: "cancelled" } });
    }
    expect(await run(task("def f(): return 1", "assert f() == 1"))).toMatchObject({ outcome: "passed" });
  });
});

describe("faults of the harness", () => {
  it("rejects with a fault, never a verdict, when a worker is killed, and starts another one", async () => {
    const runner = await createCodeRunner({ allow: layers, workers: 1 });
    try {
      const pending = runner.run(task("while True: pass", "assert f() == 1", { timeoutMs: 30_000 }), signal);
      const failure = expect(pending).rejects.toMatchObject({ name: "Fault", kind: "sandbox" });
      await new Promise((resolve) => setTimeout(resolve, 1500));
      for (const pid of childrenOf(process.pid)) process.kill(pid, "SIGKILL");
      await failure;
      const verdict = await runner.run(task("def f(): return 1", "assert f() == 1"), signal);
      expect(verdict.outcome).toBe("passed");
    } finally {
      await runner.close();
    }
    await expect(runner.run(task("", "pass"), signal)).rejects.toBeInstanceOf(Fault);
  });

  it("names what it looked for when there is no interpreter", async () => {
    await expect(createCodeRunner({ python: "/no/such/python" })).rejects.toMatchObject({
      kind: "sandbox",
      details: { found: expect.stringContaining("/no/such/python") as string },
    });
  });

  it("runs no plain process without consent", async () => {
    await expect(createCodeRunner({ allow: [] })).rejects.toMatchObject({ kind: "sandbox" });
  });

  it.skipIf(process.platform !== "linux")(
    "leaves no process behind when its owner is killed (needs Linux)",
    async () => {
      const mark = `preceptor-orphan-${process.pid}`;
      const source = new URL("./owner.ts", import.meta.url).pathname;
      const bundle = execFileSync(
        "npx",
        ["esbuild", source, "--bundle", "--platform=node", "--format=esm", "--external:zod", "--log-level=error"],
        { encoding: "utf8" },
      );
      const home = new URL("../../src/adapters/sandbox/", import.meta.url).href;
      const owner = spawn(
        process.execPath,
        ["--input-type=module", "-e", bundle.replaceAll("import.meta.url", JSON.stringify(home)), mark],
        { stdio: ["ignore", "pipe", "inherit"] },
      );
      await new Promise((resolve) => owner.stdout.once("data", resolve));
      const family = descendantsOf(owner.pid ?? 0);
      expect(family.length).toBeGreaterThan(2);
      owner.kill("SIGKILL");
      await new Promise((resolve) => setTimeout(resolve, 1500));
      expect(family.filter((pid) => isAlive(pid))).toEqual([]);
    },
  );
});

function childrenOf(pid: number): number[] {
  return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/children`, "utf8").split(" ").filter(Boolean).map(Number),
  );
}

function descendantsOf(pid: number): number[] {
  return childrenOf(pid).flatMap((child) => [child, ...descendantsOf(child)]);
}

function isAlive(pid: number): boolean {
  try {
    return !readFileSync(`/proc/${pid}/stat`, "utf8").includes(") Z ");
  } catch {
    return false;
  }
}
