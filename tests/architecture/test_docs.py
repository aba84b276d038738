"""The documents tell of what is there: links, folders, tests, commands and options; and the lines they give do what they say."""

from __future__ import annotations

import functools
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
import typer

from farhelm.__main__ import app
from tests.architecture.source_tree import PACKAGES, ROOT, tracked

LINK: Final = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)(?:\s+\"[^\"]*\")?\)")
FENCE: Final = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
SPAN: Final = re.compile(r"`([^`\n]+)`")
COMMAND: Final = re.compile(r"(?<![\w.=-])farhelm ([a-z]+(?: (?:\\\||[^\n|#;&])*)?)")
MODULE: Final = re.compile(r"\bpython -m (shipside|shoreside|simulators|shoreside\.people)\b([^\n|#;&]*)")
OPTION: Final = re.compile(r"(?<!\S)\[?(--[a-z][a-z-]*)")
PASSED_ON: Final = {"agent": "shipside", "shore": "shoreside", "simulate": "simulators"}
"""{subcommand: the program it becomes, with all its options}"""
TEST_NAME: Final = re.compile(r"\btest_[a-z0-9_]+\b")
TEST_PATH: Final = re.compile(r"\btests/[\w/.-]+\.(?:py|json)\b")
MAKE: Final = re.compile(r"(?<![\w-])make ([a-z]+)(?=[\s`]|$)", re.MULTILINE)


def documents() -> list[Path]:
    """Return all tracked documents."""
    return [path for path in tracked() if path.suffix == ".md"]


def read(path: Path) -> str:
    """Return the text of a tracked file."""
    return (ROOT / path).read_text(encoding="utf-8")


def code_in(text: str) -> Iterator[str]:
    """Yield what stands in fences, language left out, and in spans, of a document."""
    for _, block in FENCE.findall(text):
        yield block.replace("\\\n", " ")
    yield from SPAN.findall(FENCE.sub("", text))


def prose_links(text: str) -> list[str]:
    """Return where the links of a document lead, those in fences and to other sites left out."""
    return [to for to in LINK.findall(FENCE.sub("", text)) if "://" not in to and not to.startswith(("#", "mailto:"))]


@functools.cache
def options_of(module: str) -> frozenset[str]:
    """Return the options that a program's own help names."""
    ran = subprocess.run([sys.executable, "-m", module, "--help"], cwd=ROOT, capture_output=True, text=True, timeout=60,
                         check=True)  # fmt: skip
    return frozenset(re.findall(r"(?<![\w-])--[a-z][a-z-]*", ran.stdout))


def told_wrong(words: str) -> list[str]:
    """Return what `farhelm` does not know of a command line that follows it."""
    known: Any = typer.main.get_command(app)
    passed_on = ""
    for place, word in enumerate(words.split()):
        names = re.split(r"\\?\|", word)
        commands: dict[str, Any] = getattr(known, "commands", {})
        if not commands:
            break
        unknown = [name for name in names if name not in commands]
        if unknown:
            return [f"no command {name}" for name in unknown]
        passed_on = PASSED_ON.get(names[0], "") if place == 0 else ""
        known = commands[names[0]]
    options = {option for parameter in known.params for option in parameter.opts} | {"--help"}
    allowed = options_of(passed_on) if passed_on else options
    return [f"no option {option}" for option in OPTION.findall(words) if option not in allowed]


def test_the_searches_find() -> None:
    """Planted faults are found and their harmless neighbours are not."""
    text = '[a](x.md) ![b](p/q.png "t") [c](https://a.example) [d](#e)\n```sh\n[f](g.md)\nfarhelm x \\\n  --y\n```\n`h`'
    assert prose_links(text) == ["x.md", "p/q.png"]
    assert list(code_in(text)) == ["[f](g.md)\nfarhelm x    --y\n", "h"]
    bad = {
        "sail": "no command sail", "demo --port 1 --sails 3": "no option --sails", "conn fly x": "no command fly",
        "conn take|fly": "no command fly", "agent --rol x": "no option --rol",
    }  # fmt: skip
    assert {words: told_wrong(words) for words in bad} == {words: [fault] for words, fault in bad.items()}
    good = (
        "demo --port 9 --data d",
        "conn take otter --hold 60",
        "conn take\\|release",
        "agent --config F --check",
        "decode F",
    )
    assert [told_wrong(words) for words in good] == [[]] * len(good)
    assert COMMAND.findall("run .venv/bin/farhelm demo --port 1 | jq x; User=farhelm\nx") == ["demo --port 1 "]


def test_every_link_leads_somewhere() -> None:
    """Relative links of every tracked document, pictures too."""
    found = [(str(path), to) for path in documents() for to in prose_links(read(path))]
    assert len(found) > 4
    assert [(path, to) for path, to in found if not (ROOT / path).parent.joinpath(to.partition("#")[0]).exists()] == []


def test_every_package_says_what_it_is_for() -> None:
    """A newcomer finds a README in each folder that the tour names."""
    assert [name for name in (*PACKAGES, "ui", "tests") if Path(name, "README.md") not in documents()] == []


def test_no_document_names_a_command_that_is_not_there() -> None:
    """Each `farhelm X`, and each option with it; each `python -m X`; each target of `make`."""
    wrong: list[tuple[str, str, str]] = []
    seen = 0
    for path in documents():
        for code in code_in(read(path)):
            for words in COMMAND.findall(code):
                seen += 1
                wrong += [(str(path), words, fault) for fault in told_wrong(words)]
            for module, words in MODULE.findall(code):
                unknown = set(OPTION.findall(words)) - options_of(module)
                wrong += [(str(path), f"python -m {module}{words}", option) for option in sorted(unknown)]
    assert seen > 20
    assert wrong == []


def test_every_command_has_its_place_in_the_documents() -> None:
    """What is not in the table of farhelm/README.md nobody finds."""
    named = {
        name
        for code in code_in(read(Path("farhelm/README.md")))
        for words in COMMAND.findall(code)
        for name in words.split()[:1]
    }
    commands: dict[str, Any] = getattr(typer.main.get_command(app), "commands", {})
    assert len(commands) > 5
    assert sorted(set(commands) - named) == []


def test_every_target_that_a_document_names_can_be_made() -> None:
    targets = set(re.findall(r"^([a-z]+):", read(Path("Makefile")), re.MULTILINE))
    named = {(str(path), name) for path in documents() for code in code_in(read(path)) for name in MAKE.findall(code)}
    assert len(named) > 4
    assert [(path, name) for path, name in sorted(named) if name not in targets] == []


def test_every_test_that_a_document_names_is_there() -> None:
    """A proof that was renamed or taken away must not be claimed any longer."""
    files = [path for path in tracked() if path.parts[0] == "tests"]
    known = {path.stem for path in files}
    for path in files:
        if path.suffix == ".py":
            known |= set(re.findall(r"\bdef (test_\w+)", read(path)))
    claimed = [(str(path), name) for path in documents() for name in TEST_NAME.findall(read(path))]
    assert len(claimed) > 30
    assert [(path, name) for path, name in claimed if name not in known] == []
    paths = [(str(path), name) for path in documents() for name in TEST_PATH.findall(read(path))]
    assert [(path, name) for path, name in paths if not (ROOT / name).is_file()] == []


@pytest.mark.parametrize("name", ["operator", "installer", "analyst", "wire-format"])
def test_a_document_names_no_machine_of_ours(name: str) -> None:
    """An example lies in a folder of the reader's."""
    assert not re.findall(r"(?<![\w.])/(?:tmp|work|root)/", read(Path("docs", f"{name}.md")))
