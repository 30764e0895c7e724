"""The judge: runs the tests outside the program's process and decides the verdict.

It parses the tests, runs their statements itself and reaches the program's functions by calls over a pipe
(`proxies.py`). Before each assertion it notes which one is next, and it keeps both sides of a comparison, so that a
failure can be told with its source, index, expected and actual values.
"""

import ast
import builtins
import errno
import json
import os
import random
import sys
import types
from typing import Any, Callable, Dict, List, Optional, Set, Tuple

import plain
import proxies
import tame
import wire

_TESTS = "<tests>"
_STEP, _LEFT, _RIGHT = "__preceptor_step__", "__preceptor_left__", "__preceptor_right__"
_LONGEST_TEXT = 2000

Verdict = Dict[str, Any]
Source = Tuple[str, str]


class Plan:
    """The tests of a task, parsed: what to run and which names of the program they use."""

    def __init__(self, tests: Dict[str, Any], entry: Optional[str]) -> None:
        self.entry = entry
        self.kind: str = tests["kind"]
        self.imports: List[str] = [line for line in tests["imports"] if line.strip()]
        pieces = ["\n".join(tests["code"])] if self.kind == "check" else list(tests["code"])
        self.sources: List[Source] = [("<setup>", _unix(tests["setup"]))] if tests["setup"].strip() else []
        self.sources += [(_TESTS, _unix(piece)) for piece in pieces]
        trees = [ast.parse(source, name) for name, source in self.sources]
        import_trees = [ast.parse(line) for line in self.imports]
        self.calls_check = any(_calls_check(tree) for tree in trees)
        # A program may run only thanks to the imports of the tests, as in the benchmarks' own harnesses.
        self.program_imports = self.imports + [
            ast.unparse(statement)
            for tree in trees
            for statement in tree.body
            if isinstance(statement, (ast.Import, ast.ImportFrom))
        ]
        self.asserts: List[Tuple[str, ast.Assert]] = []
        survey = _Survey(self.asserts)
        for tree in import_trees:
            survey.visit("", tree)
        for (_, source), tree in zip(self.sources, trees):
            survey.visit(source, tree)
        self.tame = survey.tame
        self._names = survey.read - survey.bound
        self.codes = [
            compile(tree, name, "exec", dont_inherit=True) for (name, _), tree in zip(self.sources, trees)
        ]

    def names(self) -> List[str]:
        """Names to ask the program for.

        A builtin stays a builtin, even where the program defines the name: else `abs` or `set` of a test could be the
        program's. The exceptions are the entry point and a benchmark without one whose tests use nothing else.
        """
        own = {name for name in self._names if not hasattr(builtins, name)}
        wanted = own if own or self.entry is not None else self._names
        return sorted(wanted | ({self.entry} if self.entry is not None else set()))


# Plans of tests that were judged before, by their text: a benchmark is evaluated again and again.
_PLANS: Dict[str, Plan] = {}
_MOST_PLANS = 500


def plan_of(tests: Dict[str, Any], entry: Optional[str]) -> Plan:
    """The plan for these tests, from an earlier task where there was one."""
    key = json.dumps([tests, entry])
    plan = _PLANS.get(key)
    if plan is None:
        plan = Plan(tests, entry)
        if plan.tame and len(_PLANS) < _MOST_PLANS:
            _PLANS[key] = plan
    return plan


class _Survey:
    """One walk over the tests: collects names, looks for what is not tame, and changes each assertion so that it is
    noted before it runs and both sides of its comparison are kept."""

    def __init__(self, asserts: List[Tuple[str, ast.Assert]]) -> None:
        self._asserts = asserts
        self.tame = True
        self.read: Set[str] = set()
        # Names that the tests define at their top level.
        self.bound: Set[str] = set()

    def visit(self, source: str, tree: ast.AST) -> None:
        if isinstance(tree, ast.Module):
            for statement in tree.body:
                if isinstance(statement, (ast.FunctionDef, ast.ClassDef)):
                    self.bound.add(statement.name)
        waiting: List[Any] = [tree]
        while waiting:
            node = waiting.pop()
            if isinstance(node, ast.Name):
                if isinstance(node.ctx, ast.Load):
                    self.read.add(node.id)
                self.tame = self.tame and tame.is_tame_node(node)
                continue
            if isinstance(node, ast.Constant):
                continue
            self.tame = self.tame and tame.is_tame_node(node)
            for field in node._fields:
                value = getattr(node, field, None)
                if isinstance(value, list):
                    waiting.extend(item for item in value if isinstance(item, ast.AST))
                    if any(isinstance(item, ast.Assert) for item in value):
                        setattr(node, field, self._instrument(source, value))
                elif isinstance(value, ast.AST):
                    waiting.append(value)

    def _instrument(self, source: str, statements: List[Any]) -> List[Any]:
        changed: List[Any] = []
        for statement in statements:
            if isinstance(statement, ast.Assert):
                changed += _noted(len(self._asserts), statement)
                self._asserts.append((source, statement))
            else:
                changed.append(statement)
        return changed


def _noted(number: int, node: ast.Assert) -> List[ast.stmt]:
    """`assert left < right` as `step(number)` and `assert (l := left) < (r := right)`. The node itself stays as it is."""

    def here(new: Any) -> Any:
        return ast.copy_location(new, node)

    call = ast.Call(here(ast.Name(_STEP, ast.Load())), [here(ast.Constant(number))], [])
    test: ast.expr = node.test
    if isinstance(test, ast.Compare) and len(test.ops) == 1:
        left = here(ast.NamedExpr(here(ast.Name(_LEFT, ast.Store())), test.left))
        right = here(ast.NamedExpr(here(ast.Name(_RIGHT, ast.Store())), test.comparators[0]))
        test = here(ast.Compare(left, test.ops, [right]))
    return [here(ast.Expr(here(call))), here(ast.Assert(test, node.msg))]


class Judge:
    """Decides one task."""

    def __init__(self, link: proxies.Link, used: Callable[[], None]) -> None:
        self._link = link
        self._used = used
        self._steps = 0
        self._now: Optional[int] = None
        self._plan: Optional[Plan] = None

    def run(self, task: Dict[str, Any]) -> Verdict:
        """The verdict, or `{"again": reason}` when the tests have to run in the program's own process."""
        started = False
        try:
            plan = self._plan = plan_of(task["tests"], task["entryPoint"])
            if not plan.tame:
                self._used()
            space = self._link.start(task["program"], plan.program_imports, plan.names())
            started = True
            self._beware(space)
            if plan.entry is not None and plan.entry not in space:
                return self._missing(plan.entry)
            space.update({"__name__": "tests", _STEP: self._step})
            self._run(plan, space)
        except proxies.NeedsInside as reason:
            return {"again": str(reason)}
        except proxies.Gone as gone:
            return {"gone": str(gone)}
        except BaseException as error:  # noqa: B036 - tests and programs may raise SystemExit
            return self._explain(error, started)
        return self._verdict("passed", None)

    def _beware(self, space: Dict[str, Any]) -> None:
        """A module that the tests have from the program, not from an import of their own, counts like an import."""
        if any(isinstance(value, types.ModuleType) and value.__name__ not in tame.MODULES for value in space.values()):
            self._used()

    def _run(self, plan: Plan, space: Dict[str, Any]) -> None:
        for line in plan.imports:
            exec(compile(line, "<imports>", "exec", dont_inherit=True), space)
        for code in plan.codes:
            exec(code, space)
        if plan.kind == "check" and not plan.calls_check:
            space["check"](space[plan.entry] if plan.entry is not None else None)

    def run_inside(self, task: Dict[str, Any], token: str) -> Verdict:
        """Runs the tests in the program's process."""
        try:
            plan = self._plan = plan_of(task["tests"], task["entryPoint"])
            sources = list(plan.sources)
            if plan.kind == "check" and not plan.calls_check:
                sources.append((_TESTS, "check(%s)" % plan.entry))
            if not self._link.inside(task["program"], plan.program_imports, sources, token):
                return {"gone": "the program broke the protocol"}
        except proxies.Gone as gone:
            return {"gone": str(gone)}
        except BaseException as error:  # noqa: B036
            verdict = self._explain(error, True)
            if verdict["failure"]["type"] == "AssertionError" and verdict["failure"]["line"] is None:
                verdict["outcome"] = "assertion"
            return verdict
        return self._verdict("passed", None)

    def evaluate(self, task: Dict[str, Any]) -> Verdict:
        """`repr` of the plain value of each expression, or why there is none."""
        expressions: List[str] = task["expressions"]
        trees: List[Optional[ast.Expression]] = []
        values: List[Dict[str, str]] = []
        for expression in expressions:
            try:
                trees.append(ast.parse(expression.strip(), "<expression>", "eval"))
            except (SyntaxError, ValueError, MemoryError, RecursionError):
                trees.append(None)
        parsed = [tree for tree in trees if tree is not None]
        survey = _Survey([])
        for tree in parsed:
            survey.visit("", tree)
        if not survey.tame:
            self._used()
        names = survey.read
        own = {name for name in names if not hasattr(builtins, name)}
        try:
            space = self._link.start(task["program"], [], sorted(own or names))
        except proxies.Gone as gone:
            return {"gone": str(gone)}
        except BaseException as error:  # noqa: B036
            reason = "the program failed: " + _summary(error)
            return {"values": [{"fault": reason} for _ in expressions]}
        self._beware(space)
        for tree in trees:
            values.append(self._value(tree, space))
        return {"values": values}

    def _value(self, tree: Optional[ast.Expression], space: Dict[str, Any]) -> Dict[str, str]:
        if tree is None:
            return {"fault": "the expression does not parse"}
        try:
            value = eval(compile(tree, "<expression>", "eval", dont_inherit=True), dict(space))
            plain.encode(value, _not_plain)
            text = repr(value)
        except proxies.Gone as gone:
            return {"fault": str(gone)}
        except proxies.NeedsInside as reason:
            return {"fault": str(reason)}
        except BaseException as error:  # noqa: B036
            return {"fault": _summary(error)}
        return {"repr": text} if len(text) <= 1_000_000 else {"fault": "the value is longer than 1,000,000 characters"}

    # --- telling a failure --------------------------------------------------------------------------------------------

    def _step(self, number: int) -> None:
        self._steps += 1
        self._now = number

    def _explain(self, error: BaseException, started: bool) -> Verdict:
        remote = proxies.remote_of(error)
        if remote is None:
            return self._explain_test(error)
        outcome = "exception"
        if not started and not remote.compiles:
            outcome = "syntax"
        elif "MemoryError" in remote.mro:
            outcome = "memory"
        elif remote.errno in (errno.EPERM, errno.EACCES, errno.EROFS):
            outcome = "forbidden"
        elif remote.errno in (errno.EFBIG, errno.ENOSPC, errno.EDQUOT):
            outcome = "output"
        return self._failed(outcome, remote.type, remote.message, remote.line)

    def _explain_test(self, error: BaseException) -> Verdict:
        """A failure in the tests: an assertion that does not hold, a missing name, or a broken test."""
        if isinstance(error, MemoryError):
            return self._failed("memory", "MemoryError", "a value was too large for the judge", None)
        if isinstance(error, AssertionError):
            verdict = self._failed("assertion", "AssertionError", _text(error), None)
            verdict["failure"].update(self._sides(error))
            return verdict
        if isinstance(error, NameError) and self._plan is not None and self._plan.entry is None:
            return self._failed("missing-entry-point", "NameError", _text(error), None)
        return self._failed("exception", type(error).__name__, _text(error), None)

    def _sides(self, error: AssertionError) -> Dict[str, Optional[str]]:
        """`repr` of both sides of the comparison, the program's side being the actual one."""
        if self._plan is None or self._now is None:
            return {}
        node = self._plan.asserts[self._now][1]
        comparison = node.test
        trace = error.__traceback__
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        if trace is None or not isinstance(comparison, ast.Compare) or len(comparison.ops) != 1:
            return {}
        values = {**trace.tb_frame.f_globals, **trace.tb_frame.f_locals}
        if _LEFT not in values or _RIGHT not in values:
            return {}
        left, right = _repr(values[_LEFT]), _repr(values[_RIGHT])
        calls = [any(isinstance(part, ast.Call) for part in ast.walk(side)) for side in _operands(comparison)]
        swapped = calls == [False, True]
        return {"actual": right if swapped else left, "expected": left if swapped else right}

    def _missing(self, entry: str) -> Verdict:
        return self._failed("missing-entry-point", "NameError", "name %r is not defined by the program" % entry, None)

    def _failed(self, outcome: str, kind: str, message: str, line: Optional[int]) -> Verdict:
        assertion = None
        if self._plan is not None and self._now is not None:
            source, node = self._plan.asserts[self._now]
            assertion = (ast.get_source_segment(source, node) or "")[:_LONGEST_TEXT]
        failure = {
            "type": kind,
            "message": message[:_LONGEST_TEXT],
            "test": self._steps - 1 if self._now is not None else None,
            "assertion": assertion,
            "expected": None,
            "actual": None,
            "line": line,
        }
        return self._verdict(outcome, failure)

    def _verdict(self, outcome: str, failure: Optional[Dict[str, Any]]) -> Verdict:
        return {"outcome": outcome, "failure": failure, "forgeableBecause": self._link.forgeable}


def _operands(comparison: ast.Compare) -> Tuple[ast.expr, ast.expr]:
    # The instrumented tree shares its operands with the original, which is not changed.
    return comparison.left, comparison.comparators[0]


def _unix(source: str) -> str:
    return source.replace("\r\n", "\n").replace("\r", "\n")


def _calls_check(tree: ast.Module) -> bool:
    return any(
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Call)
        and isinstance(statement.value.func, ast.Name)
        and statement.value.func.id == "check"
        for statement in tree.body
    )


def _not_plain(value: Any) -> List[Any]:
    if plain.name_of(value) is not None:
        return []
    raise TypeError("the value is not plain data but %s" % (repr(value) if isinstance(value, proxies.Live) else type(value).__name__))


def _repr(value: Any) -> Optional[str]:
    try:
        text = repr(value)
    except Exception:
        # For example an integer with more digits than `repr` may write.
        return None
    return text if len(text) <= _LONGEST_TEXT else text[: _LONGEST_TEXT - 1] + "…"


def _text(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:
        return ""


def _summary(error: BaseException) -> str:
    return ("%s: %s" % (getattr(proxies.remote_of(error), "type", type(error).__name__), _text(error)))[:_LONGEST_TEXT]


def main(result: wire.Channel, take: Callable[[], Tuple[str, Any, int, int]]) -> None:
    """Judges one task after the other. `take` waits for it: the token of a task whose tests run inside (else empty),
    the task, and the descriptors to read from and write to its program. Before tests that could leave something behind in this process it says so: it is
    then replaced after the task. What was said cannot be taken back by the tests."""
    # Comparing deep values needs some room.
    sys.setrecursionlimit(3000)
    last: Tuple[int, ...] = ()
    while True:
        token, task, reader, writer = take()
        # Not before: a program that sees its pipe closed wakes up, only to be killed.
        for descriptor in last:
            os.close(descriptor)
        last = reader, writer
        random.seed(0)
        judge = Judge(proxies.Link(wire.Channel(reader, writer)), lambda: result.send("used"))
        if task["kind"] == "evaluate":
            decided = judge.evaluate(task)
        elif token:
            decided = judge.run_inside(task, token)
        else:
            decided = judge.run(task)
        result.send(decided)
