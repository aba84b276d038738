"""The channels that tell how each source and the link are doing: every vessel's catalogue has them, whatever else it has."""

from __future__ import annotations

from collections.abc import Iterable

from shipside.config.inputs import InputConfig
from shipside.config.link import BEARERS, LinkConfig, SecondWay
from shipside.config.modbus import ModbusConfig
from shipside.config.reader import Reader
from telemetry.catalogue import CHANNELS_MAX, Catalogue
from telemetry.health_channels import health_channels, name_faults
from telemetry.link_channels import link_channels


def with_health(
    reader: Reader,
    catalogue: Catalogue,
    inputs: Iterable[InputConfig],
    units: Iterable[ModbusConfig],
    link: LinkConfig,
    second: SecondWay | None,
) -> Catalogue:
    """Return the catalogue with the channels of its sources' health and of its link; `second`: her second way, if any."""
    names = [name for name in (*(entry.name for entry in inputs), *(unit.name for unit in units)) if name]
    faults = name_faults(names)
    if faults:
        reader.faults += faults
        return catalogue
    used = {*link.bearers, *([] if second is None else [second.bearer])}
    channels = (
        *catalogue.channels, *health_channels(names),
        *link_channels([name for name in BEARERS if name in used], has_budget=link.budget_bytes > 0),
    )  # fmt: skip
    if len(channels) > CHANNELS_MAX:
        reader.faults.append(
            f"with those of its sources and its link the vessel has {len(channels)} channels, more than {CHANNELS_MAX}"
        )
        return catalogue
    try:
        return Catalogue(channels)
    except ValueError as error:
        reader.faults.append(f"the channels of the sources' health and the link: {error}")
        return catalogue
