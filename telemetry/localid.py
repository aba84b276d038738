"""ISO 19848 local ids by DNV's naming rule: structure and characters. Whether a code exists is asked of the VIS in tests."""

from __future__ import annotations

import re
from typing import Final

NAMING_RULE: Final = "dnv-v2"
LENGTH_MAX: Final = 200
"""Longest local id kept; the standard channels' longest has 92 characters."""
TAGS: Final = ("qty", "cnt", "calc", "state", "cmd", "type", "pos", "detail")
"""Metadata tags in the order in which they must stand."""
_CHARACTERS: Final = re.compile(r"[A-Za-z0-9._~/-]+")
_VERSION: Final = re.compile(r"vis-\d+-\d+[a-z]")
_NODE: Final = re.compile(r"[A-Z]{0,3}\d[0-9A-Za-z.]*(-[0-9A-Z]+)?")
_TAG: Final = re.compile(r"([a-z]+)[-~]([a-z0-9._-]+|[A-Za-z0-9._-]+)")


def fault(local_id: str) -> str | None:
    """Return what is wrong with a local id; None where its structure and characters are right."""
    if len(local_id) > LENGTH_MAX or not _CHARACTERS.fullmatch(local_id):
        return f"has other characters than A-Z a-z 0-9 - . _ ~ and /, or more than {LENGTH_MAX}"
    rule, version, *rest = [*local_id.split("/")[1:], "", ""] if local_id.startswith("/") else ["", ""]
    if rule != NAMING_RULE or not _VERSION.fullmatch(version):
        return f"does not begin with /{NAMING_RULE}/vis-<version>/"
    parts = [part for part in rest if part]
    if len(parts) != len(rest) - 2 or parts.count("meta") != 1:
        return "needs one /meta/ between its items and its tags, and no empty part"
    cut = parts.index("meta")
    return _items_fault(parts[:cut]) or _tags_fault(parts[cut + 1 :])


def _items_fault(items: list[str]) -> str | None:
    """Judge the primary item and, after `sec`, the secondary one: codes of the VIS, each perhaps with a location."""
    if items.count("sec") > 1:
        return "has more than one secondary item"
    cut = items.index("sec") if "sec" in items else len(items)
    groups = [items[:cut]] + ([items[cut + 1 :]] if cut < len(items) else [])
    if not all(groups):
        return "has an item without a code"
    bad = [code for group in groups for code in group if not _NODE.fullmatch(code)]
    return f"has {bad[0]!r}, which is no code of the VIS" if bad else None


def _tags_fault(tags: list[str]) -> str | None:
    found = [_TAG.fullmatch(tag) for tag in tags]
    names = [match[1] if match else "" for match in found]
    if not names:
        return "has no tag after /meta/"
    if not set(names) <= set(TAGS):
        return f"has a tag that is none of {', '.join(TAGS)}"
    places = [TAGS.index(name) for name in names]
    return None if places == sorted(set(places)) else f"has its tags twice or not in the order {', '.join(TAGS)}"
