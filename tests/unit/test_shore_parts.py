"""The shore's small parts, each by itself: ranges, rates, feeds, configuration, people."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.console.messages import ProblemMessage, ValueRow
from shoreside import config, people
from shoreside.commanding.roster import Words
from shoreside.ingest.progress import Ranges
from shoreside.live.feeds import FIRM_MAX, Feed, Hub
from shoreside.rates import Rates
from tests.shore_kit import MASTER, NOON_NS, OPERATOR, Ship

EXAMPLE = Path(config.__file__).with_name("examples") / "shore.toml"


@given(st.lists(st.integers(1, 40), max_size=60))
def test_ranges_are_the_set_they_stand_for(numbers: list[int]) -> None:
    """Whatever order and however often numbers come, ranges are ascending, apart, and hold exactly them."""
    ranges = Ranges()
    for number in numbers:
        ranges.add(number)
    held = set(numbers)
    assert {n for first, last in ranges.spans() for n in range(first, last + 1)} == held
    assert all(second[0] > first[1] + 1 for first, second in zip(ranges.spans(), ranges.spans()[1:], strict=False))
    assert [n in ranges for n in range(42)] == [n in held for n in range(42)]
    through = next(n for n in range(1, 42) if n not in held) - 1
    assert ranges.through == through
    missing = sorted(set(range(1, max(held, default=0))) - held)
    assert (ranges.first_gap is None) == (not missing)
    if missing and ranges.first_gap is not None:
        assert ranges.first_gap[0] == missing[0]


def test_a_bucket_gives_its_burst_and_then_its_rate() -> None:
    """Five at once, then one each 12 s; another name has a bucket of its own."""
    rates = Rates(5 / 60, 5)
    assert [rates.take("ann", 100.0) for _ in range(6)] == [True] * 5 + [False]
    assert rates.wait_s("ann") == pytest.approx(12.0)
    assert not rates.take("ann", 111.9)
    assert rates.take("ann", 112.1)
    assert rates.take("eve", 112.1)


def row(channel: str, value: float, utc_ms: int = 0) -> ValueRow:
    """Return one value."""
    return channel, value, 0, utc_ms


def test_a_feed_keeps_the_latest_and_counts_what_it_replaced() -> None:
    """Three headings not yet sent become one, with a gap of two; another channel is not touched."""
    feed = Feed("ann", "s")
    feed.subscribe("kestrel")
    for heading_deg in (1.0, 2.0, 3.0):
        feed.values([row("NAV_HDG", heading_deg)])
    feed.values([row("NAV_SOG", 12.0)])
    (message,) = feed.take(7)
    assert message["type"] == "values"
    assert message["values"] == [row("NAV_HDG", 3.0), row("NAV_SOG", 12.0)]
    assert message["gap_count"] == 2
    # Turning to another vessel leaves nothing of the first.
    feed.values([row("NAV_HDG", 4.0)])
    feed.subscribe("otter")
    assert feed.take(8) == []


def test_firm_messages_are_never_dropped_but_end_the_socket() -> None:
    """A thousand wait; one more closes the socket instead of losing an order or an alert."""
    feed = Feed("ann", "s")
    problem: ProblemMessage = {"type": "problem", "title": "t", "detail": "d"}
    for _ in range(FIRM_MAX):
        feed.firm(problem)
    assert not feed.closed_because
    feed.firm(problem)
    assert "1000" in feed.closed_because
    assert len(feed.take(0)) == FIRM_MAX


def test_a_session_ends_all_its_sockets_and_no_other() -> None:
    """Two sockets of one session are asked to close, that of another stays."""
    hub = Hub()
    feeds = [Feed("ann", "one"), Feed("ann", "one"), Feed("ann", "two")]
    for feed in feeds:
        hub.join(feed)
    hub.end_session("one")
    assert [bool(feed.closed_because) for feed in feeds] == [True, True, False]


def test_the_example_configuration_is_good() -> None:
    """What the example says is what the program gets; the environment wins."""
    settings = config.load(EXAMPLE, {"FARHELM_SHORE_LISTEN": "[::1]:9000"})
    assert (settings.host, settings.port) == ("::1", 9000)
    assert settings.alerts == config.AlertLimits(3.5, 5.0, 2.0)
    assert [vessel.vessel for vessel in settings.vessels] == ["kestrel"]
    assert not settings.secure


def test_every_fault_of_a_configuration_is_told_at_once() -> None:
    """Missing, unknown, ill-formed, out of range: eleven faults, eleven sentences."""
    text = """
    extra = 1
    [shore]
    listen = "127.0.0.1:99999"
    origins = ["http://a/path"]
    broker = "http://x"
    demo = "yes"
    colour = "red"
    console = "nowhere"
    [alerts]
    heartbeat_silent_s = 0
    data_stale_s = true
    [vessels.K]
    public_key = "12"
    """
    with pytest.raises(config.ConfigError) as caught:
        config.parse(text, {}, Path("/nowhere"))
    said = "\n".join(caught.value.faults)
    for word in ("[extra]", "shore.listen", "shore.origins", "shore.broker", "shore.demo", "shore.colour",
                 "shore.console", "shore.database", "heartbeat_silent_s", "data_stale_s", "clock_skew_s", "vessels.K:",
                 "vessels.K.public_key"):  # fmt: skip
        assert word in said
    assert "password" not in said.replace("mqtt://user:password", "").replace("postgresql://user:password", "")


def test_a_people_file_is_checked_whole(tmp_path: Path) -> None:
    """Every fault is named with the person it belongs to."""
    path = tmp_path / "people.json"
    path.write_text(json.dumps({"people": [
        {"name": "ann", "role": "captain", "roc": "r", "tokens": [{"name": "t", "token": "short"}]}, 7,
        {"role": "viewer"},
    ]}))  # fmt: skip
    with pytest.raises(people.SeedError) as caught:
        people.read_seed(path)
    for part in ("role is none of", "token t is shorter", "people[1]", "name is missing"):
        assert part in str(caught.value)
    path.write_text("{")
    with pytest.raises(people.SeedError):
        people.read_seed(path)


PUBLISHED_PEOPLE = json.loads((Path(people.__file__).parent / "examples" / "people.json").read_text())["people"]


def seed_faults(folder: Path, entry: dict[str, object]) -> str:
    """Return what is told of a people file with this entry alone; empty where it is taken."""
    path = folder / "people.json"
    path.write_text(json.dumps({"people": [entry]}))
    try:
        people.read_seed(path)
    except people.SeedError as error:
        return str(error)
    return ""


def test_a_placeholder_of_a_password_hash_is_refused_in_words(tmp_path: Path) -> None:
    """The example's own dots, a password written as a hash, half a hash: each by name; what argon2 makes is taken."""

    def faults(hashed: object) -> str:
        return seed_faults(tmp_path, {"name": "sue", "role": "supervisor", "roc": "r", "password_hash": hashed})

    whole = people.HASHER.hash("a password that is long")
    for wrong in (PUBLISHED_PEOPLE[1]["password_hash"], "secret", whole.rpartition("$")[0], f"{whole} ", 7, ""):
        assert "people[0] (sue): password_hash is no argon2 hash" in faults(wrong), wrong
    assert faults(whole) == faults(None) == ""


def test_what_the_example_publishes_lets_nobody_in(tmp_path: Path) -> None:
    """Its password and its token are refused by name, and a short password; one character more is taken."""
    own: dict[str, object] = {"name": "ann", "role": "operator", "roc": "r"}
    told = seed_faults(tmp_path, PUBLISHED_PEOPLE[0])
    assert "people[0] (ann): the password is the example's" in told
    assert "token ann-script is the example's" in told
    assert "11 characters; 12 at least" in seed_faults(tmp_path, own | {"password": "x" * 11})
    assert seed_faults(tmp_path, own | {"password": "x" * 12}) == ""


def test_a_roster_never_goes_back() -> None:
    """Proves CMD-12 ashore: only a higher version is taken, only from this vessel's Master, only for its purpose."""
    ship = Ship()
    master = {"kestrel": MASTER.public_key().public_bytes_raw()}
    words = Words(master)
    key = OPERATOR.public_key().public_bytes_raw()
    words.take(words.read("roster", ship.roster(5, key), NOON_NS))
    for version in (4, 5):
        with pytest.raises(Exception, match="not higher than 5"):
            words.read("roster", ship.roster(version, key), NOON_NS)
    # A roster is no grant, and another vessel's Master has no word here.
    with pytest.raises(Exception, match="signature"):
        words.read("grant", ship.roster(6, key), NOON_NS)
    with pytest.raises(Exception, match="another Master"):
        words.read("roster", Ship("otter").roster(6, key), NOON_NS)
    assert words.version() == 5
    assert words.key_state(key, asked=True) == "enrolled"


def test_a_secret_may_come_from_a_file_that_the_environment_names(tmp_path: Path) -> None:
    """The variable itself wins over its file, the file over the configuration; one that is not there is a fault."""
    secret = tmp_path / "url"
    secret.write_text("postgresql://from-file/farhelm\n")
    loaded = config.load(EXAMPLE, {"FARHELM_SHORE_DATABASE_FILE": str(secret)})
    assert loaded.database == "postgresql://from-file/farhelm"
    both = {"FARHELM_SHORE_DATABASE_FILE": str(secret), "FARHELM_SHORE_DATABASE": "postgresql://itself/farhelm"}
    assert config.load(EXAMPLE, both).database == "postgresql://itself/farhelm"
    with pytest.raises(config.ConfigError, match="FARHELM_SHORE_DATABASE_FILE"):
        config.load(EXAMPLE, {"FARHELM_SHORE_DATABASE_FILE": str(tmp_path / "none")})
