"""Seconds, counts and limits that docs/operator.md tells are those of the code, one by one."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from typing import Any, Final

import pytest

from control import admission, alerts, collision, deadman, drill, machinery, standing, translate, verifier, watchkeeping
from farhelm.demo import configs, phases
from shoreside.api.auth import LOGINS_PER_MINUTE
from shoreside.commanding import offers, seats
from shoreside.live import answering
from shoreside.live.linkgrades import BETTER_AFTER_S, LIMITS
from shoreside.store.people import SESSION_HOURS
from simulators.fleet import FLEET
from telemetry.voyages import VoyageLimits
from tests.demo_rig import ROOT

DOC: Final = " ".join((ROOT / "docs" / "operator.md").read_text("utf-8").split())
WORDS: Final = {1: "one", 2: "two", 3: "three", 5: "five", 6: "six", 8: "eight", 10: "ten", 12: "twelve", 20: "twenty"}


def console(path: str, name: str) -> float:
    """Return a number of the console's program: a constant of TypeScript, a product of numbers at most."""
    text = (ROOT / "ui" / "src" / path).read_text("utf-8")
    found = re.search(rf"\b{name} = ([\d_.]+)(?: \* ([\d_.]+))?;", text)
    assert found is not None, f"{path} has no number {name}"
    return float(found[1].replace("_", "")) * float((found[2] or "1").replace("_", ""))


def demo() -> dict[str, Any]:
    """Return the [control] table of the demo's Otter, whose times the document tells."""
    otter = next(spec for spec in FLEET if spec.slug == "otter")
    return dict(tomllib.loads(configs._control(otter))["control"])


SHIP: Final = demo()
LINK, HANDOVER = SHIP["link"], SHIP["authority"]
TRIP, LOSS, AGE = (LIMITS[figure] for figure in ("round_trip", "loss", "age"))
COASTAL: Final = next(phase for phase in phases.PHASES if phase.name == "coastal")
VOYAGE: Final = VoyageLimits()
CHAIN: Final = [console("seat/chain.ts", name) for name in ("SOUND_AFTER_S", "TELL_AFTER_S", "FALLBACK_AFTER_S")]

CLAIMS: Final[tuple[tuple[str, tuple[float, ...]], ...]] = (
    ("@ wrong tries a minute. A log-in lasts @ hours", (LOGINS_PER_MINUTE, SESSION_HOURS)),
    ("for # minutes its console only shows", (console("seat/rest.ts", "REST_AFTER_S") / 60,)),
    ("more than # s away from it", (console("link/clock.ts", "SKEW_MS_MIN") / 1000,)),
    ("amber over # s, red over # s.", tuple(console("app/fleet-row.ts", name) / 1000 for name in ("LATE_MS", "STALE_MS"))),
    ("who has been silent for # s", (console("orders/gates.ts", "SILENT_MS") / 1000,)),
    ("older than # update cycles", (console("link/ages.ts", "LATE_CYCLES"),)),
    ("older than # cycles", (console("link/ages.ts", "STALE_CYCLES"),)),
    ("up to @ of her channels", (console("history/address.ts", "CHANNELS_MAX"),)),
    ("The holder is asked and has # s", (HANDOVER["answer_s"],)),
    ("**Confirm** within # s, or it goes back", (HANDOVER["confirm_s"],)),
    ("how long it stands: # s", (offers.OFFER_S,)),
    ("theirs within # s", (offers.TAKING_S,)),
    ("that nobody renews for # s counts down", (console("authority/notices.ts", "LEASE_LATE_S"),)),
    ("After # s without it a warning", (console("orders/presence.ts", "PRESENCE_WARN_S"),)),
    ("after # s **the page asks**", (console("seat/chain.ts", "DORMANT_S"),)),
    ("*Are you there?*; # s later it sounds as an alarm, another # s later", (CHAIN[0], CHAIN[1] - CHAIN[0])),
    ("and # s after that the ship is no longer told", (CHAIN[2] - CHAIN[1],)),
    ("the lease lapses after # s and the ladder starts", (HANDOVER["lease_s"],)),
    ("the conn of one ship and @ more in view", (seats.MONITORS_MAX,)),
    ("In its last quarter of an hour", ()),
    ("press **Confirm** within # s. After # s it falls back", (console("orders/drafts.ts", "ARMED_MS") / 1000,) * 2),
    ("trims her heading each # s", (translate.TRIM_S,)),
    ("trims it each # s, by # % of power at most", (translate.TRIM_S, translate.SPEED_TRIM_PCT)),
    ("when she has lain there for # s", (verifier.STEADY_S,)),
    ("up to @ wait, one for each machine", (machinery.QUEUE_MAX,)),
    ("@ orders for machines wait", (machinery.QUEUE_MAX,)),
    ("more than @ orders within a second", (admission.RATE_MAX,)),
    ("going down or up for # s the hold ends", (console("direct/stick.ts", "HOLD_MAX_MS") / 1000,)),
    ("# frames a second", (1000 / console("direct/stick.ts", "FRAME_MS"),)),
    ("after @ second without it rudder amidships", (deadman.NEUTRAL_S,)),
    ("after @ the phase's hold", (deadman.HOLD_S,)),
    ("counts down the # s after which the ship raises the alarm", (SHIP["tracking"]["confirm_s"],)),
    ("at more than # kn, six minutes else; @ rows", (console("trial/cpa.ts", "MOVING_KN"), console("trial/traffic.ts", "ROWS"))),
    ("wider by # m or more is not refused", (collision.BETTER_M,)),
    ("Round trip (amber over # s, red over # s)", (TRIP.amber_above / 1000, TRIP.red_above / 1000)),
    ("loss (amber over # %, red over # %)", (LOSS.amber_above, LOSS.red_above)),
    ("last heartbeat (amber over # s, red over # s)", (AGE.amber_above / 1000, AGE.red_above / 1000)),
    ("better only after # s below a lower one", (BETTER_AFTER_S,)),
    ("(round trip # and # s, loss # and # %, age # and # s)",
     (TRIP.amber_until / 1000, TRIP.red_until / 1000, LOSS.amber_until, LOSS.red_until, AGE.amber_until / 1000,
      AGE.red_until / 1000)),
    ("| L1 degraded | round trip over # s or loss over # %, for # s |",
     (LINK["degraded_round_trip_ms"] / 1000, LINK["degraded_loss_pct"], LINK["degraded_for_s"])),
    ("refused over a round trip of # s", (LINK["direct_round_trip_ms_max"] / 1000,)),
    ("| L2 silent | # s (level Direct # s) |", (LINK["silent_s"], LINK["silent_direct_s"])),
    ("| L3 lost | # s |", (LINK["lost_s"],)),
    ("slows down to # % at most", (COASTAL.hold_pct,)),
    ("| L4 grace | # s |", (LINK["lost_s"] + LINK["grace_s"],)),
    ("| L5 fallback | # s, or a rule failing for an order in force for # s |", (LINK["fallback_s"], watchkeeping.FAILING_S)),
    ("| L6 distress | over # m beyond a boundary", (watchkeeping.DISTRESS_M,)),
    ("wait for # s of good heartbeats", (LINK["back_s"],)),
    ("it falls by itself after # s", (console("components/estop.ts", "COVER_OPEN_MS") / 1000,)),
    ("| hears nobody for # s and goes down her ladder |", (drill.LOSS_S,)),
    ("gives her to who asks after # s | take the conn again | # s |", (drill.BRIDGE_S, drill.LIMIT_S["takeover"])),
    ("resume the conn | # s |", (drill.LIMIT_S["link_loss"],)),
    ("reset aboard | # s |", (drill.LIMIT_S["emergency_stop"],)),
    ("Three short signals each # s", (console("alerts/sounds.ts", "ALARM_REPEAT_S"),)),
    ("lasts # s, at all consoles and aboard", (alerts.SILENCE_S,)),
    ("the latest #, with who answered", (console("alerts/history.ts", "ROWS"),)),
    ("with a picture that is at most # s old", (SHIP["alerts"]["picture_s"],)),
    ("with a picture that is at most # s old", (answering.PICTURE_S,)),
    ("sounds each # s and becomes an alarm after @ minutes", (answering.REPEAT_S, answering.ESCALATE_S / 60)),
    ("under way from # kn on for @ minutes, a stay after # minutes",
     (VOYAGE.go_kn, VOYAGE.begin_s / 60, VOYAGE.stay_s / 60)),
    ("a port after @ hours", (VOYAGE.port_s / 3600,)),
)  # fmt: skip
"""What the document says, `#` for a number in digits and `@` for one in a word, and the numbers of the code."""


def said(text: str, numbers: Iterable[float]) -> str:
    """Return a sentence with its numbers as the document writes them."""
    left = iter(numbers)
    parts = re.split(r"([#@])", text)
    return "".join(
        f"{next(left):g}" if part == "#" else WORDS[int(next(left))] if part == "@" else part for part in parts
    )


def test_a_quarter_of_an_hour_is_one() -> None:
    """The caution of the grant's end comes, and the console counts down, where the document says so in words."""
    assert standing.ENDS_SOON_S == console("authority/notices.ts", "ENDS_TOLD_S") == 15 * 60


@pytest.mark.parametrize(("text", "numbers"), CLAIMS, ids=[text[:40] for text, _ in CLAIMS])
def test_a_number_in_the_document_is_the_codes(text: str, numbers: tuple[float, ...]) -> None:
    """A limit that is changed in the code, or in the document alone, is told by its sentence."""
    assert said(text, numbers) in DOC
    assert len(numbers) == len(re.findall(r"[#@]", text))


def test_another_number_is_found() -> None:
    """The negative control: half a second more in what is written in digits, and the sentence is not the document's."""
    in_digits = [(text, numbers) for text, numbers in CLAIMS if "#" in text and "@" not in text]
    wrong = [said(text, [number + 0.5 for number in numbers]) for text, numbers in in_digits]
    assert len(wrong) > 40
    assert [text for text in wrong if text in DOC] == []
