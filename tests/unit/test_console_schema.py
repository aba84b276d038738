"""The console's types say what messages.py says, and a difference is noticed."""

from __future__ import annotations

from pathlib import Path

import pytest

from protocols.console import schema

REPOSITORY = Path(__file__).parents[2]


def test_every_shape_of_a_message_has_its_typescript() -> None:
    """Optional fields, literals, tuples, lists of unions, maps and comments all arrive."""
    made = schema.typescript(
        "V: Final = 1\n"
        "Row: TypeAlias = tuple[str, float | None]\n"
        '"""A row."""\n'
        "class M(TypedDict):\n"
        '    """A message."""\n'
        '    type: Literal["a", "b"]\n'
        "    rows: list[Row]\n"
        "    mixed: list[int | None]\n"
        "    named: dict[str, bool]\n"
        "    late: NotRequired[int]\n"
        '    """May be absent."""\n'
    )
    assert made == schema.HEADER + "\n" + (
        "export const V = 1;\n\n"
        "/** A row. */\nexport type Row = [string, number | null];\n\n"
        "/** A message. */\nexport interface M {\n"
        '  type: "a" | "b";\n  rows: Row[];\n  mixed: (number | null)[];\n  named: Record<string, boolean>;\n'
        "  /** May be absent. */\n  late?: number;\n}\n"
    )


def test_a_message_that_has_all_of_another_extends_it() -> None:
    """What it inherits is in its TypeScript too; without it the fields were left out in silence."""
    made = schema.typescript("class A(TypedDict):\n    a: int\nclass B(A):\n    b: str\n")
    assert (
        made
        == schema.HEADER
        + "\nexport interface A {\n  a: number;\n}\n\nexport interface B extends A {\n  b: string;\n}\n"
    )


def test_a_shape_that_is_not_known_is_refused() -> None:
    """Silence would give the console a type that is wrong."""
    with pytest.raises(ValueError, match=r"line 1.*frozenset"):
        schema.typescript("A: TypeAlias = frozenset[str]")


def test_check_notices_a_difference(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A changed, a missing and a fresh file give 1, 1 and 0."""
    target = tmp_path / "gen.ts"
    assert schema.main(["--check", str(target)]) == 1
    assert schema.main([str(target)]) == 0
    assert schema.main(["--check", str(target)]) == 0
    target.write_text(target.read_text() + "// touched\n")
    assert schema.main(["--check", str(target)]) == 1
    assert "is not what messages.py says" in capsys.readouterr().err
    assert schema.main([]) == 2
    assert schema.main(["--help"]) == 2  # a word that is no file's name: it once became one
    assert not Path("--help").exists()


def test_the_console_has_the_types_of_today() -> None:
    """The committed file is the one that messages.py makes."""
    assert schema.main(["--check", str(REPOSITORY / "ui" / "src" / "protocols.gen.ts")]) == 0
