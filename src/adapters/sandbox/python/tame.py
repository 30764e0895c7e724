"""Which tests leave nothing behind in the process that runs them.

A fork for each judge would double the price of a verdict. Most tests only call functions and compare values; after
those the judge can take the next task. The question is answered from the text, and whatever is not known to be
harmless is not tame: its judge is replaced afterwards.
"""

import ast
from typing import Any

# Modules without state that outlives a test, except the random generator, which is seeded anew for each task.
_MODULES = frozenset(
    "bisect cmath collections copy fractions functools heapq itertools math operator random re statistics string typing".split()
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


def is_tame(tree: ast.AST) -> bool:
    """True when the statements change nothing but their own namespace."""
    return all(_is_tame(node) for node in ast.walk(tree))


def _is_tame(node: Any) -> bool:
    if isinstance(node, ast.Import):
        return all(alias.name in _MODULES for alias in node.names)
    if isinstance(node, ast.ImportFrom):
        return node.module in _MODULES and node.level == 0
    if isinstance(node, ast.Attribute):
        # Objects are asked, never changed, and their inner parts are left alone.
        return isinstance(node.ctx, ast.Load) and not node.attr.startswith("_")
    if isinstance(node, ast.Name):
        return node.id not in _NAMES and not (node.id.startswith("__") and node.id.endswith("__"))
    return not isinstance(node, _NODES)
