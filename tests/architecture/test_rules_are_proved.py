"""Every numbered rule of command has a test that names it, or stands below with the word why not yet."""

from __future__ import annotations

import re

from tests.architecture.source_tree import ROOT, python_files
from tests.evidence import ids_in, proofs_in, rules, text_of, worst
from tests.shared_folder import shared

RULES = "design/control.md"
ID = re.compile(r"\b(?:ALT|AUT|CMD|INT|FBK|DMN|EST|LED)-\d\d\b")

NOT_YET: dict[str, str] = {}
"""Rule: what it needs that is not built."""


def proved() -> set[str]:
    """Return the ids that tests name after `Proves`, up to the colon."""
    found: set[str] = set()
    for path in python_files("tests"):
        for words in re.findall(r"Proves ([^:]*):", (ROOT / path).read_text(encoding="utf-8")):
            found.update(ID.findall(words))
    return found


def test_every_rule_is_proved_or_said_to_be_missing() -> None:
    """Neither list may hold what the other does; a rule that gets its proof leaves the list of the missing."""
    rules = set(ID.findall(shared(RULES).read_text(encoding="utf-8")))
    assert len(rules) > 50
    assert rules - proved() == set(NOT_YET)
    assert proved() <= rules


def test_the_table_of_evidence_has_every_rule_and_its_texts() -> None:
    """`make evidence` lists exactly the rules of the design."""
    listed = rules()
    assert all(20 < len(text) < 160 for text in listed.values())
    assert set(NOT_YET) <= set(listed)
    assert set(listed) == set(ID.findall(shared(RULES).read_text(encoding="utf-8")))


def test_the_evidence_says_what_this_run_has_shown() -> None:
    """A rule is as good as the worst of its tests; one without a test is not yet proved, and is not said to be."""
    proves = {"tests/a.py::one": ["AUT-01", "CMD-04"], "tests/a.py::two": ["CMD-04"], "tests/b.py::three": ["LED-03"]}
    results = {"tests/a.py::one": "passed", "tests/a.py::two": "failed", "tests/b.py::three": "skipped"}
    rows = dict(
        re.findall(r"^\| (\S+) \|.* \| ([a-z ]+) \|$", text_of(proves, results, "abc", "2026-11-26"), re.MULTILINE)
    )
    told = {rule: rows[rule] for rule in ("AUT-01", "CMD-04", "LED-03", "AUT-02")}
    assert told == {"AUT-01": "passed", "CMD-04": "failed", "LED-03": "skipped", "AUT-02": "not yet"}
    assert ids_in("Proves AUT-03, CMD-07: so it is. Proves LED-01: too.") == ["AUT-03", "CMD-07", "LED-01"]


def test_results_are_those_of_the_reports() -> None:
    """A test of many parameters is one, and one that ended badly in either report has ended badly."""
    report = """<testsuites><testsuite>
      <testcase classname="tests.unit.test_a" name="test_one[x]"/>
      <testcase classname="tests.unit.test_a" name="test_one[y]">{}</testcase>
      <testcase classname="tests.unit.test_a" name="test_two"><skipped message="no ship"/></testcase>
    </testsuite></testsuites>"""
    one, two = "tests/unit/test_a.py::test_one", "tests/unit/test_a.py::test_two"
    assert worst([report.format("")]) == {one: "passed", two: "skipped"}
    assert worst([report.format("<error/>"), report.format("")]) == {one: "failed", two: "skipped"}
    assert worst([report.format(""), report.format("<failure/>")])[one] == "failed"
    said = proofs_in(ROOT / "tests")
    assert set().union(*said.values()) == proved()
    assert "AUT-03" in said["tests/e2e/test_console.py::test_heading_095_by_mouse"]


def test_a_rule_without_proof_would_be_seen() -> None:
    """Negative control: an id in no docstring is not proved."""
    assert "AUT-03" in proved()
    assert "AUT-" + "99" not in proved()
