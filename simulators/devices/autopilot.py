"""The autopilot: obeys HTC, answers HTD, steers by its own controller. A pure core: lines in, lines and rudder out.

HTC fields by IEC 61162-1 8.3.x as read in `facts/domain.md` 1.2. Modes: M manual, S stand-alone (ignores a commanded
heading), H heading control from outside, T track control, R rudder control.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, replace
from typing import Literal

from simulators.devices.sentence import checksum, framed

Mode = Literal["M", "S", "H", "T", "R"]
_MODES: dict[str, Mode] = {"M": "M", "S": "S", "H": "H", "T": "T", "R": "R"}
_OUTBOX_MAX = 32
"""HTD answers waiting for the shell; one a second and one per change, so 32 is seconds of them. The oldest is lost."""
_LINE_MAX = 120
"""Longest line looked at: 82 characters by the standard, and a TAG block's worth more."""
_XTE_AGE_MAX_S = 5.0
"""Track control without a cross-track error this fresh steers the track's course only."""
_OFF_HEADING_DEFAULT_DEG = 10.0
_INTEGRAL_WITHIN_DEG = 10.0
"""The integral works near the ordered heading only, else it winds up in every turn."""
_ADDRESS_LENGTH, _HTC_FIELDS, _XTE_FIELDS = 5, 15, 5
"""Talker and formatter; fields with the address, at least."""
_CIRCLE_DEG = 360.0


@dataclass(frozen=True, slots=True)
class AutopilotTuning:
    """The controller's gains for one hull: rudder = p e - d r + i sum(e)."""

    proportional: float
    """Degrees of rudder per degree of heading error."""
    derivative_s: float
    """Degrees of rudder per degree per second of turn."""
    integral_per_s: float
    """Degrees of rudder per degree second; acts only within 10 deg, against wind and current."""
    rudder_limit_deg: float
    rate_limit_degpmin: float
    """Highest rate of turn when HTC names none."""


@dataclass(frozen=True, slots=True)
class Course:
    """What the autopilot was told; HTC fields 2 to 13."""

    mode: Mode = "M"
    rudder_deg: float = 0.0
    """Commanded rudder of mode R, or the helm's angle in mode M; positive to starboard."""
    turn: Literal["R", "T", "N"] = "N"
    rudder_limit_deg: float | None = None
    off_heading_deg: float | None = None
    radius_nm: float | None = None
    rate_degpmin: float | None = None
    heading_deg: float | None = None
    off_track_nm: float | None = None
    track_deg: float | None = None


@dataclass(frozen=True, slots=True)
class Sight:
    """What the autopilot sees of its ship."""

    heading_deg: float
    rate_degps: float
    speed_mps: float


class Autopilot:
    """One autopilot; `receive` lines, `step` it at the ship's pace, take answers from `outbox`."""

    def __init__(self, tuning: AutopilotTuning) -> None:
        """Start in manual with the rudder amidships."""
        self.course = Course()
        self.dead = False
        """A fault: hears nothing, says nothing, and keeps its last rudder order."""
        self.refused = 0
        """Lines not obeyed: framing, checksum, unknown or unusable fields."""
        self.rudder_order_deg = 0.0
        self._tuning = tuning
        self._sum = 0.0
        self._sight = Sight(0.0, 0.0, 0.0)
        self._xte_nm = 0.0
        self._xte_at_s = -math.inf
        self._answer_at_s = 0.0
        self._outbox: deque[bytes] = deque(maxlen=_OUTBOX_MAX)

    def receive(self, line: bytes, now_s: float) -> None:
        """Take one sentence; HTC (command) and XTE are obeyed, everything else is counted in `refused`."""
        if self.dead:
            return
        fields = _fields(line)
        if fields is None or len(fields[0]) != _ADDRESS_LENGTH:
            self.refused += 1
            return
        kind = fields[0][2:]
        if kind == "HTC":
            self._obey(fields)
        elif kind == "XTE":
            self._track_error(fields, now_s)
        else:
            self.refused += 1

    def set_course(self, course: Course) -> None:
        """Set by the helmsman's own panel; answers at once like an order from outside."""
        if course.mode != self.course.mode:
            self._sum = 0.0
        self.course = course
        if course.mode in {"M", "R"}:  # the answer shows the rudder now commanded, not the one before
            limit = self._rudder_limit()
            self.rudder_order_deg = max(-limit, min(limit, course.rudder_deg))
        self._answer()

    def step(self, sight: Sight, now_s: float, dt_s: float) -> float:
        """Return the rudder order in degrees (positive to starboard) and answer HTD each second."""
        self._sight = sight
        if self.dead:
            return self.rudder_order_deg
        self.rudder_order_deg = self._steer(now_s, dt_s)
        if now_s >= self._answer_at_s:
            self._answer_at_s = now_s + 1.0
            self._answer()
        return self.rudder_order_deg

    def outbox(self) -> list[bytes]:
        """Take the sentences to send."""
        taken = list(self._outbox)
        self._outbox.clear()
        return taken

    def answer(self) -> bytes:
        """Return the HTD sentence of this moment."""
        course = self.course
        rudder = f"{abs(self.rudder_order_deg):.1f},{'L' if self.rudder_order_deg < 0 else 'R'}"
        off = self._off_heading() > (course.off_heading_deg or _OFF_HEADING_DEFAULT_DEG)
        limit = abs(self.rudder_order_deg) >= self._rudder_limit() - 1e-6
        track_off = course.off_track_nm is not None and abs(self._xte_nm) > course.off_track_nm
        return framed(
            f"AGHTD,V,{rudder},{course.mode},{course.turn},{self._rudder_limit():.1f},"
            f"{_number(course.off_heading_deg)},{_number(course.radius_nm, 2)},{_number(course.rate_degpmin)},"
            f"{_number(course.heading_deg)},{_number(course.off_track_nm, 2)},{_number(course.track_deg)},T,"
            f"{'V' if limit else 'A'},{'V' if off else 'A'},{'V' if track_off else 'A'},{self._sight.heading_deg:.1f}"
        )

    def _answer(self) -> None:
        self._outbox.append(self.answer())

    def _obey(self, fields: list[str]) -> None:
        course = _course(fields, self.course)
        if course is None:
            self.refused += 1
        elif course != self.course:
            self.set_course(course)
        else:
            self._answer()

    def _track_error(self, fields: list[str], now_s: float) -> None:
        error = _float(fields[3]) if len(fields) >= _XTE_FIELDS else None
        if error is None or fields[1:3] != ["A", "A"] or fields[4] not in {"L", "R"}:
            self.refused += 1
            return
        # "Steer L" means the ship is to the right of the track.
        self._xte_nm = error if fields[4] == "L" else -error
        self._xte_at_s = now_s

    def _wanted_heading(self, now_s: float) -> float | None:
        if self.course.mode == "T" and self.course.track_deg is not None:
            fresh = now_s - self._xte_at_s <= _XTE_AGE_MAX_S
            # 45 deg of cut at half a mile off, the usual line-of-sight habit.
            cut = max(-45.0, min(45.0, 90.0 * self._xte_nm)) if fresh else 0.0
            return (self.course.track_deg - cut) % 360.0
        return self.course.heading_deg

    def _rudder_limit(self) -> float:
        own = self._tuning.rudder_limit_deg
        asked = self.course.rudder_limit_deg
        return own if asked is None else max(0.0, min(own, asked))

    def _rate_limit_degps(self) -> float:
        course = self.course
        if course.turn == "T" and course.rate_degpmin:
            return min(course.rate_degpmin, self._tuning.rate_limit_degpmin * 2) / 60.0
        if course.turn == "R" and course.radius_nm:
            return math.degrees(self._sight.speed_mps / (course.radius_nm * 1852.0))
        return self._tuning.rate_limit_degpmin / 60.0

    def _off_heading(self) -> float:
        wanted = self.course.heading_deg if self.course.mode in {"S", "H"} else None
        return 0.0 if wanted is None else abs(math.remainder(wanted - self._sight.heading_deg, 360.0))

    def _steer(self, now_s: float, dt_s: float) -> float:
        limit = self._rudder_limit()
        wanted = self._wanted_heading(now_s)
        if self.course.mode in {"M", "R"} or wanted is None:
            return max(-limit, min(limit, self.course.rudder_deg))
        error = math.remainder(wanted - self._sight.heading_deg, 360.0)
        gains = self._tuning
        # The error is cut so that the ship never asks for more turn than the rate limit.
        cut = gains.derivative_s / gains.proportional * self._rate_limit_degps()
        steady = abs(error) < _INTEGRAL_WITHIN_DEG and abs(self.rudder_order_deg) < limit
        self._sum = max(-limit, min(limit, self._sum + gains.integral_per_s * error * dt_s)) if steady else self._sum
        order = gains.proportional * max(-cut, min(cut, error)) - gains.derivative_s * self._sight.rate_degps
        return max(-limit, min(limit, order + self._sum))


def _fields(line: bytes) -> list[str] | None:
    """Return the fields of a well-framed sentence with a good checksum, else None."""
    if len(line) > _LINE_MAX or not line.startswith(b"$"):
        return None
    body, star, check = line.strip()[1:].partition(b"*")
    if not star or not body.isascii() or check.upper() != f"{checksum(body):02X}".encode():
        return None
    return body.decode("ascii").split(",")


def _float(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _number(value: float | None, digits: int = 1) -> str:
    return "" if value is None else f"{value:.{digits}f}"


def _bearing(text: str) -> float | None:
    value = _float(text)
    return value if value is not None and 0.0 <= value <= _CIRCLE_DEG else None


def _course(fields: list[str], before: Course) -> Course | None:
    """Return the course an HTC orders, or None when it is no usable command."""
    if len(fields) < _HTC_FIELDS or fields[14] != "C" or fields[13] not in {"T", ""}:
        return None
    if fields[1] == "A":  # override: the modes are ignored, the helm steers
        return replace(before, mode="M")
    mode = _MODES.get(fields[4])
    turn = fields[5] if fields[5] in {"R", "T", "N"} else "N"
    if mode is None:
        return None
    course = Course(
        mode=mode,
        turn="R" if turn == "R" else "T" if turn == "T" else "N",
        rudder_limit_deg=_float(fields[6]),
        off_heading_deg=_float(fields[7]),
        radius_nm=_float(fields[8]),
        rate_degpmin=_float(fields[9]),
        heading_deg=_bearing(fields[10]),
        off_track_nm=_float(fields[11]),
        track_deg=_bearing(fields[12]),
    )
    return _completed(course, fields, before)


def _completed(course: Course, fields: list[str], before: Course) -> Course | None:
    if course.mode == "R":
        angle = _float(fields[2])
        if angle is None or angle < 0.0 or fields[3] not in {"L", "R"}:
            return None
        return replace(course, rudder_deg=-angle if fields[3] == "L" else angle)
    if course.mode == "H" and course.heading_deg is None:
        return None
    if course.mode == "T" and course.track_deg is None:
        return None
    if course.mode == "S":  # stand-alone keeps the heading dialled aboard
        return replace(course, heading_deg=before.heading_deg)
    return course
