"""No refusal without a word on what to do about it: what the program can say is read from the program itself."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from tests.demo_rig import ROOT

PROGRAM = ("control", "protocols", "shipside", "shoreside")


def refusals(source: str) -> Iterator[tuple[str, str]]:
    """Return (name, rule) of each reason made in a program's text; a name that is put together there is told as empty."""
    for node in ast.walk(ast.parse(source)):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Reason"):
            continue
        given = dict(zip(("name", "rule"), node.args, strict=False))
        name, rule = given.get("name"), given.get("rule")
        told = str(name.value) if isinstance(name, ast.Constant) else ""
        for part in ast.walk(rule) if rule is not None else ():  # of a choice of two rules both
            if isinstance(part, ast.Constant) and isinstance(part.value, str):
                yield told, part.value


@pytest.mark.parametrize("language", ["en", "ko"])
def test_every_rule_and_every_refusal_without_one_has_its_word(language: str) -> None:
    """And no word is kept for a rule that nobody names any more, but for those that are told in other ways."""
    words = (ROOT / "ui" / "src" / "words" / f"refusals-{language}.ts").read_text("utf-8")
    rules = set(re.findall(r'^    "([A-Z]+-\d+)": \["[^"]+", "[^"]{10,}"\]', words, re.MULTILINE))
    unruled = set(re.findall(r'^    ([a-z_]+): "[^"]{10,}"', words, re.MULTILINE))
    files = [path for top in PROGRAM for path in (ROOT / top).rglob("*.py")]
    made = {refusal for path in files for refusal in refusals(path.read_text("utf-8"))}
    assert len(made) > 100
    assert {rule for _, rule in made if rule} - rules == set()
    assert rules - {rule for _, rule in made} == {"AUT-08"}  # told as old_fencing_number under INT-01 by this program
    assert {name for name, rule in made if not rule} == unruled


def test_a_refusal_that_nobody_wrote_a_word_for_is_found() -> None:
    """The negative control: a rule of its own, one of two, and a name without a rule."""
    text = 'x = Reason("storm", "NEW-01", "t")\ny = Reason("a" + b, "NEW-02" if c else "NEW-03", t)\nz = Reason("calm", "", "t")'
    assert set(refusals(text)) == {("storm", "NEW-01"), ("", "NEW-02"), ("", "NEW-03"), ("calm", "")}
