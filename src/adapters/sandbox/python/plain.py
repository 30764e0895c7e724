"""Plain values: what of a program's and a test's data crosses from one process to another, and how.

A value crosses *by type*: JSON's own scalars stand for themselves and everything else is a list whose first item is a
tag. A subclass of a builtin type is sent as that builtin type, so a value that arrives is always an exact builtin or
standard-library value, whatever the sender's class says about equality, length or truth.
"""

import collections
import re
import sys
import types
from typing import Any, Callable, Dict, List, Optional, Tuple

from wire import WireError

# Deeper values cross as live objects; a reader refuses them.
MAX_DEPTH = 200
# `int` to decimal text is limited by CPython (4,300 digits); hexadecimal text is not.
_LARGE_INT_BITS = 4096

# What an encoder does with a value that is not plain: returns the tagged list that stands for it, or raises.
Live = Callable[[Any], List[Any]]

_SCALARS = frozenset((type(None), bool, float))


def encode(value: Any, live: Live, depth: int = 0) -> Any:
    """The JSON form of a value. `live` is asked for everything that is not plain data."""
    kind = type(value)
    if kind in _SCALARS:
        return value
    if kind is str:
        return value if value.isascii() else _text(value)
    if kind is int:
        return value if value.bit_length() < _LARGE_INT_BITS else ["i", hex(value)]
    if depth > MAX_DEPTH:
        return live(value)
    writer = _WRITERS.get(kind)
    if writer is None:
        writer = _writer_of_base(kind)
        if writer is None:
            return live(value)
    return writer(value, live, depth + 1)


def _text(value: str) -> Any:
    # Two lone surrogates side by side would become one character in JSON.
    try:
        value.encode("utf-8")
        return value
    except UnicodeEncodeError:
        return ["u", value.encode("utf-8", "surrogatepass").hex()]


def _sequence(tag: str, iterate: Callable[[Any], Any]) -> Callable[[Any, Live, int], List[Any]]:
    def write(value: Any, live: Live, depth: int) -> List[Any]:
        items: List[Any] = [tag]
        for item in iterate(value):
            kind = type(item)
            items.append(item if kind in _SCALARS else encode(item, live, depth))
        return items

    return write


def _mapping(tag: str) -> Callable[[Any, Live, int], List[Any]]:
    def write(value: Any, live: Live, depth: int) -> List[Any]:
        items: List[Any] = [tag]
        for key, item in dict.items(value):
            items.append(encode(key, live, depth))
            items.append(encode(item, live, depth))
        return items

    return write


def _set(tag: str, merged_tag: str, base: Any) -> Callable[[Any, Live, int], List[Any]]:
    """The order in which a set is walked depends on how it was filled. Programs show it, so it is kept where that is
    possible: the tag says whether the items have to be added one by one or merged from another set."""

    def write(value: Any, live: Live, depth: int) -> List[Any]:
        items = list(base.__iter__(value))
        used = tag if list(base(items)) == items else merged_tag
        return [used, *(encode(item, live, depth) for item in items)]

    return write


def _deque(value: Any, live: Live, depth: int) -> List[Any]:
    items = [encode(item, live, depth) for item in collections.deque.__iter__(value)]
    return ["q", value.maxlen, *items]


def _int(value: Any, live: Live, depth: int) -> Any:
    return encode(int.__int__(value), live, depth)


_WRITERS: Dict[type, Callable[[Any, Live, int], Any]] = {
    int: _int,
    float: lambda value, live, depth: float.__float__(value),
    str: lambda value, live, depth: encode(str.__str__(value), live),
    list: _sequence("l", list.__iter__),
    tuple: _sequence("t", tuple.__iter__),
    set: _set("s", "m", set),
    frozenset: _set("f", "g", frozenset),
    dict: _mapping("d"),
    collections.Counter: _mapping("C"),
    collections.OrderedDict: _mapping("O"),
    collections.deque: _deque,
    bytes: lambda value, live, depth: ["b", bytes.hex(value)],
    bytearray: lambda value, live, depth: ["B", bytearray.hex(value)],
    complex: lambda value, live, depth: ["c", value.real, value.imag],
    range: lambda value, live, depth: ["r", *(encode(part, live) for part in (value.start, value.stop, value.step))],
    slice: lambda value, live, depth: ["S", *(encode(part, live) for part in (value.start, value.stop, value.step))],
    type(Ellipsis): lambda value, live, depth: ["E"],
    type(NotImplemented): lambda value, live, depth: ["N"],
    re.Pattern: lambda value, live, depth: ["P", encode(value.pattern, live), value.flags],
    type({}.keys()): lambda value, live, depth: ["V", "keys", _plain_dict(value, live, depth)],
    type({}.values()): lambda value, live, depth: ["V", "values", ["l", *(encode(v, live, depth) for v in value)]],
    type({}.items()): lambda value, live, depth: ["V", "items", _plain_dict(value, live, depth)],
}


def _plain_dict(view: Any, live: Live, depth: int) -> List[Any]:
    pairs = [item if type(view) is type({}.items()) else (item, None) for item in view]
    return ["d", *(encode(part, live, depth) for pair in pairs for part in pair)]


def _writer_of_base(kind: type) -> Optional[Callable[[Any, Live, int], Any]]:
    for base in kind.__mro__:
        writer = _WRITERS.get(base) or _late_writer(base)
        if writer is not None:
            return writer
    return None


def _late_writer(base: type) -> Optional[Callable[[Any, Live, int], Any]]:
    """Writers for types of modules that are loaded by the programs that use them, not by the harness."""
    writer = _LATE.get((base.__module__, base.__name__))
    if writer is None or getattr(sys.modules.get(base.__module__), base.__name__, None) is not base:
        return None
    return lambda value, live, depth: writer(base, value, live)


def _moment(base: type, value: Any, live: Live) -> List[Any]:
    # Only fixed offsets are plain data; a time zone with rules is a live object.
    zone = getattr(value, "tzinfo", None)
    if zone is not None and type(zone) is not sys.modules["datetime"].timezone:
        return live(value)
    isoformat: Callable[[Any], str] = getattr(base, "isoformat")
    return ["T", base.__name__, isoformat(value)]


def _decimal(base: type, value: Any, _live: Live) -> List[Any]:
    return ["D", base.__str__(value)]


def _fraction(_base: type, value: Any, live: Live) -> List[Any]:
    return ["F", encode(value._numerator, live), encode(value._denominator, live)]


def _period(_base: type, value: Any, _live: Live) -> List[Any]:
    return ["U", value.days, value.seconds, value.microseconds]


_LATE: Dict[Tuple[str, str], Callable[[type, Any, Live], List[Any]]] = {
    ("decimal", "Decimal"): _decimal,
    ("fractions", "Fraction"): _fraction,
    ("datetime", "datetime"): _moment,
    ("datetime", "date"): _moment,
    ("datetime", "time"): _moment,
    ("datetime", "timedelta"): _period,
}


# What a reader does with the tags that stand for something live.
ReadLive = Callable[[List[Any]], Any]


def decode(value: Any, live: ReadLive, depth: int = 0) -> Any:
    """The exact builtin value of a JSON form. Raises `WireError` for anything else."""
    if not isinstance(value, list):
        if isinstance(value, dict):
            raise WireError("an object is no value")
        return value
    if depth > MAX_DEPTH + 2 or not value or not isinstance(value[0], str):
        raise WireError("a value is malformed")
    reader = _READERS.get(value[0])
    try:
        return live(value) if reader is None else reader(value, live, depth + 1)
    except (TypeError, ValueError, ArithmeticError, IndexError, AttributeError, re.error) as error:
        raise WireError("a value of tag %r is malformed: %s" % (value[0], error)) from None


def _items(value: List[Any], live: ReadLive, depth: int, start: int = 1) -> List[Any]:
    return [decode(item, live, depth) if type(item) is list else item for item in value[start:]]


def _pairs(value: List[Any], live: ReadLive, depth: int) -> List[Tuple[Any, Any]]:
    items = _items(value, live, depth)
    return list(zip(items[::2], items[1::2]))


def _read_moment(value: List[Any]) -> Any:
    if value[1] not in ("datetime", "date", "time"):
        raise ValueError("not a moment")
    import datetime

    return getattr(datetime, value[1]).fromisoformat(value[2])


def _read_period(value: List[Any]) -> Any:
    import datetime

    return datetime.timedelta(value[1], value[2], value[3])


def _read_decimal(value: List[Any]) -> Any:
    import decimal

    return decimal.Decimal(value[1])


def _read_fraction(parts: List[Any]) -> Any:
    import fractions

    return fractions.Fraction(*parts)


def _read_view(value: List[Any], live: ReadLive, depth: int) -> Any:
    inner = decode(value[2], live, depth)
    if value[1] == "values":
        return dict(enumerate(inner)).values()
    return inner.keys() if value[1] == "keys" else inner.items()


def _counter(pairs: List[Tuple[Any, Any]]) -> Any:
    counter: Any = collections.Counter()
    dict.update(counter, pairs)
    return counter


_READERS: Dict[str, Callable[[List[Any], ReadLive, int], Any]] = {
    "i": lambda value, live, depth: int(value[1], 16),
    "u": lambda value, live, depth: bytes.fromhex(value[1]).decode("utf-8", "surrogatepass"),
    "l": _items,
    "t": lambda value, live, depth: tuple(_items(value, live, depth)),
    "s": lambda value, live, depth: set(_items(value, live, depth)),
    "f": lambda value, live, depth: frozenset(_items(value, live, depth)),
    "m": lambda value, live, depth: set(frozenset(_items(value, live, depth))),
    "g": lambda value, live, depth: frozenset(set(_items(value, live, depth))),
    "d": lambda value, live, depth: dict(_pairs(value, live, depth)),
    "C": lambda value, live, depth: _counter(_pairs(value, live, depth)),
    "O": lambda value, live, depth: collections.OrderedDict(_pairs(value, live, depth)),
    "q": lambda value, live, depth: collections.deque(_items(value, live, depth, 2), value[1]),
    "b": lambda value, live, depth: bytes.fromhex(value[1]),
    "B": lambda value, live, depth: bytearray.fromhex(value[1]),
    "c": lambda value, live, depth: complex(value[1], value[2]),
    "r": lambda value, live, depth: range(*_items(value, live, depth)),
    "S": lambda value, live, depth: slice(*_items(value, live, depth)),
    "E": lambda value, live, depth: Ellipsis,
    "N": lambda value, live, depth: NotImplemented,
    "D": lambda value, live, depth: _read_decimal(value),
    "F": lambda value, live, depth: _read_fraction(_items(value, live, depth)),
    "T": lambda value, live, depth: _read_moment(value),
    "U": lambda value, live, depth: _read_period(value),
    "P": lambda value, live, depth: re.compile(decode(value[1], live), value[2]),
    "V": _read_view,
}

MUTABLE = (list, dict, set, bytearray, collections.deque)


def renew(old: Any, new: Any) -> Any:
    """Gives `old` the content of `new` in place, as far down as the shapes agree; returns what stands for `new`."""
    if type(old) is not type(new) or old is new:
        return new
    if type(old) in (list, collections.deque):
        items = list(old)
        merged = [renew(items[i], item) if i < len(items) else item for i, item in enumerate(new)]
        old.clear()
        old.extend(merged)
        return old
    if isinstance(old, dict):
        merged_pairs = [(key, renew(old[key], item) if key in old else item) for key, item in new.items()]
        old.clear()
        dict.update(old, merged_pairs)
        return old
    if type(old) is set:
        old.clear()
        old.update(new)
        return old
    if type(old) is bytearray:
        old[:] = new
        return old
    if type(old) is tuple and len(old) == len(new):
        for before, after in zip(old, new):
            renew(before, after)
        return old
    return new


# --- things of the standard library that both sides have --------------------------------------------------------------

# Modules whose content a program may name instead of sending it: nothing in them compares equal to everything, runs
# commands or reads files, so the judge can use its own copy.
SHARED_MODULES = frozenset(
    "bisect builtins cmath collections copy datetime decimal fractions functools heapq itertools json math operator "
    "random re statistics string sys time typing".split()
)
# Members that one side may name in the other: pure functions and the plain types.
_NAMED_MODULES = ("builtins", "math", "cmath", "operator", "string", "collections")
_UNNAMED = frozenset(
    "eval exec compile open input breakpoint exit quit help __import__ __build_class__ globals locals vars "
    "getattr setattr delattr type object super property staticmethod classmethod "
    "memoryview print iter next attrgetter methodcaller UserDict UserList UserString ChainMap".split()
)


def name_of(value: Any) -> Optional[List[Any]]:
    """`["x", module, name]` for a function or type that both sides have, else None."""
    if not isinstance(value, (type, types.BuiltinFunctionType)):
        return None
    module, name = getattr(value, "__module__", None), getattr(value, "__name__", None)
    if isinstance(module, str) and module == "_operator":
        module = "operator"
    if not isinstance(module, str) or module not in _NAMED_MODULES or not isinstance(name, str) or name in _UNNAMED:
        return None
    return ["x", module, name] if getattr(sys.modules.get(module), name, None) is value else None


def named(module: Any, name: Any) -> Any:
    """The thing that `name_of` named. Raises `WireError` for a name that is not on the list."""
    if module not in _NAMED_MODULES or not isinstance(name, str) or name in _UNNAMED or name.startswith("_"):
        raise WireError("%r of %r may not be named" % (name, module))
    found = getattr(sys.modules.get(module), name, None)
    if not isinstance(found, (type, types.BuiltinFunctionType)):
        raise WireError("%s has no function or type %r" % (module, name))
    return found
