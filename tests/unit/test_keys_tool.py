"""The Master's tool: from a new key to a roster that a ship believes, and a stolen console that she does not."""

from __future__ import annotations

import base64
import json
import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from typer.testing import CliRunner, Result

from control.messages import SignedGrant, SignedRoster
from farhelm.__main__ import app
from farhelm.keys import cli, desk
from protocols.errors import MalformedError
from protocols.link import signing
from protocols.link.roster import ENTRIES_MAX, Roster
from tests.control_rig import KEYS, MASTER, UTC_NS, VESSEL, Rig

ROLES = {"ann": "operator", "bob": "operator", "sue": "supervisor"}


class Desk:
    """A Master's folder, and the tool in it."""

    def __init__(self, folder: Path) -> None:
        """Put the Master's key of the tests there, and who has asked to be enrolled."""
        self.folder, self.master, self.asked = folder, folder / "master.pem", folder / "enrolments.json"
        self.master.write_bytes(MASTER.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        self.ask(*ROLES)

    def ask(self, *people: str, **changes: object) -> None:
        """Have these people ask for their keys, as the station tells it."""
        rows = [
            {"person": one, "role": ROLES[one], "roc": "Busan", "console": f"console-{one}",
             "public_key": base64.b64encode(signing.public_bytes(KEYS[one])).decode(), **changes}
            for one in people
        ]  # fmt: skip
        self.asked.write_text(json.dumps({"enrolments": rows}))

    def run(self, *words: str, answer: str = "y\n") -> Result:
        """Run `farhelm keys`."""
        return CliRunner().invoke(app, ["keys", *words], input=answer)

    def enrol(self, *words: str, answer: str = "y\n") -> Result:
        """Run `farhelm keys enrol` for the vessel of the tests."""
        given = ["--master", str(self.master), "--from", str(self.asked), "--folder", str(self.folder)]
        return self.run("enrol", VESSEL, *given, *words, answer=answer)

    def revoke(self, person: str, *words: str) -> Result:
        """Run `farhelm keys revoke` for the vessel of the tests."""
        return self.run("revoke", VESSEL, person, "--master", str(self.master), "--folder", str(self.folder), *words)

    def word(self, suffix: str) -> bytes:
        """Return what was signed last."""
        return (self.folder / f"{VESSEL}{suffix}").read_bytes()

    def roster(self) -> Roster:
        """Return the roster signed last."""
        return Roster.from_bytes(signing.open_envelope(self.word(".roster")).body)


class ShipsTime:
    """The clock of the tests' ship."""

    def utc_ns(self) -> int:
        """Return her UTC."""
        return UTC_NS


@pytest.fixture
def master(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A Master's desk, in the ship's time."""
    monkeypatch.setattr(cli, "SystemClock", ShipsTime)
    return Desk(tmp_path)


def test_a_key_is_its_owners_alone_and_never_written_over(master: Desk) -> None:
    """A new key has a password, mode 0600 and its public half in words; a second one of the name is refused."""
    file = master.folder / "new.pem"
    made = master.run("new", str(file), answer="sea\nsea\n")
    assert made.exit_code == 0, made.output
    assert 'master_public_key = "' in made.output
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert b"ENCRYPTED" in file.read_bytes()
    kept = file.read_bytes()
    again = master.run("new", str(file), answer="sea\nsea\n")
    assert again.exit_code == 1
    assert "exists" in again.output
    assert file.read_bytes() == kept


def test_a_wrong_password_signs_nothing(master: Desk) -> None:
    """In words, and without a trace."""
    master.run("new", str(master.folder / "new.pem"), answer="sea\nsea\n")
    given = [
        "--master",
        str(master.folder / "new.pem"),
        "--by",
        "kim",
        "--roc",
        "Busan",
        "--level",
        "setpoint",
        "--yes",
    ]
    said = master.run("grant", VESSEL, *given, "--folder", str(master.folder), "--password", "land")
    assert said.exit_code == 1
    assert "farhelm keys:" in said.output
    assert not (master.folder / f"{VESSEL}.grant").exists()


def test_what_is_signed_is_shown_first_and_a_no_signs_nothing(master: Desk) -> None:
    """Each key that comes is named before the question; without a yes no file is made."""
    said = master.enrol(answer="n\n")
    assert said.exit_code == 1
    assert "+ ann, operator, Busan, console-ann" in said.output
    assert not (master.folder / f"{VESSEL}.roster").exists()


def test_a_voyage_of_keys(master: Desk) -> None:
    """Proves CMD-12, AUT-07: enrolled people steer; a stolen console is out with the next roster, before its next heartbeat."""
    # The Master enrols ann and sue, and grants remote control to their centre.
    assert master.enrol("--person", "ann", "--person", "sue").exit_code == 0
    granted = master.run(
        "grant", VESSEL, "--master", str(master.master), "--by", "kim", "--roc", "Busan", "--level", "setpoint",
        "--folder", str(master.folder), "--yes",
    )  # fmt: skip
    assert granted.exit_code == 0, granted.output
    # A ship that knows higher versions (the rig's own are 1) takes neither back: the tool counts on from its files.
    rig = Rig()
    rig.feed(SignedRoster(master.word(".roster")))
    assert master.enrol("--person", "ann", "--person", "sue").exit_code == 0
    assert master.roster().version == 2
    rig.feed(SignedRoster(master.word(".roster")))
    rig.feed(SignedGrant(master.word(".grant")))
    assert rig.supervisor.believed.roster_version == 2
    # Ann steers.
    rig.take("ann")
    assert rig.station == "remote"
    assert rig.state(rig.say("conn.heading", {"heading_deg": 82.0}))[:4] not in ("REJE", "EXPI")
    # Her console is stolen: the Master signs a roster without it, and the ship has it.
    assert master.revoke("ann", "--console", "console-ann", "--yes").exit_code == 0
    rig.feed(SignedRoster(master.word(".roster")))
    # Its next order and its next heartbeat are worth nothing, and the ladder begins.
    refused = rig.say("conn.heading", {"heading_deg": 90.0})
    assert rig.state(refused) == "REJECTED"
    before = rig.supervisor.beats.refused_count
    rig.beat("ann")
    assert rig.supervisor.beats.refused_count == before + 1
    rig.forward(rig.config.link.silent_s + 0.5)
    assert rig.step >= "L2"


def test_a_rotation_takes_the_old_key_of_the_same_console_away(master: Desk) -> None:
    """Without --rotate both keys stand; with it the new one alone, and everybody else's stay."""
    assert master.enrol().exit_code == 0
    renewed = base64.b64encode(signing.public_bytes(KEYS["vic"])).decode()
    master.ask("ann", public_key=renewed)
    assert master.enrol().exit_code == 0
    assert [one.person for one in master.roster().entries].count("ann") == 2
    assert master.enrol("--rotate").exit_code == 0
    people = {one.person: one.public_key for one in master.roster().entries}
    assert len(master.roster().entries) == len(ROLES)
    assert people["ann"] == signing.public_bytes(KEYS["vic"])


def test_a_misspelt_name_is_no_revocation(master: Desk) -> None:
    """It says who is in the roster, and the roster stays."""
    master.enrol()
    kept = master.word(".roster")
    said = master.revoke("anne", "--yes")
    assert said.exit_code == 1
    assert "no key of 'anne'" in said.output
    assert "ann, bob, sue" in said.output
    assert master.word(".roster") == kept


@pytest.mark.parametrize(
    ("changes", "word"),
    [({"role": "viewer"}, "signs nothing"), ({"public_key": "AAAA"}, "3 bytes"), ({"public_key": "@"}, "not base64"),
     ({"person": None}, "without person")],
)  # fmt: skip
def test_a_row_that_is_wrong_is_told_and_nothing_signed(master: Desk, changes: dict[str, object], word: str) -> None:
    """One bad row stops the signature: the Master should look."""
    master.ask("ann", **changes)
    said = master.enrol()
    assert said.exit_code == 1
    assert word in said.output
    assert not (master.folder / f"{VESSEL}.roster").exists()


def test_somebody_who_did_not_ask_is_not_enrolled(master: Desk) -> None:
    """A name that is not in the file is a fault, also beside one that is."""
    said = master.enrol("--person", "ann", "--person", "eve")
    assert said.exit_code == 1
    assert "no key of eve" in said.output


def test_another_masters_roster_is_not_continued(master: Desk) -> None:
    """The file beside the tool must be this Master's: versions and people of another's are not taken over."""
    master.enrol()
    other = master.folder / "other.pem"
    master.run("new", str(other), "--plain")
    given = ["--master", str(other), "--from", str(master.asked), "--folder", str(master.folder), "--yes"]
    said = master.run("enrol", VESSEL, *given)
    assert said.exit_code == 1
    assert "petrel.roster" in said.output


def test_show_says_whether_the_signature_was_looked_at(master: Desk) -> None:
    """A word is shown without a key and says so; with the wrong key it is refused."""
    master.enrol()
    file = str(master.folder / f"{VESSEL}.roster")
    public = signing.public_bytes(MASTER).hex()
    assert "NOT checked" in master.run("show", file).output
    assert "The signature holds." in master.run("show", file, "--master-public-key", public).output
    wrong = master.run("show", file, "--master-public-key", signing.public_bytes(KEYS["ann"]).hex())
    assert wrong.exit_code == 1


def test_a_full_roster_refuses_one_more() -> None:
    """The bound of the wire is told before anything is signed."""
    span = desk.Span(UTC_NS, UTC_NS + desk.DAY_NS)
    rows = [
        {"person": f"p{number}", "role": "operator", "roc": "Busan", "console": "",
         "public_key": base64.b64encode(number.to_bytes(32, "big")).decode()}
        for number in range(ENTRIES_MAX + 1)
    ]  # fmt: skip
    full = desk.enrolled(Roster(VESSEL, 1, ()), [desk.entry_of(row, span) for row in rows[:-1]], replaces=False)
    assert len(full.entries) == ENTRIES_MAX
    with pytest.raises(MalformedError, match="500 keys"):
        desk.enrolled(full, [desk.entry_of(rows[-1], span)], replaces=False)


@pytest.mark.parametrize(
    ("days", "word"), [(-2, "not before 2.0 days"), (0, "valid for 1.0"), (1, "valid for 0.0"), (3, "EXPIRED 2.0 days")]
)
def test_validity_is_told_in_days(days: int, word: str) -> None:
    """Before, at both ends and after."""
    assert desk.standing(UTC_NS, UTC_NS + desk.DAY_NS, UTC_NS + days * desk.DAY_NS).startswith(word)
