"""`farhelm conn` against a whole demo: what a script can do, the ship's answers as JSON lines, and the exit codes."""

from __future__ import annotations

import base64
import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from farhelm.conn.session import ulid
from farhelm.trace import steps_of
from protocols.link import signing
from protocols.link.orders import Order
from protocols.link.signing import Domain
from tests.demo_rig import ROOT, Demo, now, start_demo, stop_demo, wait_until

SHIP = "otter"
LIMIT_S = 120


@dataclass(frozen=True)
class Told:
    """What one command said."""

    code: int
    lines: list[dict[str, Any]]
    word: str

    def ends(self, kind: str) -> list[str]:
        """Return the states of the order of `kind`, in their order."""
        return [str(line["state"]) for line in self.lines if line.get("kind") == kind]

    def rules(self) -> set[str]:
        """Return the rules that reasons named."""
        return {str(reason["rule"]) for line in self.lines for reason in line.get("reasons", [])}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """One demo for this module."""
    process, running = start_demo(tmp_path_factory.mktemp("conn"), "--vessels", "2", "--seed", "7", "--links")
    yield running
    stop_demo(process)


def command(demo: Demo, *words: str) -> list[str]:
    """Return the command line of `farhelm conn WORDS` on this demo."""
    return [sys.executable, "-m", "farhelm", "conn", *words, "--demo", str(demo.folder)]


def conn(demo: Demo, *words: str) -> Told:
    """Run `farhelm conn WORDS` to its end."""
    ran = subprocess.run(command(demo, *words), cwd=ROOT, capture_output=True, text=True, timeout=LIMIT_S, check=False)
    return Told(ran.returncode, [json.loads(line) for line in ran.stdout.splitlines()], ran.stderr)


def latest(demo: Demo, channel: str, vessel: str = SHIP) -> float:
    """Return the last value of a channel."""
    rows = demo.get(f"/api/v1/vessels/{vessel}/latest")["values"]
    return float(next(row for row in rows if row[0] == channel)[1])


def holder(demo: Demo, vessel: str = SHIP) -> dict[str, Any]:
    """Return who has the conn, as the vessel last said."""
    authority: dict[str, Any] = demo.get(f"/api/v1/vessels/{vessel}")["status"]["authority"]
    return authority


def test_heading_095_by_script(demo: Demo) -> None:
    """Proves CMD-07: take, order, wait, release in one command; SUCCEEDED, exit 0, and the ship is on 095."""
    told = conn(demo, "order", SHIP, "heading", "095", "--take")
    assert told.code == 0, told.word
    assert told.ends("conn.heading") == ["sent", "received", "accepted", "executing", "SUCCEEDED"]
    assert told.ends("authority.release")[-1] == "SUCCEEDED"
    assert abs(latest(demo, "NAV_HDG") - 95.0) <= 2.0


def test_the_no_go_area_is_refused_aboard(demo: Demo) -> None:
    """Proves INT-06: the ship itself says REJECTED with the rule; exit 2; her heading stays; the conn is given back."""
    before_deg = latest(demo, "NAV_HDG")
    told = conn(demo, "order", SHIP, "heading", "000", "--take")
    assert told.code == 2
    assert told.ends("conn.heading")[-1] == "REJECTED"
    assert "INT-06" in told.rules()
    assert "INT-06" in told.word
    assert abs(latest(demo, "NAV_HDG") - before_deg) < 3.0
    assert holder(demo)["station"] != "remote"


def test_without_the_conn_nothing_is_carried_out(demo: Demo) -> None:
    """Proves INT-01: an order of somebody who has not the conn is refused aboard, exit 2."""
    told = conn(demo, "order", SHIP, "heading", "100")
    assert (told.code, told.ends("conn.heading")[-1]) == (2, "REJECTED")
    assert "INT-01" in told.rules()
    assert conn(demo, "release", SHIP).code == 2


def test_a_rudder_order_needs_direct(demo: Demo) -> None:
    """A rudder order takes the conn at level direct by itself, and the rudder goes to where it was ordered."""
    told = conn(demo, "order", SHIP, "rudder", "0", "--take")
    assert told.code == 0, told.word
    assert next(line["args"] for line in told.lines if line.get("kind") == "authority.request") == {"level": "direct"}
    assert told.ends("conn.rudder")[-1] == "SUCCEEDED"


def test_an_order_is_followed_through_every_program(demo: Demo) -> None:
    """Proves D4 for orders: `farhelm trace` finds every link, in the order of the chain, in the logs of all programs."""
    told = conn(demo, "order", "kestrel", "rudder", "0", "--take")
    assert told.code == 0, told.word
    order_id = next(str(line["order_id"]) for line in told.lines if line.get("kind") == "conn.rudder")
    said = wait_until(lambda: traced(demo, order_id), 60, "an unbroken trace")
    assert "the trace is unbroken" in said
    lines = [line for path in demo.folder.glob("**/*.log") for line in path.read_text(errors="replace").splitlines()]
    assert {"shore", "safety"} <= {step.process for step in steps_of(order_id, lines)}
    assert traced(demo, "01JD8Z6T5Y9K3B7M2N4P6Q8R0S") == ""


def traced(demo: Demo, order_id: str) -> str:
    """Return what `farhelm trace` says of an order in the demo's logs; empty while a link is missing."""
    words = [sys.executable, "-m", "farhelm", "trace", order_id, "--logs", str(demo.folder)]
    ran = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=LIMIT_S, check=False)
    return ran.stdout if ran.returncode == 0 else ""


def over_the_link(demo: Demo, **quality: object) -> dict[str, Any]:
    """Tell the simulators what the link of the other ship is like; return their answer."""
    port = json.loads((demo.folder / "ports.json").read_text())["control"]
    with socket.create_connection(("127.0.0.1", port), timeout=10) as line, line.makefile("rw") as words:
        words.write(json.dumps({"do": "link", "vessel": "kestrel", **quality}) + "\n")
        words.flush()
        return dict(json.loads(words.readline()))


def test_a_link_of_the_demo_is_as_slow_as_it_is_told_to_be(demo: Demo) -> None:
    """With `--links` whoever tries something makes a satellite of a ship's link, and mends it again."""

    def age_ms() -> float:
        """Return how old the newest heartbeat is that the shore has, by the one clock of this machine."""
        return now().timestamp() * 1000.0 - float(demo.get("/api/v1/vessels/kestrel")["status"]["utc_ms"])

    assert over_the_link(demo, delay_s=1.5)["ok"]
    wait_until(lambda: age_ms() > 1500.0, 30, "her heartbeats come late")
    assert over_the_link(demo, delay_s=0.0)["ok"]
    wait_until(lambda: age_ms() < 1200.0, 30, "her heartbeats come in time")


def test_another_operator_is_asked_and_nothing_moves_meanwhile(demo: Demo) -> None:
    """Proves AUT-03: bob asks while ann's program holds; nobody answers for her; after 10 s ann still has the conn."""
    with subprocess.Popen(
        command(demo, "take", SHIP, "--keep"), cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as ann:
        try:
            wait_until(lambda: holder(demo)["person"] == "ann", 30, "ann has the conn")
            told = conn(demo, "take", SHIP, "--as", "bob")
            assert (told.code, told.ends("authority.request")[-1]) == (2, "REJECTED")
            assert "AUT-03" in told.rules()
            assert holder(demo)["person"] == "ann"
        finally:
            ann.terminate()
            ann.wait(30)
    # Ended in good order, she let go.
    wait_until(lambda: holder(demo)["person"] != "ann", 10, "the conn is free")


def drill(demo: Demo, *words: str) -> Told:
    """Run `farhelm drill WORDS` to its end."""
    line = [*command(demo, *words)[:3], "drill", *command(demo, *words)[4:]]
    ran = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, timeout=LIMIT_S, check=False)
    return Told(ran.returncode, [json.loads(each) for each in ran.stdout.splitlines()], ran.stderr)


@pytest.mark.soak
def test_a_takeover_is_rehearsed_and_its_time_is_kept(demo: Demo) -> None:
    """Proves AUT-06, AUT-03: the ship takes the conn from ann's program; she takes it back; the shore has the ship's score.

    In the long run only: it ends with nobody at the conn, and how far she is down her ladder when the next test begins is chance.
    """
    with subprocess.Popen(
        command(demo, "take", SHIP, "--keep"), cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as ann:
        wait_until(lambda: holder(demo)["person"] == "ann", 30, "ann has the conn")
        wait_until(lambda: demo.get(f"/api/v1/vessels/{SHIP}")["status"]["step"] in ("L0", "L1"), 30, "L0")
        told = drill(demo, "begin", SHIP, "takeover")
        assert told.code == 0, told.word
        ann.wait(30)  # a program whose conn is taken says so and ends
    wait_until(lambda: holder(demo)["station"] == "local", 20, "the bridge, played by the ship, has her")
    assert conn(demo, "take", SHIP).code == 0
    (kept,) = wait_until(lambda: drill(demo, "list", SHIP).lines, 20, "the score ashore")
    assert (kept["exercise"], kept["person"], kept["passed"]) == ("takeover", "ann", True)
    assert 0.0 < kept["took_s"] <= kept["limit_s"]
    assert conn(demo, "release", SHIP).code == 0


def test_watch_prints_what_happens(demo: Demo) -> None:
    """Two seconds of listening: at least one heartbeat, who holds the conn, the ladder; exit 0."""
    told = conn(demo, "watch", SHIP, "--duration", "2")
    assert told.code == 0
    assert {"heartbeat", "holder", "ladder"} <= {str(line["type"]) for line in told.lines}


def test_a_reader_that_has_enough_ends_a_watch(demo: Demo) -> None:
    """`farhelm conn watch | head -1` ends by itself, without a complaint and with exit code 0."""
    with subprocess.Popen(
        command(demo, "watch", SHIP), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as watching:
        assert watching.stdout is not None
        assert watching.stderr is not None
        assert watching.stdout.readline().startswith(b"{")
        watching.stdout.close()
        assert watching.wait(20) == 0
        assert watching.stderr.read() == b""


def ann_key(demo: Demo) -> Ed25519PrivateKey:
    """Return the key of ann's programs."""
    key = serialization.load_pem_private_key(Path(demo.facts["keys"]["ann"]).read_bytes(), None)
    assert isinstance(key, Ed25519PrivateKey)
    return key


def order_of_ann(demo: Demo, life_ms: int = 10_000) -> Order:
    """Return a heading order that would be good if she had the conn."""
    state = demo.get(f"/api/v1/vessels/{SHIP}")["status"]
    return Order(
        ulid(state["utc_ms"]), SHIP, "conn", "conn.heading", {"heading_deg": 100.0}, "ann", "", "s-of-a-test",
        state["authority"]["fencing"], 1, state["boot_id"], state["mono_ms"] + life_ms, state["utc_ms"] * 1_000_000,
    )  # fmt: skip


def end_of(demo: Demo, order_id: str, envelope: bytes) -> tuple[str, list[str]]:
    """Pass an order's bytes on as they are; return its last state, and rule and name of each reason."""
    answer = httpx.post(
        f"{demo.url}/api/v1/vessels/{SHIP}/orders", json={"signed": base64.b64encode(envelope).decode()},
        headers={"Authorization": f"Bearer {demo.token('operator')}"}, timeout=10,
    )  # fmt: skip
    assert answer.status_code == 202, answer.text

    def ended() -> dict[str, Any] | None:
        rows: list[dict[str, Any]] = demo.get(f"/api/v1/vessels/{SHIP}/orders")["orders"]
        return next((row for row in rows if row["order_id"] == order_id and row["state"].isupper()), None)

    found = wait_until(ended, 20, f"the end of {order_id}")
    return found["state"], [f"{reason['rule']} {reason['name']}" for reason in found["reasons"]]


def test_spoilt_orders_are_refused(demo: Demo) -> None:
    """Proves CMD-03, CMD-04, CMD-12 end to end: each spoilt order is refused aboard with its reason; nothing moves."""
    before_deg, key = latest(demo, "NAV_HDG"), ann_key(demo)

    # Signed by a key that is not in her roster.
    order = order_of_ann(demo)
    assert end_of(demo, order.id, signing.sign(Domain.ORDER, order.to_bytes(), Ed25519PrivateKey.generate())) == (
        "REJECTED",
        ["CMD-12 unknown_key"],
    )

    # One byte flipped on the way, in the signature.
    order = order_of_ann(demo)
    good = signing.sign(Domain.ORDER, order.to_bytes(), key)
    assert end_of(demo, order.id, good[:-1] + bytes([good[-1] ^ 1])) == ("REJECTED", ["CMD-12 bad_signature"])

    # Its deadline by the ship's own clock is over.
    order = order_of_ann(demo, life_ms=-1)
    assert end_of(demo, order.id, signing.sign(Domain.ORDER, order.to_bytes(), key)) == ("EXPIRED", ["CMD-04 deadline"])

    # Good in itself, but she has not the conn.
    order = order_of_ann(demo)
    good = signing.sign(Domain.ORDER, order.to_bytes(), key)
    first = end_of(demo, order.id, good)
    assert first == ("REJECTED", ["INT-01 not_in_control"])

    # The same bytes again bring the stored answer and nothing else.
    assert end_of(demo, order.id, good) == first

    # Its number used again by another order of the same session.
    order = order_of_ann(demo)
    assert end_of(demo, order.id, signing.sign(Domain.ORDER, order.to_bytes(), key)) == (
        "REJECTED",
        ["CMD-03 out_of_sequence"],
    )
    assert abs(latest(demo, "NAV_HDG") - before_deg) < 3.0


def test_controlled_stop_and_emergency_stop(demo: Demo) -> None:
    """Proves EST-01: the controlled stop ends when she has stopped; the emergency stop needs no conn and latches."""
    told = conn(demo, "stop", SHIP, "--take")
    assert told.code == 0, told.word
    assert told.ends("conn.controlled_stop")[-1] == "SUCCEEDED"
    pressed = conn(demo, "stop", "kestrel", "--emergency")
    assert pressed.code == 0, pressed.word
    assert {"sent", "SUCCEEDED"} <= {str(line["state"]) for line in pressed.lines}
    assert demo.get("/api/v1/vessels/kestrel")["status"]["stop_latched"] is True
    # Latched: the next order is refused with its rule, whoever gives it.
    refused = conn(demo, "order", "kestrel", "propulsion", "20", "--take")
    assert refused.code == 2
    assert "INT-11" in refused.rules()


def test_mistakes_get_a_word(demo: Demo, tmp_path: Path) -> None:
    """No such vessel, no demo, an order that is none: each says what to do, and the codes are 3, 3, 2."""
    told = conn(demo, "take", "titanic")
    assert told.code == 3
    assert "it has kestrel, otter" in told.word
    ran = subprocess.run(
        [sys.executable, "-m", "farhelm", "conn", "take", SHIP, "--demo", str(tmp_path)],
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert ran.returncode == 3
    assert "start the demo" in ran.stderr
    assert conn(demo, "order", SHIP, "heading", "400").code == 2
