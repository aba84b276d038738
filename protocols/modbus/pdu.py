"""Requests and answers of the Modbus application protocol (V1.1b3, clause 6): what they say, whichever way they travel."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Final

from protocols.errors import MalformedError, ProtocolError
from protocols.modbus.registers import BITS, Table

READ: Final[dict[str, int]] = {"coil": 1, "discrete": 2, "holding": 3, "input": 4}
WRITE: Final[dict[str, int]] = {"coil": 15, "holding": 16}
ERROR_FLAG: Final = 0x80
ILLEGAL_FUNCTION, ILLEGAL_ADDRESS, ILLEGAL_VALUE = 1, 2, 3
EXCEPTIONS: Final = {
    ILLEGAL_FUNCTION: "illegal function", ILLEGAL_ADDRESS: "illegal address", ILLEGAL_VALUE: "illegal value",
    4: "device failure", 5: "acknowledge", 6: "busy, or refused", 8: "memory parity", 10: "gateway path",
    11: "gateway target",
}  # fmt: skip
GATEWAY_TARGET: Final = 11
"""The gateway is there, the unit behind it is not."""
_READ, _WRITE = struct.Struct(">BHH"), struct.Struct(">BHHB")


class ExceptionAnswerError(ProtocolError):
    """The unit answered, and refused; `code` is its exception."""

    def __init__(self, code: int) -> None:
        """Keep the code."""
        super().__init__(EXCEPTIONS.get(code, f"exception {code}"))
        self.code = code


def read_request(table: Table, address: int, count: int) -> bytes:
    """Return the request for `count` registers or bits from `address`."""
    return _READ.pack(READ[table], address, count)


def write_request(table: Table, address: int, values: Sequence[int]) -> bytes:
    """Return the request that writes coils or holding registers from `address`."""
    if table == "coil":
        octets = bytearray((len(values) + 7) // 8)
        for index, value in enumerate(values):
            octets[index // 8] |= (value & 1) << (index % 8)
        payload = bytes(octets)
    else:
        payload = struct.pack(f">{len(values)}H", *values)
    return _WRITE.pack(WRITE[table], address, len(values), len(payload)) + payload


def answer_length(request: bytes) -> int:
    """Return how many bytes a good answer to a request of ours has."""
    function: int
    count: int
    function, _, count = _READ.unpack_from(request)
    if function in (READ["coil"], READ["discrete"]):
        return 2 + (count + 7) // 8
    return 2 + 2 * count if function in READ.values() else _READ.size


def answers(request: bytes, answer: bytes) -> bool:
    """Return whether `answer` can be one to `request`: of its function, or the exception of that function."""
    return bool(answer) and answer[0] & ~ERROR_FLAG == request[0]


def checked(request: bytes, answer: bytes) -> bytes:
    """Return the good answer to `request`; raise ExceptionAnswerError, or MalformedError where it cannot be one."""
    if answer[0] & ERROR_FLAG:
        raise ExceptionAnswerError(answer[1] if len(answer) > 1 else 0)
    if len(answer) != answer_length(request):
        raise MalformedError(f"an answer of {len(answer)} bytes, not {answer_length(request)}")
    is_read = request[0] in READ.values()
    if (is_read and answer[1] != len(answer) - 2) or (not is_read and answer != request[: _READ.size]):
        raise MalformedError("an answer that contradicts itself or its request")
    return answer


def values_in(table: Table, count: int, answer: bytes) -> Sequence[int]:
    """Return the registers (0..65535) or bits (0, 1) in a checked answer to a read of `count`."""
    if table in BITS:
        return [answer[2 + index // 8] >> (index % 8) & 1 for index in range(count)]
    return struct.unpack_from(f">{count}H", answer, 2)
