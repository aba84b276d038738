"""What came over one way to the shore and comes over another as well counts once. Pure."""

from __future__ import annotations

from collections import Counter, OrderedDict
from hashlib import blake2b
from typing import Final

TWICE_S: Final = 10.0
"""How far one way can be behind another: on one that carried nothing for so long the keepalive has ended the connection."""
TWICE_MAX: Final = 1024
"""Messages remembered, 150 kB: direct control brings 20 a second over a way, 200 in ten seconds. The oldest is forgotten."""
SENT_AGAIN_MAX: Final = 8
"""Sendings of the same bytes within ten seconds that are told apart; the shore sends an order again after three."""
DIGEST_BYTES: Final = 16


class Twice:
    """Pairs what comes over one way with the same bytes over another; over the same way they are news, sent again on purpose."""

    def __init__(self) -> None:
        """Begin with nothing heard."""
        self._came: OrderedDict[bytes, tuple[int, list[float]]] = OrderedDict()
        """{digest: the way that is ahead, and when what it brought and no other has brought yet came}"""
        self.count = 0
        """Messages that had come over another way before."""
        self.alone: Counter[int] = Counter()
        """{way: messages that came over it, and over no other within ten seconds}; told late while nothing comes at all."""

    def take(self, way: int, topic: str, payload: bytes, now_s: float) -> bool:
        """Take a message of way number `way`; return True where it has come over another within the last ten seconds.

        Each message that came first drops one that comes second, so that what the shore sends again counts again.
        """
        digest = blake2b(topic.encode() + b"\0" + payload, digest_size=DIGEST_BYTES).digest()
        self._forget(now_s)
        ahead, known = self._came.pop(digest, (way, list[float]()))
        times = [at_s for at_s in known if now_s - at_s <= TWICE_S]
        self.alone[ahead] += len(known) - len(times)
        is_second = ahead != way and bool(times)
        if is_second:
            self.count += 1
            del times[0]
        else:
            ahead, times = way, [*times, now_s][-SENT_AGAIN_MAX:]
        if times:
            self._came[digest] = (ahead, times)
        if len(self._came) > TWICE_MAX:
            self._came.popitem(last=False)
        return is_second

    def _forget(self, now_s: float) -> None:
        """Forget what no other way brings any more, and count it to the one that did."""
        while self._came:
            digest, (ahead, times) = next(iter(self._came.items()))
            if now_s - times[-1] <= TWICE_S:
                return
            del self._came[digest]
            self.alone[ahead] += len(times)
