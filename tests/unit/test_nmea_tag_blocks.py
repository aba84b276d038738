"""TAG blocks, groups, line numbers and datagrams of IEC 61162-450."""

from __future__ import annotations

import itertools

import pytest

from protocols.nmea0183.datagram import (
    GROUPS,
    LATE_MAX,
    PAYLOAD_BYTES_MAX,
    SOURCES_MAX,
    TOKEN,
    LineCounter,
    lines_of,
    make_datagrams,
    refusal,
)  # fmt: skip
from protocols.nmea0183.framing import checksum, framed
from protocols.nmea0183.grouping import OPEN_MAX, GroupAssembler
from protocols.nmea0183.sentence import Sentence, parse_line
from protocols.nmea0183.tagblock import Group, TagBlock, make_tag, split_tag


def tag_of(body: str) -> TagBlock:
    """Return what a block says whose checksum is right."""
    found = split_tag(f"\\{body}*{checksum(body.encode()):02X}\\$IIHDT,95.0,T".encode())
    assert found is not None
    tag, sentence = found
    assert tag is not None
    assert sentence == b"$IIHDT,95.0,T"
    return tag


@pytest.mark.parametrize(
    ("block", "tag"),
    [
        (rb"\s:D383P1,s:WI4383*23" + b"\\", TagBlock(("D383P1", "WI4383"))),
        (rb"\s:II0001,n:17*36" + b"\\", TagBlock(("II0001",), line_number=17)),
        (rb"\g:1-2-34,s:AI0001,n:42*4B" + b"\\", TagBlock(("AI0001",), (), Group(1, 2, 34), 42)),
        (rb"\s:SR0001,d:AG0001,n:7*73" + b"\\", TagBlock(("SR0001",), ("AG0001",), None, 7)),
        (rb"\g:1-1-1,s:GR0001*1D" + b"\\", TagBlock(("GR0001",), (), Group(1, 1, 1))),
    ],
)
def test_blocks_of_real_equipment_are_read_and_made_to_the_byte(block: bytes, tag: TagBlock) -> None:
    """Two sources in one block are tolerated: one maker writes them."""
    assert split_tag(block + b"$IIHDT,95.0,T") == (tag, b"$IIHDT,95.0,T")
    assert make_tag(tag) == block


@pytest.mark.parametrize(
    ("body", "tag"),
    [
        ("n:0", TagBlock()),
        ("n:1000", TagBlock()),
        ("n:1_7", TagBlock()),
        ("n:-1", TagBlock()),
        ("n:\u0661", None),
        ("g:0-2-34", TagBlock()),
        ("g:3-2-34", TagBlock()),
        ("g:1-2", TagBlock()),
        ("g:1-2-0", TagBlock()),
        ("g:1-2-3-4", TagBlock()),
        ("g:a-b-c", TagBlock()),
        ("c:nan", TagBlock()),
        ("c:inf", TagBlock()),
        ("c:1e9", TagBlock()),
        ("c:1_0", TagBlock()),
        ("c:-5", TagBlock()),
        ("c:99999999999999", TagBlock()),
        ("c:1770000000", TagBlock(time_s=1_770_000_000.0)),
        ("c:1770000000123", TagBlock(time_s=1_770_000_000.123)),
        ("s:", TagBlock()),
        ("x:1,y:2,s:II0001", TagBlock(("II0001",))),
        ("s:II0001,d:AG0001,d:AG0002,t:hello", TagBlock(("II0001",), ("AG0001", "AG0002"), text="hello")),
        ("", TagBlock()),
        (",,::", TagBlock()),
    ],
)
def test_a_bad_code_costs_itself(body: str, tag: TagBlock | None) -> None:
    """Numbers out of their range or misspelt are none; unknown codes are passed over; the others stay."""
    if tag is None:
        assert split_tag(f"\\{body}*00\\$IIHDT,95.0,T".encode()) is None
    else:
        assert tag_of(body) == tag


def test_several_blocks_before_one_sentence_add_up() -> None:
    """A multiplexer that puts its own block before that of the sender."""
    blocks = make_tag(TagBlock(time_s=1_770_000_000.0)) + make_tag(TagBlock(("GP0001",), line_number=3))
    assert split_tag(blocks + b"$X") == (TagBlock(("GP0001",), line_number=3, time_s=1_770_000_000.0), b"$X")


def counted(numbers: list[int], source: str = "II0001") -> tuple[LineCounter, list[int]]:
    """Return the counter that received these numbers of one source, and its answers."""
    counter = LineCounter()
    return counter, [counter.receive(TagBlock((source,), line_number=number)) for number in numbers]


@pytest.mark.parametrize(
    ("numbers", "lost", "late", "repeated", "restarts"),
    [
        ([1, 2, 3], 0, 0, 0, 0),
        ([997, 998, 999, 1, 2], 0, 0, 0, 0),
        ([997, 2], 3, 0, 0, 0),
        ([1, 2, 5, 6], 2, 0, 0, 0),
        ([1, 2, 2, 3], 0, 0, 1, 0),
        ([1, 3, 2, 4], 0, 1, 0, 0),
        ([1, 5, 3, 2, 6], 1, 2, 0, 0),
        ([999, 2, 1, 3], 0, 1, 0, 0),
        ([500, 501, 1, 2], 0, 0, 0, 1),
        ([500, 501, 1, 4], 2, 0, 0, 1),
        ([10, 200], 189, 0, 0, 0),
        ([1, 1 + LATE_MAX, 1], LATE_MAX - 2, 1, 0, 0),
    ],
)
def test_gaps_are_counted_per_source(numbers: list[int], lost: int, late: int, repeated: int, restarts: int) -> None:
    """A line overtaken on the way is not lost, one doubled by the network is not 998 lost, a restart is no gap."""
    counter, _ = counted(numbers)
    heard = counter.heard["II0001"]
    assert (heard.lost, heard.late, heard.repeated, heard.restarts) == (lost, late, repeated, restarts)
    assert counter.lost_count == lost


def test_sources_do_not_disturb_each_other_and_are_bounded() -> None:
    """Two senders count for themselves; after 256 a further one is read and not followed."""
    counter = LineCounter()
    for number in (1, 2, 4):
        counter.receive(TagBlock(("GP0001",), line_number=number))
        counter.receive(TagBlock(("HE0001",), line_number=number * 10))
    assert {source: heard.lost for source, heard in counter.heard.items()} == {"GP0001": 1, "HE0001": 28}
    for sender in range(2 * SOURCES_MAX):
        counter.receive(TagBlock((f"XX{sender:04d}",), line_number=1))
    assert len(counter.heard) == SOURCES_MAX
    assert counter.receive(None) == counter.receive(TagBlock()) == 0


@pytest.mark.parametrize("order", [*itertools.permutations((1, 2, 3))])
def test_a_group_is_whole_in_whatever_order_its_lines_come(order: tuple[int, ...]) -> None:
    """The last line to come completes it; the lines are given in their own order."""
    assembler = GroupAssembler[str]()
    answers = [assembler.receive(TagBlock(("AI0001",), (), Group(line, 3, 7)), f"line {line}") for line in order]
    assert answers == [None, None, ["line 1", "line 2", "line 3"]]
    assert (assembler.waiting_count, assembler.lost_count) == (0, 0)


def test_groups_of_two_sources_with_one_id_stay_apart() -> None:
    """Ids are the sender's own."""
    assembler = GroupAssembler[str]()
    for source in ("AI0001", "AI0002"):
        assert assembler.receive(TagBlock((source,), (), Group(1, 2, 7)), source + "a") is None
    assert assembler.receive(TagBlock(("AI0002",), (), Group(2, 2, 7)), "b") == ["AI0002a", "b"]
    assert assembler.receive(TagBlock(("AI0001",), (), Group(2, 2, 7)), "b") == ["AI0001a", "b"]


def test_a_group_that_never_comes_whole_is_given_up_and_counted() -> None:
    """Its id taken by another group, or too many waiting: what waited is lost, and nothing waits for ever."""
    assembler = GroupAssembler[str]()
    assert assembler.receive(TagBlock((), (), Group(1, 3, 7)), "a") is None
    assert assembler.receive(TagBlock((), (), Group(2, 2, 7)), "b") is None
    assert (assembler.waiting_count, assembler.lost_count) == (1, 1)
    assert assembler.receive(TagBlock((), (), Group(2, 2, 7)), "c") is None
    assert assembler.lost_count == 2
    for sender in range(3 * OPEN_MAX):
        assembler.receive(TagBlock((f"S{sender}",), (), Group(1, 2, 1)), "x")
    assert assembler.waiting_count == OPEN_MAX
    assert assembler.lost_count == 2 + 1 + 2 * OPEN_MAX
    assert assembler.receive(None, "alone") == ["alone"]


def test_a_datagram_carries_several_sentences_of_several_groups() -> None:
    """Tags and sentences come out as they went in, datagrams stay below 1,472 bytes, and nothing is lost between them."""
    lines = [make_tag(TagBlock(("AI0001",), (), Group(part, 2, number % 99 + 1), 2 * number + part)) + framed(
        f"AIVDM,2,{part},{number % 10},A,{'0' * 50},0", "!") for number in range(20) for part in (1, 2)]  # fmt: skip
    datagrams = make_datagrams(lines)
    assert max(map(len, datagrams)) <= PAYLOAD_BYTES_MAX
    assert 2 < len(datagrams) < 10
    assert [line for datagram in datagrams for line in lines_of(datagram) or ()] == lines
    assembler, counter, whole = GroupAssembler[Sentence](), LineCounter(), 0
    for line in lines:
        sentence = parse_line(line)
        assert isinstance(sentence, Sentence)
        counter.receive(sentence.tag)
        whole += assembler.receive(sentence.tag, sentence) is not None
    assert (whole, counter.lost_count, assembler.waiting_count) == (20, 0, 0)
    with pytest.raises(ValueError, match="fits into no datagram"):
        make_datagrams([b"x" * PAYLOAD_BYTES_MAX])


@pytest.mark.parametrize(
    ("datagram", "word"),
    [
        (TOKEN + b"$A\r\n", ""),
        (b"RaUdP\x00\x01\x02", "a binary file (RaUdP)"),
        (b"RrUdP\x00", "a binary file that can be asked for again (RrUdP)"),
        (b"NkPgN\x00", "NMEA 2000 messages (NkPgN)"),
        (b"UdPbC", "no token of IEC 61162-450"),
        (b"UdPbC $IIHDT,95.0,T", "no token of IEC 61162-450"),
        (b"$IIHDT,95.0,T", "no token of IEC 61162-450"),
        (b"", "no token of IEC 61162-450"),
    ],
)
def test_a_datagram_of_another_token_is_refused_with_a_word(datagram: bytes, word: str) -> None:
    """It is dropped whole."""
    assert refusal(datagram) == word
    assert (lines_of(datagram) is None) == bool(word)


def test_one_bad_block_costs_its_own_line() -> None:
    """Of three lines of a datagram the middle one has a wrong checksum in its TAG block."""
    good = make_tag(TagBlock(("II0001",)))
    bad = good.replace(b"II0001", b"II0002")
    lines = lines_of(TOKEN + b"\r\n".join((good + b"$IIHDT,95.0,T", bad + b"$IIHDT,96.0,T", b"$IIHDT,97.0,T")))
    assert lines is not None
    assert [isinstance(parse_line(line), Sentence) for line in lines] == [True, False, True]


def test_the_transmission_groups_are_those_of_the_standard() -> None:
    """Sixteen groups, addresses and ports in step."""
    assert len(GROUPS) == 16
    assert all(port - 60000 == int(address.rpartition(".")[2]) for address, port in GROUPS.values())
    assert GROUPS["SATD"] == ("239.192.0.3", 60003)
