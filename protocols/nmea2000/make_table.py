"""Makes the tables of this folder from the canboat definitions: `python -m protocols.nmea2000.make_table canboat.json[.gz]`.

The definitions (https://github.com/canboat/canboat, docs/canboat.json, Apache License 2.0) are facts about groups and fields
that their authors found out; what is kept of them here is: number, name, length, place and width of fields, resolution, range,
special values and words. Run by hand when the definitions have news; a test makes the tables again and compares.
"""

from __future__ import annotations

import gzip
import json
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final, cast

NAVIGATION: Final = (
    60928, 126992, 126993, 127237, 127245, 127250, 127251, 127252, 127257, 127258, 128000, 128259, 128267, 128275, 129025,
    129026, 129029, 129033, 129283, 129284, 129291, 129539, 129540, 130306, 130310, 130311, 130312, 130313, 130314, 130315,
    130316,
)  # fmt: skip
MACHINERY: Final = (127488, 127489, 127493, 127497, 127505, 127506, 127508, 127513, 128006)
AIS: Final = (
    129038, 129039, 129040, 129041, 129792, 129793, 129794, 129795, 129796, 129797, 129798, 129800, 129801, 129802, 129803,
    129804, 129805, 129806, 129807, 129809, 129810,
)  # fmt: skip
"""Without 129811 to 129816: the definitions call their layout inferred and unconfirmed."""
TABLES: Final = {
    "navigation": ("position, motion, depth, wind, weather, time", NAVIGATION),
    "machinery": ("engines, tanks, batteries, thrusters", MACHINERY),
    "ais": ("AIS reports", AIS),
}
UNITS: Final = {
    "rad": "rad", "m": "m", "deg": "deg", "s": "s", "%": "pct", "K": "k", "Pa": "pa", "m/s": "mps", "d": "d", "L/h": "lph",
    "rad/s": "radps", "V": "v", "L": "l", "Ah": "ah", "rpm": "rpm", "A": "a", "dB": "db", "": "",
}  # fmt: skip
KINDS: Final = {
    "LOOKUP": "enum", "BITLOOKUP": "bits", "STRING_FIX": "text", "STRING_LAU": "text_lau", "BINARY": "bytes",
    "INDIRECT_LOOKUP": "enum",
}  # fmt: skip
UNREAD: Final = ("RESERVED", "SPARE")
WORDS_MAX: Final = 60
"""Longest lookup kept; the makers of equipment are more, and stay numbers."""
HEAD: Final = '''"""{what}: made by `make_table`, do not edit.

Source: https://github.com/canboat/canboat, docs/canboat.json, version {version}, {licence}.
"""

# fmt: off
from __future__ import annotations

from typing import Final

'''
_PGNS: Final = "from protocols.nmea2000.pgn import Field, Pgn\n\n"
_SENTINELS: Final = ("UnknownValue", "OutOfRangeValue", "ReservedValue")
_WIDE: Final = 64
"""Fields this wide have their special values by the general rule; the definitions leave them out, JSON cannot hold them.

So do numbers of stations: the definitions leave them out there too, canboat's own analyzer takes all ones for no value.
"""
Row = dict[str, Any]


def tables(definitions: Row) -> dict[str, str]:
    """Return the text of each module by its name; raise ValueError where a definition is not of the form known here."""
    pgns: dict[int, Row] = {row["PGN"]: row for row in reversed(definitions["PGNs"])}
    facts = {"version": definitions["Version"], "licence": definitions["License"]}
    made: dict[str, str] = {}
    for name, (what, numbers) in TABLES.items():
        rows = "".join(_pgn(pgns[number]) for number in numbers)
        body = f"{name.upper()}: Final[tuple[Pgn, ...]] = (\n{rows})\n"
        made[f"table_{name}"] = HEAD.format(what=f"Parameter groups of {what}", **facts) + _PGNS + body
    wanted = [pgns[number] for _, numbers in TABLES.values() for number in numbers]
    made["lookups"] = HEAD.format(what="Words of enumerations and of single bits", **facts) + _lookups(
        definitions, wanted
    )
    return made


def _pgn(row: Row) -> str:
    fields = cast("list[Row]", row["Fields"])
    first, size = row.get("RepeatingFieldSet1StartField", 0), row.get("RepeatingFieldSet1Size", 0)
    repeated = fields[first - 1 : first - 1 + size] if size else []
    if repeated and (repeated[-1] is not fields[-1] or "RepeatingFieldSet2Size" in row):
        raise ValueError(f"PGN {row['PGN']}: fields stand behind those that are repeated")
    plain = fields[: first - 1] if repeated else fields
    bytes_min = row.get("MinLength", row.get("Length"))
    head = f"{row['PGN']}, {json.dumps(row['Description'])}, {json.dumps(row['Type'].lower())}, {bytes_min}"
    return f"    Pgn({head}, (\n{''.join(_field(each) for each in plain)}    ){_tail(row, repeated)}),\n"


def _tail(row: Row, repeated: list[Row]) -> str:
    """Return what says of a group which fields come several times, how often, and how far apart."""
    if not repeated:
        return ""
    place = int(row.get("RepeatingFieldSet1CountField", 0))
    count = json.dumps(_snake(row["Fields"][place - 1]) if place else "")
    stride_bits = sum(each["BitLength"] for each in repeated)  # what is reserved takes its room too
    return f", {count}, (\n{''.join(_field(each) for each in repeated)}    ), {stride_bits}"


def _field(row: Row) -> str:
    if row["FieldType"] in UNREAD:
        return ""
    kind = _kind(row)
    values: list[object] = [_snake(row), row["BitOffset"], row.get("BitLength", 0), kind]
    if kind not in ("text", "text_lau", "bytes", "bytes_counted"):
        times, over = _ratio(float(row.get("Resolution", 1)))
        values += [times, over, row.get("RangeMin", 0), row.get("RangeMax", 0), _specials(row)]
        values += [_lookup_name(row)] if row.get("Offset") or _lookup_name(row) else []
        values += [row["Offset"]] if row.get("Offset") else []
    return f"        Field({', '.join(json.dumps(value) for value in values)}),\n"


def _kind(row: Row) -> str:
    """Return how the field is read; raise ValueError for one whose length is not told by the field before it."""
    kind = KINDS.get(row["FieldType"]) or ("signed" if row.get("Signed") else "unsigned")
    if kind != "bytes" or not row.get("BitLengthVariable"):
        return kind
    if row.get("BitLengthField") != row["Order"] - 1:
        raise ValueError(f"{row['Id']}: its length is not told by the field before it")
    return "bytes_counted"


def _snake(row: Row) -> str:
    """Return the field's id in our spelling, with its unit."""
    name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", str(row["Id"])).lower()
    unit = UNITS[row.get("Unit", "")]
    return f"{name}_{unit}" if unit else name


def _ratio(resolution: float) -> tuple[int, int]:
    """Return the resolution as a ratio of whole numbers: exact where a float is not."""
    if resolution >= 1.0:
        times, over = round(resolution), 1
    else:
        times, over = 1, round(1.0 / resolution)
    if abs(times / over - resolution) > resolution * 1e-9:
        raise ValueError(f"resolution {resolution} is no simple ratio")
    return times, over


def _specials(row: Row) -> int:
    """Return how many of the highest raw values are special; they must be the highest, in the known order."""
    width, is_signed = row["BitLength"], bool(row.get("Signed"))
    if width == _WIDE or row["FieldType"] == "MMSI":
        return len(_SENTINELS)
    top = (1 << (width - 1 if is_signed else width)) - 1
    found = [row.get(name) for name in _SENTINELS]
    count = sum(1 for value in found if value is not None)
    if found[:count] != [top - number for number in range(count)]:
        raise ValueError(f"{row['Id']}: special values {found} are not the highest ones")
    return count


def _lookup_name(row: Row) -> str:
    name = str(row.get("LookupEnumeration") or row.get("LookupBitEnumeration") or "")
    return "" if name == "MANUFACTURER_CODE" else name


def _lookups(definitions: Row, pgns: Sequence[Row]) -> str:
    """Return the words of the enumerations that the groups use."""
    wanted = sorted({_lookup_name(field) for row in pgns for field in row["Fields"]} - {""})
    rows: dict[str, list[tuple[int, str]]] = {}
    for row in definitions["LookupEnumerations"]:
        rows[row["Name"]] = [(entry["Value"], entry["Name"]) for entry in row["EnumValues"]]
    for row in definitions["LookupBitEnumerations"]:
        rows[row["Name"]] = [(entry["Bit"], entry["Name"]) for entry in row["EnumBitValues"]]
    too_long = [name for name in wanted if len(rows[name]) > WORDS_MAX]
    if too_long:
        raise ValueError(f"lookups longer than {WORDS_MAX}: {too_long}")
    body = "".join(line for name in wanted for line in _lookup(name, rows[name]))
    return f"LOOKUPS: Final[dict[str, dict[int, str]]] = {{\n{body}}}\n"


def _lookup(name: str, entries: list[tuple[int, str]]) -> Iterator[str]:
    line = f"    {json.dumps(name)}: {{"
    for value, word in entries:
        entry = f"{value}: {json.dumps(word, ensure_ascii=False)}, "
        if len(line) + len(entry) > 118:  # noqa: PLR2004 - columns
            yield line.rstrip() + "\n"
            line = " " * 8
        line += entry
    yield line.rstrip(", ") + "},\n"


def main(path: Path, folder: Path) -> None:
    """Write the tables of the definitions in `path` into `folder`."""
    raw = path.read_bytes()
    definitions = cast("Row", json.loads(gzip.decompress(raw) if path.suffix == ".gz" else raw))
    for name, text in tables(definitions).items():
        (folder / f"{name}.py").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(__file__).parent)
