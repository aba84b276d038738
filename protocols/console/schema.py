"""TypeScript types of the messages of the console, made from its modules by `python -m protocols.console.schema F`.

The source text is read, not the live classes, because the sentences below the fields become comments there too.
"""

from __future__ import annotations

import ast
import sys
from pathlib import Path
from typing import Final

HEADER: Final = "// Made from protocols/console/messages.py by `python -m protocols.console.schema`; do not edit.\n"
SOURCES: Final = tuple(
    Path(__file__).with_name(name)
    for name in (
        "navigation.py",
        "alerts.py",
        "channels.py",
        "orderable.py",
        "offers.py",
        "screens.py",
        "standing.py",
        "traffic.py",
        "messages.py",
    )
)
_NAMES: Final = {"float": "number", "int": "number", "str": "string", "bool": "boolean", "None": "null"}
_USAGE: Final = "usage: python -m protocols.console.schema [--check] FILE"


def typescript(source: str) -> str:
    """Return the TypeScript module for the message definitions in `source`; raise ValueError on a shape not known."""
    parts = [HEADER]
    body = ast.parse(source).body
    for index, node in enumerate(body):
        following = body[index + 1] if index + 1 < len(body) else None
        if isinstance(node, ast.ClassDef):
            parts.append(_interface(node))
        elif isinstance(node, ast.AnnAssign):
            parts.append(_comment(_sentence(following), "") + _assignment(node))
    return "\n".join(parts)


def _assignment(node: ast.AnnAssign) -> str:
    if not isinstance(node.target, ast.Name) or node.value is None:
        raise ValueError(f"line {node.lineno}: only `NAME: Final = ...` and `Name: TypeAlias = ...` are known")
    if ast.unparse(node.annotation) == "TypeAlias":
        return f"export type {node.target.id} = {_type(node.value)};\n"
    return f"export const {node.target.id} = {ast.unparse(node.value)};\n"


def _interface(node: ast.ClassDef) -> str:
    bases = [base.id for base in node.bases if isinstance(base, ast.Name) and base.id != "TypedDict"]
    extends = f" extends {', '.join(bases)}" if bases else ""
    lines = [_comment(ast.get_docstring(node) or "", "") + f"export interface {node.name}{extends} {{"]
    for index, field in enumerate(node.body):
        if not isinstance(field, ast.AnnAssign) or not isinstance(field.target, ast.Name):
            continue
        following = node.body[index + 1] if index + 1 < len(node.body) else None
        optional = _generic(field.annotation) == "NotRequired"
        mark = "?" if optional else ""
        lines.append(_comment(_sentence(following), "  ") + f"  {field.target.id}{mark}: {_type(field.annotation)};")
    return "\n".join([*lines, "}\n"])


def _type(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return _NAMES.get(node.id, node.id)
    if isinstance(node, ast.Constant):
        return "null" if node.value is None else _literal(node)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return f"{_type(node.left)} | {_type(node.right)}"
    if isinstance(node, ast.Subscript):
        return _subscript(node)
    raise ValueError(f"line {node.lineno}: no TypeScript is known for {ast.unparse(node)}")


def _subscript(node: ast.Subscript) -> str:
    arguments = list(node.slice.elts) if isinstance(node.slice, ast.Tuple) else [node.slice]
    match _generic(node):
        case "Literal":
            return " | ".join(_literal(argument) for argument in arguments)
        case "tuple":
            return f"[{', '.join(_type(argument) for argument in arguments)}]"
        case "list":
            return f"({_type(arguments[0])})[]" if " " in _type(arguments[0]) else f"{_type(arguments[0])}[]"
        case "dict":
            return f"Record<{_type(arguments[0])}, {_type(arguments[1])}>"
        case "NotRequired":
            return _type(arguments[0])
        case other:
            raise ValueError(f"line {node.lineno}: no TypeScript is known for {other}[...]")


def _generic(node: ast.expr) -> str:
    return node.value.id if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) else ""


def _literal(node: ast.expr) -> str:
    if not isinstance(node, ast.Constant) or not isinstance(node.value, str | int):
        raise ValueError(f"line {node.lineno}: a literal must be text or a whole number")  # noqa: TRY004 - bad source text
    return '"' + node.value + '"' if isinstance(node.value, str) else str(node.value)


def _sentence(node: ast.stmt | None) -> str:
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
        return node.value.value
    return ""


def _comment(text: str, indent: str) -> str:
    return f"{indent}/** {' '.join(text.split())} */\n" if text else ""


def main(arguments: list[str]) -> int:
    """Write FILE, or with --check only compare; return 0 when it is as it should be, 1 when it differs, 2 on misuse."""
    check = "--check" in arguments
    files = [argument for argument in arguments if argument != "--check"]
    if len(files) != 1 or files[0].startswith("-"):
        sys.stderr.write(_USAGE + "\n")
        return 2
    target, fresh = Path(files[0]), typescript("\n".join(source.read_text(encoding="utf-8") for source in SOURCES))
    if not check:
        target.write_text(fresh, encoding="utf-8")
        return 0
    if target.is_file() and target.read_text(encoding="utf-8") == fresh:
        return 0
    sys.stderr.write(f"{target} is not what messages.py says; run python -m protocols.console.schema {target}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
