"""The good inputs that the fuzzer begins with are good: what is searched is more than the way to a refusal."""

from __future__ import annotations

import json

import pytest

from tests.shore_fuzz_targets import SHORE_TARGETS


@pytest.mark.parametrize("seed", SHORE_TARGETS["console message"].seeds)
def test_each_console_message_is_understood(seed: bytes) -> None:
    """None is answered with a problem of its form; negative control: one without its kind is."""
    parse = SHORE_TARGETS["console message"].parse

    def told(raw: bytes) -> list[str]:
        answers = parse(raw)
        assert isinstance(answers, list)
        return [message["title"] for message in map(json.loads, answers) if message["type"] == "problem"]

    assert set(told(seed)) <= {"Order not readable", "Emergency stop NOT sent", "Conflict"}
    assert told(b"{}") == ["Not understood"]


def test_bodies_words_and_stops_are_read() -> None:
    """Each body is read by one route at least; the Master's roster enrols a key; nonsense gives nothing."""
    body = SHORE_TARGETS["http body"]
    assert [bool(body.parse(seed)) for seed in body.seeds] == [False, True, True, True]  # a password is no base64
    word = SHORE_TARGETS["master's word"]
    assert [word.parse(seed) for seed in word.seeds] == ["enrolled", "pending"]
    assert word.parse(b"nonsense") == "pending"
    assert SHORE_TARGETS["signed stop"].parse(b"nonsense") == "malformed"
