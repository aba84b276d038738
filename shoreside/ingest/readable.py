"""Reads batches with the catalogues and closings at hand, and says what it lacks for the others. Pure."""

from __future__ import annotations

from collections import Counter, OrderedDict
from typing import Final, TypeVar

from protocols.errors import MalformedError, ProtocolError
from protocols.link import codec
from protocols.link.batch import Batch
from protocols.link.birth import Birth
from protocols.link.closing import Closing, MissingBaseError
from protocols.link.codec import MissingLegendError
from protocols.link.legend import Legend
from shoreside.ingest.missing import BaseWanted, LegendWanted, Missing, Wanted

LEGENDS_MAX: Final = 1000
"""Catalogues kept in memory, the last used ones: five of each of 200 vessels, 10 kB each."""
BASES_MAX: Final = 1600
"""Closings kept in memory, the last used ones: eight of each of 200 vessels, 10 kB each; the store has the others."""

_Key = TypeVar("_Key")
_Kept = TypeVar("_Kept")


class Reading:
    """The catalogues and closings that this process has seen lately."""

    def __init__(self) -> None:
        """Know nothing."""
        self.missing = Missing()
        self.refused: Counter[str] = Counter()
        """Batches that could not be read for want of something, by what was missing."""
        self._legends: OrderedDict[tuple[str, str], Legend] = OrderedDict()
        self._bases: OrderedDict[tuple[str, int, int], Closing] = OrderedDict()

    def learn(self, birth: Birth) -> bool:
        """Learn the catalogue of a birth; return False where nobody can read it: it is a birth all the same."""
        key = (birth.vessel, birth.catalogue_hash)
        if key not in self._legends:
            try:
                legend = Legend.from_wire(birth.catalogue_hash, birth.catalogue)
            except ProtocolError:
                return False
            _keep(self._legends, key, legend, LEGENDS_MAX)
        return True

    def take_birth(self, birth: Birth) -> list[bytes]:
        """Learn the catalogue of a birth; return the batches that can now be read."""
        return self.missing.found(LegendWanted(birth.vessel, birth.catalogue_hash)) if self.learn(birth) else []

    def take_base(self, wanted: BaseWanted, closing: Closing) -> list[bytes]:
        """Learn where a vessel's channels stood; return the batches that can now be read."""
        _keep(self._bases, (wanted.vessel, wanted.epoch, wanted.seq), closing, BASES_MAX)
        return self.missing.found(wanted)

    def read(self, vessel: str, payload: bytes, now_s: float) -> tuple[Batch, Closing | None] | None:
        """Return a batch and its closing; None for one that has to wait.

        Raise MissingBaseError for one that can only be sent anew, ProtocolError when it is none of this vessel.
        """
        try:
            batch, closing = codec.decode_with_closing(
                payload, lambda digest: _used(self._legends, (vessel, digest)),
                lambda epoch, seq: _used(self._bases, (vessel, epoch, seq)),
            )  # fmt: skip
        except MissingLegendError as error:
            self._hold(LegendWanted(vessel, error.catalogue_hash), payload, now_s)
            return None
        except MissingBaseError as error:
            key = (vessel, error.epoch, error.base_seq)
            if key in self._bases:
                raise  # it is here, in another form than the ship's
            self._hold(BaseWanted(*key), payload, now_s)
            return None
        if batch.vessel != vessel:
            raise MalformedError("batch of another vessel than its topic says")
        if closing is not None:
            _keep(self._bases, (vessel, batch.epoch, batch.seq), closing, BASES_MAX)
        return batch, closing

    def _hold(self, wanted: Wanted, payload: bytes, now_s: float) -> None:
        if not self.missing.hold(wanted, payload, now_s):
            self.refused["too many wait"] += 1


def _keep(held: OrderedDict[_Key, _Kept], key: _Key, what: _Kept, count_max: int) -> None:
    """Keep `what`; let go of what has not been used for longest."""
    held[key] = what
    held.move_to_end(key)
    if len(held) > count_max:
        held.popitem(last=False)


def _used(held: OrderedDict[_Key, _Kept], key: _Key) -> _Kept | None:
    if key in held:
        held.move_to_end(key)
    return held.get(key)
