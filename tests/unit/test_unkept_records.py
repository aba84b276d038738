"""What no journal takes is not forgotten with a restart: a revocation on a failing disk stands, and is said (AUT-07, CMD-13)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from control import command
from shipside.commanding.safety import SafetyShell
from shipside.storage.durable import SpoolError
from shipside.storage.unkept import Unkept
from simulators.loop import run
from simulators.world import World

RECORD = command.grant_record(1, 1)


def test_a_record_the_journal_did_not_take_is_found_by_the_next_start(tmp_path: Path) -> None:
    """Proves CMD-13: from any of its places; let go of when the journal has it."""
    places, journal = [tmp_path / "a", tmp_path / "b"], tmp_path / "journal.db"
    for place in places:
        place.mkdir()
    first = Unkept(places, journal)
    assert first.found == ()
    first.keep("grant", RECORD)
    assert first.is_kept
    next(places[0].iterdir()).unlink()
    assert Unkept(places, journal).found == (RECORD,)
    assert Unkept(places, tmp_path / "another.db").found == ()
    first.kept("grant")
    assert Unkept(places, journal).found == ()
    assert [*places[0].iterdir(), *places[1].iterdir()] == []


def test_a_file_that_is_damaged_or_anothers_tells_nothing(tmp_path: Path) -> None:
    """Every bit flipped, and every length: no exception, and nothing but the very record."""
    kept = Unkept([tmp_path], tmp_path / "journal.db")
    kept.keep("grant", RECORD)
    path = next(tmp_path.iterdir())
    whole = path.read_bytes()
    for place in range(len(whole)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 4]) + whole[place + 1 :])
        assert Unkept([tmp_path], tmp_path / "journal.db").found == ()
        path.write_bytes(whole[:place])
        assert Unkept([tmp_path], tmp_path / "journal.db").found == ()
    path.write_bytes(whole)
    assert Unkept([tmp_path], tmp_path / "journal.db").found == (RECORD,)


def test_where_no_place_takes_it_that_is_said(tmp_path: Path) -> None:
    """Proves AUT-07: a revocation that nothing keeps is known as such."""
    kept = Unkept([tmp_path / "gone"], tmp_path / "journal.db")
    kept.keep("grant", RECORD)
    assert not kept.is_kept


def _failing(*_: object) -> None:
    raise SpoolError("the disk takes nothing")


def _next_boot(world: World, shell: SafetyShell) -> SafetyShell:
    """Return the safety process as it starts again with what lies on the ship's disks."""
    afloat = world.vessels["otter"]
    again = SafetyShell(
        shell._config, world.clock, shell.ways, [], [], shell._helm, afloat.bridge,
        afloat.journal, shell.outward._key, "boot-again", lambda *_, **__: None,
    )  # fmt: skip
    for arrival in again._beliefs.arrivals():
        again._feed(arrival)
    return again


@pytest.mark.parametrize("disk_fails", [True, False])
def test_a_revocation_on_a_failing_disk_stands_over_a_restart(disk_fails: bool) -> None:
    """Proves AUT-07, CMD-13: refused until re-armed aboard, and then until the Master signs a higher version."""

    async def voyage() -> None:
        async with World(seed=3) as world:
            await world.forward(seconds=2)
            afloat = world.vessels["otter"]
            shell, write = afloat.safety, afloat.journal.write
            if disk_fails:
                afloat.journal.write = _failing  # type: ignore[method-assign]
            answer = json.loads(shell.take_panel('{"do": "revoke_access", "person": "mate"}'))
            assert answer["ok"]
            assert answer["reasons"] == []  # another place has it
            afloat.journal.write = write  # type: ignore[method-assign]

            again = _next_boot(world, shell)
            facts = again.supervisor.facts(world.clock.now_s())
            believed = again.supervisor.believed  # type: ignore[union-attr]
            assert believed.is_revoked
            assert believed.grant is None
            again.supervisor.tick(world.clock.now_s())
            assert ("journal" in again.supervisor.facts(world.clock.now_s()).alerts) == disk_fails
            assert facts.authority.station != "remote"

            # Re-armed, the journal itself has it, and the other places are empty.
            again.take_panel('{"do": "rearm"}')
            third = _next_boot(world, again)
            assert third._unkept.found == ()
            assert third.supervisor.believed.is_revoked  # type: ignore[union-attr]

    run(voyage())
