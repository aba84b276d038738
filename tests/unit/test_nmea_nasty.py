"""Lines that other parsers get silently wrong, each with its verdict: no value is ever invented."""

from __future__ import annotations

import pytest

from protocols.nmea0183.datagram import LineCounter, lines_of
from protocols.nmea0183.field import RANGES
from protocols.nmea0183.framing import LINE_BYTES_MAX, LineSplitter, checksum, framed
from protocols.nmea0183.sentence import READERS, RECOGNISED, Rejected, Sentence, parse_line, readings
from protocols.nmea0183.sentences.autopilot import Steering, make_htc, steering_of
from protocols.reading import Quality
from telemetry.catalogue import standard_catalogue

GOOD = "$GPRMC,195719,A,5310.8115,N,00525.7025,E,4.5,87.0,160414,0.7,E,A"
V, O, G = Quality.INVALID, Quality.OUT_OF_RANGE, Quality.GOOD  # noqa: E741 - the table below stays narrow

FIELDS = [
    # (body without $ and checksum, channel, value or None, quality)
    ("GPRMC,195719,V,5310.8115,N,00525.7025,E,4.5,87.0,160414,0.7,E,A", "NAV_LAT", None, V),
    ("GPRMC,195719,V,5310.8115,N,00525.7025,E,4.5,87.0,160414,0.7,E,A", "NAV_SOG", None, V),
    ("GPRMC,195719,A,5310.8115,N,00525.7025,E,4.5,87.0,160414,0.7,E,N", "NAV_LAT", None, V),
    ("GPRMC,195719,A,5310.8115,N,00525.7025,E,4.5,87.0,160414,0.7,E,S", "NAV_LON", None, V),
    ("GPRMC,195719,A,5310.8115,X,00525.7025,E,4.5,87.0,160414,0.7,E,A", "NAV_LAT", None, V),
    ("GPRMC,195719,A,5310.8115,,00525.7025,E,4.5,87.0,160414,0.7,E,A", "NAV_LON", None, V),
    ("GPRMC,195719,A,5310.8115,n,00525.7025,E,4.5,87.0,160414,0.7,E,A", "NAV_LAT", None, V),
    ("GPRMC,195719,A,5375.8115,N,00525.7025,E,4.5,87.0,160414,0.7,E,A", "NAV_LAT", None, V),
    ("GPRMC,195719,A,5360.0000,N,00525.7025,E,4.5,87.0,160414,0.7,E,A", "NAV_LAT", None, V),
    ("GPRMC,195719,A,9510.8115,N,00525.7025,E,4.5,87.0,160414,0.7,E,A", "NAV_LAT", None, O),
    ("GPRMC,195719,A,5310.8115,N,18125.7025,E,4.5,87.0,160414,0.7,E,A", "NAV_LON", None, O),
    ("GPRMC,195719,A,53108115,N,00525.7025,E,4.5,87.0,160414,0.7,E,A", "NAV_LAT", None, V),
    ("GPRMC,195719,A,5310.8115,N,00525.7025,E,nan,87.0,160414,0.7,E,A", "NAV_SOG", None, V),
    ("GPRMC,195719,A,5310.8115,N,00525.7025,E,inf,87.0,160414,0.7,E,A", "NAV_SOG", None, V),
    ("GPRMC,195719,A,5310.8115,N,00525.7025,E,1e1,87.0,160414,0.7,E,A", "NAV_SOG", None, V),
    ("GPRMC,195719,A,5310.8115,N,00525.7025,E,1_2.5,87.0,160414,0.7,E,A", "NAV_SOG", None, V),
    ("GPRMC,195719,A,5310.8115,N,00525.7025,E, 4.5,87.0,160414,0.7,E,A", "NAV_SOG", None, V),
    ("GPRMC,195719,A,5310.8115,N,00525.7025,E,4.5.1,87.0,160414,0.7,E,A", "NAV_SOG", None, V),
    ("GPRMC,195719,A,5310.8115,N,00525.7025,E,-4.5,87.0,160414,0.7,E,A", "NAV_SOG", None, O),
    ("GPRMC,195719,A,5310.8115,N,00525.7025,E,45.1,87.0,160414,0.7,E,A", "NAV_SOG", None, O),
    ("GPRMC,195719,A,5310.8115,N,00525.7025,E,4.5,361.0,160414,0.7,E,A", "NAV_COG", None, O),
    ("GPRMC,195719,A,5310.8115,N,00525.7025,E,4.5,,160414,0.7,E,A", "NAV_COG", None, V),
    ("GPRMC,195719,A,5310.8115,N,00525.7025,E,4.5,,160414,0.7,E,A", "NAV_SOG", 4.5, G),
    ("GPRMC,250161,A,5310.8115,N,00525.7025,E,4.5,87.0,160414,0.7,E,A", "NAV_UTC", None, V),
    ("GPRMC,250161,A,5310.8115,N,00525.7025,E,4.5,87.0,160414,0.7,E,A", "NAV_SOG", 4.5, G),
    ("GPRMC,195719,A,5310.8115,N,00525.7025,E,4.5,87.0,310214,0.7,E,A", "NAV_UTC", None, V),
    ("GPRMC,195719,A,5310.8115,N,00525.7025,E,4.5,87.0,290200,0.7,E,A", "NAV_UTC", "2000-02-29T19:57:19Z", G),
    ("GPRMC,195719,A,5310.8115,N,00525.7025,E,4.5,87.0,,0.7,E,A", "NAV_UTC", None, V),
    ("GPRMC,235959.50,A,5310.8115,N,00525.7025,E,4.5,87.0,311299,,,A", "NAV_UTC", "1999-12-31T23:59:59.50Z", G),
    ("GPGGA,195719,5310.8115,N,00525.7025,E,0,00,1.10,-2,M,,M,,", "NAV_LAT", None, V),
    ("GPGGA,195719,5310.8115,N,00525.7025,E,6,00,1.10,-2,M,,M,,", "NAV_LON", None, V),
    ("GPGGA,195719,5310.8115,N,00525.7025,E,8,04,1.10,-2,M,,M,,", "NAV_LAT", None, V),
    ("GPGGA,195719,5310.8115,N,00525.7025,E,,04,1.10,-2,M,,M,,", "NAV_LAT", None, V),
    ("GPGGA,,,,,,0,,,,M,,M,,", "NAV_LAT", None, V),
    ("GPGGA,195719,5310.8115,S,00525.7025,W,1,07,1.10,-2,M,,M,,", "NAV_LAT", pytest.approx(-53.180191667), G),
    ("GPGLL,5310.8115,N,00525.7025,E,195719,V,A", "NAV_LAT", None, V),
    ("GPGLL,5310.8115,N,00525.7025,E", "NAV_LAT", pytest.approx(53.180191667), G),
    ("GPVTG,0.0,T,359.3,M,,N,,K,A", "NAV_SOG", None, V),
    ("GPVTG,10.0,T,,M,,N,18.52,K,A", "NAV_SOG", pytest.approx(10.0), G),
    ("GPVTG,10.0,T,,M,5.0,N,9.3,K,N", "NAV_SOG", None, V),
    ("GPZDA,145917.00,28,02,2015,-01,00", "NAV_UTC", "2015-02-28T14:59:17Z", G),
    ("GPZDA,145917.00,29,02,2015,-01,00", "NAV_UTC", None, V),
    ("GPZDA,095559,,,,00,", "NAV_UTC", None, V),
    ("HEHDT,720.0,T", "NAV_HDG", None, O),
    ("HEHDT,nan,T", "NAV_HDG", None, V),
    ("HEHDT,-1.0,T", "NAV_HDG", None, O),
    ("HEHDT,95.0,M", "NAV_HDG", None, V),
    ("HEHDT,,T", "NAV_HDG", None, V),
    ("HEHDT,360.0,T", "NAV_HDG", 360.0, G),
    ("HETHS,095.3,V", "NAV_HDG", None, V),
    ("HETHS,095.3,E", "NAV_HDG", None, V),
    ("HETHS,095.3,A", "NAV_HDG", 95.3, G),
    ("HCHDG,181.7,,,0.6,E", "NAV_HDG", pytest.approx(182.3), G),
    ("HCHDG,181.7,,,0.6,X", "NAV_HDG", None, V),
    ("HCHDG,359.9,1.0,E,8.4,W", "NAV_HDG", pytest.approx(352.5), G),
    ("HEROT,060.1,V", "NAV_ROT", None, V),
    ("HEROT,-301.0,A", "NAV_ROT", None, O),
    ("HEROT,-12.0,A", "NAV_ROT", -12.0, G),
    ("SDDPT,inf,0.0,100", "NAV_DPTT", None, V),
    ("SDDPT,,,", "NAV_DPTT", None, V),
    ("SDDPT,12.0,-2.5,100", "NAV_DPTK", 9.5, G),
    ("SDDPT,1.0,-2.5,100", "NAV_DPTK", None, O),
    ("SDDBT,7.5,f,2.3,M,1.3,F", "NAV_DPTT", 2.3, G),
    ("VDVBW,016.98,,A,018.50,-000.28,A,,V,-000.20,A", "NAV_STW", 16.98, G),
    ("VDVBW,016.98,0.1,V,018.50,-000.28,A", "NAV_STW", None, V),
    ("VDVHW,182.4,T,181.7,M,,N,18.52,K", "NAV_STW", pytest.approx(10.0), G),
    ("WIMWV,338,R,13.41,N,A", "WND_AWA", -22.0, G),
    ("WIMWV,338,R,10.00,N,A", "WND_AWS", pytest.approx(5.144, abs=1e-3), G),
    ("WIMWV,338,R,13.41,X,A", "WND_AWS", None, V),
    ("WIMWV,338,R,13.41,N,V", "WND_AWA", None, V),
    ("RCRSA,-22.0,A,,V", "STG_RUD_S", -22.0, G),
    ("RCRSA,-22.0,V,34.0,A", "STG_RUD_S", None, V),
    ("RCRSA,-46.0,A,,V", "STG_RUD_S", None, O),
    ("IIRPM,E,0,91.6,,V", "ME_RPM", None, V),
    ("IIRPM,E,0,91.6,,A", "ME_RPM", 91.6, G),
    ("IIXDR,A,-1.-3,D,ROLL", "NAV_ROLL", None, V),
    ("IIXDR,C,99.9,C,AIRT,P,1.013,B,BARO", "ENV_BARO", pytest.approx(1013.0), G),
    ("IIXDR,C,99.9,C,AIRT,P,1.013,B,BARO", "ENV_AIRT", None, O),
    ("AGHTD,V,2.3,R,H,T,15.0,10.0,,10.00,125.0,,,T,A,A,,123.09", "AP_HDGSET", 125.0, G),
    ("AGHTD,V,2.3,R,H,T,15.0,10.0,,10.00,125.0,,,M,A,A,,123.09", "AP_HDGSET", None, V),
]


@pytest.mark.parametrize(("body", "channel", "value", "quality"), FIELDS)
def test_a_nasty_field_costs_itself(body: str, channel: str, value: float | str | None, quality: Quality) -> None:
    """Each line has a valid checksum; the verdict is that of one of its channels."""
    sentence = parse_line(framed(body))
    assert isinstance(sentence, Sentence)
    found = readings(sentence)
    assert not isinstance(found, str)
    reading = next(reading for reading in found if reading.channel == channel)
    assert (reading.value, reading.quality) == (value, quality)
    assert reading.unit == ("" if channel == "NAV_UTC" else RANGES[channel][0])


LINES = [
    (b"", "framing"),
    (b"hello", "framing"),
    (b"$", "framing"),
    (b"$GP", "framing"),
    (b"$GPRMC", "framing"),
    (b"$GPHDT,95.0,T*00", "checksum"),
    (b"$GPHDT,95.0,T*1", "framing"),
    (b"$GPHDT,95.0,T*", "framing"),
    (b"$GPHDT,95.0,T*GG", "framing"),
    (b"$gphdt,95.0,T", "framing"),
    (b"$GPHDT,9\xff5.0,T", "framing"),
    (b"$GPHDT,95.0,T$GPHDT,96.0,T", "framing"),
    (b"$GPHDT,95.0,T*0A$GPHDT,96.0,T*09", "framing"),
    (b"$GPHDT," + b"9" * 300 + b",T", "too_long"),
    (b"$GPHDT," + b"9" * 2000, "too_long"),
    (b"\\s:II0001*00\\$GPHDT,95.0,T", "tag"),
    (b"\\s:II0001\\$GPHDT,95.0,T", "tag"),
    (b"\\s:II0001*23", "tag"),
    (b"\x00\x01\x02\x03", "framing"),
]


@pytest.mark.parametrize(("line", "reason"), LINES)
def test_a_line_that_is_no_sentence_is_rejected_with_its_reason(line: bytes, reason: str) -> None:
    """Two sentences glued together are none, for nobody knows which half would be true."""
    rejected = parse_line(line)
    assert isinstance(rejected, Rejected)
    assert rejected.reason == reason
    assert rejected.text.isprintable()


@pytest.mark.parametrize("formatter", READERS)
def test_a_sentence_cut_short_is_refused_whole(formatter: str) -> None:
    """One field fewer than the reader needs is the reason `fields`; empty ones of the right number give no value."""
    fewest, _ = READERS[formatter]
    short = parse_line(framed(f"GP{formatter}" + "," * (fewest - 1)))
    assert isinstance(short, Sentence)
    assert readings(short) == "fields"
    empty = parse_line(framed(f"GP{formatter}" + "," * fewest))
    assert isinstance(empty, Sentence)
    found = readings(empty)
    assert not isinstance(found, str)
    assert all(reading.value is None and reading.quality is Quality.INVALID for reading in found)


def test_the_ranges_are_the_catalogues() -> None:
    """A decoder's range that differs from the catalogue's would let a value through that the ship calls impossible."""
    catalogue = standard_catalogue()
    assert {name: (catalogue[name].unit, catalogue[name].low, catalogue[name].high) for name in RANGES} == RANGES
    assert not set(READERS) & RECOGNISED


def test_a_stream_is_cut_into_lines_however_it_arrives() -> None:
    """Byte by byte or at once, CR, LF or both; an endless line is dropped and the next one is read."""
    stream = b"$A,1*00\r\n$B,2\n\r\n" + b"x" * (LINE_BYTES_MAX * 3) + b"\n$C,3\r"
    for size in (1, 2, 7, 5000):
        splitter, lines = LineSplitter(), list[bytes]()
        for start in range(0, len(stream), size):
            lines += splitter.feed(stream[start : start + size])
        assert lines == [b"$A,1*00", b"$B,2", b"$C,3"], size
        assert splitter.overlong_count == 1, size


def test_datagrams_are_read_and_their_losses_counted() -> None:
    """A wrong token drops the datagram; numbers that jump are lines lost; 999 is followed by 1."""
    assert lines_of(b"UdPbC\x00$A\r\n$B\r\n") == [b"$A", b"$B"]
    assert lines_of(b"RaUdP\x00$A\r\n") is None
    counter = LineCounter()
    losses = []
    for number in (998, 999, 1, 2, 5):
        block = f"s:II0001,n:{number}"
        line = f"\\{block}*{checksum(block.encode()):02X}\\$IIHDT,95.0,T".encode()
        sentence = parse_line(line)
        assert isinstance(sentence, Sentence)
        losses.append(counter.receive(sentence.tag))
    assert losses == [0, 0, 0, 0, 2]
    assert counter.lost_count == 2


def test_an_order_for_the_autopilot_reads_back_as_it_was_meant() -> None:
    """HTC of the standard's own layouts: heading, rudder to port, and the examples of the sentence list."""
    for steering, text in (
        (Steering(False, "H", None, "T", 20.0, 10.0, None, 20.0, 95.0, None, None, "T"),
         b"$INHTC,V,,,H,T,20.0,10.0,,20.0,095.0,,,T,C*38"),
        (Steering(False, "R", 10.0, "N", 35.0, None, None, None, None, None, None, "T"),
         b"$INHTC,V,10.0,R,R,N,35.0,,,,,,,T,C*50"),
    ):  # fmt: skip
        assert make_htc("IN", steering) == text
        sentence = parse_line(text)
        assert isinstance(sentence, Sentence)
        assert steering_of(sentence.fields) == steering
