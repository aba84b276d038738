"""One schedule from one seed: first everything goes wrong, then nothing does; the checkers watch both (control.md 9.3)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

from control.messages import SignedGrant
from simulators.schedules import commission
from simulators.schedules.events import Agenda, ShipClock
from simulators.schedules.people import ENDED, Operator, Shared
from simulators.schedules.plan import Plan, plan_of
from simulators.schedules.radio import FAIR, Radio
from simulators.schedules.ship import LightShip
from simulators.schedules.shore import Shore
from simulators.schedules.truth import Truth

CALM_S: Final = 60.0
"""Within which everything is well again once nothing goes wrong any more."""
SENSORS: Final = ("ME_RDY", "STG_PMP1", "NAV_HDG", "NAV_LAT", "NAV_LON", "no_go")
PANEL_S: Final = 1.0
PERSONS: Final = ("ann", "bob", "sue")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one schedule has shown."""

    seed: int
    plan: Plan
    violations: tuple[str, ...]
    orders: int
    executed: int
    deaths: int
    sailed_s: float
    calm_s: float
    """How long it took until everything was well again."""
    lags_s: dict[str, float]
    stations: int
    """Orders to keep a station that were executed, and how often she was pulled back to one."""
    pulls: int


class Schedule:
    """Everything of one seed."""

    def __init__(self, seed: int) -> None:
        """Prepare."""
        self.seed, self.plan, self.agenda = seed, plan_of(seed), Agenda(seed)
        plan, dice = self.plan, self.agenda.dice
        self.ship = LightShip(
            self.agenda, ShipClock(0.0, dice.choice((12.0, 1000.0, 5e5)), 1.0 + plan.drift),
            keeps_station=plan.keeps_station,
        )  # fmt: skip
        self.truth = Truth(self.agenda, self.ship)
        self.truth.booted()
        self.up, self.down = Radio(self.agenda, plan.up), Radio(self.agenda, plan.down)
        self.shared = Shared(self.agenda, self.ship, self.truth, self.down, [])
        self.operators = [Operator(person, self.shared) for person in PERSONS]
        self.shore = Shore(self.agenda, self.ship, self.up, self.down, self.operators)
        self.is_calm = False
        self.deaths = 0
        self.grants = 1
        self.well_s: float | None = None
        self._proof = ""

    def run(self) -> Outcome:
        """Sail the schedule to its end."""
        plan, agenda = self.plan, self.agenda
        self.ship.disk_pause_s = self._disk_pause_s
        self.shore.resend()
        self._each(PANEL_S, self._bridge, jitter=1.0)
        for operator in self.operators:
            self._beats(operator)
            self._each(plan.act_every_s, partial(self._act, operator))
        for every_s, do in (
            (plan.cut_every_s, self._cut), (plan.deaths_every_s, self._death), (plan.disk_fails_every_s, self._disk),
            (plan.clock_jump_every_s, self._jump), (plan.sensor_every_s, self._sensor),
            (plan.leaves_every_s, self._leave), (plan.plays_back_every_s, self._play_back),
        ):  # fmt: skip
            self._each(every_s, do)
        agenda.run(plan.faults_s, lambda: bool(self.truth.violations))
        if not self.truth.violations:
            self._calm_down()
            agenda.run(plan.faults_s + CALM_S, lambda: bool(self.truth.violations) or self.well_s is not None)
            if self.well_s is None and not self.truth.violations:
                self.truth.wrong(f"not well {CALM_S:g} s after the last fault: {', '.join(self._ills())}")
        return Outcome(
            self.seed, plan, tuple(self.truth.violations), len(self.truth.issued), len(self.truth.executed), self.deaths,
            agenda.now_s, 0.0 if self.well_s is None else self.well_s - plan.faults_s, dict(self.truth.lags_s),
            len(self.truth.stations.begun), self.truth.stations.pulls,
        )  # fmt: skip

    def _each(self, every_s: float, do: Callable[[], None], jitter: float = 0.5) -> None:
        """Do something again and again, at uneven times; what is a fault ends with the first phase."""

        def again() -> None:
            do()
            self.agenda.after(every_s * (1.0 + jitter * (self.agenda.dice.random() - 0.5)), again)

        if every_s < 1e9:  # noqa: PLR2004 - never
            self.agenda.after(every_s * self.agenda.dice.random(), again)

    def _beats(self, operator: Operator) -> None:
        def again() -> None:
            held = operator.known.facts.authority if operator.known is not None else None
            every_s = 0.2 if held is not None and operator.holds and held.level == "direct" else 1.0
            operator.beat_if_due(every_s)
            self.agenda.after(every_s, again)

        self.agenda.after(self.agenda.dice.random(), again)

    # What goes wrong

    def _disk_pause_s(self) -> float:
        if self.is_calm or not self.agenda.chance(self.plan.slow_disk_share):
            return 0.0
        return self.agenda.dice.choice((0.01, 0.3, 2.0, 12.0)) * self.agenda.dice.random()

    def _cut(self) -> None:
        if self.is_calm:
            return
        dice = self.agenda.dice
        ways = dice.choice(((self.up, self.down), (self.up,), (self.down,)))
        for way in ways:
            way.cut(holds_back=dice.random() < 0.5)  # noqa: PLR2004 - as often as not
            self.agenda.after(dice.choice((0.5, 4.0, 9.0, 20.0, 65.0)) * dice.random(), way.mend)

    def _death(self) -> None:
        if self.is_calm or not self.ship.is_up:
            return
        dice = self.agenda.dice
        if dice.random() < self.plan.mid_death_share:
            self.ship.dies_after = dice.randrange(0, 8)
            self.agenda.after(1.0 + dice.random(), self._dead)
        else:
            self._dead()

    def _dead(self) -> None:
        if self.ship.is_up:
            self.ship.die()
        self._start_again()

    def _start_again(self) -> None:
        self.deaths += 1
        dice = self.agenda.dice
        is_reboot = dice.random() < self.plan.reboot_share

        def start() -> None:
            if self.ship.is_up:
                return
            self.ship.is_power_cut = is_reboot
            if is_reboot:
                self.ship.elsewhere = {}
                self.ship.clock = ShipClock(self.agenda.now_s, 8.0, self.ship.clock.rate, self.ship.clock.utc_off_ns)
            self.ship.boot()

        self.agenda.after(0.3 + 3.0 * dice.random(), start)

    def _disk(self) -> None:
        self.ship.disk_fails = not self.is_calm and not self.ship.disk_fails

    def _jump(self) -> None:
        day_ns = 86_400 * commission.NS_PER_S
        self.ship.clock.utc_off_ns = 0 if self.is_calm else round((self.agenda.dice.random() - 0.5) * 60 * day_ns)

    def _sensor(self) -> None:
        if self.is_calm:
            return
        sea, name, dice = self.ship.sea, self.agenda.dice.choice(SENSORS), self.agenda.dice
        if name in ("ME_RDY", "STG_PMP1"):
            sea.values[name] = False
        elif name == "no_go":
            sea.values.update(NAV_LAT=34.985, NAV_LON=129.22)
        else:
            sea.silent_since_s[name] = self.agenda.now_s
        self.agenda.after(dice.choice((1.0, 6.0, 25.0)) * dice.random(), lambda: self._mended(name))

    def _mended(self, name: str) -> None:
        sea = self.ship.sea
        if name in ("ME_RDY", "STG_PMP1"):
            sea.values[name] = True
        elif name == "no_go":
            sea.values.update(NAV_LAT=34.93, NAV_LON=129.05)
        else:
            sea.silent_since_s.pop(name, None)

    def _leave(self) -> None:
        dice = self.agenda.dice
        operator = dice.choice(self.operators)
        if not self.is_calm:
            operator.is_present, operator.is_beating = False, dice.random() < 0.8  # noqa: PLR2004

        def back() -> None:
            operator.is_present = operator.is_beating = True

        self.agenda.after(10.0 + 40.0 * dice.random(), back)

    def _play_back(self) -> None:
        """Give the ship something that was once sent to her; nothing of what it proves was made now."""
        if not self.is_calm and self.shared.recorded:
            self.agenda.dice.choice(self.shared.recorded)()

    # What people do

    def _act(self, operator: Operator) -> None:
        if not self.is_calm:
            if operator.is_present:
                operator.act()
            if self.agenda.chance(0.004):
                operator.stop()
        elif operator.person == "ann":
            self._steer(operator)

    def _bridge(self) -> None:
        ship = self.ship
        if not ship.is_up:
            return
        for do in self._words():
            if do != "rearm" or not ship.disk_fails:
                self.truth.bridge(do)
                ship.bridge(do)
                self.truth.answered()
        if self.truth.is_revoked and self._happens(0.1):
            self._new_grant()

    def _happens(self, share: float) -> bool:
        """Return whether the bridge does something now: always when it is to mend what was, else by chance."""
        return self.is_calm or self.agenda.chance(share)

    def _words(self) -> list[str]:
        """Return what the bridge does at its panel now."""
        facts = self.ship.supervisor.facts(self.ship.mono_s)
        authority, shows_stop = facts.authority, facts.stop_latched  # the panel shows it, whatever became of a reset
        does: list[str] = []
        if authority.station == "local" and authority.phase == "requested":
            does = ["grant" if self._happens(0.7) else "deny"]
        elif authority.station == "local":
            does = ["release"] if self._happens(0.3) else []
        elif not self.is_calm and self.agenda.chance(0.03):
            does = ["take"]
        if not self.is_calm and self.agenda.chance(0.01):
            does.append("revoke_access")
        if (self.truth.is_latched or shows_stop) and self._happens(0.2):
            does.append("reset_stop")
        if self._happens(0.1):
            does.append("rearm")
        return does

    def _new_grant(self) -> None:
        self.grants = version = self.grants + 1
        signed = commission.signed_grant(version)

        def arrive() -> None:
            self.truth.grant_arrives(version)
            if self.ship.is_up and version > self.ship.grant_version:  # the broker's retained one comes at each start
                self.ship.kept_grant, self.ship.grant_version = signed, version
            self.ship.take(SignedGrant(signed))

        self.down.send(arrive)

    # When nothing goes wrong any more

    def _calm_down(self) -> None:
        self.is_calm = True
        self.up.weather = self.down.weather = FAIR
        for way in (self.up, self.down):
            way.mend()
        self.ship.disk_fails, self.ship.clock.utc_off_ns = False, 0
        for name in SENSORS:
            self._mended(name)
        for operator in self.operators:
            operator.is_present = operator.is_beating = True
        if not self.ship.is_up:
            self._start_again()
        self.agenda.after(1.0, self._look)

    def _steer(self, ann: Operator) -> None:
        """Ann takes the conn and proves that the ship obeys; unanswered orders are sent again by whoever made them."""
        for operator in self.operators:
            operator.again()
        if ann.granted:
            ann.order("authority.confirm")
        elif not ann.holds:
            holder = next((one for one in self.operators if one.holds), None)
            if holder is not None and holder.known is not None:
                holder.order("authority.release")
            ann.order("authority.request", level="setpoint")
        elif ann.known is not None and ann.known.facts.step not in ("L0", "L1"):
            ann.order("authority.resume")
        elif ann.told.get(self._proof, "") not in ("executing", "SUCCEEDED"):
            self._proof = ann.order("conn.heading", heading_deg=85.0)

    def _ills(self) -> list[str]:
        """Return what is not well yet."""
        ann = self.operators[0]
        waiting = [
            one for operator in self.operators for one in operator.sent if operator.told.get(one, "") not in ENDED
        ]
        moving = {one for one in waiting if self.truth.executed.get(one)}
        found = [f"{len(waiting) - len(moving)} orders without an end"] if len(waiting) > len(moving) + 6 else []
        if not ann.holds:
            found.append("ann does not hold the conn")
        if ann.told.get(self._proof, "") not in ("executing", "SUCCEEDED"):
            found.append(f"the ship does not obey ({ann.told.get(self._proof, 'nothing told')})")
        return found or self.shore.differences()

    def _look(self) -> None:
        if self._ills():
            self.agenda.after(1.0, self._look)
        else:
            self.well_s = self.agenda.now_s


def run_schedule(seed: int) -> Outcome:
    """Return what the schedule of `seed` has shown."""
    return Schedule(seed).run()
