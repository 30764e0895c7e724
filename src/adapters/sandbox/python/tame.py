"""Which tests leave nothing behind in the process that runs them.

A fork for each judge would double the price of a verdict. Most tests only call functions and compare values; after
those the judge can take the next task. The question is answered from the text, and whatever is not known to be
harmless is not tame: its judge is replaced afterwards.
"""

import ast
import importlib
import types
from typing import Any

# Modules without state that outlives a test, except the random generator, which is seeded anew for each task.
MODULES = frozenset("bisect cmath collections copy heapq itertools math random re string".split())
# What leads from these modules to state: other modules and containers that they share.
_DOORS = frozenset(
    name
    for module in MODULES
    for name, value in vars(importlib.import_module(module)).items()
    if isinstance(value, (types.ModuleType, dict, list, set))
)
_NAMES = frozenset(
    "eval exec compile open input breakpoint exit quit help globals locals vars getattr setattr delattr type super "
    "memoryview".split()
)
_NODES = (
    ast.ClassDef,
    ast.AsyncFunctionDef,
    ast.Await,
    ast.With,
    ast.AsyncWith,
    ast.AsyncFor,
    ast.Delete,
)


def is_tame_node(node: Any) -> bool:
    """True when a node, apart from the nodes below it, changes nothing but the namespace of its tests."""
    if isinstance(node, ast.Name):
        return node.id not in _NAMES and not (node.id.startswith("__") and node.id.endswith("__"))
    if isinstance(node, ast.Attribute):
        # Objects are asked, never changed, and their inner parts are left alone.
        return isinstance(node.ctx, ast.Load) and not node.attr.startswith("_") and node.attr not in _DOORS
    if isinstance(node, ast.Import):
        return all(alias.name in MODULES for alias in node.names)
    if isinstance(node, ast.ImportFrom):
        names = {alias.name for alias in node.names}
        return node.module in MODULES and node.level == 0 and not names & _DOORS
    return not isinstance(node, _NODES)
