"""Interlocks of the group `engineering`: the same ids as for the conn, asked of one machine (INT-01, 02, 03, 11)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from control.limits import Machine
from protocols.link.events import Reason

if TYPE_CHECKING:
    from control.context import Context

STEERING_PUMPS: Final = ("STG_PMP1", "STG_PMP2")
STARTS: Final[dict[str, tuple[str, bool]]] = {
    "pump.start": ("pump", True), "pump.stop": ("pump", False), "generator.start": ("generator", True),
    "generator.stop": ("generator", False),
}  # fmt: skip
"""{order kind: (kind of machine, whether it is to run)}"""


def find(kind: str, name: object, machinery: tuple[Machine, ...]) -> Machine | None:
    """Return the machine called `name` that an order of `kind` can be for; None when she has none."""
    wanted = STARTS[kind][0]
    return next((each for each in machinery if (each.name, each.kind) == (name, wanted)), None)


def machine_known(context: Context) -> list[Reason]:
    """CMD-01: the machine is one of hers."""
    if _machine(context) is not None:
        return []
    known = ", ".join(each.name for each in context.config.machinery if each.kind == STARTS[context.kind][0])
    text = f"She has no {STARTS[context.kind][0]} of that name that may be ordered; she has {known or 'none'}."
    return [Reason("machine_unknown", "CMD-01", text, str(context.args.get("machine"))[:32], known)]


def read_back_fresh(context: Context) -> list[Reason]:
    """INT-02: how the machine stands now is known, so that the effect can be seen."""
    machine = _machine(context)
    channels = ("ME_RDY",) if machine is None else (machine.channel, "ME_RDY")
    found = [context.situation.objection(channel) for channel in channels]
    return [reason for reason in found if reason is not None]


def plant_ready(context: Context) -> list[Reason]:
    """INT-03: no local override; the last steering pump that runs is not stopped while she makes way."""
    machine, situation = _machine(context), context.situation
    reasons: list[Reason] = []
    if situation.number("ME_RDY") == 0.0:
        text = "Remote control is not active: the selector aboard is on local."
        reasons.append(Reason("remote_control_off", "INT-03", text, 0.0, 1.0, "", situation.age_s("ME_RDY")))
    if context.kind != "pump.stop" or machine is None or machine.channel not in STEERING_PUMPS:
        return reasons
    others = [situation.number(name) for name in STEERING_PUMPS if name != machine.channel]
    speed_kn, limit_kn = situation.number("NAV_SOG"), context.config.limits.stopped_kn
    if not any(others) and (speed_kn is None or abs(speed_kn) > limit_kn):
        text = "No other steering gear pump is known to run, and she makes way or her speed is not known."
        reasons.append(Reason("last_pump", "INT-03", text, speed_kn, limit_kn, "kn", situation.age_s("NAV_SOG")))
    return reasons


def _machine(context: Context) -> Machine | None:
    return find(context.kind, context.args.get("machine"), context.config.machinery)
