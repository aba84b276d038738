"""The remote-access grant: what the bridge revokes stays revoked, whatever the shore sends again."""

from __future__ import annotations

from pathlib import Path

import pytest

from control.messages import SignedGrant, SignedRoster
from protocols.link import cbor, signing
from protocols.link.heartbeats import RemoteAccess
from protocols.link.roster import Grant, Roster, RosterEntry
from protocols.link.signing import Domain
from shipside.storage.journal import Journal
from tests.control_rig import KEYS, MASTER, RIGHTS, UTC_NS, VESSEL, YEAR_NS, Rig, signed_grant

SECOND_NS = 1_000_000_000


def told_of_grants(ship: Rig) -> list[tuple[object, object]]:
    return [
        (e.body["result"], e.body["version"]) for e in ship.events if e.kind == "roster" and e.body["what"] == "grant"
    ]


def test_a_revoked_grant_that_comes_again_is_refused_and_the_refusal_is_told() -> None:
    """Proves AUT-07: the broker's retained copy, at a reconnect, gives nothing back."""
    ship = Rig()
    ship.bridge("revoke_access", person="mate")
    ship.feed(SignedGrant(signed_grant()))
    assert ship.supervisor.believed.grant is None
    assert told_of_grants(ship) == [("taken", 1), ("revoked", 1), ("refused", 1)]
    assert "revoked aboard" in str(ship.events[-1].body["detail"])
    assert ("no_grant", "AUT-07") in ship.reasons(ship.say("authority.request", {"level": "setpoint"}))


def test_only_a_grant_of_a_higher_version_opens_the_ship_again() -> None:
    """Proves AUT-07: another grant of the same version, or a lower one, does not; the Master's next one does."""
    ship = Rig()
    ship.feed(SignedGrant(signed_grant(version=5)))
    ship.bridge("revoke_access")
    for again in (signed_grant(version=5), signed_grant(("setpoint",), version=5), signed_grant(version=4)):
        ship.feed(SignedGrant(again))
        assert ship.supervisor.believed.grant is None
    ship.feed(SignedGrant(signed_grant(version=6)))
    assert ship.state(ship.say("authority.request", {"level": "setpoint"})) == "SUCCEEDED"


def test_a_revoked_grant_stays_revoked_over_a_restart() -> None:
    """Proves AUT-07: the journal keeps it; the rig boots with the old grant put aboard again."""
    ship = Rig()
    ship.bridge("revoke_access")
    ship = Rig(now_s=5000.0, journal=ship.journal)
    assert ship.supervisor.believed.grant is None
    assert told_of_grants(ship) == [("refused", 1)]
    ship.feed(SignedGrant(signed_grant(version=2)))
    assert ship.supervisor.believed.grant is not None


def test_what_was_known_before_a_restart_can_be_revoked_before_it_comes_again() -> None:
    """Proves AUT-07: the shore's copy arrives after the bridge has revoked it."""
    first = Rig()
    ship = Rig(now_s=5000.0, journal=first.journal)
    ship.supervisor.believed.grant = None  # booted without the file, the shore not heard yet
    ship.bridge("revoke_access")
    ship.feed(SignedGrant(signed_grant()))
    assert ship.supervisor.believed.grant is None


def test_without_a_revocation_versions_do_not_go_back_either() -> None:
    """Proves AUT-07: a wider grant of former days, kept by somebody ashore, is not taken again."""
    ship = Rig()
    ship.feed(SignedGrant(signed_grant(("setpoint",), version=2)))
    for old in (signed_grant(version=1), signed_grant(version=2)):
        ship.feed(SignedGrant(old))
        assert told_of_grants(ship)[-1] == ("refused", 2)
    ship = Rig(now_s=5000.0, journal=ship.journal)
    assert told_of_grants(ship) == [("refused", 2)]


def test_the_same_grant_again_is_no_news() -> None:
    ship = Rig()
    ship.feed(SignedGrant(signed_grant()))
    assert told_of_grants(ship) == [("taken", 1)]


def test_who_has_the_conn_when_the_grant_is_revoked_orders_nothing_more_but_a_stop() -> None:
    """Proves AUT-07: no remote control without a grant held aboard; stopping is always allowed."""
    ship = Rig()
    ship.take("ann")
    assert ship.state(ship.say("conn.heading", {"heading_deg": 81.0})) == "executing"
    ship.bridge("revoke_access")
    assert ("no_grant", "AUT-07") in ship.reasons(ship.say("conn.heading", {"heading_deg": 82.0}))
    assert ship.state(ship.say("conn.controlled_stop")) == "executing"


def test_a_damaged_journal_is_not_mended_by_a_grant() -> None:
    """Proves AUT-07, CMD-13: what was revoked may be in the damaged record; only re-arming aboard writes a new one."""
    ship = Rig()
    ship.journal_works = False
    ship.bridge("revoke_access")
    ship.journal_works = True
    kept = len(ship.journal)
    ship.feed(SignedGrant(signed_grant(version=2)))
    assert len(ship.journal) == kept
    ship.bridge("rearm")
    assert cbor.decode_map(ship.journal[-1]) == {"t": "grant", "taken": 2, "revoked": 1}


def test_a_grant_signed_before_there_were_versions_counts_as_the_first() -> None:
    grant = Grant(VESSEL, "g0", "kim", ("Busan",), ("conn",), ("setpoint",), UTC_NS - YEAR_NS, UTC_NS + YEAR_NS)
    body = {name: value for name, value in cbor.decode_map(grant.to_bytes()).items() if name != "version"}
    assert Grant.from_bytes(cbor.encode(body)).version == 1
    ship = Rig()
    ship.bridge("revoke_access")
    ship.feed(SignedGrant(signing.sign(Domain.GRANT, cbor.encode(body), MASTER)))
    assert ship.supervisor.believed.grant is None


def test_standing_records_outlive_the_row_of_orders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Proves AUT-07, AUT-08: orders enough to go round the journal push no revocation and no fencing number out."""
    monkeypatch.setattr("shipside.storage.journal.RECORDS_MAX", 10)
    journal = Journal(tmp_path / "journal.db")
    journal.write(b"revoked", "grant")
    for number in range(30):
        journal.write(f"order {number}".encode())
    journal.write(b"revoked more", "grant")
    journal.close()
    records, damaged = Journal(tmp_path / "journal.db").records()
    assert records[0] == b"revoked more"
    assert len(records) == 11
    assert damaged == 0


def test_without_a_current_master_nobody_takes_the_conn_and_who_has_it_orders_nothing() -> None:
    """Proves AUT-12: the grant is another person's, or the Master's own key has ended; where the roster names a Master."""
    ship = Rig()
    ship.take("ann")
    assert ship.state(ship.say("conn.heading", {"heading_deg": 85})) == "executing"
    for version, master, ends_ns in ((2, "lee", UTC_NS + YEAR_NS), (3, "kim", UTC_NS)):
        entries = tuple(
            RosterEntry(person, RIGHTS[person][0], "Busan", "", signing.public_bytes(KEYS[person]), RIGHTS[person][1],
                        UTC_NS - YEAR_NS, ends_ns if person == "kim" else UTC_NS + YEAR_NS)
            for person in KEYS
        )  # fmt: skip
        ship.feed(SignedRoster(signing.sign(Domain.ROSTER, Roster(VESSEL, version, entries).to_bytes(), MASTER)))
        grant = Grant(VESSEL, "g", master, ("Busan",), ("conn",), ("setpoint",), UTC_NS - 1, UTC_NS + YEAR_NS, version)
        ship.feed(SignedGrant(signing.sign(Domain.GRANT, grant.to_bytes(), MASTER)))
        assert ("no_current_master", "AUT-12") in ship.reasons(ship.say("conn.heading", {"heading_deg": 85}))
        assert ("no_current_master", "AUT-12") in ship.reasons(
            ship.say("authority.request", {"level": "setpoint"}, "bob")
        )
        assert ship.state(ship.say("conn.controlled_stop")) == "executing"


def told_of_access(ship: Rig) -> tuple[int | None, list[str], list[str]]:
    """Return what the heartbeat tells of the grant: seconds left, reasons, alerts about it."""
    ship.forward(1.2)
    facts = ship.supervisor.facts(ship.now_s)
    access = RemoteAccess(-1) if facts.access is None else facts.access
    shown = (
        "unacknowledged",
        "acknowledged",
    )  # a warning, a caution; what was rectified stays until somebody has seen it
    names = ("access-ending", "access-ended")
    alerts = [name for name in names if ship.supervisor.alerts.state_of(name) in shown]
    return (None if facts.access is None else access.left_s), [one.name for one in access.reasons], alerts


def test_the_end_of_the_grant_is_told_before_and_after_it_comes() -> None:
    """Proves AUT-07, AUT-02: with each heartbeat of the last hour; an alert where somebody ashore has her, none where not."""
    ship = Rig()
    ship.take("ann")
    ship.beating = "ann"
    assert told_of_access(ship) == (None, [], [])
    for version, left_s, left_told, alerts in (
        (2, 3601, None, []), (3, 3600, 3600, []), (4, 901, 901, []), (5, 900, 900, ["access-ending"]),
    ):  # fmt: skip
        ship.feed(SignedGrant(signed_grant(to_ns=UTC_NS + left_s * SECOND_NS, version=version)))
        assert told_of_access(ship) == (left_told, [], alerts)
    ship.feed(SignedGrant(signed_grant(to_ns=UTC_NS, version=6)))
    assert told_of_access(ship) == (0, ["grant_not_valid_now"], ["access-ended"])
    assert ship.station == "remote"
    # In the bridge's hands it is no alert, though it is told; with the Master's next grant it is over.
    ship.bridge("take", person="mate")
    assert told_of_access(ship) == (0, ["grant_not_valid_now"], [])
    ship.feed(SignedGrant(signed_grant(version=7)))
    assert told_of_access(ship) == (None, [], [])


def test_who_has_the_machines_alone_is_told_of_the_end_too() -> None:
    """Proves AUT-07, AUT-01: the alert asks for whoever ashore has anything of her."""
    ship = Rig()
    ship.bridge("take", person="mate")
    ship.bridge("revoke_access")
    assert told_of_access(ship) == (0, ["no_grant"], [])
    ship.feed(SignedGrant(signed_grant(version=2)))
    ship.say("authority.request", {"level": "setpoint"}, "ann", group="engineering")
    ship.bridge("grant")
    ship.say("authority.confirm", {}, "ann", group="engineering")
    assert ship.supervisor.groups["engineering"].authority.station == "remote"
    ship.bridge("revoke_access")
    assert told_of_access(ship)[2] == ["access-ended"]
