"""The doctor on real sockets, files, a real broker and a real database: it finds what is wrong, and only that."""

from __future__ import annotations

import asyncio
import json
import os
import pty
import random
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import psycopg
import pytest
from typer.testing import CliRunner

from farhelm.__main__ import app
from farhelm.demo import broker as demo_broker
from farhelm.demo import ports
from shoreside.store.connection import connect
from shoreside.store.migrate import migrate
from shoreside.store.rows import moment
from tests.store_kit import NOON_NS

ROOT = Path(__file__).parents[2]
BROKER_UP_S = 15.0
LISTEN_S = "0.5"
AGENT = """
[vessel]
id = "otter"
name = "OTTER"
length_m = 12.0
beam_m = 4.0
[broker]
url = "mqtt://otter:{word}@127.0.0.1:{broker}"
[[input]]
name = "gnss"
kind = "tcp_client"
port = {gnss}
[[input]]
name = "gyro"
kind = "serial"
path = "{gyro}"
[[input]]
name = "ais"
kind = "udp"
port = {ais}
[[modbus]]
name = "plc"
host = "127.0.0.1"
port = {plc}
unit = 1
registers = "{registers}"
[spool]
path = "spool.db"
[safety]
journal = "journal.db"
[keys]
master_public_key = "{master}"
vessel_key = "vessel.pem"
"""
SHORE = """
[shore]
listen = "127.0.0.1:{port}"
origins = ["http://127.0.0.1:{port}"]
broker = "mqtt://shore:right@127.0.0.1:{broker}"
database = "{database}"
[alerts]
heartbeat_silent_s = 3.5
data_stale_s = 5.0
clock_skew_s = 2.0
"""


class Told(NamedTuple):
    """What the doctor said, by the names of its checks."""

    code: int
    state: str
    checks: dict[str, dict[str, str]]

    def failed(self) -> set[str]:
        return {name for name, check in self.checks.items() if check["state"] == "fail"}


def doctor(*arguments: str) -> Told:
    """Run the command as a program does; devices that never say a word are waited for as long as those here need."""
    command = [sys.executable, "-m", "farhelm", "doctor", "--json", "--listen", LISTEN_S, *arguments]
    ran = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
        env={**os.environ, "FARHELM_DEMO": "", "FARHELM_URL": ""},
    )  # fmt: skip
    assert "Traceback" not in ran.stderr, ran.stderr
    told = json.loads(ran.stdout)
    return Told(ran.returncode, told["state"], {check["name"]: check for check in told["checks"]})


def free_port() -> int:
    """Return a port at which nobody listens, and which no client socket takes by chance."""
    return ports.free_run(1, random.randrange(24_000, 31_000))


@contextmanager
def listening() -> Generator[int]:
    """Listen on a port and never say a word."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


@pytest.fixture(scope="module")
def broker_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Run a broker with two accounts."""
    folder, port = tmp_path_factory.mktemp("broker"), free_port()
    made = demo_broker.prepare(folder, port, {"shore": "right", "otter": "right"}, ("otter",))
    with (folder / "log").open("wb") as log:
        running = subprocess.Popen(made.command, stdout=log, stderr=log, cwd=ROOT)
    try:
        for _ in range(int(BROKER_UP_S / 0.1)):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            with pytest.raises(subprocess.TimeoutExpired):
                running.wait(0.1)
        yield port
    finally:
        running.terminate()
        running.wait(10)


def test_a_machine_on_which_a_demo_can_start_and_one_port_that_is_taken(tmp_path: Path) -> None:
    """The taken port is the one failure, says who holds it, and harms no other finding."""
    with listening() as port:
        taken = doctor("--port", str(port), "--demo", str(tmp_path))
    assert (taken.code, taken.state, taken.failed()) == (1, "fail", {"console port"})
    assert f"process {os.getpid()}" in taken.checks["console port"]["text"]
    assert f"--port {port + 1}" in taken.checks["console port"]["do"]
    assert "no demo runs" in taken.checks["demo"]["text"]
    free = doctor("--port", str(port), "--demo", str(tmp_path))
    assert (free.code, free.failed()) == (0, set())
    assert list(free.checks) == list(taken.checks)


def test_a_folder_that_takes_no_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    told = doctor("--port", str(free_port()), "--demo", str(tmp_path / "file"))
    assert (told.code, told.failed()) == (1, {"disk"})
    assert "nothing can be written" in told.checks["disk"]["text"]


@pytest.mark.parametrize(("free_mb", "state"), [(100, "fail"), (500, "warn"), (5000, "ok")])
def test_a_small_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free_mb: int, state: str) -> None:
    usage = shutil.disk_usage(tmp_path)._replace(free=free_mb * 1_000_000)

    def small(_place: object) -> object:
        return usage

    monkeypatch.setattr(shutil, "disk_usage", small)
    ran = CliRunner().invoke(app, ["doctor", "--json", "--demo", str(tmp_path), "--port", str(free_port())])
    disk = next(check for check in json.loads(ran.stdout)["checks"] if check["name"] == "disk")
    assert disk["state"] == state
    assert ran.exit_code == int(state == "fail")


def test_the_table_says_the_same_in_words(tmp_path: Path) -> None:
    with listening() as port:
        ran = CliRunner().invoke(app, ["doctor", "--demo", str(tmp_path), "--port", str(port)])
    assert ran.exit_code == 1
    assert "fail  console port" in ran.stdout
    assert "1 fail" in ran.stdout


class Aboard(NamedTuple):
    """An agent's file and what it names."""

    path: Path
    gnss: int
    plc: int


@contextmanager
def aboard(folder: Path, broker: int, word: str = "right", gyro: str | None = None) -> Generator[Aboard]:
    """Write an agent's configuration whose GNSS, gyro and PLC are there."""
    ours, theirs = pty.openpty()
    with listening() as gnss, listening() as plc:
        path = folder / "agent.toml"
        path.touch(0o600)
        path.write_text(AGENT.format(
            word=word, broker=broker, gnss=gnss, plc=plc, gyro=gyro or os.ttyname(theirs), ais=free_port(),
            registers=ROOT / "simulators/registers/otter.toml", master="00" * 32,
        ))  # fmt: skip
        try:
            yield Aboard(path, gnss, plc)
        finally:
            os.close(ours)
            os.close(theirs)


def test_an_agent_that_finds_everything_and_then_does_not(tmp_path: Path, broker_port: int) -> None:
    """All well but the key that is not made yet; then each thing that goes missing is its own finding."""
    with aboard(tmp_path, broker_port) as ship:
        good = doctor("--config", str(ship.path))
        assert (good.code, good.failed()) == (0, set()), good
        answers = (
            "came back",
            "may not hear its own",
        )  # the second where the broker keeps topics apart, as mosquitto does
        assert any(answer in good.checks["broker"]["text"] for answer in answers)
        assert good.checks["vessel key"]["state"] == "warn"
        for silent in ("input gnss", "modbus plc"):
            assert good.checks[silent]["state"] == "warn"
            assert f"heard in {LISTEN_S} s" in good.checks[silent]["text"]
        assert {"input gnss", "input gyro", "input ais", "modbus plc", "disk of the spool"} <= set(good.checks)
        (tmp_path / "vessel.pem").write_text("nonsense")
        ship.path.chmod(0o644)
        open_to_all = doctor("--config", str(ship.path))
        assert open_to_all.failed() == {"vessel key"}
        assert open_to_all.checks["config file"]["state"] == "warn"
    gone = doctor("--config", str(ship.path))
    assert gone.failed() == {"vessel key", "input gnss", "input gyro", "modbus plc"}
    assert str(ship.gnss) in gone.checks["input gnss"]["text"]
    assert f"{ship.plc} does not answer" in gone.checks["modbus plc"]["text"]


def test_a_broker_that_refuses_one_that_is_silent_and_one_that_is_away(tmp_path: Path, broker_port: int) -> None:
    """A wrong password, a port that says nothing and a port where nobody is sound different, each with what to do."""
    with aboard(tmp_path, broker_port, word="wrong") as ship:
        refused = doctor("--config", str(ship.path))
    with listening() as silent_port, aboard(tmp_path, silent_port) as ship:
        silent = doctor("--config", str(ship.path))
    with aboard(tmp_path, free_port()) as ship:
        away = doctor("--config", str(ship.path))
    for told, word in ((refused, "password"), (silent, "no answer within"), (away, "no broker answers")):
        assert (told.code, told.failed()) == (1, {"broker"}), told
        check = told.checks["broker"]
        assert word in check["text"] + check["do"]
        assert check["do"]
    assert "wrong@" not in json.dumps(refused.checks)


def test_all_faults_of_a_file_at_once(tmp_path: Path) -> None:
    path = tmp_path / "agent.toml"
    path.write_text('[vessel]\nid = "Otter!"\n[[input]]\nname = "a"\nkind = "pigeon"\n[nonsense]\n')
    ran = CliRunner().invoke(app, ["doctor", "--json", "--config", str(path)])
    texts = [check["text"] for check in json.loads(ran.stdout)["checks"] if check["name"] == "config"]
    assert ran.exit_code == 1
    assert len(texts) >= 5
    for word in ("vessel.id", "pigeon", "[nonsense]", "broker.url", "keys.vessel_key"):
        assert any(word in text for text in texts), word
    missing = CliRunner().invoke(app, ["doctor", "--json", "--config", str(tmp_path / "none.toml")])
    assert missing.exit_code == 1
    assert "cannot be read" in missing.stdout


def test_a_shore_with_a_database_that_is_empty_then_made_then_newer_then_away(
    tmp_path: Path, broker_port: int, database_url: str
) -> None:
    path = tmp_path / "shore.toml"
    path.touch(0o600)
    path.write_text(SHORE.format(port=free_port(), broker=broker_port, database=database_url))

    def schema() -> tuple[str, str]:
        told = doctor("--config", str(path))
        assert told.checks["database"]["state"] == "ok"
        assert told.failed() <= {"database schema"}
        return told.checks["database schema"]["state"], told.checks["database schema"]["text"]

    async def made() -> None:
        opened = await connect(database_url)
        await migrate(opened, moment(NOON_NS))
        await opened.close()

    assert schema() == ("warn", "there is none yet")
    asyncio.run(made())
    assert schema()[0] == "ok"
    with psycopg.connect(database_url) as opened:
        opened.execute("INSERT INTO migration (name, sha256) VALUES ('9999_later.sql', 'x')")
    assert schema() == ("fail", "made by a newer build: it has 9999_later.sql")
    path.write_text(
        SHORE.format(port=free_port(), broker=broker_port, database=f"postgresql://a:b@127.0.0.1:{free_port()}/x")
    )
    away = doctor("--config", str(path))
    assert (away.code, away.failed()) == (1, {"database"})


def test_a_good_demo_and_what_its_end_leaves(tmp_path: Path) -> None:
    """A demo of one ship: nothing fails while it runs; afterwards its ports are free again."""
    port, data = free_port(), tmp_path / "demo"
    command = [sys.executable, "-m", "farhelm", "demo", "--vessels", "1", "--port", str(port), "--data", str(data)]
    with (tmp_path / "log").open("wb") as log:
        running = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log)
    try:
        for _ in range(600):
            if "Ctrl-C stops all" in (tmp_path / "log").read_text():
                break
            with pytest.raises(subprocess.TimeoutExpired):
                running.wait(0.1)
        told = doctor("--demo", str(data))
        assert (told.code, told.failed()) == (0, set()), told
        for name in ("broker", "database", "database schema", "clock against the shore", "kestrel PLC", "kestrel NMEA"):
            assert told.checks[name]["state"] == "ok", told.checks[name]
    finally:
        running.send_signal(signal.SIGINT)
        running.wait(30)
    ended = doctor("--demo", str(data), "--port", str(port))
    assert (ended.code, ended.failed()) == (0, set()), ended
    assert "no demo runs" in ended.checks["demo"]["text"]
