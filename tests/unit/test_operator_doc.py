"""What docs/operator.md calls by a name stands by that name on the console, and its commands are commands."""

from __future__ import annotations

import re
from typing import Final

from tests.demo_rig import ROOT

DOC: Final = (ROOT / "docs" / "operator.md").read_text("utf-8")
EMPHASIS: Final = {"next", "she"}
"""Words in italics that are no name of anything on the screen."""
SPOKEN: Final = {
    "BROKEN at entry N": "BROKEN at entry ", "Direct control needs 2000 ms or less, now 76 ms": "Direct control needs ",
    "Act within 3:25 (the edge of 'Bank'); an operator takes up to 1:00": "Act within ",
    "She tells no time to act": "She tells no time to act;",
}  # fmt: skip
"""{as the document gives an example: how the console's own sentence begins}"""


def names(doc: str) -> set[str]:
    """Return what the document prints in italics: names of buttons, places, states and alerts."""
    text = re.sub(r"`[^`\n]*`|\*\*[^*]+\*\*", "", doc)
    return {" ".join(found.split()).rstrip(".") for found in re.findall(r"\*([^*\n]+(?:\n[^*\n]+)?)\*", text)}


def texts() -> str:
    """Return the English words of the console, and what ship and shore tell of alerts and orders."""
    words = sorted((ROOT / "ui" / "src" / "words").glob("*.ts"))
    views = sorted((ROOT / "ui" / "src").glob("*/*.ts"))
    told = [ROOT / "control" / "alerttable.py", ROOT / "control" / "preview.py", *(ROOT / "shoreside").rglob("*.py")]
    return "".join(path.read_text("utf-8") for path in (*words, *views, *told) if not path.name.endswith("-ko.ts"))


def missing(doc: str) -> set[str]:
    """Return the names that nothing on the console begins with or ends with."""
    said = texts()
    wanted = {name: SPOKEN.get(name, name) for name in names(doc) - EMPHASIS}
    return {
        name for name, text in wanted.items() if not re.search(rf'["`>]{re.escape(text)}|{re.escape(text)}["`<]', said)
    }


def test_every_name_in_the_operators_document_is_on_the_console() -> None:
    """A button that was called otherwise, or went, is found before a reader looks for it; some sixty there are."""
    assert len(names(DOC)) > 60
    assert missing(DOC) == set()


def test_a_button_that_there_is_not_is_found() -> None:
    """The negative control: a name made up, in one line and over the end of one; code and bold are no names."""
    assert missing("Press *Full speed now* or *Take the\nwheel*, `*not this*`, **Nor this**.") == {
        "Full speed now", "Take the wheel"
    }  # fmt: skip


def test_every_command_names_the_demo_where_it_asks_a_shore() -> None:
    """`farhelm drill`, `voyages` and `conn` want to know where the shore is: as written they would only say so."""
    commands = re.findall(r"`(farhelm (?:drill|voyages|conn) [^`]+)`", DOC)
    assert len(commands) >= 4
    assert [command for command in commands if "--demo" not in command] == []
