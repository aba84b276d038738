"""AIS sentences to reports: parts put together per source, whole messages decoded, what was wrong counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from protocols.ais.assembler import FILLS, Assembler, part_of
from protocols.ais.decoder import CLASS_A_CHARS, decode_parts, decode_payload, decode_position
from protocols.ais.report import AisReport

BAD_FIELDS: Final = "count, number or fill bits are wrong"
_COUNT, _NUMBER, _PAYLOAD, _FILL = 0, 1, 4, 5
_FIELDS: Final = 6
"""As many as the standard has; a receiver may add its own."""


class AisReader:
    """Reads the VDM and VDO sentences of any number of sources; never raises."""

    def __init__(self) -> None:
        """Begin with no part waiting."""
        self.assembler = Assembler()
        self.faults: Counter[str] = Counter()
        """Fields of reports that could not be taken, by name and reason."""

    def receive(self, source: str, formatter: str, fields: Sequence[str]) -> AisReport | str | None:
        """Return the report that a sentence completes, why there is none, or None while parts of it are missing."""
        if len(fields) == _FIELDS:
            count, number, _, _, payload, fill = fields
            if fill == "0" and len(payload) == CLASS_A_CHARS and count == number == "1":
                plain = decode_position(payload, formatter == "VDO")
                if plain is not None:
                    return plain
        if len(fields) > _FILL and fields[_COUNT] == fields[_NUMBER] == "1" and fields[_FILL] in FILLS:
            report = decode_payload(fields[_PAYLOAD], fields[_FILL], is_own_ship=formatter == "VDO")
        else:
            part = part_of(source, formatter, fields)
            if part is None:
                return BAD_FIELDS
            whole = self.assembler.receive(part)
            if whole is None:
                return None
            report = decode_parts(whole)
        if isinstance(report, AisReport) and report.faults:
            self.faults.update(report.faults)
        return report
