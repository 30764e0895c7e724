"""The program's side: runs in the process of the program under judgement, so nothing that it says is believed.

It executes the program and then serves calls: the judge names a function, sends arguments as plain data and receives
the result as plain data. Whatever the program does to this module can only change what arrives at the judge, which
the program could do anyway by returning another value. The tests are never in this process's memory, except in the
*inside* mode, whose verdicts are marked forgeable.
"""

import builtins
import importlib
import operator
import sys
import types
from typing import Any, Callable, Dict, List, Optional, Tuple

import plain
import wire

PROGRAM = "<program>"
_MODULE = "program"
# A global name is found with fewer pages written than an attribute of a module, and those are copied for each program.
_Function, _modules, _encode = types.FunctionType, sys.modules, plain.encode
_CHANGEABLE = (*plain.MUTABLE, tuple)


class Agent:
    """Serves one judge over one channel."""

    def __init__(self, channel: wire.Channel) -> None:
        self._channel = channel
        self._live: List[Any] = []
        self._ids: Dict[int, int] = {}
        self._module = types.ModuleType(_MODULE)
        self._namespace: Dict[str, Any] = self._module.__dict__

    def serve(self) -> None:
        while True:
            self._answer(self._channel.receive())

    # --- requests -----------------------------------------------------------------------------------------------------

    def _answer(self, request: Any) -> None:
        operation = request[0]
        handler: Callable[..., Any] = _HANDLERS[operation]
        mutated: List[Any] = []
        try:
            reply = ["v", handler(self, mutated, *request[1:]), mutated]
        except BaseException as error:  # noqa: B036 - SystemExit and KeyboardInterrupt are the program's, too
            reply = ["e", describe(error), mutated]
        try:
            self._channel.send(reply)
        except (MemoryError, RecursionError, ValueError) as error:
            self._channel.send(["e", describe(error), []])

    def _start(self, mutated: List[Any], program: str, imports: List[str], names: List[str]) -> Any:
        """Runs the program and the imports of the tests; returns what the names stand for."""
        del mutated
        self._run(program, imports)
        found = {}
        for name in names:
            if name in self._namespace:
                value = self._namespace[name]
                known = isinstance(value, types.ModuleType) and value.__name__ in plain.SHARED_MODULES
                found[name] = ["m", value.__name__] if known else self._encode(value)
        return found

    def _run(self, program: str, imports: List[str]) -> None:
        if "random" in program or "random" in "".join(imports):
            # Random numbers are the same in each run.
            importlib.import_module("random").seed(0)
        _modules[_MODULE] = self._module
        try:
            code = compile(program, PROGRAM, "exec", dont_inherit=True)
        except BaseException as error:
            raise DoesNotCompile from error
        exec(code, self._namespace)
        for line in imports:
            exec(compile(line, "<imports>", "exec", dont_inherit=True), self._namespace)

    def _inside(
        self, mutated: List[Any], program: str, imports: List[str], sources: List[Tuple[str, str]], token: str
    ) -> Any:
        """Runs program and tests in one namespace. The verdict comes from the program's own process: forgeable."""
        del mutated
        self._run(program, imports)
        for name, source in sources:
            exec(compile(source, name, "exec", dont_inherit=True), self._namespace)
        return token

    def _call(self, mutated: List[Any], target: int, arguments: List[Any], keywords: Dict[str, Any]) -> Any:
        function = self._live[target]
        given = []
        for argument in arguments:
            # What is no list stands for itself.
            given.append(self._decode(argument) if type(argument) is list else argument)
        named = {name: self._decode(argument) for name, argument in keywords.items()} if keywords else keywords
        try:
            value = function(*given, **named)
        finally:
            for index, argument in enumerate(given):
                # A tuple is looked into as well: it may hold lists.
                if isinstance(argument, _CHANGEABLE):
                    now = self._encode(argument)
                    if now != arguments[index]:
                        mutated.append([index, now])
        return self._encode(value)

    def _operate(self, mutated: List[Any], name: str, target: int, arguments: List[Any]) -> Any:
        del mutated
        subject = self._live[target]
        return self._encode(_OPERATIONS[name](subject, *(self._decode(argument) for argument in arguments)))

    # --- values -------------------------------------------------------------------------------------------------------

    def _encode(self, value: Any) -> Any:
        # Most programs define functions only, and a function is never plain.
        return self._encode_live(value) if type(value) is _Function else _encode(value, self._encode_live)

    def _encode_live(self, value: Any) -> List[Any]:
        if type(value) is Callback:
            return ["k", value.number]
        name = None if type(value) is _Function else plain.name_of(value)
        if name is not None:
            return name
        number = self._ids.get(id(value))
        if number is None:
            number = len(self._live)
            self._live.append(value)
            self._ids[id(value)] = number
        return ["h", number, _kind(value), type(value).__name__]

    def _decode(self, value: Any) -> Any:
        return plain.decode(value, self._decode_live)

    def _decode_live(self, value: List[Any]) -> Any:
        if value[0] == "h":
            return self._live[value[1]]
        if value[0] == "x":
            return getattr(importlib.import_module(value[1]), value[2])
        if value[0] == "k":
            return Callback(self, value[1])
        if value[0] == "I":
            return iter(self._decode(value[1]))
        raise wire.WireError("unknown tag %r" % value[0])

    def call_back(self, number: int, arguments: Tuple[Any, ...], keywords: Dict[str, Any]) -> Any:
        """Calls a function of the tests and serves the judge until its answer comes."""
        sent = {name: self._encode(value) for name, value in keywords.items()}
        self._channel.send(["k", number, [self._encode(value) for value in arguments], sent])
        while True:
            message = self._channel.receive()
            if message[0] == "v":
                return self._decode(message[1])
            if message[0] == "e":
                raise getattr(builtins, message[1], Exception)(message[2])
            self._answer(message)


class DoesNotCompile(Exception):
    """The program is no Python; its cause says why."""


class Callback:
    """A function of the tests, as the program sees it."""

    def __init__(self, agent: Agent, number: int) -> None:
        self.number = number
        self._agent = agent

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        return self._agent.call_back(self.number, arguments, keywords)


_HANDLERS: Dict[str, Callable[..., Any]] = {
    "start": Agent._start,
    "inside": Agent._inside,
    "call": Agent._call,
    "op": Agent._operate,
}

_OPERATIONS: Dict[str, Callable[..., Any]] = {
    "getattr": getattr,
    "setattr": setattr,
    "delattr": delattr,
    "getitem": operator.getitem,
    "setitem": operator.setitem,
    "delitem": operator.delitem,
    "len": len,
    "iter": iter,
    "next": next,
    "reversed": reversed,
    "bool": bool,
    "str": str,
    "int": int,
    "float": float,
    "index": operator.index,
    "hash": hash,
    "isinstance": lambda kind, value: isinstance(value, kind),
    "issubclass": lambda kind, other: issubclass(other, kind),
    "enter": lambda manager: type(manager).__enter__(manager),
    "exit": lambda manager: type(manager).__exit__(manager, None, None, None),
    "neg": operator.neg,
    "pos": operator.pos,
    "abs": abs,
    "invert": operator.invert,
    **{
        name: getattr(operator, name)
        for name in "eq ne lt le gt ge add sub mul truediv floordiv mod pow matmul and_ or_ xor lshift rshift".split()
    },
    **{
        "r" + name: (lambda function: lambda right, left: function(left, right))(getattr(operator, name))
        for name in "add sub mul truediv floordiv mod pow matmul and_ or_ xor".split()
    },
}


def forget() -> None:
    """Removes the module of the last program."""
    _modules.pop(_MODULE, None)


def _kind(value: Any) -> str:
    if isinstance(value, type):
        return "exception" if issubclass(value, BaseException) else "class"
    return "function" if isinstance(value, (types.FunctionType, types.BuiltinFunctionType)) else "object"


def describe(error: BaseException) -> Dict[str, Any]:
    """An exception as plain data."""
    compiles = not isinstance(error, DoesNotCompile)
    if not compiles and error.__cause__ is not None:
        error = error.__cause__
    try:
        message = str(error)[:2000]
    except BaseException:  # noqa: B036 - `__str__` is the program's
        message = ""
    arguments: Optional[List[Any]] = None
    if isinstance(getattr(error, "args", None), tuple):
        try:
            arguments = [plain.encode(argument, _refuse) for argument in error.args]
        except (wire.WireError, RecursionError):
            arguments = None
    number = getattr(error, "errno", None)
    return {
        "type": type(error).__name__,
        "message": message,
        "mro": [base.__name__ for base in type(error).__mro__],
        "args": arguments,
        "line": line_of(error, PROGRAM),
        "compiles": compiles,
        "errno": number if isinstance(number, int) else None,
    }


def _refuse(value: Any) -> List[Any]:
    raise wire.WireError("%s is not plain" % type(value).__name__)


def line_of(error: BaseException, name: str) -> Optional[int]:
    """The last line of the source `name` in the traceback; for a syntax error the line that does not parse."""
    if isinstance(error, SyntaxError) and error.filename == name:
        return error.lineno
    line = None
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == name:
            line = trace.tb_lineno
        trace = trace.tb_next
    return line
