"""The dead man of direct control: only a frame that a human stands behind keeps it from letting go (DMN-01, DMN-02)."""

from __future__ import annotations

from typing import Final, Literal

from protocols.link.events import Reason
from protocols.link.frames import DirectFrame

NEUTRAL_S: Final = 1.0
"""Without a frame that counts for this long: the neutral of the phase (DMN-02)."""
HOLD_S: Final = 3.0
"""And for this long: the hold of the phase."""
HUMAN_MS: Final = 1000
"""A movement older than this is no human's hand on the stick, unless the enabling switch is held."""
LIFE_MS: Final = 1000
"""Life of a frame (CMD-04, `direct`)."""
AHEAD_MS: Final = 500
"""A frame may seem made this much later than now: the console's estimate of the vessel's clock."""

State = Literal["off", "alive", "neutral", "hold"]


class DeadMan:
    """Off until the first frame counts; then alive, neutral, hold."""

    def __init__(self) -> None:
        """Begin off."""
        self.state: State = "off"
        self._heard_s = 0.0
        self._session = ""
        self._seq, self._inputs = -1, -1
        self._is_deflected = False

    def objections(self, frame: DirectFrame, now_ms: int) -> list[Reason]:
        """Return why a frame counts for nothing: old, out of turn, or no human behind it."""
        seq, inputs = (self._seq, self._inputs) if frame.session == self._session else (-1, -1)
        reasons: list[Reason] = []
        age_ms = now_ms - frame.made_ms
        if not -AHEAD_MS <= age_ms <= LIFE_MS:
            text = f"The frame is {age_ms} ms old; frames live for {LIFE_MS} ms."
            reasons.append(Reason("frame_old", "CMD-04", text, age_ms, LIFE_MS, "ms"))
        if frame.seq <= seq:
            text = f"Frame {frame.seq} is not above {seq}: a replay, or out of turn."
            reasons.append(Reason("frame_replayed", "DMN-01", text, frame.seq, seq))
        if frame.inputs <= inputs:
            text = "The stick has delivered nothing new: it is frozen, or unplugged."
            reasons.append(Reason("stick_frozen", "DMN-01", text, frame.inputs, inputs + 1))
        still_ms = now_ms - frame.moved_ms
        if not frame.held and not -AHEAD_MS <= still_ms <= HUMAN_MS:
            text = f"Nobody has moved the stick for {still_ms / 1000:.1f} s, and the enabling switch is not held."
            reasons.append(Reason("nobody_there", "DMN-01", text, still_ms, HUMAN_MS, "ms"))
        return reasons

    def seen(self, frame: DirectFrame) -> None:
        """Note a frame in time and in turn, whether it counts or not: what it carries is never new again."""
        if frame.session != self._session:
            self._session, self._seq, self._inputs = frame.session, -1, -1
        self._seq, self._inputs = max(self._seq, frame.seq), max(self._inputs, frame.inputs)

    def heard(self, frame: DirectFrame, now_s: float) -> None:
        """Take a frame that counts; the second runs from the human's last movement, not from the frame that tells of it."""
        self.state, self._heard_s = "alive", now_s if frame.held else min(now_s, frame.moved_ms / 1000.0)
        self._is_deflected = frame.rudder_deg != 0.0 or frame.propulsion_pct != 0.0

    def look(self, now_s: float) -> State | None:
        """Return the state just entered for want of frames, None where nothing changed."""
        silence_s = now_s - self._heard_s
        wanted: State = "hold" if silence_s >= HOLD_S else "neutral" if silence_s >= NEUTRAL_S else "alive"
        if self.state == "off" or wanted in (self.state, "alive"):
            return None
        self.state = wanted
        return wanted

    def let_go(self) -> bool:
        """End direct control; return whether a stick was in command and deflected (DMN-03)."""
        was_deflected = self.state == "alive" and self._is_deflected
        self.state, self._is_deflected = "off", False
        return was_deflected

    def deadline(self) -> float | None:
        """Return when `look` has something to do; None: nothing."""
        after_s = {"alive": NEUTRAL_S, "neutral": HOLD_S}.get(self.state)
        return None if after_s is None else self._heard_s + after_s
