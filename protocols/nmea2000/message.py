"""Parameter groups to values by the tables: what is not available is None, what cannot be is None and told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from protocols.nmea2000.lookups import LOOKUPS
from protocols.nmea2000.pgn import Field, N2kValue, OutOfRange, Pgn, bytes_counted, text_lau, value_of
from protocols.nmea2000.table_ais import AIS
from protocols.nmea2000.table_machinery import MACHINERY
from protocols.nmea2000.table_navigation import NAVIGATION

PGNS: Final[dict[int, Pgn]] = {pgn.number: pgn for pgn in (*NAVIGATION, *MACHINERY, *AIS)}
FAST: Final = frozenset(number for number, pgn in PGNS.items() if pgn.transport == "fast")
DECIMALS: Final = 9
Values = dict[str, N2kValue | None]


class N2kMessage(NamedTuple):
    """One parameter group, decoded."""

    pgn: Pgn
    source: int
    values: Values
    """By field; None: not available or out of range. Enumerations and bits are numbers, `words` has their words."""
    faults: tuple[str, ...]
    """Fields that could not be taken: `heading_rad out of range`, `temperature_k cut off`."""
    repeated: tuple[Values, ...] = ()
    """The fields that come several times, as often as they came."""

    def plain(self) -> dict[str, object]:
        """Return what is available, by name, enumerations and bits as words where there are some."""
        found: dict[str, object] = _plain(self.pgn.fields, self.values)
        if self.repeated:
            found["list"] = [_plain(self.pgn.repeated, values) for values in self.repeated]
        return found


def decode(pgn: Pgn, source: int, content: bytes) -> N2kMessage:
    """Return the group `pgn` in the bytes of a message; never raises."""
    bits, length = int.from_bytes(content, "little"), len(content) * 8
    faults: list[str] = []
    values: Values = {}
    before: N2kValue | None = None
    for field in pgn.fields:
        if field.kind == "bytes_counted":
            values[field.name] = _counted(field, before, content, faults)
        else:
            before = values[field.name] = _value(field, bits, length, 0, content, faults)
    if len(content) < pgn.bytes_min:
        faults += [f"{field.name} cut off" for field in pgn.fields if field.first + field.width > length]
    repeated = tuple(_repeated(pgn, values, bits, length, faults))  # first: it has faults of its own
    return N2kMessage(pgn, source, values, tuple(faults), repeated)


def _value(
    field: Field, bits: int, length: int, shift: int, content: bytes, faults: list[str]
) -> N2kValue | None:  # fmt: skip
    if field.kind == "text_lau":
        found: N2kValue | OutOfRange | None = text_lau(content[field.first // 8 :])
    elif field.first + shift + field.width > length:
        return None
    else:
        found = value_of(field, bits, shift)
    if isinstance(found, OutOfRange):
        faults.append(f"{field.name} out of range")
        return None
    return found


def _counted(field: Field, count_bits: N2kValue | None, content: bytes, faults: list[str]) -> bytes | None:
    found = bytes_counted(content[field.first // 8 :], count_bits)
    if found is None and count_bits is not None:
        faults.append(f"{field.name} cut off")
    return found


def _repeated(pgn: Pgn, values: Values, bits: int, length: int, faults: list[str]) -> Iterator[Values]:
    """Yield the repeated fields as often as the count says and the message has them whole; without a count, to its end."""
    if not pgn.repeated:
        return
    to_end = -((pgn.repeated[0].first - length) // pgn.stride)
    count = values.get(pgn.count_field) if pgn.count_field else to_end
    for number in range(count if isinstance(count, int) else 0):
        shift = number * pgn.stride
        missing = [field.name for field in pgn.repeated if field.first + field.width + shift > length]
        if missing:
            faults += [f"{name} cut off" for name in missing]
            return
        yield {field.name: _value(field, bits, length, shift, b"", faults) for field in pgn.repeated}


def words(field: Field, value: N2kValue) -> object:
    """Return the words of an enumeration or of the bits that are set; the number where there are none."""
    known = LOOKUPS.get(field.lookup)
    if known is None or not isinstance(value, int):
        return value
    if field.kind == "bits":
        return [known.get(bit, bit) for bit in range(field.width) if value >> bit & 1]
    return known.get(value, value)


def _plain(fields: Sequence[Field], values: Values) -> dict[str, object]:
    found: dict[str, object] = {}
    for field in fields:
        value = values[field.name]
        if value is None:
            continue
        if isinstance(value, bytes):
            found[f"{field.name}_hex"] = value.hex()
        else:
            found[field.name] = words(field, round(value, DECIMALS) if isinstance(value, float) else value)
    return found
