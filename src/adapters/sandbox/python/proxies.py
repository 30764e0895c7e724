"""The judge's side of the calls: what stands for the program's functions and objects while the tests run.

Plain data arrives as exact builtin values, so comparing it needs no help from the program. What is not plain stays in
the program's process and is reached by a `Live` object here. A live object is never asked whether it equals a plain
value: the answer is no. Where two live objects are compared, or a live object that the *test* built is calculated
with, only the program can answer; it is asked, and the verdict is marked forgeable.
"""

import builtins
import sys
import types
from typing import Any, Callable, Dict, List, Optional, Tuple

import plain
import wire

# Iterators of the tests are sent as the list of their items; longer ones are refused.
_LONGEST_ITERATOR = 100_000


class NeedsInside(BaseException):
    """The test hands an object of its own to the program, so that it can only run in the program's process."""


class Gone(BaseException):
    """The program's process ended or broke the protocol."""


class RemoteError:
    """What is known of an exception of the program; hangs on the exception that is raised here in its place."""

    def __init__(self, description: Dict[str, Any]) -> None:
        self.type = str(description.get("type"))[:200]
        self.message = str(description.get("message"))[:2000]
        line, number = description.get("line"), description.get("errno")
        self.line = line if type(line) is int and line > 0 else None
        self.errno = number if type(number) is int else None
        self.compiles = description.get("compiles") is not False
        mro = description.get("mro")
        self.mro = [str(name) for name in mro[:50]] if isinstance(mro, list) else []
        arguments = description.get("args")
        self.args = arguments if isinstance(arguments, list) else None


class Link:
    """The judge's end of the channel."""

    def __init__(self, channel: wire.Channel) -> None:
        self._channel = channel
        self._callbacks: List[Any] = []
        self._callback_ids: Dict[int, int] = {}
        self.forgeable: Optional[str] = None
        # Exception classes of the program that the tests name, by name.
        self.exceptions: Dict[str, type] = {}

    # --- requests -----------------------------------------------------------------------------------------------------

    def start(self, program: str, imports: List[str], names: List[str]) -> Dict[str, Any]:
        """Runs the program; returns what stands for each of the names that it defines."""
        reply = self._exchange(["start", program, imports, names])
        found = reply[1]
        if not isinstance(found, dict):
            raise Gone("the program broke the protocol")
        return {name: self._bind(name, value) for name, value in found.items() if name in names}

    def inside(self, program: str, imports: List[str], sources: List[Tuple[str, str]], token: str) -> bool:
        """Runs the tests in the program's process; true when it says that they all held."""
        return bool(self._exchange(["inside", program, imports, sources, token])[1] == token)

    def call(self, target: "Live", arguments: Tuple[Any, ...], keywords: Dict[str, Any]) -> Any:
        sent = [self.encode(argument) for argument in arguments]
        named = {name: self.encode(value) for name, value in keywords.items()}
        number = object.__getattribute__(target, "_number")
        return self._exchange(["call", number, sent, named], arguments)[1]

    def operate(self, name: str, target: "Live", *arguments: Any) -> Any:
        number = object.__getattribute__(target, "_number")
        return self._exchange(["op", name, number, [self.encode(argument) for argument in arguments]])[1]

    def _exchange(self, request: List[Any], arguments: Tuple[Any, ...] = ()) -> List[Any]:
        self._send(request)
        while True:
            reply = self._receive()
            if reply[0] == "k" and len(reply) == 4:
                self._serve(reply)
                continue
            if reply[0] not in ("v", "e") or len(reply) != 3:
                raise Gone("the program broke the protocol")
            self._renew(arguments, reply[2])
            if reply[0] == "e":
                raise self._rebuild(reply[1])
            if request[0] == "start":
                return reply
            return ["v", self.decode(reply[1])]

    def _send(self, message: List[Any]) -> None:
        try:
            self._channel.send(message)
        except wire.Closed:
            raise Gone("the program's process ended") from None

    def _receive(self) -> List[Any]:
        try:
            message = self._channel.receive()
        except wire.Closed:
            raise Gone("the program's process ended") from None
        except wire.WireError as error:
            raise Gone("the program broke the protocol: %s" % error) from None
        if not isinstance(message, list) or not message:
            raise Gone("the program broke the protocol")
        return message

    def _renew(self, arguments: Tuple[Any, ...], mutated: Any) -> None:
        """Brings what the program did to its arguments home to the test's own objects."""
        if not isinstance(mutated, list):
            raise Gone("the program broke the protocol")
        for change in mutated:
            if not isinstance(change, list) or len(change) != 2 or type(change[0]) is not int:
                raise Gone("the program broke the protocol")
            if 0 <= change[0] < len(arguments):
                plain.renew(arguments[change[0]], self.decode(change[1]))

    def _serve(self, request: List[Any]) -> None:
        """The program calls a function of the tests."""
        try:
            function = self._callbacks[request[1]]
            given = [self.decode(value) for value in request[2]]
            named = {name: self.decode(value) for name, value in request[3].items()}
        except (IndexError, TypeError, AttributeError):
            raise Gone("the program broke the protocol") from None
        try:
            answer = ["v", self.encode(function(*given, **named))]
        except Exception as error:
            answer = ["e", type(error).__name__, str(error)]
        self._send(answer)

    # --- values -------------------------------------------------------------------------------------------------------

    def encode(self, value: Any) -> Any:
        return plain.encode(value, self._encode_live)

    def _encode_live(self, value: Any) -> List[Any]:
        if isinstance(value, Live):
            return ["h", object.__getattribute__(value, "_number")]
        name = plain.name_of(value)
        if name is not None:
            return name
        if isinstance(value, (types.FunctionType, types.MethodType, types.BuiltinFunctionType, types.BuiltinMethodType)):
            number = self._callback_ids.setdefault(id(value), len(self._callbacks))
            if number == len(self._callbacks):
                self._callbacks.append(value)
            return ["k", number]
        if hasattr(type(value), "__next__"):
            items = []
            for item in value:
                items.append(item)
                if len(items) > _LONGEST_ITERATOR:
                    raise NeedsInside("the test hands over an iterator without end")
            return ["I", self.encode(items)]
        raise NeedsInside("the test hands over an object of type %s" % type(value).__name__)

    def decode(self, value: Any) -> Any:
        try:
            return plain.decode(value, self._decode_live)
        except wire.WireError as error:
            raise Gone("the program broke the protocol: %s" % error) from None

    def _decode_live(self, value: List[Any]) -> Any:
        if value[0] == "h" and len(value) == 4 and type(value[1]) is int and value[1] >= 0:
            return Live(self, value[1], str(value[2]), str(value[3])[:100])
        if value[0] == "x" and len(value) == 3:
            return plain.named(value[1], value[2])
        if value[0] == "k" and len(value) == 2:
            return self._callbacks[value[1]]
        raise wire.WireError("unknown tag %r" % (value[0],))

    def _bind(self, name: str, value: Any) -> Any:
        """What stands for a name of the program in the tests."""
        if isinstance(value, list) and len(value) == 2 and value[0] == "m":
            # Our own copy of the module: the program cannot have patched it.
            if value[1] not in plain.SHARED_MODULES:
                raise Gone("the program broke the protocol")
            return sys.modules.get(value[1]) or __import__(value[1])
        bound = self.decode(value)
        if isinstance(bound, Live):
            object.__setattr__(bound, "_name", name)
            if object.__getattribute__(bound, "_kind") == "exception":
                return self.exceptions.setdefault(name, type(name, (Exception,), {}))
        return bound

    def _rebuild(self, description: Any) -> BaseException:
        """The exception that the tests see: the program's own class where they name it, else its builtin base."""
        if not isinstance(description, dict):
            raise Gone("the program broke the protocol")
        remote = RemoteError(description)
        error: Optional[BaseException] = None
        for name in remote.mro:
            kind = self.exceptions.get(name) or getattr(builtins, name, None)
            if not isinstance(kind, type) or not issubclass(kind, BaseException):
                continue
            try:
                error = kind(*([remote.message] if remote.args is None else map(self.decode, remote.args)))
            except TypeError:
                # Some builtin exceptions want arguments of their own.
                continue
            break
        if error is None:
            error = Exception(remote.message)
        setattr(error, "__remote__", remote)
        return error


def remote_of(error: BaseException) -> Optional[RemoteError]:
    """What is known of the program's exception; None for an exception that arose in the tests."""
    return getattr(error, "__remote__", None)


class Live:
    """An object that lives in the program's process."""

    def __init__(self, link: Link, number: int, kind: str, type_name: str) -> None:
        _set(self, "_link", link)
        _set(self, "_number", number)
        _set(self, "_kind", kind)
        _set(self, "_type_name", type_name)
        _set(self, "_name", None)
        # True for an instance that the test made itself by calling a class (by its name) of the program.
        _set(self, "_built", False)

    def __repr__(self) -> str:
        return "<%s object of the program>" % _get(self, "_type_name")

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        result = _get(self, "_link").call(self, arguments, keywords)
        if isinstance(result, Live):
            name = _get(self, "_name")
            _set(result, "_built", bool(name) and name[:1].isupper() or _get(self, "_built"))
        return result

    def __getattr__(self, name: str) -> Any:
        result = _get(self, "_link").operate("getattr", self, name)
        if isinstance(result, Live):
            _set(result, "_built", _get(self, "_built"))
        return result

    def __setattr__(self, name: str, value: Any) -> None:
        _get(self, "_link").operate("setattr", self, name, value)

    def __delattr__(self, name: str) -> None:
        _get(self, "_link").operate("delattr", self, name)

    def __iter__(self) -> Any:
        iterator = _get(self, "_link").operate("iter", self)
        return iterator if isinstance(iterator, Live) else iter(iterator)

    def __contains__(self, wanted: Any) -> bool:
        # Not the program's `__contains__`, which could say yes to everything.
        return any(item is wanted or item == wanted for item in self)

    def __hash__(self) -> int:
        return hash(_get(self, "_link").operate("hash", self))

    def __eq__(self, other: Any) -> Any:
        return self._compare("eq", other, False)

    def __ne__(self, other: Any) -> Any:
        return self._compare("ne", other, True)

    def _compare(self, name: str, other: Any, otherwise: bool) -> Any:
        if not isinstance(other, Live) and not _get(self, "_built"):
            return otherwise
        return _ask(self, name, other)


_get = object.__getattribute__
_set = object.__setattr__


def _ask(subject: Live, name: str, *arguments: Any) -> Any:
    """An operator of the program's own: its answer can be forged, so it is marked."""
    link = _get(subject, "_link")
    if link.forgeable is None:
        link.forgeable = "the test compares or calculates with %r by the program's own operators" % subject
    return link.operate(name, subject, *arguments)


def _operator(name: str) -> Callable[..., Any]:
    def operate(self: Live, other: Any) -> Any:
        if not isinstance(other, Live) and not _get(self, "_built"):
            # Says TypeError, as for any value that does not support the operator.
            return NotImplemented
        return _ask(self, name, other)

    return operate


def _unary(name: str) -> Callable[[Live], Any]:
    def operate(self: Live) -> Any:
        if not _get(self, "_built"):
            raise TypeError("bad operand type for %s: %r" % (name, self))
        return _ask(self, name)

    return operate


def _forward(name: str) -> Callable[..., Any]:
    def forward(self: Live, *arguments: Any) -> Any:
        return _get(self, "_link").operate(name, self, *arguments)

    return forward


for _name in ("lt", "le", "gt", "ge"):
    setattr(Live, "__%s__" % _name, _operator(_name))
for _name in ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul", "and_", "or_", "xor"):
    _dunder = _name.strip("_")
    setattr(Live, "__%s__" % _dunder, _operator(_name))
    setattr(Live, "__r%s__" % _dunder, _operator("r" + _name))
for _name in ("neg", "pos", "abs", "invert", "int", "float", "index"):
    setattr(Live, "__%s__" % _name, _unary(_name))
# The object's own interface: a result of its methods, like that of any function of the program.
for _name in ("next", "len", "getitem", "setitem", "delitem", "bool", "str", "reversed", "enter"):
    setattr(Live, "__%s__" % _name, _forward(_name))


def _instance_check(self: Live, instance: Any) -> bool:
    return isinstance(instance, Live) and bool(_get(self, "_link").operate("isinstance", self, instance))


def _subclass_check(self: Live, other: Any) -> bool:
    return isinstance(other, Live) and bool(_get(self, "_link").operate("issubclass", self, other))


def _leave(self: Live, *_: Any) -> Any:
    return _get(self, "_link").operate("exit", self)


setattr(Live, "__instancecheck__", _instance_check)
setattr(Live, "__subclasscheck__", _subclass_check)
setattr(Live, "__exit__", _leave)
