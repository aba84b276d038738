"""AIS payloads per CPU second beside pyais, in the same rounds, over what receivers on a coast heard."""

from __future__ import annotations

import pyais
import pytest

from protocols.ais.reader import AisReader
from protocols.ais.report import AisReport
from tests.bench.figures import cpu_s, report_ratio, rounds
from tests.shared_folder import shared

FILES = ("ais/nais400-merrimac.log", "ais/pyais_nmea_data_sample.txt", "nmea0183/gofree-merrimac.log")
TIMES = 4
"""Passes over the files a round: a tenth of a second of ours at least."""


@pytest.fixture(scope="module")
def lines() -> list[str]:
    """Return the one-part VDM lines of the recordings: what pyais decodes without help."""
    found = [line for name in FILES for line in shared(f"data/{name}").read_text("ascii").splitlines()]
    found = [line.split("*")[0] + "*" + line.split("*")[1][:2] for line in found if line.startswith("!AIVDM,1,1,")]
    return [line for line in found if line.split(",")[5]]


@pytest.mark.parametrize("everything", [False, True], ids=["targets", "everything"])
def test_ais_beside_pyais(lines: list[str], everything: bool) -> None:
    """Both are given the line; checksums are ours elsewhere, so none is checked here. `everything`: all fields are read."""
    reader = AisReader()

    def ours() -> int:
        heard = 0
        for line in lines:
            report = reader.receive("", "VDM", line.partition("*")[0].split(",")[1:])
            if isinstance(report, AisReport):
                heard += report.mmsi
                if everything:
                    report.more()
        return heard

    def theirs() -> int:
        return sum(int(pyais.decode(line).mmsi) for line in lines)

    assert ours() == theirs()

    def of(work: object) -> float:
        assert callable(work)
        return TIMES * len(lines) / cpu_s(lambda: [work() for _ in range(TIMES)])

    what = "AIS, all fields" if everything else "AIS, what targets need"
    goal = (
        "" if everything else "at least 2"
    )  # all fields are for a reader in detail: no program reads them while it runs
    report_ratio(f"{what}: messages per CPU s, ours over pyais", goal, rounds(lambda: of(ours), lambda: of(theirs)))
