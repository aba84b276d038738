"""Where channels stood after batches that later ones may be chained to: the newest of each vessel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, LiteralString

from protocols.link.closing import Closing
from shoreside.ports import CLOSINGS_KEPT
from shoreside.store.connection import Connection

QUERY: Final[LiteralString] = (
    "SELECT state FROM closing JOIN vessel ON vessel.id = vessel_id WHERE slug = %s AND epoch = %s AND seq = %s"
)


async def keep(connection: Connection, closings: Sequence[tuple[int, Closing]]) -> None:
    """Write closings, each with its vessel's id, and let go of all but the newest CLOSINGS_KEPT of each vessel.

    The first closing of a batch stands: it is that of the form which was committed.
    """
    for vessel_id, one in closings:
        await connection.execute(
            "INSERT INTO closing VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING",
            (vessel_id, one.epoch, one.seq, one.to_bytes()),
        )
    for vessel_id in {vessel_id for vessel_id, _ in closings}:
        await connection.execute(
            "DELETE FROM closing WHERE vessel_id = %s AND (epoch, seq) <= (SELECT epoch, seq FROM closing"
            " WHERE vessel_id = %s ORDER BY epoch DESC, seq DESC OFFSET %s LIMIT 1)",
            (vessel_id, vessel_id, CLOSINGS_KEPT),
        )
