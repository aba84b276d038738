"""The way to the shore: the broker, and what the bearer allows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, cast

from protocols.aio.mqtt import Broker
from protocols.link.heartbeats import WAY_NAME_MAX
from shipside.config.reader import Reader


@dataclass(frozen=True, slots=True)
class Bearer:
    """What a bearer allows (architecture.md 5)."""

    scan_s: float
    """Period of the scan clock."""
    batch_s: float
    """Length of a batch; 0: every scan is one."""
    resend_s: float
    """How long the shore's acknowledgement may take before a batch is sent again."""
    bytes_s: float
    """What it carries, bytes per second; history waits while more than 2 s of it are under way."""
    sends_ais: bool
    """False: AIS targets wait for a wider bearer."""
    cost_mb: float
    """Price of a megabyte, in any currency: the order of magnitude; [link] cost_mb has the contract's."""
    heartbeat_s: float = 1.0
    """Between two heartbeats while nobody ashore has or asks for anything of her; 1 Hz again as soon as somebody does."""
    keepalive_s: int = 5
    """After how long without a word a connection is asked whether it stands."""
    answer_s: float = 5.0
    """How long the broker's answer may take, and the greeting: with certificates it is 5 kB for each of three connections."""


BEARERS: Final[dict[str, Bearer]] = {
    "lte": Bearer(0.2, 0.0, 5.0, 250_000.0, sends_ais=True, cost_mb=0.01),
    "leo": Bearer(0.5, 1.0, 8.0, 50_000.0, sends_ais=True, cost_mb=0.5),
    "geo": Bearer(1.0, 10.0, 30.0, 4_000.0, sends_ais=True, cost_mb=5.0),
    "narrow": Bearer(
        10.0, 60.0, 120.0, 250.0, sends_ais=False, cost_mb=100.0, heartbeat_s=30.0, keepalive_s=30, answer_s=90.0
    ),
}
"""Profiles by name; on LTE each scan goes at once, so that a value is ashore within 300 ms; GEO keeps within 32 kbit/s; narrow
is VHF data exchange or Iridium: heartbeats at 1 Hz are more than it carries, and a greeting takes it longer than 5 s."""
BULK_SHARE: Final = 0.95
"""Of the contract: the rest is for heartbeats, orders and their answers, 1 kB/s, so that they find no queue."""
MB: Final = 1e6
COMMAND_MB_MONTH: Final = 1500.0
"""What heartbeats and the stop's connection take over one way while nobody commands: 0.5 kB/s measured, and TLS."""
IDLE_MB_MONTH: Final = 100.0
"""The same where heartbeats are as seldom as on `narrow`."""
CARRIED_BYTES_S: Final = (100.0, 12_500_000.0)
"""What a contract may carry: from 800 bit/s, a third of Iridium's short bursts, to 100 Mbit/s, where nothing waits."""
AUTO: Final = "auto"
"""Begins as LTE and goes by what is measured (`shipside/sending/bearer.py`)."""


@dataclass(frozen=True, slots=True)
class LinkConfig:
    """The bearer, and what may be spent on it."""

    bearer: str
    """Name of a profile: the one in use, or the widest where `is_adaptive`."""
    is_adaptive: bool
    budget_bytes: int
    """A month's; 0: none."""
    cost_mb: Mapping[str, float] = field(default_factory=dict[str, float])
    """{profile: price of a megabyte by the contract}, in one currency; the profile's own where it is not named."""
    budget_cost: float = 0.0
    """What a month may cost, in that currency; 0: no limit. Beyond it an alert is raised, and nothing is held back."""
    is_coarse: bool = False
    """True: values are sent at their sensors' accuracy, not at the channels' resolution, to save the bearer."""
    bytes_s: Mapping[str, float] = field(default_factory=dict[str, float])
    """{profile: what the link carries by the contract, bytes per second}. Of one that is not named nobody knows more than the
    profile says, and history keeps to that."""

    @property
    def bearers(self) -> tuple[str, ...]:
        """Profiles that may be in use."""
        return tuple(BEARERS) if self.is_adaptive else (self.bearer,)

    def bulk_bytes_s(self, bearer: str) -> float | None:
        """Return what all that is told in bulk may take of the link at most over a profile; None without a contract."""
        carried = self.bytes_s.get(bearer)
        return None if carried is None else BULK_SHARE * carried

    def budget_warning(self, ways: int) -> str:
        """Return a sentence where the month's budget is less than heartbeats take over so many ways; empty where it is not."""
        is_seldom = ways == 1 and not self.is_adaptive and BEARERS[self.bearer].heartbeat_s > 1.0
        needed_mb = IDLE_MB_MONTH if is_seldom else COMMAND_MB_MONTH * ways
        if not 0 < self.budget_bytes < needed_mb * MB:
            return ""
        return (
            f"link.budget_mb is {self.budget_bytes / MB:g}: heartbeats alone take about {needed_mb:g} MB a month;"
            " values will wait for the next month"
        )

    def carried_bytes_s(self, bearer: str) -> float:
        """Return what a profile carries, by the contract where it says, bytes per second."""
        return self.bytes_s.get(bearer, BEARERS[bearer].bytes_s)

    def price(self, bearer: str) -> float:
        """Return what a megabyte costs over a profile; 0 for one that there is no more."""
        known = BEARERS.get(bearer)
        return self.cost_mb.get(bearer, 0.0 if known is None else known.cost_mb)


@dataclass(frozen=True, slots=True)
class SecondWay:
    """The broker over a second bearer, for the safety process: heartbeats, orders and stops; bulk stays on the first."""

    url: str
    stop_url: str
    """Of the emergency stop's own account."""
    name: str
    bearer: str
    """Profile by which its bytes are counted and priced."""


def read_broker(reader: Reader, url: str, name: str) -> str:
    """Return the URL `url` of the broker, called `name` in [broker]."""
    fault = f"broker.{name} is not of the form mqtt://user:password@host:port"
    try:
        if url:
            Broker.from_url(url)
    except ValueError:
        reader.faults += [fault] if name == "url" or "stop_url" in reader.table("broker") else []
    return url


def read_second_way(reader: Reader, broker: Mapping[str, object], url: str) -> tuple[str, SecondWay | None]:
    """Return the name of the first way, whose broker is at `url`, and the second way; None where [broker] names none."""
    name, second_name = (
        reader.text(broker, key, "broker", default) for key, default in (("name", "first"), ("second_name", "second"))
    )
    reader.faults += [
        f"broker.{key} is {said!r}, not 1 to {WAY_NAME_MAX} characters"
        for key, said in (("name", name), ("second_name", second_name)) if not 1 <= len(said) <= WAY_NAME_MAX
    ]  # fmt: skip
    if "second_url" not in broker:
        needless = [key for key in ("second_stop_url", "second_name", "second_bearer") if key in broker]
        reader.faults += [f"broker.{key} stands without broker.second_url" for key in needless]
        return name, None
    second, stop = (reader.text(broker, key, "broker", default)
                    for key, default in (("second_url", None), ("second_stop_url", "")))  # fmt: skip
    found = _addresses(reader, (("second_url", second), ("second_stop_url", stop)))
    if name == second_name:
        reader.faults.append(f"broker.name and broker.second_name are both {name!r}: nobody could tell the ways apart")
    if "second_url" in found and url and found["second_url"] == _address(url):
        reader.faults.append(
            "broker.second_url leads to the same host and port as broker.url: the router has one way for both"
        )
    bearer = reader.text(broker, "second_bearer", "broker", "lte")
    if bearer not in BEARERS:
        reader.faults.append(f"broker.second_bearer is {bearer!r}, none of {', '.join(BEARERS)}")
    return name, SecondWay(second, stop or second, second_name, bearer)


def _addresses(reader: Reader, urls: tuple[tuple[str, str], ...]) -> dict[str, tuple[str, int] | None]:
    """Return host and port by name of those that are no fault."""
    found = {name: _address(url) for name, url in urls if url}
    reader.faults += [
        f"broker.{name} is not of the form mqtt://user:password@host:port" for name, at in found.items() if at is None
    ]
    return {name: at for name, at in found.items() if at is not None}


def _address(url: str) -> tuple[str, int] | None:
    try:
        broker = Broker.from_url(url)
    except ValueError:
        return None
    return broker.host, broker.port


def read_link(reader: Reader, link: Mapping[str, object]) -> LinkConfig:
    """Return what [link] says."""
    name = reader.text(link, "bearer", "link", "lte")
    if name not in BEARERS and name != AUTO:
        reader.faults.append(f"link.bearer is {name!r}, none of {', '.join([*BEARERS, AUTO])}")
    coarse = link.get("coarse", False)
    if not isinstance(coarse, bool):
        reader.faults.append("link.coarse is neither true nor false")
    budget_mb = reader.number(link, "budget_mb", "link", 0.0, 1e9, 0.0)
    return LinkConfig(
        name if name in BEARERS else "lte", name == AUTO, int(budget_mb * 1e6), _by_bearer(reader, link, "cost_mb", 0.0, 1e6),
        reader.number(link, "budget_cost", "link", 0.0, 1e9, 0.0), coarse is True, _carried(reader, link, name),
    )  # fmt: skip


def _carried(reader: Reader, link: Mapping[str, object], bearer: str) -> dict[str, float]:
    """Return [link] bytes_s; one number is for the bearer that is named, and says nothing where several may be in use."""
    if bearer == AUTO and "bytes_s" in link and not isinstance(link["bytes_s"], Mapping):
        reader.faults.append('link.bytes_s is not by bearer, and "auto" has several: bytes_s = {geo = 32000}')
        return {}
    return _by_bearer(reader, link, "bytes_s", *CARRIED_BYTES_S)


def _by_bearer(reader: Reader, link: Mapping[str, object], name: str, low: float, high: float) -> dict[str, float]:
    """Return [link] `name`: one number for every profile, or a table of them."""
    said = link.get(name, {})
    table = cast("Mapping[str, object]", said) if isinstance(said, Mapping) else dict.fromkeys(BEARERS, said)
    reader.faults += [
        f"link.{name} names {bearer!r}, none of {', '.join(BEARERS)}" for bearer in table if bearer not in BEARERS
    ]
    return {bearer: reader.number(table, bearer, f"link.{name}", low, high) for bearer in table if bearer in BEARERS}
