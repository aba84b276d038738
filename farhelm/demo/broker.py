"""The broker: mosquitto where it is on PATH, else the iotcore wheel with our own configuration. Loopback, accounts, MQTT 5.

With mosquitto each vessel's account reaches its own topics only; iotcore has no topic rules, which the demo says aloud.
Nothing depends on either: orders are signed, batches are acknowledged end to end.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

PAYLOAD_MAX_BYTES: Final = 2 * 1024 * 1024
"""Longest message: a batch of ten minutes at five hertz is under 1 MB."""
SEGMENT_BYTES: Final = 4 * 1024 * 1024
SEGMENTS: Final = 4
"""History in iotcore's memory per topic filter; nothing of ours relies on it."""


@dataclass(frozen=True, slots=True)
class Broker:
    """A broker ready to be started."""

    kind: str
    """mosquitto or iotcore."""
    command: list[str]
    port: int


def prepare(folder: Path, port: int, accounts: Mapping[str, str], vessels: tuple[str, ...]) -> Broker:
    """Write the configuration below `folder` and return the broker; `accounts` are passwords by name."""
    folder.mkdir(parents=True, exist_ok=True)
    program = shutil.which("mosquitto") or (shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin"))
    if program is not None and shutil.which("mosquitto_passwd") is not None:
        return _mosquitto(program, folder, port, accounts, vessels)
    config = folder / "rumqttd.toml"
    logins = "".join(f'{name} = "{password}"\n' for name, password in accounts.items())
    config.touch(0o600)
    config.write_text(
        f"id = 0\n\n[router]\nid = 0\nmax_connections = 200\nmax_outgoing_packet_count = 200\n"
        f"max_segment_size = {SEGMENT_BYTES}\nmax_segment_count = {SEGMENTS}\n\n"
        f'[v5.1]\nname = "v5"\nlisten = "127.0.0.1:{port}"\nnext_connection_delay_ms = 1\n\n'
        f"[v5.1.connections]\nconnection_timeout_ms = 5000\nmax_payload_size = {PAYLOAD_MAX_BYTES}\n"
        f"max_inflight_count = 200\ndynamic_filters = true\n\n[v5.1.connections.auth]\n{logins}"
    )
    return Broker("iotcore", [sys.executable, "-m", "farhelm.demo.broker", str(config)], port)


def _mosquitto(
    program: str, folder: Path, port: int, accounts: Mapping[str, str], vessels: tuple[str, ...]
) -> Broker:  # fmt: skip
    passwords, rules, config = (folder / name for name in ("passwords", "acl", "mosquitto.conf"))
    passwords.unlink(missing_ok=True)
    passwords.touch(0o600)
    for name, password in accounts.items():
        subprocess.run(["mosquitto_passwd", "-b", str(passwords), name, password], check=True, capture_output=True)
    own = "".join(
        f"user {vessel}\ntopic write farhelm/v1/{vessel}/up/#\ntopic read farhelm/v1/{vessel}/down/#\n"
        f"topic read farhelm/v1/{vessel}/stop\n\n"
        for vessel in vessels
    )
    rules.write_text(
        "user shore\ntopic read farhelm/v1/+/up/#\ntopic write farhelm/v1/+/down/#\n\n"
        f"user stop\ntopic write farhelm/v1/+/stop\n\n{own}"
    )
    account = "user root\n" if os.geteuid() == 0 else ""  # else it drops to an account that cannot read this folder
    config.write_text(
        f"{account}listener {port} 127.0.0.1\nallow_anonymous false\npassword_file {passwords}\nacl_file {rules}\n"
        f"max_packet_size {PAYLOAD_MAX_BYTES}\npersistence false\nset_tcp_nodelay true\nlog_type warning\nlog_type error\n"
    )
    return Broker("mosquitto", [program, "-c", str(config)], port)


def main() -> None:
    """Run iotcore's broker in this process until it is ended."""
    from iotcore import IotCoreBroker

    IotCoreBroker(config_path=sys.argv[1]).run_forever()


if __name__ == "__main__":
    main()
