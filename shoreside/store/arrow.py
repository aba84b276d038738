"""Answers of the history as Arrow: a schema that says units and qualities, and record batches made without a copy per row."""

from __future__ import annotations

import importlib
import io
import json
from collections.abc import Sequence
from typing import Any, Final, TypeAlias

from protocols.console.channels import ChannelJson
from protocols.reading import Quality
from shoreside.store.history import Block

pa: Any = importlib.import_module("pyarrow")  # it comes without types
Schema: TypeAlias = Any
"""A pyarrow.Schema."""
MEDIA_TYPE: Final = "application/vnd.apache.arrow.stream"
QUALITIES: Final = {str(int(quality)): quality.name.lower() for quality in Quality}
_TYPES: Final[dict[str, Any]] = {
    "smallint": pa.uint8(),
    "bigint": pa.int64(),
    "double precision": pa.float64(),
    "text": pa.string(),
}


def schema(
    vessel: str, channels: Sequence[str], catalogue: dict[str, ChannelJson], kinds: dict[str, str]
) -> Schema:  # fmt: skip
    """Return the schema of an answer: channel, time and the rest of `kinds` (RAW or BUCKET of the history).

    Its metadata names the vessel, the qualities by number, and each channel with unit and range as JSON.
    """
    described = {name: catalogue.get(name, {"short_id": name}) for name in channels}
    metadata = {
        "farhelm.vessel": vessel, "farhelm.channels": json.dumps(described), "farhelm.quality": json.dumps(QUALITIES),
    }  # fmt: skip
    fields: list[Any] = [pa.field("channel", pa.dictionary(pa.int32(), pa.string()), nullable=False)]
    fields.append(pa.field("time", pa.timestamp("us", tz="UTC"), nullable=False))
    fields.extend(
        pa.field(name, _TYPES[kind], nullable=kind == "double precision")
        for name, kind in kinds.items()
        if name not in ("channel_id", "time")
    )
    return pa.schema(fields, metadata=metadata)


def record_batch(block: Block, made: Schema, channels: Sequence[str]) -> Any:
    """Return the rows of `block`; no value is null."""
    places = {number: channels.index(name) for number, name in block.names.items()}
    indices: Any = pa.array([places[number] for number in block.arrays["channel_id"].tolist()], type=pa.int32())
    columns: list[Any] = [pa.DictionaryArray.from_arrays(indices, pa.array(list(channels), type=pa.string()))]
    columns.extend(pa.array(block.arrays[field.name], type=field.type, from_pandas=True) for field in list(made)[1:])
    return pa.RecordBatch.from_arrays(columns, schema=made)


class Writer:
    """An Arrow IPC stream as pieces of bytes: take what `write` and `close` return and send it."""

    def __init__(self, made: Schema, channels: Sequence[str]) -> None:
        """Begin a stream of `made`."""
        self._schema, self._channels = made, channels
        self._sink = io.BytesIO()
        self._writer = pa.ipc.new_stream(self._sink, made)

    def write(self, block: Block) -> bytes:
        """Return the bytes that a block adds."""
        self._writer.write_batch(record_batch(block, self._schema, self._channels))
        return self._taken()

    def close(self) -> bytes:
        """Return the bytes that end the stream: a reader that misses them knows that something is missing."""
        self._writer.close()
        return self._taken()

    def _taken(self) -> bytes:
        taken = self._sink.getvalue()
        self._sink.seek(0)
        self._sink.truncate()
        return taken
