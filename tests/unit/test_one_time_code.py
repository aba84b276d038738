"""One-time codes: the test values of RFC 6238, the window, and that each is good once."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from shoreside import one_time_code

SECRET = b"12345678901234567890"
VALUES = {59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 2000000000: "279037"}
"""RFC 6238, appendix B, SHA-1: the last six of its eight digits."""


FULL_WIDTH = "".join(chr(0xFF10 + int(digit)) for digit in VALUES[59])
"""Digits to Python, none to an app."""


@pytest.mark.parametrize("utc_s", VALUES)
def test_the_values_of_the_standard(utc_s: int) -> None:
    assert one_time_code.step_of(SECRET, VALUES[utc_s], utc_s, 0) == utc_s // 30


@pytest.mark.parametrize(("late_s", "is_good"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)])
def test_a_phone_may_be_one_step_off(late_s: int, is_good: bool) -> None:
    found = one_time_code.step_of(SECRET, VALUES[1234567890], 1234567890 + late_s, 0)
    assert found == (1234567890 // 30 if is_good else None)


def test_a_code_is_good_once() -> None:
    step = one_time_code.step_of(SECRET, VALUES[59], 59, 0)
    assert step is not None
    assert one_time_code.step_of(SECRET, VALUES[59], 59, step) is None
    assert one_time_code.step_of(SECRET, VALUES[59], 59, step - 1) == step


@pytest.mark.parametrize(
    "code", ["", "28708", "2870820", "287083", "28708a", "+28708", FULL_WIDTH, "-28708", "287 083"], ids=ascii
)
def test_anything_else_is_wrong(code: str) -> None:
    assert one_time_code.step_of(SECRET, code, 59, 0) is None


def test_spaces_are_left_out() -> None:
    assert one_time_code.step_of(SECRET, " 287 082 ", 59, 0) == 1


def test_what_an_app_scans() -> None:
    """Name and station with their odd characters come out as they went in; the secret is base32 without padding."""
    address = urlsplit(one_time_code.address(SECRET, "ann@home: 1", "Busan & Co"))
    assert (address.scheme, address.netloc) == ("otpauth", "totp")
    assert parse_qs(address.query) == {"secret": ["GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"], "issuer": ["Busan & Co"]}
    assert one_time_code.readable(SECRET).replace(" ", "") == "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
