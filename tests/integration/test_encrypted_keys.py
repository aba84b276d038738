"""A private key with a password where a program must open it: a sentence that says what to do, at each place that opens one."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)
from typer.testing import CliRunner

from farhelm import certificates
from farhelm.conn import access
from farhelm.demo import people
from farhelm.doctor import probes
from farhelm.keys import files
from protocols.aio.mqtt import Broker
from protocols.errors import MalformedError, SignatureError
from protocols.link import keyfile, signing
from shipside.starting import StartError, load_key
from tests.agent_kit import TCP, agent_toml, collector, run_to_end
from tests.free_ports import free_port

PASSWORD = "sea"


def locked(path: Path, form: PrivateFormat = PrivateFormat.PKCS8) -> Ed25519PrivateKey:
    """Write a new key with a password, for its owner alone; return it."""
    key = Ed25519PrivateKey.generate()
    path.write_bytes(key.private_bytes(Encoding.PEM, form, BestAvailableEncryption(PASSWORD.encode())))
    path.chmod(0o600)
    return key


@pytest.mark.parametrize("role", ["collector", "safety"])
def test_the_agent_says_what_to_do_and_that_is_enough(tmp_path: Path, role: str) -> None:
    """Both processes aboard end with code 3 and one sentence, no trace; it names the command that makes the key usable."""
    config = agent_toml(tmp_path, free_port(), TCP.format("nav", free_port()))
    locked(tmp_path / "vessel.pem")
    ran = run_to_end([*collector(config)[:-1], role])
    assert ran.returncode == 3
    assert ran.stderr.startswith(
        f"the agent cannot run: the vessel's key {tmp_path / 'vessel.pem'} cannot be used: it is encr"
    )
    assert "openssl pkey -in FILE -out PLAIN" in ran.stderr


def test_the_command_that_is_named_makes_the_key_usable(tmp_path: Path) -> None:
    """What the sentence says to do is done: the program has the same key then. In CI it is tried whatever is missing."""
    openssl = shutil.which("openssl")
    if openssl is None:
        word = "no openssl here: what the sentence says to do was NOT tried"
        if os.environ.get("CI"):
            pytest.fail(word)
        pytest.skip(word)
    key = locked(tmp_path / "vessel.pem")
    told = [openssl, "pkey", "-in", str(tmp_path / "vessel.pem"), "-out", str(tmp_path / "plain.pem")]
    subprocess.run([*told, "-passin", f"pass:{PASSWORD}"], check=True)
    assert signing.public_bytes(load_key(tmp_path / "plain.pem")) == signing.public_bytes(key)


def test_every_other_program_says_it_too(tmp_path: Path) -> None:
    """The programs that sign for people, the demo, the doctor: the file and the way out, each with its own kind of error."""
    path = tmp_path / "ann.pem"
    locked(path)
    with pytest.raises(StartError, match="openssl pkey"):
        load_key(path)
    with pytest.raises(access.AccessError, match=f"{path} cannot be used: it is encrypted"):
        access.key_in(path)
    with pytest.raises(MalformedError, match=f"{path} cannot be used: it is encrypted"):
        people.key_of(path)
    assert probes.file(path, holds_key=True).key_problem.startswith("it is encrypted")


def test_the_masters_tool_tells_a_wrong_password_from_none(tmp_path: Path) -> None:
    """The right one opens; a wrong one and none are two sentences; one too many, for a key without, is not minded."""
    path, plain = tmp_path / "master.pem", tmp_path / "plain.pem"
    key = locked(path)
    assert signing.public_bytes(files.load_key(path, PASSWORD)) == signing.public_bytes(key)
    with pytest.raises(SignatureError, match=f"{path} cannot be used: it is not opened by this password"):
        files.load_key(path, "land")
    with pytest.raises(MalformedError, match="it is encrypted"):
        files.load_key(path, "")
    made = files.make_key(plain, "")
    assert signing.public_bytes(files.load_key(plain, PASSWORD)) == signing.public_bytes(made)


@pytest.mark.parametrize("content", [b"", b"hello", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"])
def test_what_is_no_key_is_told_as_that(content: bytes) -> None:
    """The negative of encrypted: bytes that hold no key at all."""
    with pytest.raises(MalformedError, match="it holds no private key in PEM"):
        keyfile.key_of_pem(content)


def test_the_key_of_a_certificate_is_never_asked_for_at_the_terminal(tmp_path: Path) -> None:
    """The driver would stand at a prompt for ever, link and all: instead an error of a file, told with its name."""
    folder = tmp_path / "certificates"
    for command in (["authority"], ["client", "otter"]):
        assert CliRunner().invoke(certificates.app, [*command, "--folder", str(folder)]).exit_code == 0
    path = folder / "otter.key"
    broker = Broker("h", 8883, None, None, True, str(folder / "ca.crt"), str(folder / "otter.crt"), str(path))
    assert broker.context() is not None
    _lock(path)
    with pytest.raises(PermissionError, match="openssl pkey") as refused:
        broker.context()
    assert refused.value.filename == str(path)


def test_an_authority_with_a_password_is_told_in_words(tmp_path: Path) -> None:
    """`farhelm certificates client`: code 2, the folder and what ca.key must be; no certificate is written."""
    assert CliRunner().invoke(certificates.app, ["authority", "--folder", str(tmp_path)]).exit_code == 0
    _lock(tmp_path / "ca.key")
    said = CliRunner().invoke(certificates.app, ["client", "otter", "--folder", str(tmp_path)])
    assert said.exit_code == 2
    assert "without a password" in " ".join(said.output.replace("│", " ").split())
    assert not (tmp_path / "otter.crt").exists()


def _lock(path: Path) -> None:
    """Give a key of any kind a password."""
    key = load_pem_private_key(path.read_bytes(), None)
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(PASSWORD.encode())))
