"""Bad configurations of agent and shore: every fault in one go, a code that is not 0, no trace, and nothing begun."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.agent_kit import run_to_end

AGENT = """
[vessel]
id = "Otter!"
lenght_m = 80.0
length_m = -3.0
beam_m = "wide"
mmsi = 12345678901
[broker]
url = "http://127.0.0.1:1883"
[[input]]
name = "gnss"
kind = "pigeon"
[[input]]
name = "gyro"
kind = "tcp_client"
prot = 10110
port = 123456
[[input]]
name = "gyro"
kind = "serial"
path = "ttyS0"
baud = 9
[[modbus]]
name = "plc"
host = "127.0.0.1"
port = 502
registers = "none.toml"
perod_s = 1.0
[link]
bearers = "lte"
bearer = "pigeon"
[sources]
NAV_HDG = "gyro"
NAV_HDNG = ["gyro"]
hold_of_s = 1.0
[channels]
only = ["NAV_HDG", "NAV_NONSENSE"]
[safety]
plc = "other"
autopilot_port = 0
[keys]
master_public_key = "abc"
roster = "none.signed"
[control]
phase = "coastal"
[nonsense]
"""
AGENT_WORDS = (
    "[nonsense] is not known", "vessel.id", "vessel.name is missing", "vessel.length_m is -3.0", "vessel.beam_m is 'wide'",
    "vessel.mmsi is 12345678901", "broker.url is not of the form mqtt://", "input[0].kind is 'pigeon'",
    "input[1].port is 123456", "input[2].baud is 9", "two inputs are called 'gyro'", "modbus[0].registers (none.toml)",
    "link.bearer is 'pigeon'", "sources.NAV_HDG is not a list", "NAV_NONSENSE", "safety.plc names 'other'",
    "safety.journal is missing", "safety.autopilot_port is 0", "keys.master_public_key is not 64", "keys.vessel_key is missing",
    "keys.roster: there is no file", "spool.path is missing", "hull", "vessel.lenght_m is not known",
    "input[1].prot is not known", "modbus[0].perod_s is not known", "link.bearers is not known",
    "sources.NAV_HDNG is not known", "sources.hold_of_s is not known",
)  # fmt: skip
SHORE = """
[shore]
listen = "8000"
origins = ["127.0.0.1:8000", "http://127.0.]0.1"]
broker = "127.0.0.1:1883"
database = "sqlite:///farhelm.db"
console = "none"
people = "none.json"
demo = "yes"
colour = "red"
[alerts]
heartbeat_silent_s = 0
data_stale_s = "soon"
[vessels."Otter!"]
public_key = "abc"
colour = "red"
[nonsense]
"""
SHORE_WORDS = (
    "unknown table [nonsense]", "shore.listen '8000'", "'127.0.0.1:8000' is not of the form https://",
    "'http://127.0.]0.1' is not", "shore.broker is not",
    "shore.database is not", "shore.console:", "shore.people:", "shore.demo must be", "shore.colour is not known",
    "alerts.heartbeat_silent_s must be a number above 0", "alerts.data_stale_s must be", "alerts.clock_skew_s is missing",
    "vessels.Otter!", "vessels.Otter!.public_key must be", "vessels.Otter!.colour is not known",
)  # fmt: skip
SECRET = "mqtt://otter:swordfish"


@pytest.mark.parametrize("role", [(), ("--role", "collector"), ("--role", "safety"), ("--check",)], ids=str)
def test_every_fault_of_an_agent_at_once(tmp_path: Path, role: tuple[str, ...]) -> None:
    """Whichever way it is started: all faults, code 2, and neither key nor spool nor journal was made."""
    path = tmp_path / "agent.toml"
    path.write_text(AGENT)
    ran = run_to_end(["-m", "shipside", "--config", str(path), *role])
    assert ran.returncode == 2
    assert [word for word in AGENT_WORDS if word not in ran.stderr] == []
    assert ran.stderr.count("\n- ") >= len(AGENT_WORDS)
    assert [file.name for file in tmp_path.iterdir()] == ["agent.toml"]


def test_every_fault_of_a_shore_at_once(tmp_path: Path) -> None:
    path = tmp_path / "shore.toml"
    path.write_text(SHORE)
    ran = run_to_end(["-m", "shoreside", "--config", str(path)])
    assert ran.returncode == 2
    assert [word for word in SHORE_WORDS if word not in ran.stderr] == []
    assert ran.stderr.count("\n- ") >= len(SHORE_WORDS)
    assert [file.name for file in tmp_path.iterdir()] == ["shore.toml"]


@pytest.mark.parametrize("module", ["shipside", "shoreside"])
@pytest.mark.parametrize(
    ("content", "word"),
    [(None, "cannot be read"), (b"[shore\n", "not TOML"), (b"\xff\xfe\x00binary", "not TOML"), (b"", "missing")],
)
def test_a_file_that_is_none(tmp_path: Path, module: str, content: bytes | None, word: str) -> None:
    """Absent, broken, binary, empty: a sentence and code 2 each."""
    path = tmp_path / "it.toml"
    if content is not None:
        path.write_bytes(content)
    ran = run_to_end(["-m", module, "--config", str(path)])
    assert ran.returncode == 2
    assert word in ran.stderr


def test_a_fault_does_not_tell_the_password(tmp_path: Path) -> None:
    """Configurations hold passwords; what is wrong with them is said without them."""
    (tmp_path / "agent.toml").write_text(f'[broker]\nurl = "{SECRET}@127.0.0.1:99999"\n')
    (tmp_path / "shore.toml").write_text(
        f'[shore]\nbroker = "{SECRET}@127.0.0.1:99999"\ndatabase = "sql://a:swordfish@h/x"\n'
    )
    for module, name in (("shipside", "agent.toml"), ("shoreside", "shore.toml")):
        ran = run_to_end(["-m", module, "--config", str(tmp_path / name)])
        assert ran.returncode == 2
        assert "broker" in ran.stderr
        assert "swordfish" not in ran.stderr + ran.stdout
