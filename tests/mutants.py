"""What may be changed in a module, one change at a time: comparisons, arithmetic, conditions, constants, names, results.

Docstrings, annotations, decorators, sentences for people (anything with a blank, every f-string), the digits of
`round` and the types of `cast` stay as they are: a test of wording is none of behaviour.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

ROOT: Final = Path(__file__).parents[1]
SWAPPED: Final[dict[type[ast.AST], type[ast.AST]]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.And: ast.Or, ast.Or: ast.And,
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.Mod: ast.Div, ast.FloorDiv: ast.Div,
    ast.Pow: ast.Mult,
}  # fmt: skip
EMPTY: Final = {"list": "[]", "tuple": "()", "dict": "{}", "str": "''", "bytes": "b''", "int": "0", "float": "0.0"}
"""What a result of the type becomes; one of a class, or one that may be None, becomes None."""
CALLED: Final = {"min": "max", "max": "min", "any": "all", "all": "any"}
NAME: Final = re.compile(r"[\w./+-]+")
"""Strings that mean something to the program: a state, a rule's id, a field."""
TYPES: Final = frozenset(
    {"Literal", "Callable", "Mapping", "Sequence", "dict", "tuple", "list", "frozenset", "type", "set"}
)
UNASKED: Final = frozenset({"decorator_list", "returns", "annotation", "type_comment", "type_params"})
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Place:
    """A node that may be changed, and where it stands."""

    node: ast.AST
    scope: str
    """Dotted name of the class and function around it; empty in the module itself."""
    function: Function | None
    """The outermost function around it; None where it is run by the import."""
    statement: ast.stmt
    top: ast.stmt
    """Its statement of the module."""


@dataclass(frozen=True)
class Mutant:
    """One change of one module."""

    module: str
    """Dotted."""
    scope: str
    source: str
    """The line that is changed: it names the mutant, so that a line more above it makes no other of it."""
    change: str
    line: int
    number: int
    """Of its node, in the order of the walk."""
    option: int
    """Which of the node's changes."""

    @property
    def key(self) -> str:
        """Return what it is called in the list of survivors."""
        return f"{self.module}:{self.scope} | {self.source} | {self.change}"


def path_of(module: str) -> Path:
    """Return a module's file."""
    path = ROOT / module.replace(".", "/")
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def mutants_of(module: str, text: str) -> list[Mutant]:
    """Return every mutant of a module's text; two of one key differ by their place in the line."""
    lines = text.splitlines()
    found: list[Mutant] = []
    for number, place in enumerate(places(ast.parse(text))):
        for option, (change, _) in enumerate(changes(place.node)):
            line: int = getattr(place.node, "lineno", place.statement.lineno)
            found.append(Mutant(module, place.scope, lines[line - 1].strip(), change, line, number, option))
    return found


def mutated(text: str, mutant: Mutant) -> tuple[ast.Module, Place]:
    """Return a module's tree with the mutant in it, and the place."""
    tree = ast.parse(text)
    place = list(places(tree))[mutant.number]
    changes(place.node)[mutant.option][1]()
    return ast.fix_missing_locations(tree), place


def places(tree: ast.Module) -> Iterator[Place]:
    """Yield what may be looked at, in the order of the text."""
    declare(tree)
    for statement in tree.body:
        yield from _walk(statement, "", None, statement, statement)


def _walk(node: ast.AST, scope: str, function: Function | None, statement: ast.stmt, top: ast.stmt) -> Iterator[Place]:
    if _is_left_alone(node):
        return
    yield Place(node, scope, function, statement, top)
    named = f"{scope}.{node.name}".strip(".") if isinstance(node, Function | ast.ClassDef) else scope
    for field, value in ast.iter_fields(node):
        if field in UNASKED:
            continue
        inside = function or (node if isinstance(node, Function) and field == "body" else None)
        children = cast("list[object]", value) if isinstance(value, list) else [value]
        for child in children:
            if isinstance(child, ast.AST) and not _is_no_value(node, child):
                of = child if isinstance(child, ast.stmt) else statement
                yield from _walk(child, named, inside, of, top)


def _is_left_alone(node: ast.AST) -> bool:
    match node:
        case ast.Expr(value=ast.Constant()) | ast.JoinedStr() | ast.Import() | ast.ImportFrom() | ast.expr_context():
            return True
        case ast.Assign(targets=[ast.Name(id="__all__")]) | ast.Subscript(value=ast.Name(id="Final")):
            return True
        case ast.Subscript(value=ast.Name(id=name)):
            return name in TYPES
        case _:
            return False


def _is_no_value(node: ast.AST, child: ast.AST) -> bool:
    """The digits of `round`, and the type that `cast` names."""
    if not isinstance(node, ast.Call):
        return False
    called = ast.unparse(node.func)
    return (called == "round" and child in node.args[1:]) or (called == "cast" and child is node.args[0])


Change = tuple[str, Callable[[], None]]
"""What is changed, in words, and the act that makes the change in the tree."""


def changes(node: ast.AST) -> list[Change]:
    """Return what can be done to a node."""
    return next((found(node) for kind, found in KINDS if isinstance(node, kind)), list[Change]())


def _set(node: ast.AST, field: str, value: object) -> Callable[[], None]:
    return lambda: setattr(node, field, value)


def _compare(node: ast.Compare) -> list[Change]:
    def at(place: int) -> Callable[[], None]:
        return _set(node, "ops", [SWAPPED[type(op)]() if i == place else op for i, op in enumerate(node.ops)])

    return [(f"{type(op).__name__} > {SWAPPED[type(op)].__name__}", at(place)) for place, op in enumerate(node.ops)]


def _operator(node: ast.BinOp | ast.BoolOp | ast.AugAssign) -> list[Change]:
    other = SWAPPED.get(type(node.op))
    return [] if other is None else [(f"{type(node.op).__name__} > {other.__name__}", _set(node, "op", other()))]


def _unary(node: ast.UnaryOp) -> list[Change]:
    def bare(operand: ast.expr) -> Callable[[], None]:
        return lambda: node.__dict__.update(op=ast.UAdd(), operand=operand)

    if isinstance(node.op, ast.Not):
        return [("without Not", bare(ast.Call(ast.Name("bool", ast.Load()), [node.operand], [])))]
    return [("without USub", bare(node.operand))] if isinstance(node.op, ast.USub) else []


def _constant(node: ast.Constant) -> list[Change]:
    match node.value:
        case bool() as value:
            other: object = not value
        case int() | float() as value:
            other = value + 1
        case str() as value if NAME.fullmatch(value):
            other = value + "_"
        case _:
            return []
    return [(f"{node.value!r} > {other!r}", _set(node, "value", other))]


def _return(node: ast.Return) -> list[Change]:
    """A result becomes the empty one of its declared type: what mypy would refuse needs no test."""
    declared = getattr(node, "declared", None)
    kind = declared.value if isinstance(declared, ast.Subscript) else declared
    empty = EMPTY.get(kind.id) if isinstance(kind, ast.Name) else "None"
    value = ast.unparse(node.value) if node.value is not None else "None"
    if kind is not None and ast.unparse(kind) == "bool":
        return _turned(node, "value", node.value)
    if empty is None:
        empty = "None"
    return [] if value == empty else [(f"return {empty}", _set(node, "value", ast.parse(empty, mode="eval").body))]


def _turned(node: ast.AST, field: str, value: ast.expr | None) -> list[Change]:
    """Turn a truth that has no operator of its own to be swapped."""
    if value is None or isinstance(value, ast.Compare | ast.BoolOp | ast.UnaryOp | ast.Constant):
        return []
    return [("condition turned", _set(node, field, ast.UnaryOp(ast.Not(), value)))]


def declare(tree: ast.Module) -> None:
    """Tell each `return` what its function declares to return; inner functions come after outer ones."""
    for function in ast.walk(tree):
        if isinstance(function, Function):
            for node in ast.walk(function):
                if isinstance(node, ast.Return):
                    node.__dict__["declared"] = function.returns


def _statement(node: ast.Expr) -> list[Change]:
    return [("not called", _set(node, "value", ast.Constant(None)))] if isinstance(node.value, ast.Call) else []


def _jump(node: ast.Continue | ast.Break) -> list[Change]:
    other, told = (ast.Break, "break") if isinstance(node, ast.Continue) else (ast.Continue, "continue")
    return [(f"{told} instead", _set(node, "__class__", other))]


def _condition(node: ast.If | ast.IfExp | ast.While) -> list[Change]:
    """An import for the type checker alone is none of the program."""
    return [] if ast.unparse(node.test) == "TYPE_CHECKING" else _turned(node, "test", node.test)


def _call(node: ast.Call) -> list[Change]:
    name = node.func.id if isinstance(node.func, ast.Name) else ""
    other = CALLED.get(name)
    return [] if other is None else [(f"{name} > {other}", _set(node, "func", ast.Name(other, ast.Load())))]


KINDS: Final[tuple[tuple[type[ast.AST] | tuple[type[ast.AST], ...], Callable[[Any], list[Change]]], ...]] = (
    (ast.Compare, _compare),
    ((ast.BinOp, ast.BoolOp, ast.AugAssign), _operator),
    (ast.UnaryOp, _unary),
    (ast.Constant, _constant),
    (ast.Return, _return),
    (ast.Expr, _statement),
    ((ast.Continue, ast.Break), _jump),
    ((ast.If, ast.IfExp, ast.While), _condition),
    (ast.Call, _call),
)
"""Which nodes can be changed, and how."""
