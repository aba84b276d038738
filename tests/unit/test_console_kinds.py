"""What the console repeats of the ship's tables, so that a button is grey for the right reason, is what the tables say."""

from __future__ import annotations

import re
from pathlib import Path

from control.approval import PAIRS
from protocols.link.orders import ORDER_KINDS

ORDERS = Path(__file__).parents[2] / "ui" / "src" / "orders"
_KIND = re.compile(r'"([a-z_.]+)": \{ level: "(\w+)", lifeS: ([\d.]+)(?:, group: "(\w+)")? \}')


def told() -> dict[str, tuple[str, float, str]]:
    """Return level, life and group of each kind as the console has them."""
    source = (ORDERS / "kinds.ts").read_text(encoding="utf-8")
    return {kind: (level, float(life), group or "conn") for kind, level, life, group in _KIND.findall(source)}


def test_the_consoles_kinds_are_the_ships() -> None:
    """Proves CMD-04 at the console: the deadline it signs is the life of the kind; level and group are the table's."""
    kinds = told()
    assert len(kinds) > 20
    assert kinds == {
        kind: (ORDER_KINDS[kind].level, ORDER_KINDS[kind].life_s, ORDER_KINDS[kind].group) for kind in kinds
    }


def test_kinds_with_a_reason_are_those_that_may_carry_one() -> None:
    """Proves INT-08 at the console: it asks for a reason where the order can carry it, and nowhere else."""
    source = (ORDERS / "kinds.ts").read_text(encoding="utf-8")
    listed = re.search(r"WITH_REASON[^(]*\(\[([^\]]*)\]", source)
    assert listed is not None
    named = set(re.findall(r'"([a-z_.]+)"', listed.group(1)))
    assert named == {kind for kind, table in ORDER_KINDS.items() if "collision_reason" in table.arguments}


def test_every_critical_kind_has_its_approvers_at_the_console() -> None:
    """Proves CMD-10 at the console: each critical kind is listed, with the roles that may approve it aboard."""
    source = (ORDERS / "approval.ts").read_text(encoding="utf-8")
    names = {
        name: set(re.findall(r'"(\w+)"', roles))
        for name, roles in re.findall(r"const (WATCH|SENIOR): ReadonlySet<string> = new Set\(\[([^\]]*)\]", source)
    }
    table = re.search(r"APPROVERS[^{]*\{([^}]*)\}", source)
    assert table is not None
    listed = {kind: names[name] for kind, name in re.findall(r'"([a-z_.]+)": (\w+)', table.group(1))}
    critical = {kind for kind, row in ORDER_KINDS.items() if row.significance == "critical"}
    assert listed == {kind: set(PAIRS[kind].approvers) for kind in critical}
