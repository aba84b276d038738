"""Values from JSON and TOML, narrowed: what comes from outside is an object until it was looked at."""

from __future__ import annotations

from typing import cast


def as_map(value: object) -> dict[str, object] | None:
    """Return a JSON object or TOML table; None when `value` is none."""
    return cast("dict[str, object]", value) if isinstance(value, dict) else None


def as_list(value: object) -> list[object] | None:
    """Return a JSON or TOML array; None when `value` is none."""
    return cast("list[object]", value) if isinstance(value, list) else None
